"""What every service sees of sessions and keys, with its own database user."""

from typing import Any

import pytest

from vireo_common.sessions import SessionReader, Standing
from vireo_common.tokens import Signer, Verifier
from vireo_testing.mariadb import TestDatabase
from vireo_testing.sessions import open_session


@pytest.fixture
def channel(clean_tables: TestDatabase) -> int:
    with clean_tables.connect() as connection, connection.cursor() as cursor:
        cursor.execute("INSERT INTO Channels (Username, Password) VALUES ('ada', 'x')")
        return int(cursor.lastrowid)


@pytest.mark.parametrize("service", ["auth", "catalog", "media"])
def test_standing(open_pool: Any, clean_tables: TestDatabase, channel: int, service: str) -> None:
    reader = SessionReader(open_pool(service))
    claims = Verifier(reader.key_set).claims(open_session(clean_tables, channel))
    assert claims.account_id == channel
    assert reader.standing(channel, claims.session_id) is Standing.GOOD
    assert reader.standing(channel, "another") is Standing.ENDED
    assert reader.standing(channel, claims.session_id.swapcase()) is Standing.ENDED
    assert reader.standing(channel + 1, claims.session_id) is Standing.NO_ACCOUNT
    clean_tables.query("DELETE FROM Sessions")
    assert reader.standing(channel, claims.session_id) is Standing.ENDED


def test_somebody_elses_session_is_none(
    open_pool: Any, clean_tables: TestDatabase, channel: int
) -> None:
    reader = SessionReader(open_pool("catalog"))
    claims = Verifier(reader.key_set).claims(open_session(clean_tables, channel))
    clean_tables.query("INSERT INTO Channels (Username, Password) VALUES ('eve', 'x')")
    assert reader.standing(channel + 1, claims.session_id) is Standing.ENDED


@pytest.mark.parametrize("service", ["auth", "catalog", "media"])
def test_use_is_noted_once_a_minute(
    open_pool: Any, clean_tables: TestDatabase, channel: int, service: str
) -> None:
    reader = SessionReader(open_pool(service))
    claims = Verifier(reader.key_set).claims(open_session(clean_tables, channel))
    for ago, noted in ((59, False), (61, True)):
        clean_tables.query("UPDATE Sessions SET SeenAt = NOW(3) - INTERVAL %s SECOND", (ago,))
        reader.standing(channel, claims.session_id)
        ((recent,),) = clean_tables.query(
            "SELECT SeenAt > NOW(3) - INTERVAL 30 SECOND FROM Sessions"
        )
        assert bool(recent) is noted


def test_keys_are_what_auth_published(
    open_pool: Any, clean_tables: TestDatabase, channel: int, signer: Signer
) -> None:
    reader = SessionReader(open_pool("media"))
    assert reader.key_set() == {"keys": []}
    open_session(clean_tables, channel)
    assert reader.key_set() == signer.key_set()
