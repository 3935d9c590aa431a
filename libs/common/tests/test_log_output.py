"""Lines of requests are written together, in order; what somebody should look at, at once."""

import json
import os
import select
import signal
import subprocess
import sys

from vireo_common.log_output import pieces

BEGIN = """
import os, signal, structlog, sys, threading
from vireo_common import logs
logs.configure('test', 'info')
log = structlog.get_logger()
"""


def run(code: str) -> "subprocess.CompletedProcess[str]":
    """Run ``code`` in a process of its own, its output in a pipe."""
    return subprocess.run(
        [sys.executable, "-c", BEGIN + code],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
    )


def first_event(code: str) -> str:
    """What stands in the first line of a process, which is killed then: it never ends by itself."""
    command = [sys.executable, "-c", BEGIN + code + "\nsignal.pause()"]
    environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        try:
            readable, _, _ = select.select([process.stdout], [], [], 60)
            assert readable, "no line was written"
            return str(json.loads(process.stdout.readline())["event"])
        finally:
            process.kill()


def events(done: "subprocess.CompletedProcess[str]") -> list[str]:
    """What stands in the lines."""
    return [json.loads(line)["event"] for line in done.stdout.splitlines()]


def test_lines_keep_their_order_and_all_are_there_at_the_end() -> None:
    code = "for n in range(2500): (log.warning if n % 700 == 0 else log.info)(str(n))"
    assert events(run(code)) == [str(n) for n in range(2500)]


def test_a_line_is_written_soon_without_another_one() -> None:
    assert first_event("log.info('alone')") == "alone"


def test_a_failure_is_written_at_once_after_what_was_before_it() -> None:
    done = run("log.info('before'); log.error('broken'); os.kill(os.getpid(), signal.SIGKILL)")
    assert (done.returncode, events(done)) == (-signal.SIGKILL, ["before", "broken"])


def test_a_child_writes_its_own_lines_alone() -> None:
    code = """
log.info('parent')
child = os.fork()
log.info('child' if child == 0 else 'parent again')
if child:
    os.waitpid(child, 0)
"""
    assert sorted(events(run(code))) == ["child", "parent", "parent again"]


def test_the_thread_outlives_a_disk_in_trouble() -> None:
    code = """
tried = threading.Event()
class Full:
    def write(self, text):
        tried.set()
        raise OSError(28, 'No space left on device')
    def flush(self): pass
good, sys.stdout = sys.stdout, Full()
log.info('lost')
assert tried.wait(60)
sys.stdout = good
log.info('kept')
"""
    assert first_event(code) == "kept"


def test_pieces_fit_into_a_pipe_and_end_with_a_line() -> None:
    lines = [str(n) * (n % 90) for n in range(400)]
    found = pieces(lines)
    assert "".join(found) == "".join(f"{line}\n" for line in lines)
    assert all(len(piece) <= select.PIPE_BUF and piece.endswith("\n") for piece in found)
    assert len(found) < len(lines) / 10


def test_a_line_that_is_too_long_stands_by_itself() -> None:
    found = pieces(["a", "b" * select.PIPE_BUF, "c"])
    assert found == ["a\n", "b" * select.PIPE_BUF + "\n", "c\n"]
