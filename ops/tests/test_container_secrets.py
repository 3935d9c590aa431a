"""Secrets of a Vireo in containers: each service gets its own and no other's."""

import io
from pathlib import Path

import pytest

from vireo_ops.container_secrets import PARTS, main
from vireo_ops.run_user import current_user


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for part in ("all", *PARTS):
        (tmp_path / part).mkdir()
    return tmp_path


def hand_out(arguments: list[str], given: io.BytesIO) -> None:
    # Only root can change the owner of files.
    main(arguments, given, current_user())


def names(folder: Path, part: str) -> set[str]:
    return {path.name for path in (folder / part).iterdir()}


def test_each_part_gets_its_own(folder: Path) -> None:
    hand_out([str(folder)], io.BytesIO())
    assert names(folder, "catalog") == {"db_catalog_password", "service_token"}
    assert names(folder, "community") == {"db_community_password", "service_token"}
    assert names(folder, "auth-worker") == {"db_auth_password", "service_token"}
    assert names(folder, "courier") == {"db_courier_password"}
    assert names(folder, "mariadb") == {"db_root_password"}
    assert "smtp_password" not in names(folder, "all")


def test_the_password_of_the_mail_server_comes_from_outside(folder: Path) -> None:
    hand_out([str(folder), "smtp_password"], io.BytesIO(b"sesame\n"))
    hand_out([str(folder)], io.BytesIO())
    given = folder / "courier" / "smtp_password"
    assert given.read_bytes() == b"sesame\n"
    assert given.stat().st_mode & 0o777 == 0o400
    holders = [path.parent.name for path in folder.rglob("smtp_password")]
    assert sorted(holders) == ["all", "courier"]
    hand_out([str(folder), "smtp_password"], io.BytesIO(b"open\n"))
    assert given.read_bytes() == b"open\n"
    assert (folder / "courier").stat().st_mode & 0o777 == 0o700


def test_who_does_not_send_mails_any_more_loses_the_password(folder: Path) -> None:
    hand_out([str(folder), "smtp_password"], io.BytesIO(b"sesame\n"))
    left = folder / "auth-worker" / "smtp_password"
    left.write_text("sesame\n")
    hand_out([str(folder)], io.BytesIO())
    assert not left.exists()
    assert (folder / "courier" / "smtp_password").exists()


def test_a_key_that_auth_has_replaced_counts(folder: Path) -> None:
    hand_out([str(folder)], io.BytesIO())
    key = folder / "auth" / "token_signing_key.pem"
    key.unlink()
    key.write_text("the next key")
    hand_out([str(folder)], io.BytesIO())
    assert key.read_text() == "the next key"
    assert (folder / "all" / key.name).read_text() == "the next key"


def test_nothing_is_read_through_a_link(folder: Path) -> None:
    hand_out([str(folder)], io.BytesIO())
    key = folder / "auth" / "token_signing_key.pem"
    before = (folder / "all" / key.name).read_text()
    key.unlink()
    key.symlink_to(folder / "all" / "db_root_password")
    with pytest.raises(SystemExit, match="is a link"):
        hand_out([str(folder)], io.BytesIO())
    assert (folder / "all" / key.name).read_text() == before
