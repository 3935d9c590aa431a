"""The session of the command line, in a file of one's own that nobody else can read."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from vireo_client.tokens import Tokens

_KEYS = ("url", "username", "token", "refresh_token")


class TokenFileError(Exception):
    """The file is not one that this program has written, or others can read it."""


def default_path() -> Path:
    """Below the user's folder of settings."""
    folder = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(folder) / "vireo" / "session.json"


class TokenFile:
    """Tokens of ``username`` at the Vireo at ``url``; those of another session are left alone."""

    def __init__(self, path: Path, url: str, username: str) -> None:
        self.path = path
        self.url = url
        self.username = username

    @classmethod
    def found(cls, path: Path) -> "TokenFile | None":
        """The session that was kept last.

        Raises:
            TokenFileError: it can't be used.
        """
        kept = _read(path)
        return cls(path, kept["url"], kept["username"]) if kept else None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One program and one thread at a time."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _private(self.path.with_suffix(".lock")) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def load(self) -> Tokens | None:
        """The tokens as they are now; none where another session has taken its place."""
        kept = _read(self.path)
        if not kept or (kept["url"], kept["username"]) != (self.url, self.username):
            return None
        return Tokens(kept["token"], kept["refresh_token"])

    def save(self, tokens: Tokens | None) -> None:
        """Keep them; the file is the old one or the new one, and never half of it."""
        if tokens is None:
            if self.load():
                self.path.unlink()
            return
        values = (self.url, self.username, tokens.token, tokens.refresh_token)
        new = self.path.with_suffix(".new")
        new.unlink(missing_ok=True)
        with _private(new, os.O_EXCL) as out:
            json.dump(dict(zip(_KEYS, values, strict=True)), out)
        new.replace(self.path)


def _private(path: Path, flags: int = 0) -> TextIO:
    opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | flags, 0o600)
    return os.fdopen(opened, "w")


def _read(path: Path) -> dict[str, str] | None:
    try:
        with path.open(encoding="utf-8") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise TokenFileError(f"Others can read {path}. Delete it, and sign in again.")
            kept = json.load(file)
            return {key: str(kept[key]) for key in _KEYS}
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError):
        raise TokenFileError(f"{path} holds no session. Delete it, and sign in again.") from None
