"""Programs that a test starts, and ends."""

import os
import subprocess
from collections.abc import Mapping, Sequence
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
