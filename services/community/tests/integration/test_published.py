"""What community lets the others know, in the transaction of the change."""

import json
from typing import Any

import pytest


@pytest.fixture
def published(people: Any) -> Any:
    """What was published since it was asked for last: kind and fields."""

    def take() -> list[tuple[str, dict[str, Any]]]:
        rows = people.stage.database.query("SELECT Kind, Payload FROM Events ORDER BY EventID")
        people.stage.database.query("DELETE FROM Events")
        return [(kind, json.loads(payload)) for kind, payload in rows]

    return take


def test_likes_of_what_is_anothers_and_new(people: Any, published: Any) -> None:
    path = f"/v/{people.video}/reaction"
    comment = people.made("Bob")
    published()
    steps = [
        ("Bob", path, {"reaction": "like"}, 1),
        ("Bob", path, {"reaction": "like"}, 0),
        ("Cleo", path, {"reaction": "dislike"}, 0),
        ("Ada", path, {"reaction": "like"}, 0),
        ("Cleo", f"/comments/{comment}/like", {"like": True}, 1),
        ("Cleo", f"/comments/{comment}/like", {"like": True}, 0),
        ("Bob", f"/comments/{comment}/like", {"like": True}, 0),
    ]
    told = []
    for who, where, body, count in steps:
        assert people.send(who, "PUT", where, **body).status_code == 200
        told.append(published())
        assert len(told[-1]) == count, (who, where)
    (kind, liked), (comment_kind, comment_liked) = told[0][0], told[4][0]
    assert (kind, comment_kind) == ("video_liked", "comment_liked")
    assert liked["hash_path"] == people.video
    assert (liked["channel_id"], liked["owner_id"]) == (people.ids["Bob"], people.ids["Ada"])
    assert comment_liked["comment_id"] == comment
    assert comment_liked["channel_id"] == people.ids["Cleo"]
    assert comment_liked["author_id"] == people.ids["Bob"]


def test_comments_with_whom_they_answer_and_mention(people: Any, published: Any) -> None:
    ids = people.ids
    comment = people.made("Bob", "@ada and @nobody, not me@cleo.example")
    reply = people.made("Cleo", "@Bob. @bob", reply_to=comment)
    deeper = people.made("Ada", reply_to=reply)
    told = published()
    assert [kind for kind, _ in told] == ["comment_posted"] * 3
    said = [
        (row["comment_id"], row["channel_id"], row["reply_to_author"], row["mentions"])
        for _, row in told
    ]
    assert said == [
        (comment, ids["Bob"], None, [ids["Ada"]]),
        (reply, ids["Cleo"], ids["Bob"], [ids["Bob"]]),
        (deeper, ids["Ada"], ids["Cleo"], []),
    ]
    assert {(row["owner_id"], row["state"]) for _, row in told} == {(ids["Ada"], "shown")}


def test_what_waits_is_told_again_once_it_is_shown(people: Any, published: Any) -> None:
    people.policy("review")
    comment = people.made("Bob", "@cleo")
    ((_, waiting),) = published()
    assert (waiting["state"], waiting["mentions"]) == ("review", [people.ids["Cleo"]])
    for count in (1, 0):
        people.send("Ada", "POST", f"/comments/{comment}/approve")
        told = published()
        assert len(told) == count
        if told:
            ((kind, shown),) = told
            assert kind == "comment_approved"
            assert shown["mentions"] == [people.ids["Cleo"]]
            assert (shown["channel_id"], shown["owner_id"]) == (
                people.ids["Bob"],
                people.ids["Ada"],
            )


def test_nothing_is_told_of_what_is_refused(people: Any, published: Any) -> None:
    people.block("Cleo", "Bob")
    assert people.post("Bob", "@cleo").status_code == 403
    people.stage.database.query("UPDATE CommentWrites SET Room = 0, FilledAt = NOW(3)")
    people.policy("closed")
    assert people.post("Bob").status_code == 403
    assert published() == []


def test_an_approved_reply_tells_whom_it_answers(people: Any, published: Any) -> None:
    """A reply to a reply, which stands below the comment of somebody else."""
    comment = people.made("Bob")
    reply = people.made("Cleo", reply_to=comment)
    people.policy("review")
    dora = people.stage.channel("Dora")
    people.ids["Dora"], people.tokens["Dora"] = dora, people.token(dora)
    deeper = people.made("Dora", reply_to=reply)
    published()
    assert people.send("Ada", "POST", f"/comments/{deeper}/approve").status_code == 200
    ((kind, said),) = published()
    assert (kind, said["reply_to_author"]) == ("comment_approved", people.ids["Cleo"])
    # What it answers was deleted meanwhile: nobody is answered.
    orphan = people.made("Dora", reply_to=reply)
    assert people.send("Cleo", "DELETE", f"/comments/{reply}").status_code == 200
    published()
    assert people.send("Ada", "POST", f"/comments/{orphan}/approve").status_code == 200
    ((_, said),) = published()
    assert said["reply_to_author"] is None
