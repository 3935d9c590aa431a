"""Programs that a test starts, and ends."""

import os
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

Program = subprocess.Popen[bytes]


def start(
    command: Sequence[str],
    variables: Mapping[str, str],
    log_file: Path,
    *,
    at_death: str = "KILL",
    session: bool = False,
) -> Program:
    """Start a program with an environment of these variables and little else.

    Args:
        log_file: what it writes is added there.
        at_death: the signal that the kernel sends it when this process dies, however it dies.
        session: whether it gets a session of its own.
    """
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", **variables}
    with log_file.open("ab") as log:
        return subprocess.Popen(
            ["setpriv", "--pdeathsig", at_death, *command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=session,
        )


def end(program: Program, seconds: float) -> None:
    """Ask it to end, and kill it where it does not in time."""
    program.terminate()
    try:
        program.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        kill(program)


def kill(program: Program) -> None:
    """End it as a power cut would, and wait until it is gone."""
    program.kill()
    program.wait()


def wait_until_ready(
    program: Program, log_file: Path, ready: Callable[[], bool], seconds: float
) -> None:
    """Wait until ``ready`` is true.

    Raises:
        RuntimeError: it is not in time, or the program has ended; with the end of its log.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and program.poll() is None:
        if ready():
            return
        time.sleep(0.03)
    ended = "is not ready" if program.poll() is None else f"ended with {program.returncode}"
    raise RuntimeError(f"the program {ended}:\n{log_file.read_text(errors='replace')[-3000:]}")
