"""Each bound of the sandbox, shown by a program that runs into it."""

import errno
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from vireo_media.tools import launcher, sandbox
from vireo_media.tools.sandbox import Files, Limits
from vireo_testing.person import PATIENCE_SECONDS, eventually

ROOMY = Limits(memory_bytes=1 << 30, cpu_seconds=20, wall_seconds=20, file_bytes=1 << 20)
PYTHON = "/usr/bin/python3"


def limits(
    memory_bytes: int = ROOMY.memory_bytes,
    cpu_seconds: int = ROOMY.cpu_seconds,
    wall_seconds: float = ROOMY.wall_seconds,
    file_bytes: int = ROOMY.file_bytes,
) -> Limits:
    return Limits(memory_bytes, cpu_seconds, wall_seconds, file_bytes)


def alive(marker: str) -> list[int]:
    """Ids of processes whose command line holds the marker."""
    processes = psutil.process_iter(["cmdline"])
    return [each.pid for each in processes if marker in " ".join(each.info["cmdline"] or [])]


def stopped(marker: str) -> bool:
    """Whether all are stopped that `alive` finds.

    A shell that was about to start another program waits for that one, which is stopped (vfork).
    """
    processes = psutil.process_iter(["cmdline", "status"])
    states = {
        each.info["status"] for each in processes if marker in " ".join(each.info["cmdline"] or [])
    }
    return psutil.STATUS_STOPPED in states <= {psutil.STATUS_STOPPED, psutil.STATUS_DISK_SLEEP}


def test_output_and_exit_code_are_returned() -> None:
    done = sandbox.run(["sh", "-c", "echo out; echo err >&2; exit 3"], ROOMY)
    assert (done.returncode, done.stdout, done.stderr) == (3, b"out\n", b"err\n")
    assert done.peak_memory > 0


def test_lines_come_as_they_are_printed_and_the_last_without_an_end() -> None:
    lines: list[bytes] = []
    done = sandbox.run(["sh", "-c", "echo a; echo b; printf c"], ROOMY, on_line=lines.append)
    assert lines == [b"a", b"b", b"c"]
    assert done.stdout == b""


def test_what_on_line_raises_ends_the_child() -> None:
    def refuse(line: bytes) -> None:
        raise ValueError(line)

    marker = f"86403.{os.getpid()}"
    # It would be waited for until no test may take as long.
    with pytest.raises(ValueError, match="first"):
        sandbox.run(
            ["sh", "-c", f"echo first; sleep {marker}"], limits(wall_seconds=3600), on_line=refuse
        )
    eventually(lambda: alive(f"sleep {marker}") == [])


def test_memory() -> None:
    with pytest.raises(sandbox.MemoryLimit):
        sandbox.run([PYTHON, "-c", "bytes(1 << 30)"], limits(memory_bytes=256 << 20))


@pytest.mark.parametrize(
    "words",
    [
        # Of ffmpeg 5.1 and 7.1 whose decoder, filter or encoder got no thread of a good film.
        f"Error while opening decoder for input stream #0:0 : {os.strerror(errno.EAGAIN)}",
        f"Failed to inject frame into filter network: {os.strerror(errno.EAGAIN)}",
        "ff_frame_thread_encoder_init failed\nmaybe incorrect parameters such as bit_rate",
    ],
)
def test_threads(words: str) -> None:
    """It says nothing about the file, which may be as good as any."""
    with pytest.raises(sandbox.Starved, match="thread"):
        sandbox.run([PYTHON, "-c", f"import sys; sys.exit({words!r})"], limits())


def test_cpu_seconds() -> None:
    with pytest.raises(sandbox.TimeLimit, match="CPU"):
        sandbox.run([PYTHON, "-c", "while True: pass"], limits(cpu_seconds=1))


def test_wall_clock() -> None:
    # On a busy machine the loop may hardly run.
    with pytest.raises((sandbox.TimeLimit, sandbox.Starved), match=r"wall clock|in 0\.5 s"):
        sandbox.run([PYTHON, "-c", "while True: pass"], limits(wall_seconds=0.5))


def test_a_program_that_hardly_ran_is_told_from_one_that_was_busy() -> None:
    with pytest.raises(sandbox.Starved):
        sandbox.run(["sleep", "20"], limits(wall_seconds=0.5))
    with pytest.raises(sandbox.TimeLimit):
        sandbox.run([PYTHON, "-c", "while True: pass"], limits(cpu_seconds=1))


def test_file_size(tmp_path: Path) -> None:
    target = tmp_path / "large"
    command = ["dd", "if=/dev/zero", f"of={target}", "bs=64k", "count=10"]
    with pytest.raises(sandbox.FileSizeLimit):
        sandbox.run(command, limits(file_bytes=100_000))
    assert target.stat().st_size <= 100_000


def test_output_size() -> None:
    with pytest.raises(sandbox.OutputLimit):
        sandbox.run(["cat", "/dev/zero"], ROOMY, max_output=1000)


def test_an_endless_line_is_not_kept() -> None:
    with pytest.raises(sandbox.OutputLimit):
        sandbox.run(["cat", "/dev/zero"], ROOMY, on_line=lambda line: None)


def test_who_is_paused_is_stopped_and_its_wall_clock_too(tmp_path: Path) -> None:
    """It goes on as if nothing had been, after longer than it may take."""
    marker = f"86404.{os.getpid()}"
    go_on = tmp_path / "go-on"
    now, seen = [0.0], []

    def paused() -> bool:
        # The shell and what it has started.
        if not seen and stopped(f"sleep {marker}"):
            seen.append(True)
            now[0] += 10 * ROOMY.wall_seconds
            go_on.touch()
        return not seen

    wait = f"until test -e {go_on}; do sleep 0.05; done"
    script = f"sleep {marker} & echo begun; {wait}; kill $!; echo on"
    done = sandbox.run(["sh", "-c", script], ROOMY, paused=paused, clock=lambda: now[0])
    assert (done.returncode, done.stdout) == (0, b"begun\non\n")


def test_stop_ends_who_is_paused() -> None:
    stop = threading.Event()
    marker = f"86405.{os.getpid()}"

    def paused() -> bool:
        if stopped(f"sleep {marker}"):
            stop.set()
        return True

    with pytest.raises(sandbox.Stopped):
        sandbox.run(["sh", "-c", f"echo begun; sleep {marker}"], ROOMY, stop=stop, paused=paused)
    eventually(lambda: alive(f"sleep {marker}") == [])


def test_stop_ends_grandchildren_too() -> None:
    stop = threading.Event()
    marker = f"86400.{os.getpid()}"
    errors: list[BaseException] = []

    def work() -> None:
        try:
            sandbox.run(["sh", "-c", f"sleep {marker} & sleep {marker}; wait"], ROOMY, stop=stop)
        except sandbox.Stopped as error:
            errors.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    eventually(lambda: len(alive(f"sleep {marker}")) >= 3)
    stop.set()
    worker.join(PATIENCE_SECONDS)
    assert len(errors) == 1
    eventually(lambda: alive(f"sleep {marker}") == [])


def test_a_grandchild_that_outlives_its_parent_is_ended() -> None:
    marker = f"86401.{os.getpid()}"
    # Waiting for its output to end would run into the limit.
    done = sandbox.run(["sh", "-c", f"sleep {marker} & exit 0"], ROOMY)
    assert done.returncode == 0
    eventually(lambda: alive(f"sleep {marker}") == [])


def test_a_stop_that_was_set_before_starts_nothing(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(sandbox.Stopped):
        sandbox.run(["touch", str(tmp_path / "made")], ROOMY, stop=stop)
    assert not (tmp_path / "made").exists()


def test_a_missing_program() -> None:
    with pytest.raises(sandbox.NotStarted):
        sandbox.run(["no-such-program"], ROOMY)


def test_environment_and_standard_input_are_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIREO_SECRET", "x")
    done = sandbox.run(["sh", "-c", "cat; env"], ROOMY)
    names = {line.partition(b"=")[0] for line in done.stdout.splitlines()}
    assert names <= {b"PATH", b"LANG", b"MALLOC_ARENA_MAX", b"PWD", b"SHLVL", b"_", b"OLDPWD"}


def test_its_session_is_nice_too() -> None:
    """Where the kernel schedules sessions before the processes in them."""
    autogroup = Path("/proc/self/autogroup")
    wanted = b" nice 5\n" if autogroup.exists() else b""

    def says() -> bool:
        done = sandbox.run(["cat", str(autogroup)], ROOMY, nice=sandbox.NICE_LAST)
        return done.stdout.endswith(wanted)

    # Who is no root may set it now and then.
    eventually(says)


def test_the_child_is_nice_and_leads_its_own_session() -> None:
    done = sandbox.run(["sh", "-c", "nice; cut -d ' ' -f 1,6 /proc/$$/stat"], ROOMY)
    nice, ids = done.stdout.splitlines()
    process, session = ids.split()
    assert int(nice) >= sandbox.NICE_BACKGROUND
    assert process == session


def test_the_child_dies_with_the_process_that_waits_for_it() -> None:
    """A worker that is killed leaves no encoder behind."""
    marker = f"86402.{os.getpid()}"
    program = (
        "from vireo_media.tools import sandbox;"
        f"sandbox.run(['sleep', '{marker}'], sandbox.Limits(1 << 30, 60, 60, 0))"
    )
    worker = subprocess.Popen([sys.executable, "-c", program])
    eventually(lambda: alive(f"sleep {marker}"))
    worker.kill()
    assert worker.wait() == -signal.SIGKILL
    eventually(lambda: alive(f"sleep {marker}") == [])


def test_the_child_is_the_first_to_go_where_memory_runs_out() -> None:
    done = sandbox.run(["cat", "/proc/self/oom_score_adj"], ROOMY)
    assert done.stdout == b"1000\n"


def test_threads_are_counted() -> None:
    """Not root's: the kernel counts them, and lets them be."""
    program = "import resource; print(*resource.getrlimit(resource.RLIMIT_NPROC))"
    soft, hard = map(int, sandbox.run([PYTHON, "-c", program], ROOMY).stdout.split())
    assert 0 < soft == hard <= launcher.MAX_TASKS


class TestConfinement:
    """What the kernel adds where it can; here it must, or the test says why it can't."""

    def test_the_kernel_offers_it(self) -> None:
        assert sandbox.missing_confinement() == ()

    def test_only_named_files_are_read(self, tmp_path: Path) -> None:
        given, other = tmp_path / "given", tmp_path / "other"
        given.write_text("given")
        other.write_text("other")
        files = Files(reads=[given])
        assert sandbox.run(["cat", str(given)], ROOMY, files=files).stdout == b"given"
        done = sandbox.run(["cat", str(other)], ROOMY, files=files)
        assert (done.returncode, done.stdout) == (1, b"")
        assert sandbox.run(["cat", "/etc/passwd"], ROOMY, files=files).stdout == b""

    def test_only_named_files_are_written(self, tmp_path: Path) -> None:
        given, other = tmp_path / "given", tmp_path / "other"
        given.touch()
        files = Files(writes=[given])
        assert (
            sandbox.run(["dd", "if=/dev/null", f"of={given}"], ROOMY, files=files).returncode == 0
        )
        assert (
            sandbox.run(["dd", "if=/dev/null", f"of={other}"], ROOMY, files=files).returncode != 0
        )
        assert not other.exists()

    @pytest.mark.parametrize(
        "change",
        [
            "os.chmod(name, 0o777)",
            "os.chown(name, -1, 0)",
            "os.utime(name, (1, 1))",
            "os.setxattr(name, 'user.x', b'1')",
        ],
    )
    def test_no_file_is_marked(self, tmp_path: Path, change: str) -> None:
        other = tmp_path / "other"
        other.write_text("other")
        before = other.stat()
        program = f"import os; name = {str(other)!r}; {change}"
        done = sandbox.run([PYTHON, "-I", "-c", program], ROOMY, files=Files(reads=[other]))
        assert done.returncode == 1
        assert b"PermissionError" in done.stderr
        assert other.stat() == before

    def test_no_second_process(self) -> None:
        done = sandbox.run(["sh", "-c", "/bin/true; /bin/true"], ROOMY, files=Files())
        assert done.returncode != 0
        assert b"fork" in done.stderr

    def test_threads_stay_possible(self) -> None:
        program = "import threading as t; x = t.Thread(target=print); x.start(); x.join()"
        done = sandbox.run([PYTHON, "-I", "-c", program], ROOMY, files=Files())
        assert (done.returncode, done.stdout) == (0, b"\n")

    @pytest.mark.parametrize("family", ["AF_INET", "AF_INET6", "AF_UNIX"])
    def test_no_socket(self, family: str) -> None:
        assert hasattr(socket, family)
        program = f"import socket; socket.socket(socket.{family})"
        done = sandbox.run([PYTHON, "-I", "-c", program], ROOMY, files=Files())
        assert done.returncode == 1
        assert b"PermissionError" in done.stderr
