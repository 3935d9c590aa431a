"""``GET /channel/<name>`` and ``PATCH /channel``, over HTTP on a real MariaDB."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_testing.answers import outcome
from vireo_testing.mariadb import TestDatabase

LINK = {"label": "My page", "url": "https://ada.example/about?x=1"}


@pytest.fixture
def ada(stage: Any) -> int:
    return int(stage.channel("Ada"))


def test_a_channel_has_a_page(
    http: FlaskClient, ada: int, stage: Any, token: Any, clean_tables: TestDatabase
) -> None:
    bob = stage.channel("Bob")
    found = http.get("/channel/ADA")
    plain = {
        "type": "channel",
        "channel": "Ada",
        "title": "",
        "thumbnail": "",
        "nb_count": 0,
        "description": "",
        "upload": "",
        "subscribers": 0,
        "views": 0,
        "about": "",
        "links": [],
        "banner": "",
        "created": "",
    }
    assert found.json["response"] == plain
    clean_tables.query("UPDATE Channels SET CreatedAt = '2026-01-02 03:04:05'")
    clean_tables.query(
        "INSERT INTO ChannelCounters (ChannelID, Subscribers, Views) VALUES (%s, 3, 5000000000)",
        (ada,),
    )
    clean_tables.query(
        "INSERT INTO Subscriptions (FollowerID, ChannelID, Notify, CreatedAt)"
        " VALUES (%s, %s, 'none', NOW(3))",
        (bob, ada),
    )
    counted = {"subscribers": 3, "views": 5_000_000_000, "created": "2026-01-02T03:04:05Z"}
    assert http.get("/channel/Ada").json["response"] == {**plain, **counted}
    for viewer, mine in (
        (bob, {"subscribed": True, "notify": "none"}),
        (ada, {"subscribed": False, "notify": "none"}),
    ):
        seen = http.get("/channel/Ada", headers=token(viewer)).json["response"]
        assert seen == {**plain, **counted, **mine}
    for name in ("nobody", "a b", "a" * 26):
        assert outcome(http.get(f"/channel/{name}")) == (404, "not_found")
    wrong = http.get("/channel/Ada", headers={"Authorization": "nonsense"})
    assert outcome(wrong) == (400, "token_invalid")


def test_its_owner_says_what_it_is_about(http: FlaskClient, ada: int, token: Any) -> None:
    def edit(**body: Any) -> Any:
        answer = http.patch("/channel", json=body, headers=token(ada))
        assert answer.status_code == 200
        shown = answer.json["response"]
        assert http.get("/channel/Ada", headers=token(ada)).json["response"] == shown
        return shown["about"], shown["links"]

    about = "Engines.\n\N{GRINNING FACE} ünï"
    assert edit(about=about) == (about, [])
    assert edit(links=[{**LINK, "label": "  My page "}]) == (about, [LINK])
    assert edit() == (about, [LINK])
    assert edit(about="") == ("", [LINK])
    assert edit(links=[LINK] * 10, about="x" * 2000) == ("x" * 2000, [LINK] * 10)
    assert edit(links=[]) == ("x" * 2000, [])


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"about": "x" * 2001}, "about"),
        ({"about": "a\0b"}, "about"),
        ({"about": 7}, "about"),
        ({"links": [LINK] * 11}, "links"),
        ({"links": [LINK] * 101}, "links"),
        ({"links": [{**LINK, "label": " "}]}, "links.0.label"),
        ({"links": [LINK, {**LINK, "label": "x" * 101}]}, "links.1.label"),
        ({"links": [{**LINK, "label": "a\nb"}]}, "links.0.label"),
        *[
            ({"links": [{**LINK, "url": url}]}, "links.0.url")
            for url in (
                "",
                "javascript:alert(1)",
                "JavaScript://x.example/%0aalert(1)",
                "data:text/html,x",
                "ftp://x.example",
                "//x.example",
                "https://",
                "https://known.example@other.example/",
                "https://x.example:port/",
                "https://x.example/a b",
                "https://x.example/\n",
                "https://[x",
                f"https://x.example/{'x' * 2000}",
            )
        ],
    ],
)
def test_what_can_not_be(
    http: FlaskClient, ada: int, token: Any, given: dict[str, Any], field: str
) -> None:
    answer = http.patch("/channel", json={"about": "x", **given}, headers=token(ada))
    assert outcome(answer) == (400, "invalid_body")
    assert set(answer.json["response"]["fields"]) == {field}
    assert http.get("/channel/Ada").json["response"]["about"] == "", "nothing was changed"


def test_it_takes_a_token_and_goes_with_the_channel(
    http: FlaskClient, ada: int, token: Any, clean_tables: TestDatabase
) -> None:
    assert outcome(http.patch("/channel", json={"about": "x"})) == (400, "token_missing")
    http.patch("/channel", json={"about": "x"}, headers=token(ada))
    clean_tables.query("DELETE FROM Channels")
    assert clean_tables.query("SELECT * FROM ChannelTexts") == ()


def test_writes_are_bounded(
    http: FlaskClient, ada: int, token: Any, clean_tables: TestDatabase
) -> None:
    http.patch("/channel", json={"about": "x"}, headers=token(ada))
    clean_tables.query("UPDATE ChannelWrites SET Room = 0, FilledAt = NOW(3)")
    answer = http.patch("/channel", json={"about": "y"}, headers=token(ada))
    assert outcome(answer) == (429, "rate_limited")
    assert "Retry-After" in answer.headers
