"""What moderators hide is in no list, and comes back; what they remove goes for good."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_catalog.core.videos import Progress
from vireo_catalog.storage.videos import VideoTable
from vireo_catalog.worker.events import handlers
from vireo_common.database import Database
from vireo_common.events import VideoRemovalDecided
from vireo_videos.visibility import HiddenBy, State

Token = Callable[..., dict[str, str]]


@pytest.fixture
def shown(stage: Any, catalog_database: Database) -> tuple[int, str]:
    """Ada's channel, and its video that everybody sees."""
    ada = stage.channel("Ada")
    videos = VideoTable(catalog_database)
    videos.add("aaaaaaa", ada, "Rosy otters", "")
    videos.record("aaaaaaa", Progress(State.READY, duration=1.0))
    return ada, "aaaaaaa"


def hide(stage: Any, why: HiddenBy) -> None:
    stage.database.query("UPDATE Videos SET HiddenBy = %s", (int(why),))


def seen(http: FlaskClient, headers: dict[str, str] | None = None) -> list[bool]:
    """Whether each way to a video leads to it."""
    lists = ("/videos/all", "/videos/channel/Ada", "/search/all/otters")
    found = [http.get(path, headers=headers).json["response"] for path in lists]
    known = http.get("/gateway/known/v/aaaaaaa").status_code == 200
    page = http.get("/v/aaaaaaa", headers=headers).status_code == 200
    newest = http.get("/channel/Ada").json["response"]["thumbnail"] == "aaaaaaa"
    return [*(any(row["type"] == "video" for row in rows) for rows in found), known, page, newest]


@pytest.mark.parametrize("why", [HiddenBy.DECISION, HiddenBy.CHANNEL, HiddenBy.REMOVAL])
def test_hidden_is_hidden_everywhere(
    http: FlaskClient, stage: Any, shown: tuple[int, str], token: Token, why: HiddenBy
) -> None:
    stranger = token(stage.channel("Bob"))
    assert seen(http) == seen(http, stranger) == [True] * 6
    hide(stage, why)
    assert seen(http) == seen(http, stranger) == [False] * 6
    for method in ("patch", "delete"):
        answer = getattr(http, method)("/v/aaaaaaa", headers=stranger, json={"title": "x"})
        assert answer.status_code == 404
    hide(stage, HiddenBy.NOTHING)
    assert seen(http) == [True] * 6


def test_its_owner_and_moderators_see_it_marked(
    http: FlaskClient, stage: Any, shown: tuple[int, str], token: Token
) -> None:
    mo = stage.channel("Mo")
    stage.database.query("INSERT INTO Roles VALUES (%s, 'moderator', NOW(3))", (mo,))
    hide(stage, HiddenBy.CHANNEL)
    for who in (shown[0], mo):
        video = http.get("/v/aaaaaaa", headers=token(who)).json["response"]
        assert video["moderation"] == "suspended"
    hide(stage, HiddenBy.DECISION | HiddenBy.CHANNEL)
    (mine,) = http.get("/me/videos", headers=token(shown[0])).json["response"]
    assert mine["moderation"] == "hidden"
    hide(stage, HiddenBy.NOTHING)
    assert "moderation" not in http.get("/v/aaaaaaa", headers=token(mo)).json["response"]


def test_what_is_edited_while_it_is_hidden_is_found_afterwards(
    http: FlaskClient, stage: Any, shown: tuple[int, str], token: Token
) -> None:
    hide(stage, HiddenBy.DECISION)
    edited = http.patch("/v/aaaaaaa", headers=token(shown[0]), json={"title": "Blue herons"})
    assert edited.status_code == 200
    assert http.get("/search/all/herons").json["response"] == []
    hide(stage, HiddenBy.NOTHING)
    assert len(http.get("/search/all/herons").json["response"]) == 1
    assert http.get("/search/all/otters").json["response"] == []


def test_what_becomes_ready_while_it_is_hidden(
    stage: Any, shown: tuple[int, str], catalog_database: Database
) -> None:
    videos = VideoTable(catalog_database)
    videos.add("bbbbbbb", shown[0], "t", "")
    stage.database.query("UPDATE Videos SET HiddenBy = 1 WHERE PathHash = 'bbbbbbb'")
    videos.record("bbbbbbb", Progress(State.READY, duration=1.0))
    assert stage.count_of(shown[0]) == 1
    published = stage.database.query("SELECT Subject FROM Events WHERE Kind = 'video_published'")
    assert published == (("aaaaaaa",),)


@pytest.mark.parametrize("hidden_by", [0, 5])
def test_removed_for_good(
    stage: Any, shown: tuple[int, str], catalog_database: Database, hidden_by: int
) -> None:
    stage.database.query("UPDATE Videos SET HiddenBy = %s", (hidden_by,))
    decided = VideoRemovalDecided("aaaaaaa", shown[0], 1)
    handler = handlers()[VideoRemovalDecided]
    for _ in range(2):
        catalog_database.transaction("test", lambda cursor: handler(cursor, decided, 1))
    assert stage.database.query("SELECT * FROM Videos") == ()
    assert stage.removed() == ["aaaaaaa"]
    # Whoever hid it has counted that.
    assert stage.count_of(shown[0]) == (0 if hidden_by == 0 else 1)


def test_a_suspended_channel_is_shown_to_itself_alone(
    http: FlaskClient, stage: Any, shown: tuple[int, str], token: Token
) -> None:
    ada, bob = token(shown[0]), token(stage.channel("Bob"))
    stage.database.query("UPDATE Channels SET SuspendedAt = NOW() WHERE Username = 'Ada'")
    for path in ("/channel/Ada", "/videos/channel/ada", "/channel/picture/Ada"):
        assert http.get(path, headers=bob).status_code == http.get(path).status_code == 404
    assert http.get("/gateway/known/channel/Ada").status_code == 403
    assert http.get("/search/channel/ada").json["response"] == []
    assert http.get("/channel/Ada", headers=ada).status_code == 200
    for method, path, body in (
        ("post", "/upload", {"title": "x", "description": ""}),
        ("patch", "/v/aaaaaaa", {"title": "x"}),
        ("patch", "/channel", {"about": "x"}),
    ):
        answer = getattr(http, method)(path, headers=ada, json=body)
        assert (answer.status_code, answer.json["response"]["error"]) == (403, "suspended")
    assert http.get("/me/videos", headers=ada).status_code == 200
    assert http.delete("/v/aaaaaaa", headers=ada).status_code == 200
