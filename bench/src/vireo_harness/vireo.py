"""The Vireo under load: one of its own, with production settings, in a folder of its own."""

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pymysql
from pymysql.cursors import Cursor

from vireo_harness.processes import below, command
from vireo_ops.layout import CHECKOUT, layout_of
from vireo_ops.secrets_store import read_secret
from vireo_testing.mariadb import free_port

HOST = "127.0.0.1"
# A make that called us hands these down, and with them what its caller set.
_OF_MAKE = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "RUNTIME", "SERVICES")


class Vireo:
    """Started and stopped by ``make``, as a person does it.

    Of its settings only those are set that make it a Vireo of its own (folder, port, address) and
    that let one client send more than one household does (``VIREO_RATE_LIMIT_EXEMPT``).
    """

    def __init__(self, data: Path) -> None:
        self.port = free_port()
        self.layout = layout_of(data)
        self.url = f"http://{HOST}:{self.port}"
        kept = {
            name: text
            for name, text in os.environ.items()
            if not name.startswith("VIREO_") and name not in _OF_MAKE
        }
        self._environment = {
            **kept,
            "RUNTIME": "native",
            "VIREO_DATA": str(data),
            "VIREO_PORT": str(self.port),
            "VIREO_LISTEN_ADDRESS": HOST,
            "VIREO_RATE_LIMIT_EXEMPT": HOST,
        }

    def up(self) -> float:
        """Start it; the seconds until all of it was ready."""
        return self._make("up")

    def down(self) -> float:
        """Stop it; the seconds that it took."""
        return self._make("down")

    def _make(self, target: str) -> float:
        began = time.monotonic()
        done = subprocess.run(
            ["make", "--no-print-directory", target],
            cwd=CHECKOUT,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"make {target} failed:\n{done.stdout}{done.stderr}")
        return time.monotonic() - began

    @property
    def public(self) -> Path:
        """The folder of what its gateway serves."""
        return self.layout.media / "public"

    def database(self, user: str = "") -> "pymysql.Connection[Cursor]":
        """The database as root by its socket, or as a service connects to it."""
        where: dict[str, Any] = {"unix_socket": str(self.layout.database_socket)}
        name, secret = "root", "db_root_password"
        if user:
            where = {"host": HOST, "port": self.database_port}
            name, secret = f"vireo_{user}", f"db_{user}_password"
        return pymysql.connect(
            **where,
            user=name,
            password=read_secret(self.layout.secrets, secret),
            database="vireo",
            charset="utf8mb4",
            autocommit=True,
            init_command="SET time_zone = '+00:00'",
        )

    @property
    def database_port(self) -> int:
        """Where the services reach MariaDB."""
        text = (self.layout.config / "ports.json").read_text(encoding="utf-8")
        return int(json.loads(text)["mariadb"])

    def processes(self) -> dict[int, str]:
        """The supervisor and every process below it, by id, with the command of its program."""
        top = int((self.layout.run / "supervisord.pid").read_text())
        found = {top: "supervisor"}
        for program in below(top, recursive=False):
            found |= dict.fromkeys([program, *below(program)], command(program))
        return found


def path_of(kind: str, hash_path: str) -> str:
    """A video's file below the public folder; ``kind`` is ``videos`` or ``thumbnails``."""
    suffix = {"videos": "mp4", "thumbnails": "jpg"}[kind]
    return f"{kind}/{hash_path[:2]}/{hash_path}.{suffix}"
