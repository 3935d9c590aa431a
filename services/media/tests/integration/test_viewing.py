"""Who has a grant for a video is served its files for as long as they may see it."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_common.grant_key_table import GrantKeyTable
from vireo_common.grant_keys import KeyRing
from vireo_common.grants import Grants, Purpose
from vireo_common.view_grants import VIEW_SECONDS, ViewGrants, reference_of
from vireo_media.core.viewing import Viewing
from vireo_media.storage.viewing import ViewingTable
from vireo_testing.mariadb import TestDatabase

VIDEO, OTHER = "aaaaaaa", "bbbbbbb"


class World:
    """Ada has two private videos and a session; Bob, who has two, is named for the first one."""

    def __init__(self, clean: TestDatabase, catalog: Database, media: Database) -> None:
        self.clean, self.now = clean, 1_800_000_000.0
        keys = KeyRing(GrantKeyTable(catalog).valid, "token")
        self.grants = Grants(keys, lambda: self.now)
        self.made = ViewGrants(self.grants)
        read = Grants(KeyRing(GrantKeyTable(media).valid, "token"), lambda: self.now)
        self.viewing = Viewing(ViewingTable(media), read)
        self.ada, self.bob, self.eve = (self._channel(name) for name in ("Ada", "Bob", "Eve"))
        for hash_path in (VIDEO, OTHER):
            clean.query(
                "INSERT INTO Videos (PathHash, ChannelID, Title, Description, Upload, State,"
                " Visibility) VALUES (%s, %s, 't', '', NOW(), 'ready', 'private')",
                (hash_path, self.ada),
            )
        clean.query(
            "INSERT INTO VideoViewers (VideoID, ChannelID, AddedAt)"
            " SELECT VideoID, %s, NOW(3) FROM Videos WHERE PathHash = %s",
            (self.bob, VIDEO),
        )
        self.sessions = {who: self.session(who) for who in (self.ada, self.bob, self.eve)}

    def _channel(self, name: str) -> int:
        with self.clean.connect() as connection, connection.cursor() as cursor:
            cursor.execute("INSERT INTO Channels (Username, Password) VALUES (%s, 'x')", (name,))
            return int(cursor.lastrowid)

    def session(self, who: int) -> str:
        name = secrets.token_hex(11)
        self.clean.query(
            "INSERT INTO Sessions (SessionID, ChannelID, Device, Address, CreatedAt, SeenAt,"
            " RefreshedAt) VALUES (%s, %s, '', '', NOW(), NOW(), NOW())",
            (name, who),
        )
        return name

    def grant(self, who: int, hash_path: str = VIDEO) -> str:
        return self.made.make(hash_path, who, self.sessions[who])

    def may(self, grant: str, hash_path: str = VIDEO) -> bool:
        try:
            self.viewing.require(hash_path, grant)
        except Failure as failure:
            assert failure.code is Code.FORBIDDEN
            return False
        return True


@pytest.fixture
def world(clean_tables: TestDatabase, open_pool: Any) -> Iterator[World]:
    yield World(clean_tables, open_pool("catalog"), open_pool("media"))


def test_for_whom_it_was_made(world: World) -> None:
    assert world.may(world.grant(world.ada))
    assert world.may(world.grant(world.bob))
    # Catalog makes none for her; where one is made all the same she may not see it.
    assert not world.may(world.grant(world.eve))
    assert not world.may(world.grant(world.ada), OTHER)
    assert not world.may(world.grant(world.bob, OTHER), OTHER)
    assert not world.may("")


def test_another_purpose_is_none(world: World) -> None:
    reference = reference_of(world.sessions[world.ada])
    for purpose in set(Purpose) - {Purpose.VIEW}:
        assert not world.may(world.grants.make(purpose, VIDEO, world.ada, 60, reference))


def test_it_ends(world: World) -> None:
    grant = world.grant(world.ada)
    world.now += VIEW_SECONDS - 1
    assert world.may(grant)
    world.now += 1
    assert not world.may(grant)


@pytest.mark.parametrize(
    "ends",
    [
        "DELETE FROM Sessions",
        "DELETE FROM VideoViewers",
        "DELETE FROM Videos",
        "UPDATE Videos SET Visibility = 'scheduled'",
        "UPDATE Videos SET HiddenBy = 1",
        "UPDATE Videos SET State = 'processing'",
    ],
)
def test_whatever_ends_that_it_may_be_seen_ends_it(world: World, ends: str) -> None:
    bobs, adas = world.grant(world.bob), world.grant(world.ada)
    assert world.may(bobs)
    world.clean.query(ends)
    assert not world.may(bobs)
    # Its owner goes on to see it, unless it or the session is gone.
    assert world.may(adas) == (not ends.startswith(("DELETE FROM Sessions", "DELETE FROM Videos")))


def test_another_session_of_the_same_account_keeps_its_own(world: World) -> None:
    old = world.grant(world.bob)
    ended = world.sessions[world.bob]
    world.sessions[world.bob] = world.session(world.bob)
    new = world.grant(world.bob)
    world.clean.query("DELETE FROM Sessions WHERE SessionID = %s", (ended,))
    assert not world.may(old)
    assert world.may(new)


def test_moderators_see_what_is_hidden_and_nothing_that_is_private(world: World) -> None:
    world.clean.query(
        "INSERT INTO Roles (ChannelID, Role, GrantedAt) VALUES (%s, 'moderator', NOW())",
        (world.eve,),
    )
    assert not world.may(world.grant(world.eve))
    world.clean.query("UPDATE Videos SET Visibility = 'public', HiddenBy = 1")
    assert world.may(world.grant(world.eve))
    assert not world.may(world.grant(world.bob))
