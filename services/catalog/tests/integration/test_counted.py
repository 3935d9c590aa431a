"""What community counts of videos and knows of viewers, as catalog shows it; who may comment."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_testing.answers import outcome


def shown(http: FlaskClient, path: str, headers: Any = None) -> Any:
    answer = http.get(path, headers=headers)
    assert answer.status_code == 200
    return answer.json["response"]


def test_counters_are_shown_wherever_a_video_is(http: FlaskClient, stage: Any, token: Any) -> None:
    ada = stage.channel("Ada")
    counted, other = stage.video(ada, "first zebra"), stage.video(ada, "second zebra")
    stage.database.query(
        "INSERT INTO VideoCounters (VideoID, Comments, Views)"
        " SELECT VideoID, 3, 5000000000 FROM Videos WHERE PathHash = %s",
        (counted,),
    )
    wanted = {counted: (3, 5_000_000_000), other: (0, 0)}
    for path, headers in (
        ("/videos/all", None),
        ("/videos/channel/ada", None),
        ("/search/all/zebra", None),
        ("/me/videos", token(ada)),
    ):
        rows = shown(http, path, headers)
        found = {row["thumbnail"]: (row["comments"], row["views"]) for row in rows}
        assert found == wanted, path
        assert all(("my_reaction" in row) == (headers is not None) for row in rows)
        assert all(("comments_policy" in row) == (path == "/me/videos") for row in rows)
    for hash_path, numbers in wanted.items():
        row = shown(http, f"/v/{hash_path}")
        assert (row["comments"], row["views"]) == numbers
        assert row["comments_policy"] == "open"


def test_a_viewer_is_told_what_they_think(http: FlaskClient, stage: Any, token: Any) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    hash_path = stage.video(ada)
    stage.database.query(
        "INSERT INTO Reactions SELECT VideoID, %s, 'dislike', NOW() FROM Videos", (bob,)
    )
    path = f"/v/{hash_path}"
    for everybodys in ("/videos/all", "/videos/channel/ada", "/search/all/title"):
        (row,) = [each for each in shown(http, everybodys, token(bob)) if each["type"] == "video"]
        assert row["my_reaction"] == "dislike", everybodys
        assert (row["my_position"], row["subscribed"]) == (0, False)
        # What is everybody's is shown with any token.
        (row,) = [
            each
            for each in shown(http, everybodys, {"Authorization": "Bearer x"})
            if each["type"] == "video"
        ]
        assert "my_reaction" not in row
    assert shown(http, path, token(bob))["my_reaction"] == "dislike"
    assert shown(http, path, token(ada))["my_reaction"] == "none"
    # Of a session that nobody has looked for in the last second.
    ended = token(bob)
    stage.database.query("DELETE FROM Sessions WHERE ChannelID = %s", (bob,))
    for headers in (None, ended, {"Authorization": "Bearer x"}):
        assert "my_reaction" not in shown(http, path, headers)


def test_its_owner_says_who_may_comment(http: FlaskClient, stage: Any, token: Any) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    path = f"/v/{stage.video(ada, 'a title', 'a text')}"
    for policy in ("review", "closed", "open"):
        sent = http.patch(path, json={"comments_policy": policy}, headers=token(ada))
        assert sent.json["response"]["comments_policy"] == policy
        row = shown(http, path)
        assert (row["comments_policy"], row["title"], row["description"]) == (
            policy,
            "a title",
            "a text",
        )
    sent = http.patch(path, json={"comments_policy": "closed"}, headers=token(bob))
    assert outcome(sent) == (403, "forbidden")


@pytest.mark.parametrize("policy", ["Open", "", 1, ["open"], True])
def test_what_is_no_policy(http: FlaskClient, stage: Any, token: Any, policy: object) -> None:
    ada = stage.channel("Ada")
    path = f"/v/{stage.video(ada)}"
    sent = http.patch(path, json={"comments_policy": policy}, headers=token(ada))
    assert outcome(sent) == (400, "invalid_body")
    assert set(sent.json["response"]["fields"]) == {"comments_policy"}
    assert shown(http, path)["comments_policy"] == "open"
