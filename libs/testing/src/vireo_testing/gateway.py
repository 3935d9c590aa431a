"""A private Vireo for end-to-end tests: started once, shared by a run, ended for sure.

``python -m vireo_testing.gateway DATA PORT PID`` is the guardian: it outlives the process ``PID``,
then ends the Vireo in ``DATA`` where the tests could not do so any more, because they were killed.
"""

import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from vireo_ops.runtime import Runtime
from vireo_testing.mariadb import free_port


class SharedVireo:
    """One private Vireo for all workers of a test run: the first starts it, the last stops it.

    Args:
        folder: one that all workers of the run share, and no other run.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._state = folder / "vireo-e2e.json"
        self._lock = folder / "vireo-e2e.lock"
        self._environment = environment

    def enter(self) -> Runtime:
        """Start it, or join those who use it."""
        with self._locked():
            users = 0
            if self._state.exists():
                known = json.loads(self._state.read_text())
                users = known["users"]
                runtime = Runtime(Path(known["data"]), known["port"], self._environment)
            else:
                runtime = start(self._environment)
            self._remember(runtime, users + 1)
        return runtime

    def leave(self) -> None:
        """Stop it, unless others use it."""
        with self._locked():
            known = json.loads(self._state.read_text())
            runtime = Runtime(Path(known["data"]), known["port"], self._environment)
            if known["users"] > 1:
                self._remember(runtime, known["users"] - 1)
                return
            self._state.unlink()
            end(runtime)

    def _remember(self, runtime: Runtime, users: int) -> None:
        known = {"data": str(runtime.data), "port": runtime.port, "users": users}
        self._state.write_text(json.dumps(known))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


@contextmanager
def own_vireo(environment: Mapping[str, str]) -> Iterator[Runtime]:
    """A Vireo for whoever wants to break it."""
    runtime = start(environment)
    try:
        yield runtime
    finally:
        end(runtime)


def start(environment: Mapping[str, str]) -> Runtime:
    """Start a Vireo in a new folder, on a free port, that ends with this test run at the latest."""
    # A short path: those of Unix sockets are limited.
    data = Path(tempfile.mkdtemp(prefix="vireo-e2e-", dir="/tmp"))
    # Its programs may run as another user than its starter.
    data.chmod(0o755)
    runtime = Runtime(data, free_port(), environment)
    workers = "PYTEST_XDIST_WORKER" in os.environ
    run = os.getppid() if workers else os.getpid()
    guardian = [sys.executable, "-m", "vireo_testing.gateway"]
    subprocess.run([*guardian, str(data), str(runtime.port), str(run)], check=True, timeout=60)
    runtime.up()
    return runtime


def end(runtime: Runtime) -> None:
    """Stop a Vireo, and remove all that it had."""
    runtime.down()
    shutil.rmtree(runtime.data)


def guard(data: Path, port: int, run: int) -> None:
    """Wait in the background until the process ``run`` is gone; end what it left."""
    process = os.pidfd_open(run)
    if os.fork() > 0:
        return
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        # The run's own output must not be kept open.
        os.dup2(nothing, descriptor)
    select.select([process], [], [])
    if data.exists():
        end(Runtime(data, port))


if __name__ == "__main__":
    guard(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
