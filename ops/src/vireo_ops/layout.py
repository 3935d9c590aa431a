"""Paths: the checkout, and the data folder that holds all state of one Vireo."""

import enum
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from vireo_ops.errors import OperationError
from vireo_ops.run_user import Owner, Users

CHECKOUT = Path(__file__).resolve().parents[3]

# Linux has 108 bytes for the path of a Unix socket, the terminating zero included.
_SOCKET_PATH_LIMIT = 107
# Supervisor binds "<socket>.<pid>" first and then links it to its name; pids have up to 7 digits.
_LONGEST_SOCKET = "run/supervisor.sock.4194304"


class Entrance(enum.Enum):
    """Who besides its owner has access to a folder: none, the services' user, or media's too."""

    NOBODY = enum.auto()
    SERVICES = enum.auto()
    BOTH = enum.auto()


@dataclass(frozen=True)
class Folder:
    """A folder, its owner, and who else has access."""

    path: Path
    owner: Owner
    entrance: Entrance = Entrance.NOBODY


@dataclass(frozen=True)
class Layout:
    """Every path of one data folder; `folders` has their owners.

    Where a program of root reads or writes, root owns the folder and its parent, so that nobody
    else can replace it by a symbolic link.
    """

    data: Path

    @property
    def config(self) -> Path:
        """Lasting settings: vireo.env and ports.json."""
        return self.data / "config"

    @property
    def secrets(self) -> Path:
        """Passwords and keys, one file each."""
        return self.data / "secrets"

    @property
    def database(self) -> Path:
        """MariaDB's data directory."""
        return self.data / "mariadb"

    @property
    def media(self) -> Path:
        """Videos, thumbnails, and uploads in progress."""
        return self.data / "media"

    @property
    def mail(self) -> Path:
        """Mails as files, while no mail server is set."""
        return self.data / "mail"

    @property
    def run(self) -> Path:
        """Generated configuration, sockets, process ids."""
        return self.data / "run"

    @property
    def services_run(self) -> Path:
        """The part of `run` that all programs but media's write."""
        return self.run / "services"

    def records(self, owner: Owner) -> Path:
        """The process records of this owner's programs (see launch.py)."""
        return {
            Owner.STARTER: self.run,
            Owner.SERVICES: self.services_run,
            Owner.MEDIA: self.media_run,
        }[owner]

    @property
    def programs(self) -> Path:
        """One start description per program, read by launch.py."""
        return self.run / "programs"

    @property
    def logs(self) -> Path:
        """One log per program."""
        return self.data / "logs"

    @property
    def gateway(self) -> Path:
        """nginx's rendered configuration, its cache and its temporary files."""
        return self.data / "gateway"

    @property
    def database_socket(self) -> Path:
        """The Unix socket through which MariaDB's root connects."""
        return self.services_run / "mariadb.sock"

    @property
    def database_temporary(self) -> Path:
        """Temporary tables of MariaDB.

        A starting server deletes what look like leftovers of its own: in a shared folder those are
        another server's tables.
        """
        return self.services_run / "mariadb-tmp"

    @property
    def sockets(self) -> Path:
        """The folder of the sockets of all services but media."""
        return self.run / "sockets"

    def service_socket(self, name: str) -> Path:
        """The Unix socket that a service answers HTTP on."""
        of_media = name == "media" or name.startswith("media-")
        return (self.media_run if of_media else self.sockets) / f"{name}.sock"

    @property
    def spool_socket(self) -> Path:
        """The Unix socket on which the spool gives media access to received bodies."""
        return self.sockets / "spool.sock"

    @property
    def media_run(self) -> Path:
        """The part of `run` that media and its worker write."""
        return self.run / "media"

    @property
    def media_secrets(self) -> Path:
        """Copies of the secrets that media needs."""
        return self.run / "media-secrets"

    @property
    def supervisor_socket(self) -> Path:
        """The Unix socket of supervisor's RPC."""
        return self.run / "supervisor.sock"

    def folders(self) -> list[Folder]:
        """Every folder, parents first."""
        return [
            Folder(self.data, Owner.STARTER, Entrance.BOTH),
            Folder(self.config, Owner.STARTER),
            Folder(self.logs, Owner.STARTER),
            Folder(self.run, Owner.STARTER, Entrance.BOTH),
            Folder(self.programs, Owner.STARTER, Entrance.BOTH),
            Folder(self.media_secrets, Owner.STARTER, Entrance.BOTH),
            Folder(self.gateway, Owner.STARTER, Entrance.SERVICES),
            Folder(self.media, Owner.STARTER, Entrance.BOTH),
            Folder(self.secrets, Owner.SERVICES),
            Folder(self.services_run, Owner.SERVICES),
            Folder(self.database_temporary, Owner.SERVICES),
            Folder(self.mail, Owner.SERVICES),
            Folder(self.sockets, Owner.SERVICES, Entrance.BOTH),
            # Bodies inherit the group of their folder (setgid).
            Folder(self.media / "incoming", Owner.SERVICES, Entrance.BOTH),
            Folder(self.media_run, Owner.MEDIA, Entrance.BOTH),
            Folder(self.media / "staging", Owner.MEDIA),
            Folder(self.media / "drafts", Owner.MEDIA),
            Folder(self.media / "tus", Owner.MEDIA),
            Folder(self.media / "originals", Owner.MEDIA),
            Folder(self.media / "candidates", Owner.MEDIA),
            # The gateway serves these; what is hidden to who has a grant.
            Folder(self.media / "hidden", Owner.MEDIA, Entrance.BOTH),
            Folder(self.media / "exports", Owner.MEDIA, Entrance.BOTH),
            Folder(self.media / "public", Owner.MEDIA, Entrance.BOTH),
        ]


def layout_of(data: Path) -> Layout:
    """The layout of the data folder `data`, made absolute.

    Raises:
        OperationError: the path can't be used for Unix sockets or in a supervisor configuration.
    """
    absolute = data.resolve()
    length = len(os.fsencode(absolute / _LONGEST_SOCKET))
    if length > _SOCKET_PATH_LIMIT:
        spare = _SOCKET_PATH_LIMIT - (length - len(os.fsencode(absolute)))
        raise OperationError(
            f"The path of the data folder is too long for Unix sockets: {absolute} has "
            f"{len(os.fsencode(absolute))} bytes, at most {spare} will do. "
            "Choose another folder with VIREO_DATA=/short/path."
        )
    for path in (absolute, CHECKOUT):
        # In supervisor's files a semicolon opens a comment, a per cent sign a placeholder, and a
        # line break or a quote ends a value.
        if any(sign in str(path) for sign in ";%\n\r'\""):
            raise OperationError(
                f"The path {str(path)!r} holds a semicolon, a per cent sign, a quote or a line "
                "break, which supervisor can't take. Move it or choose another VIREO_DATA."
            )
    return Layout(absolute)


def close_to_others(layout: Layout, users: Users) -> None:
    """Set modes and groups: each folder is open to its owner and its `entrance` alone."""
    for folder in layout.folders():
        # Deeper ones are in folders of a run user, who could replace them by symbolic links.
        if folder.path.parent not in {layout.data.parent, layout.data, layout.run, layout.media}:
            continue
        others = users.services.is_other if folder.owner is Owner.STARTER else users.apart
        mode = 0o750 if others and folder.entrance is not Entrance.NOBODY else 0o700
        if mode == 0o750 and folder.owner is Owner.SERVICES:
            # Files in it must get its group, not that of the process that creates them.
            mode |= stat.S_ISGID
        group = {
            Entrance.NOBODY: users.of(folder.owner).gid,
            Entrance.SERVICES: users.services.gid,
            Entrance.BOTH: users.media.gid,
        }[folder.entrance]
        _set_mode(folder.path, mode, group)


def _set_mode(folder: Path, mode: int, group: int) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        found = os.fstat(descriptor)
        if found.st_gid != group:
            os.fchown(descriptor, -1, group)
        # After chown, which clears the setgid bit.
        os.fchmod(descriptor, mode)
    finally:
        os.close(descriptor)
