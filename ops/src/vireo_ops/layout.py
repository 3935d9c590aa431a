"""Where things lie: the checkout and the folder that holds all state of one Vireo."""

import os
from dataclasses import dataclass
from pathlib import Path

from vireo_ops.errors import OperationError
from vireo_ops.run_user import RunUser

CHECKOUT = Path(__file__).resolve().parents[3]

# Linux keeps 108 bytes for the path of a Unix socket, the closing zero included.
_SOCKET_PATH_LIMIT = 107
# Supervisor binds "<socket>.<pid>" first and then links it to its name; pids have up to 7 digits.
_LONGEST_SOCKET = "run/supervisor.sock.4194304"


@dataclass(frozen=True)
class Layout:
    """Every path of one data folder.

    The folders `run`, `logs`, `gateway` and `config` belong to whoever starts Vireo, because a
    supervisor that runs as root reads and writes there. `media`, `mail`, `mariadb`, `secrets`,
    `run/services` and `run/sockets` belong to the user that the programs run as.
    """

    data: Path

    @property
    def config(self) -> Path:
        """Settings of this installation: vireo.env and ports.json."""
        return self.data / "config"

    @property
    def secrets(self) -> Path:
        """Passwords and keys, one a file."""
        return self.data / "secrets"

    @property
    def database(self) -> Path:
        """MariaDB's data directory."""
        return self.data / "mariadb"

    @property
    def media(self) -> Path:
        """Video files, thumbnails and what is on its way to become one."""
        return self.data / "media"

    @property
    def mail(self) -> Path:
        """Mails, where no mail server is set."""
        return self.data / "mail"

    @property
    def run(self) -> Path:
        """Generated configuration, sockets, process ids."""
        return self.data / "run"

    @property
    def services_run(self) -> Path:
        """The part of `run` that the programs write themselves."""
        return self.run / "services"

    @property
    def programs(self) -> Path:
        """One start description a program, read by launch.py."""
        return self.run / "programs"

    @property
    def logs(self) -> Path:
        """One log a program."""
        return self.data / "logs"

    @property
    def gateway(self) -> Path:
        """nginx's rendered configuration, its cache and its temporary files."""
        return self.data / "gateway"

    @property
    def database_socket(self) -> Path:
        """The Unix socket by which MariaDB's root comes in."""
        return self.services_run / "mariadb.sock"

    @property
    def database_temporary(self) -> Path:
        """Temporary tables of MariaDB.

        A server that starts removes what it takes for leftovers of its own: in a folder that others
        share, it would be their tables.
        """
        return self.services_run / "mariadb-tmp"

    @property
    def sockets(self) -> Path:
        """The folder of the sockets that the services answer on."""
        return self.run / "sockets"

    def service_socket(self, name: str) -> Path:
        """The Unix socket that a service answers HTTP on."""
        return self.sockets / f"{name}.sock"

    @property
    def supervisor_socket(self) -> Path:
        """The Unix socket by which the supervisor is told what to do."""
        return self.run / "supervisor.sock"

    def owner_folders(self) -> list[Path]:
        """Folders of whoever starts Vireo, parents first."""
        # `media` itself is among them: nginx's master, which is root's, gives the folder `incoming`
        # in it to the run user, who therefore must not be able to put a link in its place.
        own = [self.config, self.run, self.programs, self.logs, self.gateway, self.media]
        return [self.data, *own]

    def run_user_folders(self) -> list[Path]:
        """Folders of the user that the programs run as, parents first."""
        media = ("incoming", "staging", "originals", "exports", "public")
        public = ("videos", "thumbnails", "pictures")
        metrics = ("", "auth", "catalog", "media")
        return [
            self.secrets,
            self.services_run,
            self.sockets,
            self.database_temporary,
            self.mail,
            *(self.services_run / "metrics" / name for name in metrics),
            *(self.media / name for name in media),
            *(self.media / "public" / name for name in public),
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


def close_to_others(layout: Layout, user: RunUser) -> None:
    """Let nobody of this machine into the data folder but whoever starts Vireo and the run user.

    The folders of whoever starts it are open to the run user's group where that is another user,
    who must get through them to its own.
    """
    for folder in layout.owner_folders():
        _set_mode(folder, 0o750 if user.is_other else 0o700, user.gid)
    for folder in layout.run_user_folders():
        # What is deeper lies in folders of the run user, who might put a link in its place.
        if folder.parent in {layout.data, layout.run, layout.media}:
            _set_mode(folder, 0o700, -1)


def _set_mode(folder: Path, mode: int, group: int) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        if group != -1:
            os.fchown(descriptor, -1, group)
        os.fchmod(descriptor, mode)
    finally:
        os.close(descriptor)
