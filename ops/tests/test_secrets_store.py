"""Secrets: generated once, readable by one user alone."""

import stat
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from vireo_ops.run_user import current_user
from vireo_ops.secrets_store import (
    OF_MEDIA,
    PASSWORDS,
    SIGNING_KEY,
    copy_secrets,
    ensure_secrets,
    read_secret,
)


def test_all_secrets_are_made_once_and_differ(tmp_path: Path) -> None:
    made = ensure_secrets(tmp_path, current_user())
    values = [read_secret(tmp_path, name) for name in made]
    assert set(made) == {*PASSWORDS, SIGNING_KEY}
    assert len(set(values)) == len(values)
    assert ensure_secrets(tmp_path, current_user()) == []
    assert [read_secret(tmp_path, name) for name in made] == values


def test_only_the_owner_can_read_them_even_when_they_were_open(tmp_path: Path) -> None:
    ensure_secrets(tmp_path, current_user())
    tmp_path.chmod(0o755)
    (tmp_path / "service_token").chmod(0o644)
    ensure_secrets(tmp_path, current_user())
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}


def test_a_lost_or_empty_secret_is_made_again_alone(tmp_path: Path) -> None:
    ensure_secrets(tmp_path, current_user())
    (tmp_path / "service_token").write_text("")
    (tmp_path / "db_auth_password").unlink()
    assert sorted(ensure_secrets(tmp_path, current_user())) == ["db_auth_password", "service_token"]


def test_the_signing_key_is_ed25519(tmp_path: Path) -> None:
    ensure_secrets(tmp_path, current_user())
    key = load_pem_private_key((tmp_path / SIGNING_KEY).read_bytes(), password=None)
    assert isinstance(key, Ed25519PrivateKey)


def test_copies_follow_what_they_are_copies_of(tmp_path: Path) -> None:
    folder, target = tmp_path / "secrets", tmp_path / "copies"
    folder.mkdir()
    target.mkdir()
    ensure_secrets(folder, current_user())
    copy_secrets(folder, target, OF_MEDIA, current_user())
    assert {path.name for path in target.iterdir()} == set(OF_MEDIA)
    before = (target / "service_token").stat().st_ino
    (folder / "db_media_password").write_text("another")
    copy_secrets(folder, target, OF_MEDIA, current_user())
    assert read_secret(target, "db_media_password") == "another"
    assert (target / "service_token").stat().st_ino == before
    for path in target.iterdir():
        assert path.stat().st_mode & 0o077 == 0
