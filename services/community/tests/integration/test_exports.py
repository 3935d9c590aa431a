"""What community tells media of a person: list after list, page after page."""

from typing import Any

from flask.testing import FlaskClient

from vireo_community.core.exports import PAGE
from vireo_testing.answers import outcome

LISTS = ["reactions", "comments", "comment_likes", "blocks"]
# Of these test_viewer_removal.py, test_removals.py and test_audit_log.py.
OTHERS = [
    "subscriptions",
    "history",
    "playlists",
    "notices",
    "notice_settings",
    "moderation",
    "reports",
    "comment_filter",
]


def rows(http: FlaskClient, channel_id: int, part: str, service_token: Any) -> list[Any]:
    found, after = [], 0
    while after is not None:
        path = f"/internal/exports/{channel_id}/{part}?after={after}"
        page = http.get(path, headers=service_token).json["response"]
        found += page["rows"]
        after = page["next"]
    return found


def test_all_that_somebody_did(
    people: Any, http: FlaskClient, service_token: dict[str, str]
) -> None:
    bob = people.ids["Bob"]
    people.send("Bob", "PUT", f"/v/{people.video}/reaction", reaction="dislike")
    comment = people.made("Ada")
    own = people.made("Bob", "é\n", reply_to=comment)
    people.send("Bob", "PUT", f"/comments/{comment}/like", like=True)
    people.send("Cleo", "PUT", f"/comments/{own}/like", like=True)
    people.block("Bob", "Cleo")
    people.made("Cleo")
    told = http.get(f"/internal/exports/{bob}", headers=service_token).json["response"]
    assert told == {"lists": [*LISTS, *OTHERS]}
    found = {part: rows(http, bob, part, service_token) for part in LISTS}
    times = [
        row.pop(name)
        for part in found.values()
        for row in part
        for name in ("at", "created")
        if name in row
    ]
    assert all(time.endswith("Z") for time in times)
    assert found == {
        "reactions": [{"video": people.video, "reaction": "dislike"}],
        "comments": [
            {
                "id": own,
                "video": people.video,
                "reply_to": comment,
                "state": "shown",
                "text": "é",
                "edited": None,
                "likes": 1,
                "replies": 0,
            }
        ],
        "comment_likes": [{"comment": comment, "video": people.video}],
        "blocks": [{"channel": "Cleo"}],
    }


def test_long_lists_come_in_pages(
    people: Any, http: FlaskClient, service_token: dict[str, str]
) -> None:
    bob = people.ids["Bob"]
    videos = [people.stage.video(people.ids["Ada"]) for _ in range(PAGE + 1)]
    people.stage.database.query(
        "INSERT INTO Reactions SELECT VideoID, %s, 'like', NOW() FROM Videos ORDER BY VideoID",
        (bob,),
    )
    found = [row["video"] for row in rows(http, bob, "reactions", service_token)]
    assert found == [people.video, *videos]


def test_who_is_not_there_or_may_not_ask(
    people: Any, http: FlaskClient, service_token: dict[str, str]
) -> None:
    bob = people.ids["Bob"]
    for below in ("", "/comments"):
        gone = http.get(f"/internal/exports/2147483647{below}", headers=service_token)
        assert outcome(gone) == (404, "not_found")
        assert outcome(http.get(f"/internal/exports/{bob}{below}")) == (403, "forbidden")
    unknown = http.get(f"/internal/exports/{bob}/passwords", headers=service_token)
    assert outcome(unknown) == (404, "not_found")
