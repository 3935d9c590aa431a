"""Passwords and keys, generated at the first start, in files that only the run user can read.

They are never in an environment, an argument list or a log: programs get the folder's path.
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
    "db_community_password",
    "db_courier_password",
    "db_media_password",
    "db_migrate_password",
    "service_token",
)
# The mail server's, which the operator provides; optional.
SMTP_PASSWORD = "smtp_password"  # noqa: S105 (the name of a file)
# The secrets of media and its worker; container_secrets.py uses it too.
OF_MEDIA = ("db_media_password", "service_token")
SIGNING_KEY = "token_signing_key.pem"


def ensure_secrets(folder: Path, owner: RunUser) -> list[str]:
    """Generate missing secrets in `folder`, and restrict modes; the names of new ones.

    Raises:
        OperationError: a secret is a symbolic link.
    """
    folder.chmod(0o700)
    made = []
    for name in (*PASSWORDS, SIGNING_KEY):
        path = folder / name
        if path.is_symlink():
            # The run user owns the folder, and root follows no symbolic link that it may have made.
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
    """Copy secrets to `target`, a folder of root's, each readable by `owner` alone."""
    for name in names:
        # The run user owns the folder, and root follows no symbolic link that it may have made.
        descriptor = os.open(folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            content, path = file.read(), target / name
        if not path.exists() or path.stat().st_uid != owner.uid or path.read_bytes() != content:
            write_private(path, content, owner)


def read_secret(folder: Path, name: str) -> str:
    """The text of one secret, without a trailing line break."""
    return (folder / name).read_text(encoding="utf-8").strip()


def write_private(path: Path, content: bytes, owner: RunUser) -> None:
    """Replace `path` atomically by a file that only `owner` can read.

    The folder may belong to the less privileged run user while root writes into it: the temporary
    file is created with O_EXCL under a random name, so that no symbolic link is followed.
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
