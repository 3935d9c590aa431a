"""Unusable paths are refused; folders are closed to other users of the machine."""

import dataclasses
import os
import stat
from pathlib import Path

import pytest

from vireo_ops.errors import OperationError
from vireo_ops.layout import Layout, close_to_others, layout_of
from vireo_ops.run_user import Owner, RunUser, Users, current_user


def test_a_path_too_long_for_unix_sockets_is_refused_with_the_limit(tmp_path: Path) -> None:
    with pytest.raises(OperationError, match=r"at most 79 will do.*VIREO_DATA"):
        layout_of(tmp_path / ("x" * 100))


def test_the_longest_path_is_taken_and_one_byte_more_is_not() -> None:
    longest = Path("/" + "x" * 78)
    assert layout_of(longest).data == longest
    with pytest.raises(OperationError):
        layout_of(Path("/" + "x" * 79))


def test_every_socket_fits_into_the_longest_path() -> None:
    layout = layout_of(Path("/" + "x" * 78))
    services = [layout.service_socket(name) for name in ("auth", "catalog", "community", "media")]
    for path in (*services, layout.database_socket):
        # As in the kernel, the terminating zero included.
        assert len(os.fsencode(path)) < 108


@pytest.mark.parametrize("sign", [";", "%", "'", '"', "\n"])
def test_signs_that_supervisor_can_not_take_are_refused(sign: str) -> None:
    with pytest.raises(OperationError, match="supervisor"):
        layout_of(Path(f"/srv/a{sign}b"))


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path / "data")
    for folder in made.folders():
        folder.path.mkdir(parents=True, exist_ok=True)
        folder.path.chmod(0o755)
    return made


def modes(layout: Layout) -> dict[str, int]:
    return {
        str(folder.path.relative_to(layout.data)): stat.S_IMODE(folder.path.stat().st_mode)
        for folder in layout.folders()
        # Deeper ones are below closed ones.
        if folder.path != layout.database_temporary
    }


def test_nobody_else_of_the_machine_gets_in(layout: Layout) -> None:
    close_to_others(layout, Users(current_user(), current_user()))
    assert set(modes(layout).values()) == {0o700}


def other_user(number: int, gid: int) -> RunUser:
    return dataclasses.replace(current_user(), uid=os.geteuid() + number, gid=gid)


def test_another_run_user_gets_through_by_its_group(layout: Layout) -> None:
    group = os.getegid()
    other = other_user(1, group)
    close_to_others(layout, Users(other, other))
    found = modes(layout)
    assert found["."] == found["media"] == found["run"] == found["gateway"] == 0o750
    assert found["media/originals"] == found["secrets"] == found["run/sockets"] == 0o700
    assert found["config"] == found["logs"] == 0o700
    assert layout.media.stat().st_gid == group


def test_two_run_users_get_through_to_what_is_theirs(layout: Layout) -> None:
    # Only root can set a group that it is not in.
    gids = (os.getegid() + 1, os.getegid() + 2) if os.geteuid() == 0 else (os.getegid(),) * 2
    services, media = other_user(1, gids[0]), other_user(2, gids[1])
    close_to_others(layout, Users(services, media))
    found = modes(layout)
    assert {name for name, mode in found.items() if mode == 0o700} == {
        *("config", "logs", "secrets", "mail", "run/services"),
        *("media/staging", "media/drafts", "media/tus", "media/originals"),
        "media/candidates",
    }
    assert found["run/sockets"] == found["media/incoming"] == 0o2750
    groups = {
        str(folder.path.relative_to(layout.data)): folder.path.stat().st_gid
        for folder in layout.folders()
    }
    assert groups["gateway"] == services.gid
    for name in (".", "run", "run/programs", "run/media-secrets", "run/media"):
        assert groups[name] == media.gid, name
    for name in ("media/public", "media/hidden"):
        assert groups[name] == media.gid, name


def test_no_folder_of_root_lies_in_one_of_another_user(tmp_path: Path) -> None:
    """There another user could replace one by a symbolic link."""
    layout = Layout(tmp_path)
    owners = {folder.path: folder.owner for folder in layout.folders()}
    for path, owner in owners.items():
        if path not in {layout.data, layout.database_temporary}:
            assert owners[path.parent] is Owner.STARTER, (path, owner)


def test_a_link_in_place_of_a_folder_is_not_followed(layout: Layout, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    elsewhere.chmod(0o755)
    layout.mail.rmdir()
    layout.mail.symlink_to(elsewhere)
    with pytest.raises(OSError, match=r"link|directory"):
        close_to_others(layout, Users(current_user(), current_user()))
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o755
