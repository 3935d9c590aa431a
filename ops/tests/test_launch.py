"""The launcher: it execs the program, and ends processes of an earlier run."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from vireo_ops import launch

LAUNCH = Path(launch.__file__)
# A leader with a child in its process group, as nginx and gunicorn are.
FAMILY = "import os, time\nos.fork()\ntime.sleep(120)\n"


def _describe(folder: Path, code: str, empties: list[str] | None = None) -> Path:
    path = folder / "program.json"
    content = {
        "command": [sys.executable, "-c", code],
        "environment": {"VIREO_MARK": "given"},
        "empties": empties or [],
        "record": str(folder / "program.process"),
        "stop_seconds": 5,
    }
    path.write_text(json.dumps(content))
    return path


def _start(description: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(LAUNCH), str(description)],
        start_new_session=True,
        stdout=subprocess.PIPE,
        text=True,
    )


def _group(pid: int) -> list[int]:
    members = [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]
    stats = {member: launch._process(member) for member in members}
    return [
        number
        for number, stat in stats.items()
        if stat and stat["group"] == pid and stat["state"] != "Z"
    ]


@pytest.fixture
def family(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    with _start(_describe(tmp_path, FAMILY)) as process:
        deadline = time.monotonic() + 10
        while len(_group(process.pid)) < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert len(_group(process.pid)) == 2
        yield process
        if _group(process.pid):
            os.killpg(process.pid, signal.SIGKILL)


def test_the_program_gets_its_environment_and_nothing_else(tmp_path: Path) -> None:
    code = "import os; print(sorted(set(os.environ) - {'LC_CTYPE'}), os.environ['VIREO_MARK'])"
    with _start(_describe(tmp_path, code)) as process:
        assert process.communicate(timeout=10)[0] == "['VIREO_MARK'] given\n"


def test_folders_are_emptied_but_links_are_not_followed(tmp_path: Path) -> None:
    spool, other = tmp_path / "incoming", tmp_path / "other"
    (spool / "0" / "1").mkdir(parents=True)
    other.mkdir()
    (other / "kept").touch()
    (spool / "0" / "body").touch()
    (spool / "link").symlink_to(other)
    with _start(_describe(tmp_path, "", [str(spool)])) as process:
        assert process.wait(timeout=10) == 0
    assert list(spool.iterdir()) == []
    assert (other / "kept").exists()


def test_a_link_in_place_of_a_folder_is_not_followed(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "kept").touch()
    (tmp_path / "incoming").symlink_to(other)
    with _start(_describe(tmp_path, "", [str(tmp_path / "incoming")])) as process:
        assert process.wait(timeout=10) != 0
    assert (other / "kept").exists()


def test_a_family_whose_leader_was_killed_is_ended(
    tmp_path: Path, family: subprocess.Popen[str]
) -> None:
    os.kill(family.pid, signal.SIGKILL)
    family.wait(timeout=10)
    assert len(_group(family.pid)) == 1
    assert launch.end_leftovers(tmp_path / "program.process", patience=5)
    assert _group(family.pid) == []


def test_a_family_that_lives_is_ended_by_the_next_start(
    tmp_path: Path, family: subprocess.Popen[str]
) -> None:
    with _start(_describe(tmp_path, "print('second')")) as second:
        assert second.communicate(timeout=10)[0] == "second\n"
    assert _group(family.pid) == []


@pytest.mark.parametrize("field", ["start", "session", "boot"])
def test_a_stranger_with_the_same_number_is_left_alone(
    tmp_path: Path, family: subprocess.Popen[str], field: str
) -> None:
    record = tmp_path / "program.process"
    old = json.loads(record.read_text())
    old[field] = "another boot" if field == "boot" else old[field] + 1
    record.write_text(json.dumps(old))
    assert not launch.end_leftovers(record, patience=0.2)
    assert len(_group(family.pid)) == 2


@pytest.mark.parametrize("planted", ["link", "pipe", "folder", "loop", "something", "deep"])
def test_what_is_no_record_ends_nothing(
    tmp_path: Path, family: subprocess.Popen[str], planted: str
) -> None:
    """Root reads the record in a folder of a less privileged user."""
    record, folder = tmp_path / "program.process", tmp_path / "planted"
    folder.mkdir()
    other = folder / "x.process"
    match planted:
        case "link":
            other.symlink_to(record)
        case "pipe":
            os.mkfifo(other)
        case "folder":
            other.mkdir()
        case "loop":
            other.symlink_to(other)
        case "something":
            other.write_text('{"x": 1}')
        case _:
            other.write_text("[" * 100_000)
    assert not launch.end_leftovers(other, patience=0.2)
    assert len(_group(family.pid)) == 2


@pytest.mark.parametrize("whose", ["the folder", "the folder and the record"])
def test_a_record_names_programs_of_its_folders_owner(
    tmp_path: Path, family: subprocess.Popen[str], whose: str
) -> None:
    folder = tmp_path / "nobodys"
    folder.mkdir()
    other = folder / "x.process"
    other.write_text((tmp_path / "program.process").read_text())
    # An ordinary user can't change owners, and ends its own processes.
    is_root = os.geteuid() == 0
    if is_root:
        os.chown(folder, 65534, 65534)
        if whose != "the folder":
            os.chown(other, 65534, 65534)
    assert launch.end_leftovers(other, patience=5) == (not is_root)
    assert bool(_group(family.pid)) == is_root


def test_without_a_record_there_is_nothing_to_end(tmp_path: Path) -> None:
    assert not launch.end_leftovers(tmp_path / "program.process")
