"""What only the machine shows of a Vireo that runs on it: files, processes, other addresses."""

import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pymysql
import requests
from pymysql.cursors import Cursor
from requests.adapters import HTTPAdapter

from vireo_ops.runtime import Runtime
from vireo_testing.person import Person, eventually


def media(runtime: Runtime, part: str = "") -> list[Path]:
    """The files in a part of the media folder."""
    return [path for path in (runtime.data / "media" / part).rglob("*") if path.is_file()]


def of_video(runtime: Runtime, hash_path: str) -> list[Path]:
    """Every file of a video, wherever it is."""
    return [path for path in media(runtime) if path.name.startswith(hash_path)]


def processes(runtime: Runtime, program: str) -> list[psutil.Process]:
    """A program of this Vireo with its children."""
    (row,) = [row for row in runtime.status() if row.name == program]
    parent = psutil.Process(row.pid)
    return [parent, *parent.children(recursive=True)]


def wait_until_whole(runtime: Runtime, seconds: float = 60.0) -> None:
    """Wait until everything is ready; an AssertionError where it does not in time."""
    eventually(lambda: all(row.ready for row in runtime.status()), seconds)


def connect(url: str) -> socket.socket:
    """A connection to the gateway, for what no HTTP library sends."""
    host, _, port = url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port or 80)), timeout=60)


def upload_head(person: Person, hash_path: str, length: int) -> bytes:
    """The head of an upload of ``length`` bytes."""
    return (
        f"POST /upload/v/{hash_path} HTTP/1.1\r\nHost: vireo\r\n"
        f"Authorization: {person.token}\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def half_an_upload(person: Person, hash_path: str, clip: bytes) -> socket.socket:
    """Send the head and half of the body of an upload."""
    line = connect(person.url)
    line.sendall(upload_head(person, hash_path, len(clip)) + clip[: len(clip) // 2])
    return line


class _From(HTTPAdapter):
    """Sends from an address of this machine."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options, source_address=(self._address, 0))


def another_address() -> requests.Session:
    """A session from a client address that nobody else has: every 127.x.y.z is this machine."""
    address = ".".join(["127", *(str(random.randint(1, 254)) for _ in range(3))])
    session = requests.Session()
    session.mount("http://", _From(address))
    return session


@contextmanager
def database_root(runtime: Runtime) -> Iterator[Cursor]:
    """A cursor of MariaDB's root, in no transaction, in the database of this Vireo."""
    connection = pymysql.connect(
        unix_socket=str(runtime.layout.database_socket),
        user="root",
        password=(runtime.layout.secrets / "db_root_password").read_text().strip(),
        database="vireo",
        autocommit=True,
    )
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def supervisor(runtime: Runtime, *words: str) -> None:
    """Tell this Vireo's supervisor something: ``supervisor(runtime, "stop", "auth")``."""
    socket_url = f"unix://{runtime.layout.supervisor_socket}"
    command = [sys.executable, "-m", "supervisor.supervisorctl", "-s", socket_url, *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@contextmanager
def stopped(runtime: Runtime, program: str) -> Iterator[None]:
    """A program does not run, until the end of the block."""
    supervisor(runtime, "stop", program)
    try:
        yield
    finally:
        supervisor(runtime, "start", program)
        wait_until_whole(runtime)
