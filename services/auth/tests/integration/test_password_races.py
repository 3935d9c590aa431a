"""A password that was replaced while it was being hashed is good for nothing any more."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from vireo_auth.core.me import Me
from vireo_auth.core.passwords import Passwords
from vireo_auth.core.sessions import Client, Confirmed, Sessions
from vireo_auth.storage.keys import SigningKeyFile
from vireo_auth.storage.names import ReservedNames
from vireo_auth.storage.profiles import ProfileTable
from vireo_auth.storage.sessions import SessionTable
from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_testing.mariadb import TestDatabase

HOME = Client("a browser", "198.51.100.7")
Act = Callable[[Confirmed], object]


@pytest.fixture
def owner(sign_up: Any, clean_tables: TestDatabase) -> Confirmed:
    """Ada, whose password has just been found right."""
    assert sign_up().status_code == 200
    ((channel_id, stored),) = clean_tables.query("SELECT ChannelID, Password FROM Channels")
    return Confirmed(channel_id, stored, 4)


@pytest.fixture
def acts(auth_database: Database, clean_tables: TestDatabase) -> Iterator[dict[str, Act]]:
    """What somebody does whose password was right."""
    key = SigningKeyFile(clean_tables.secrets_dir / "token_signing_key.pem")
    sessions = Sessions(SessionTable(auth_database), key.signer, b"a key")
    reserved = ReservedNames(b"a key")

    def as_owner(owner: Confirmed) -> Me:
        return Me(ProfileTable(auth_database, reserved), Passwords(4), lambda *_: owner)

    yield {
        "sign in": lambda owner: sessions.open(owner, HOME),
        "change": lambda owner: as_owner(owner).change_password(
            owner.channel_id, "", "old", "another horse battery", HOME
        ),
        "address": lambda owner: as_owner(owner).change(
            owner.channel_id, {"email": "eve@example.org", "fname": "Eve"}, "old", HOME
        ),
        "delete": lambda owner: as_owner(owner).delete(owner.channel_id, "old", HOME),
    }


REPLACED = {
    "another": "UPDATE Channels SET Password = REPEAT('x', 60)",
    "other letters": "UPDATE Channels SET Password = BINARY UPPER(Password)",
}


@pytest.mark.parametrize("how", REPLACED)
@pytest.mark.parametrize("act", ["sign in", "change", "address", "delete"])
def test_replaced_meanwhile(
    acts: dict[str, Act], owner: Confirmed, clean_tables: TestDatabase, act: str, how: str
) -> None:
    clean_tables.query(REPLACED[how])
    before = clean_tables.query("SELECT * FROM Channels JOIN ChannelDetails USING (ChannelID)")

    with pytest.raises(Failure) as caught:
        acts[act](owner)

    assert caught.value.code is Code.BAD_CREDENTIALS
    assert caught.value.details == {"attempts_left": 4}
    after = clean_tables.query("SELECT * FROM Channels JOIN ChannelDetails USING (ChannelID)")
    assert after == before
    assert clean_tables.query("SELECT 1 FROM Sessions") == ()
    kinds = [kind for (kind,) in clean_tables.query("SELECT Kind FROM Jobs")]
    assert kinds == ["verify"], "nobody is told of what did not happen"


@pytest.mark.parametrize("act", ["sign in", "change", "address", "delete"])
def test_deleted_meanwhile(
    acts: dict[str, Act], owner: Confirmed, clean_tables: TestDatabase, act: str
) -> None:
    clean_tables.query("DELETE FROM Channels")
    with pytest.raises(Failure) as caught:
        acts[act](owner)
    assert caught.value.code in {Code.BAD_CREDENTIALS, Code.TOKEN_INVALID}


@pytest.mark.parametrize("act", ["sign in", "change", "address", "delete"])
def test_not_replaced(
    acts: dict[str, Act], owner: Confirmed, clean_tables: TestDatabase, act: str
) -> None:
    everything = "SELECT * FROM Channels JOIN ChannelDetails USING (ChannelID)"
    before = clean_tables.query(everything), clean_tables.query("SELECT 1 FROM Sessions")
    acts[act](owner)
    after = clean_tables.query(everything), clean_tables.query("SELECT 1 FROM Sessions")
    assert after != before
