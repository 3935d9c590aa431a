"""The tokens of a session, and where they are kept."""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Tokens:
    """What a session goes on with: a token for every request, and one that gets the next."""

    token: str = field(repr=False)
    refresh_token: str = field(repr=False)


class TokenStore(Protocol):
    """Keeps the tokens of one session, for one client or for several.

    A refresh token works once. So whoever renews them holds the lock from looking for newer ones
    until the new ones are kept.
    """

    def locked(self) -> AbstractContextManager[None]:
        """Nobody else who keeps tokens here changes them meanwhile."""
        ...

    def load(self) -> Tokens | None:
        """The tokens as they are now."""
        ...

    def save(self, tokens: Tokens | None) -> None:
        """Keep them, or (``None``) forget those that are kept."""
        ...


class InMemory:
    """Tokens of a session that lasts as long as the program."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: Tokens | None = None

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One thread at a time."""
        with self._lock:
            yield

    def load(self) -> Tokens | None:
        """The tokens as they are now."""
        return self._tokens

    def save(self, tokens: Tokens | None) -> None:
        """Keep them."""
        self._tokens = tokens
