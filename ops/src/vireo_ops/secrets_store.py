"""Passwords and keys, made once at the first start and kept in files of the run user alone.

They never stand in an environment, an argument list or a log: programs are given the folder.
"""

import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vireo_ops.errors import OperationError
from vireo_ops.run_user import RunUser

PASSWORDS = (
    "db_root_password",
    "db_auth_password",
    "db_catalog_password",
    "db_courier_password",
    "db_media_password",
    "db_migrate_password",
    "service_token",
)
# Given by the operator, for it is the mail server's; optional.
SMTP_PASSWORD = "smtp_password"  # noqa: S105 (the name of a file)
# What media and its worker know; in containers, too.
OF_MEDIA = ("db_media_password", "service_token")
SIGNING_KEY = "token_signing_key.pem"


def ensure_secrets(folder: Path, owner: RunUser) -> list[str]:
    """Make what is missing in `folder` and tighten what is open; names of what was made.

    Raises:
        OperationError: a secret is a link.
    """
    folder.chmod(0o700)
    made = []
    for name in (*PASSWORDS, SIGNING_KEY):
        path = folder / name
        if path.is_symlink():
            # The folder belongs to the run user, and root follows no link that it could have made.
            raise OperationError(f"The secret {path} is a link; put a file in its place.")
        if not path.exists() or path.stat().st_size == 0:
            content = _signing_key() if name == SIGNING_KEY else secrets.token_urlsafe(32).encode()
            write_private(path, content, owner)
            made.append(name)
        path.chmod(0o600)
    given = folder / SMTP_PASSWORD
    if given.is_symlink():
        raise OperationError(f"The secret {given} is a link; put a file in its place.")
    if given.exists():
        given.chmod(0o600)
    return made


def copy_secrets(folder: Path, target: Path, names: Sequence[str], owner: RunUser) -> None:
    """Have in `target`, where nobody else may write, what `folder` says, each for `owner` alone."""
    for name in names:
        # The folder belongs to the run user, and root follows no link that it could have made.
        descriptor = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            content, path = file.read(), target / name
        if not path.exists() or path.stat().st_uid != owner.uid or path.read_bytes() != content:
            write_private(path, content, owner)


def read_secret(folder: Path, name: str) -> str:
    """The text of one secret, without the line break that an editor may have added."""
    return (folder / name).read_text(encoding="utf-8").strip()


def write_private(path: Path, content: bytes, owner: RunUser) -> None:
    """Replace `path` in one step by a file that only `owner` can read.

    The folder may belong to the less trusted run user while root writes into it: the new file is
    made with O_EXCL under a name nobody can foresee, so that no link planted there is followed.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fchown(file.fileno(), owner.uid, owner.gid)
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _signing_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
