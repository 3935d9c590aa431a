"""What catalog tells media of a person: the channel, and its videos in whatever state."""

import json
from typing import Any

from flask.testing import FlaskClient

from vireo_catalog.core.exports import PAGE
from vireo_testing.answers import outcome

STATES = ("waiting", "processing", "ready", "failed")


def pages(http: FlaskClient, channel_id: int, service_token: dict[str, str]) -> list[list[Any]]:
    """All videos of a channel, page after page."""
    found, after = [], 0
    while after is not None:
        path = f"/internal/exports/{channel_id}/videos?after={after}"
        page = http.get(path, headers=service_token).json["response"]
        found.append(page["rows"])
        after = page["next"]
    return found


def test_a_channel_with_its_videos(
    stage: Any, http: FlaskClient, service_token: dict[str, str]
) -> None:
    ada, eve = stage.channel("Ada"), stage.channel("Eve")
    for state in STATES:
        stage.video(ada, f"{state} one", "a\nd", state=state)
        stage.video(eve, "hers")
    answer = http.get(f"/internal/exports/{ada}", headers=service_token)
    channel = {"name": "Ada", "videos": 1, "about": "", "links": []}
    assert answer.json["response"] == {"channel": channel}
    link = {"label": "x", "url": "https://x.example"}
    stage.database.query(
        "INSERT INTO ChannelTexts (ChannelID, About, Links) VALUES (%s, 'Engines', %s)",
        (ada, json.dumps([link])),
    )
    answer = http.get(f"/internal/exports/{ada}", headers=service_token)
    assert answer.json["response"] == {"channel": {**channel, "about": "Engines", "links": [link]}}
    ((first, *others),) = pages(http, ada, service_token)
    assert [row["state"] for row in (first, *others)] == list(STATES)
    assert [row["title"] for row in (first, *others)] == [f"{state} one" for state in STATES]
    assert first["stored"] is None
    assert set(first) == {
        *("hash_path", "title", "description", "upload", "stored", "state", "reason"),
        "sha256",
        *("duration", "width", "height", "likes", "dislikes"),
        *("views", "comments", "comments_policy", "moderation"),
        *("visibility", "publish_at", "published", "viewers"),
    }
    assert (others[2]["reason"], others[2]["duration"]) == ("broken", 2.5)
    assert first["description"] == "a\nd"


def test_many_videos_come_in_pages_also_while_some_go(
    stage: Any, http: FlaskClient, service_token: dict[str, str]
) -> None:
    ada = stage.channel("Ada")
    made = [stage.video(ada, state="waiting") for _ in range(2 * PAGE)]
    found = pages(http, ada, service_token)
    assert [len(page) for page in found] == [PAGE, PAGE, 0]
    assert [row["hash_path"] for page in found for row in page] == made

    ((last,),) = stage.database.query(
        "SELECT VideoID FROM Videos WHERE PathHash = %s", (made[PAGE - 1],)
    )
    for hash_path in made[:PAGE]:
        stage.videos.remove(hash_path, ada)
    path = f"/internal/exports/{ada}/videos?after={last}"
    rest = http.get(path, headers=service_token).json["response"]["rows"]
    assert [row["hash_path"] for row in rest] == made[PAGE:]


def test_a_page_is_read_by_an_index(stage: Any) -> None:
    ada = stage.channel("Ada")
    stage.video(ada)
    (plan,) = stage.database.query(
        "EXPLAIN SELECT Title FROM Videos FORCE INDEX (OfChannel)"
        " WHERE ChannelID = %s AND VideoID > 0 ORDER BY VideoID LIMIT 20",
        (ada,),
    )
    assert plan[5] == "OfChannel"
    assert "filesort" not in str(plan[-1])


def test_who_is_not_there_or_may_not_ask(
    stage: Any, http: FlaskClient, service_token: dict[str, str]
) -> None:
    ada = stage.channel("Ada")
    for below in ("", "/videos"):
        gone = http.get(f"/internal/exports/2147483647{below}", headers=service_token)
        assert outcome(gone) == (404, "not_found")
        assert outcome(http.get(f"/internal/exports/{ada}{below}")) == (403, "forbidden")
