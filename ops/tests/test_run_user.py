"""The check, as the user of the programs, that it has access to what it needs."""

import os
import pwd
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from vireo_ops.run_user import (
    Owner,
    RunUser,
    Users,
    choose_users,
    current_user,
    give,
    unreachable,
)

IS_ROOT = os.geteuid() == 0


def _nobody() -> RunUser:
    """Another user for root; an ordinary user can only test itself."""
    if not IS_ROOT:
        return current_user()
    entry = pwd.getpwnam("nobody")
    return RunUser(entry.pw_name, entry.pw_uid, entry.pw_gid, "/")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that everybody can enter; pytest's own are private."""
    folder = Path(tempfile.mkdtemp(prefix="vireo-user-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def _interpreter(folder: Path) -> Path:
    """A fake interpreter in which every import succeeds, and which runs the rest of the probe."""
    for name in ("gunicorn/app/wsgiapp.py", "supervisor/__init__.py", "vireo_ops/__init__.py"):
        module = folder / "stand-in" / name
        module.parent.mkdir(parents=True, exist_ok=True)
        module.touch()
    script = folder / "python"
    script.write_text(f'#!/bin/sh\nPYTHONPATH="{folder}/stand-in" exec /usr/bin/python3 "$@"\n')
    script.chmod(0o755)
    return script


def test_everything_reachable_gives_no_reason(open_folder: Path) -> None:
    interpreter = _interpreter(open_folder)
    assert unreachable(_nobody(), str(interpreter), [open_folder], open_folder) == ""


def test_a_closed_data_folder_is_the_reason(open_folder: Path) -> None:
    data = open_folder / "closed" / "data"
    data.mkdir(parents=True)
    data.parent.chmod(0o700 if IS_ROOT else 0o000)
    reason = unreachable(_nobody(), str(_interpreter(open_folder)), [open_folder], data)
    data.parent.chmod(0o700)
    assert "Permission denied" in reason
    assert str(data) in reason


def test_a_data_folder_that_is_closed_itself_is_no_reason(open_folder: Path) -> None:
    """Its mode is set later; it is root's where Vireo ran as root before."""
    data = open_folder / "data"
    data.mkdir(mode=0o700)
    reason = unreachable(_nobody(), str(_interpreter(open_folder)), [open_folder], data)
    assert reason == ""


def test_code_that_can_not_be_read_is_the_reason(open_folder: Path) -> None:
    code = open_folder / "code"
    code.mkdir()
    (code / "app.py").touch(mode=0o600)
    (code / "app.py").chmod(0o600 if IS_ROOT else 0o000)
    reason = unreachable(_nobody(), str(_interpreter(open_folder)), [code], open_folder)
    assert "app.py" in reason


def test_an_interpreter_that_can_not_be_executed_is_the_reason(open_folder: Path) -> None:
    interpreter = _interpreter(open_folder)
    interpreter.chmod(0o700 if IS_ROOT else 0o600)
    reason = unreachable(_nobody(), str(interpreter), [open_folder], open_folder)
    assert "may not execute" in reason


def test_a_missing_package_is_the_reason(open_folder: Path) -> None:
    reason = unreachable(_nobody(), "/usr/bin/python3", [open_folder], open_folder)
    assert "ModuleNotFoundError" in reason


def test_the_chosen_user_can_reach_the_data_or_the_note_says_why(tmp_path: Path) -> None:
    checkout = Path(__file__).parents[2]
    users = choose_users(checkout, tmp_path)
    if users.services.uid == os.geteuid():
        assert bool(users.services.note) == IS_ROOT
    else:
        assert unreachable(users.services, sys.executable, [checkout], tmp_path) == ""
    assert users.of(Owner.STARTER) == current_user()


def test_media_has_a_user_of_its_own_where_root_starts_it(tmp_path: Path) -> None:
    users = choose_users(Path(__file__).parents[2], tmp_path)
    if not users.services.is_other:
        assert users == Users(users.services, users.services)
        assert not users.apart
        return
    assert (users.services.name, users.media.name) == ("vireo", "vireo-media")
    assert users.apart
    # The group with access to the shared folders is media's own.
    assert users.media.gid in users.services.groups
    assert users.services.gid not in users.media.groups


def test_what_is_given_is_given_whole_and_no_link_is_followed(tmp_path: Path) -> None:
    tree, other = tmp_path / "tree", tmp_path / "other"
    (tree / "a" / "b").mkdir(parents=True)
    (tree / "a" / "b" / "file").touch()
    other.mkdir()
    (other / "kept").touch()
    (tree / "link").symlink_to(other)
    user = _nobody()
    # Interrupted before the top changed: resumed.
    os.lchown(tree / "a", user.uid, user.gid)
    give(tree, user)
    for path in (tree, *tree.rglob("*")):
        assert path.lstat().st_uid == user.uid, path
    assert other.stat().st_uid == (other / "kept").stat().st_uid == os.geteuid()


def test_give_leaves_a_tree_that_is_theirs_alone(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    before = (tmp_path / "file").stat().st_ctime_ns
    give(tmp_path, current_user())
    assert (tmp_path / "file").stat().st_ctime_ns == before
