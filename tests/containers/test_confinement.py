"""What the media worker starts on a stranger's file reaches no network, where the worker does."""

import json

import pytest

from vireo_testing.compose import Project

# Runs in the worker's container: a program tries to reach an address, by the worker's own sandbox
# with files named, as every tool has them, and with limits alone, as a control.
TRY = """
import json, socket, sys
from vireo_media.tools import sandbox

argv, confined = json.loads(sys.argv[1]), sys.argv[2] == "confined"
address = socket.gethostbyname("mariadb")
limits = sandbox.Limits(memory_bytes=1 << 30, cpu_seconds=20, wall_seconds=40, file_bytes=1 << 20)
done = sandbox.run(
    [word.replace("ADDRESS", address) for word in argv],
    limits,
    files=sandbox.Files() if confined else None,
)
print(json.dumps([done.returncode, (done.stdout + done.stderr).decode(errors="replace")]))
"""
CONNECT = "import socket; print(socket.create_connection(('ADDRESS', 3306), 5).recv(99)[:1] != b'')"
PROGRAMS = {
    "python": ["/usr/local/bin/python3", "-I", "-S", "-c", CONNECT],
    "ffmpeg": [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        "tcp://ADDRESS:3306?timeout=1000000",
        "-f",
        "null",
        "-",
    ],
    "ffprobe": ["ffprobe", "-v", "error", "tcp://ADDRESS:3306?timeout=1000000"],
}
REFUSED = "Operation not permitted"


def attempt(project: Project, program: str, kind: str) -> tuple[int, str]:
    """Exit status and words of a program in the worker's container."""
    argv = json.dumps(PROGRAMS[program])
    said = project.compose("exec", "-T", "media-worker", "python", "-c", TRY, argv, kind)
    status, words = json.loads(said)
    return status, words


def test_the_kernel_confines_in_the_container(project: Project) -> None:
    look = "from vireo_media.tools import sandbox; print(sandbox.missing_confinement())"
    said = project.compose("exec", "-T", "media-worker", "python", "-c", look)
    # Without Landlock seccomp alone still takes every socket away.
    assert "seccomp" not in said


def test_the_worker_itself_reaches_the_database(project: Project) -> None:
    connect = CONNECT.replace("ADDRESS", "mariadb")
    said = project.compose("exec", "-T", "media-worker", "python", "-c", connect)
    assert said.strip() == "True"


@pytest.mark.parametrize("program", PROGRAMS)
def test_what_the_worker_starts_reaches_no_network(project: Project, program: str) -> None:
    status, words = attempt(project, program, "confined")
    assert status != 0
    assert REFUSED in words
    # The control: with limits alone nobody refuses it, and the one that reads gets its greeting.
    status, words = attempt(project, program, "limits alone")
    assert REFUSED not in words
    assert program != "python" or (status, words.strip()) == (0, "True")
