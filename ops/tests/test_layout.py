"""Paths that can't hold a Vireo are refused; folders are closed to others of the machine."""

import dataclasses
import os
import stat
from pathlib import Path

import pytest

from vireo_ops.errors import OperationError
from vireo_ops.layout import Layout, close_to_others, layout_of
from vireo_ops.run_user import current_user


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
    services = [layout.service_socket(name) for name in ("auth", "catalog", "media")]
    for path in (*services, layout.database_socket):
        # As the kernel has it, the closing zero included.
        assert len(os.fsencode(path)) < 108


@pytest.mark.parametrize("sign", [";", "%", "'", '"', "\n"])
def test_signs_that_supervisor_can_not_take_are_refused(sign: str) -> None:
    with pytest.raises(OperationError, match="supervisor"):
        layout_of(Path(f"/srv/a{sign}b"))


def modes(layout: Layout) -> dict[str, int]:
    folders = [*layout.owner_folders(), *layout.run_user_folders()]
    return {
        str(folder.relative_to(layout.data)): stat.S_IMODE(folder.stat().st_mode)
        for folder in folders
    }


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path / "data")
    for folder in (*made.owner_folders(), *made.run_user_folders()):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
    return made


def test_nobody_else_of_the_machine_gets_in(layout: Layout) -> None:
    close_to_others(layout, current_user())
    found = modes(layout)
    for name in (
        *(".", "config", "logs", "run", "run/programs", "gateway", "secrets", "mail"),
        *("run/services", "run/sockets", "media", "media/incoming", "media/staging", "media/originals"),
        *("media/exports", "media/public"),
    ):
        assert found[name] == 0o700, name


def test_another_run_user_gets_through_by_its_group(layout: Layout) -> None:
    group = os.getegid()
    other = dataclasses.replace(current_user(), uid=os.geteuid() + 1, gid=group)
    close_to_others(layout, other)
    found = modes(layout)
    assert found["."] == found["media"] == found["run"] == 0o750
    assert found["media/originals"] == found["secrets"] == 0o700
    assert layout.media.stat().st_gid == group


def test_a_link_in_place_of_a_folder_is_not_followed(layout: Layout, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    elsewhere.chmod(0o755)
    layout.mail.rmdir()
    layout.mail.symlink_to(elsewhere)
    with pytest.raises(OSError, match=r"link|directory"):
        close_to_others(layout, current_user())
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o755
