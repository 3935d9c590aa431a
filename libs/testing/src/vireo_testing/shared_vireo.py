"""One private Vireo for all workers of a test run."""

import fcntl
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from vireo_ops.runtime import Runtime
from vireo_testing.mariadb import free_port


class SharedVireo:
    """The first worker that enters starts it, the last one that leaves stops it.

    Args:
        folder: one that all workers of the run share.
        name: what it is for; others in the same folder have other names.
        environment: its settings.
    """

    def __init__(self, folder: Path, name: str, environment: Mapping[str, str]) -> None:
        self._name = name
        self._environment = environment
        self._state = folder / f"vireo-{name}.json"
        self._lock = folder / f"vireo-{name}.lock"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._lock.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def enter(self) -> Runtime:
        """Start it, or join those who use it."""
        with self._locked():
            if self._state.exists():
                known = json.loads(self._state.read_text())
            else:
                # A short path: those of Unix sockets are limited.
                data = tempfile.mkdtemp(prefix=f"vireo-{self._name}-", dir="/tmp")
                Path(data).chmod(0o755)
                known = {"data": data, "port": free_port(), "users": 0}
            runtime = Runtime(Path(known["data"]), known["port"], self._environment)
            if known["users"] == 0:
                runtime.up()
            known["users"] += 1
            self._state.write_text(json.dumps(known))
        return runtime

    def leave(self) -> None:
        """Stop it, unless others use it."""
        with self._locked():
            known = json.loads(self._state.read_text())
            known["users"] -= 1
            self._state.write_text(json.dumps(known))
            if known["users"] == 0:
                Runtime(Path(known["data"]), known["port"], self._environment).down()
                shutil.rmtree(known["data"])
                self._state.unlink()
