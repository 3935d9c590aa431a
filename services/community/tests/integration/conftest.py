"""Community in this process, on a clean database."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_common.database import Database
from vireo_testing.mariadb import TestDatabase
from vireo_testing.sessions import open_session


class Stage:
    """Puts channels and videos, which community may not write, into the database."""

    def __init__(self, database: TestDatabase) -> None:
        self.database = database
        self._count = 0

    def channel(self, name: str) -> int:
        """A channel; its id."""
        with self.database.connect() as connection, connection.cursor() as cursor:
            cursor.execute("INSERT INTO Channels (Username, Password) VALUES (%s, 'x')", (name,))
            return int(cursor.lastrowid)

    def video(self, channel_id: int, *, state: str = "ready", title: str = "a title") -> str:
        """A video; its hash path."""
        self._count += 1
        made = f"v{self._count:06d}"
        self.database.query(
            "INSERT INTO Videos (PathHash, ChannelID, Title, Description, Upload, State, Duration)"
            " VALUES (%s, %s, %s, '', UTC_TIMESTAMP(), %s, 60)",
            (made, channel_id, title, state),
        )
        return made


@pytest.fixture
def community_database(open_pool: Any) -> Database:
    """A pool of community's own user, for tests that go below HTTP."""
    database: Database = open_pool("community")
    return database


@pytest.fixture
def stage(clean_tables: TestDatabase) -> Stage:
    return Stage(clean_tables)


@pytest.fixture
def http(make_app: Any) -> Iterator[FlaskClient]:
    with make_app("community").test_client() as client:
        yield client


@pytest.fixture
def token(clean_tables: TestDatabase) -> Callable[..., dict[str, str]]:
    """``token(channel_id, now=...)``: the header of a signed-in request."""

    def make(channel_id: int, now: float | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {open_session(clean_tables, channel_id, now)}"}

    return make
