"""Blocking and unblocking channels, over HTTP on a real MariaDB."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_common.database import Database
from vireo_common.errors import Failure
from vireo_community.storage.blocks import BlockTable
from vireo_testing.answers import outcome


def names(response: Any) -> list[str]:
    assert response.status_code == 200
    return [row["channel"] for row in response.json["response"]]


def test_blocks_are_listed_the_latest_first_and_idempotent(
    http: FlaskClient, stage: Any, token: Any
) -> None:
    ada = token(stage.channel("Ada"))
    stage.channel("Bob"), stage.video(stage.channel("Cleo"))
    for name in ("bob", "cleo", "BOB"):
        assert outcome(http.put(f"/channel/{name}/block", headers=ada)) == (200, "")
    found = http.get("/me/blocks", headers=ada)
    assert names(found) == ["Cleo", "Bob"]
    assert [row["thumbnail"] for row in found.json["response"]] == ["v000001", ""]
    for _ in range(2):
        assert outcome(http.delete("/channel/bob/block", headers=ada)) == (200, "")
    assert names(http.get("/me/blocks", headers=ada)) == ["Cleo"]


def test_pages_lead_through_all_of_them(http: FlaskClient, stage: Any, token: Any) -> None:
    ada = token(stage.channel("Ada"))
    wanted = [f"other{number}" for number in range(5)]
    for name in wanted:
        stage.channel(name)
        http.put(f"/channel/{name}/block", headers=ada)
    found, path = [], "/me/blocks?limit=2"
    while path:
        page = http.get(path, headers=ada)
        found += names(page)
        link = page.headers.get("Link", "")
        path = link.partition("<")[2].partition(">")[0]
    assert found == wanted[::-1]


def test_what_is_refused(http: FlaskClient, stage: Any, token: Any) -> None:
    ada = token(stage.channel("Ada"))
    assert outcome(http.put("/channel/ada/block", headers=ada)) == (403, "forbidden")
    for method in (http.put, http.delete):
        assert outcome(method("/channel/nobody/block", headers=ada)) == (404, "not_found")
        assert outcome(method("/channel/a b!/block", headers=ada)) == (404, "not_found")
        assert outcome(method("/channel/ada/block")) == (400, "token_missing")
    assert outcome(http.get("/me/blocks")) == (400, "token_missing")
    assert outcome(http.get("/me/blocks?cursor=x", headers=ada)) == (400, "invalid_cursor")


def test_nothing_is_written_for_a_channel_that_is_gone(
    community_database: Database, stage: Any
) -> None:
    ada, gone = stage.channel("Ada"), stage.channel("Gone")
    stage.database.query("DELETE FROM Channels WHERE ChannelID = %s", (gone,))
    for actor, other, code in ((ada, gone, "not_found"), (gone, ada, "token_invalid")):
        with pytest.raises(Failure, match=code):
            BlockTable(community_database).add(actor, other)
    assert stage.database.query("SELECT * FROM Blocks") == ()
