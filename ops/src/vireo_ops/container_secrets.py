"""`python -m vireo_ops.container_secrets FOLDER`: the secrets of a Vireo in containers.

Generated at the first start in the volume `FOLDER/all`, which no service mounts; each service
mounts a volume with its own secrets alone. A one-shot task: root, in a container without a
network.

With `smtp_password` after the folder, that secret is read from standard input first: the password
of a mail server is the one that can't be generated here.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from vireo_ops.database_users import USERS
from vireo_ops.run_user import RunUser
from vireo_ops.secrets_store import (
    OF_MEDIA,
    SIGNING_KEY,
    SMTP_PASSWORD,
    ensure_secrets,
    write_private,
)

SERVICE_USER = RunUser("vireo", 10001, 10001, "/")
DATABASE = "mariadb"
PARTS: dict[str, tuple[str, ...]] = {
    "auth": ("db_auth_password", "service_token", SIGNING_KEY),
    "auth-worker": ("db_auth_password", "service_token"),
    "catalog": ("db_catalog_password", "service_token"),
    "community": ("db_community_password", "service_token"),
    "courier": ("db_courier_password", SMTP_PASSWORD),
    "media": OF_MEDIA,
    "migrate": ("db_migrate_password",),
    "users": ("db_root_password", *(f"db_{user}_password" for user in USERS)),
    DATABASE: ("db_root_password",),
}


def hand_out(folder: Path, user: RunUser = SERVICE_USER) -> None:
    """Generate missing secrets in `folder/all`; copy each part's to its folder, owned by `user`."""
    everything, root = folder / "all", RunUser("root", os.getuid(), os.getgid(), "/")
    # Auth rotates this key itself, so its own copy is the current one.
    rotated = folder / "auth" / SIGNING_KEY
    if rotated.is_symlink():
        raise SystemExit(f"{rotated} is a link, which is not followed.")
    if rotated.exists():
        write_private(everything / SIGNING_KEY, rotated.read_bytes(), root)
    ensure_secrets(everything, root)
    for part, names in PARTS.items():
        target = folder / part
        os.chown(target, user.uid, user.gid)
        # The database's image has no fixed user id to read its secrets as, so these are
        # world-readable; no other container mounts the volume.
        open_to_all = part == DATABASE
        target.chmod(0o755 if open_to_all else 0o700)
        for name in names:
            path = target / name
            if name == SMTP_PASSWORD and not (everything / name).exists():
                continue
            if name == SIGNING_KEY and path.exists():
                # A key rotation may have replaced it.
                continue
            content = (everything / name).read_bytes()
            if not path.exists() or path.read_bytes() != content:
                write_private(path, content, user)
            path.chmod(0o444 if open_to_all else 0o400)
        if SMTP_PASSWORD not in names:
            # Left by an earlier version, where auth's worker sent the mails.
            (target / SMTP_PASSWORD).unlink(missing_ok=True)


def main(arguments: Sequence[str], given: BinaryIO, user: RunUser = SERVICE_USER) -> None:
    """Store the mail server's password where it is `given`, then distribute all secrets."""
    folder = Path(arguments[0])
    if arguments[1:] == [SMTP_PASSWORD]:
        root = RunUser("root", os.getuid(), os.getgid(), "/")
        write_private(folder / "all" / SMTP_PASSWORD, given.read(), root)
    hand_out(folder, user)


if __name__ == "__main__":
    main(sys.argv[1:], sys.stdin.buffer)
