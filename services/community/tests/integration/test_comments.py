"""Writing, changing and deleting comments, over HTTP on a real MariaDB."""

from typing import Any

import pytest

from vireo_community.core.comment_texts import MAX_TEXT, MOST_MENTIONS
from vireo_testing.answers import outcome


def test_a_comment_is_shown_to_everybody_as_it_was_typed(people: Any) -> None:
    hostile = "<script>alert('1')</script>\n\t'; DROP TABLE Comments; -- \u202e👩‍👩‍👧‍👦 %s \\"
    response = people.post("Bob", f"  {hostile}\n ")
    shown = response.json["response"]
    made = shown.pop("created")
    assert made.endswith("Z")
    assert shown == {
        "id": shown["id"],
        "video": people.video,
        "channel": "Bob",
        "text": hostile,
        "edited": None,
        "likes": 0,
        "my_like": False,
        "replies": 0,
        "reply_to": None,
        "pinned": False,
        "state": "shown",
    }
    assert people.listed() == [{**shown, "created": made}]
    assert people.count() == 1


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({}, "missing_field"),
        ({"text": " \n\t "}, "invalid_body"),
        ({"text": "x" * (MAX_TEXT + 1)}, "invalid_body"),
        ({"text": "x" * 1_000_000}, "invalid_body"),
        ({"text": "a\x00b"}, "invalid_body"),
        ({"text": "a\x1b[31m"}, "invalid_body"),
        ({"text": 7}, "invalid_body"),
        ({"text": "a", "reply_to": "1"}, "invalid_body"),
        ({"text": "a", "reply_to": 1 << 63}, "invalid_body"),
        ({"text": "a", "reply_to": 0}, "invalid_body"),
        ({"text": "a", "reply_to": (1 << 63) - 1}, "not_found"),
        ({"text": " ".join(f"@x{n}" for n in range(MOST_MENTIONS + 1))}, "invalid_body"),
    ],
)
def test_what_can_be_no_comment(people: Any, body: dict[str, Any], error: str) -> None:
    sent = people.http.post(f"/v/{people.video}/comments", headers=people.tokens["Bob"], json=body)
    assert outcome(sent)[1] == error
    assert people.count() == 0


def test_the_longest_text_of_the_widest_letters(people: Any) -> None:
    people.made("Bob", "👩" * MAX_TEXT)
    assert people.listed()[0]["text"] == "👩" * MAX_TEXT


def test_a_reply_stands_below_the_comment_of_the_video(people: Any, stage: Any) -> None:
    comment = people.made("Bob")
    first = people.made("Cleo", reply_to=comment)
    second = people.post("Ada", reply_to=first).json["response"]
    assert second["reply_to"] == comment
    assert people.replies(comment) == [first, second["id"]]
    assert people.ids_of() == [comment]
    assert people.listed()[0]["replies"] == 2
    assert people.replies(first) == []
    other = stage.video(people.ids["Bob"])
    assert outcome(people.post("Cleo", video=other, reply_to=comment)) == (404, "not_found")
    assert people.count() == 3


def test_no_comment_where_the_video_is_not_seen(people: Any, stage: Any) -> None:
    comment = people.made("Bob")
    stage.database.query("UPDATE Videos SET State = 'processing'")
    path = f"/comments/{comment}"
    for method, below, body in (
        ("GET", f"/v/{people.video}/comments", {}),
        ("POST", f"/v/{people.video}/comments", {"text": "a"}),
        ("GET", f"{path}/replies", {}),
        ("PATCH", path, {"text": "a"}),
        ("PUT", f"{path}/like", {"like": True}),
        ("PUT", f"{path}/pin", {"pin": True}),
        ("POST", f"{path}/approve", {}),
        ("DELETE", path, {}),
    ):
        assert outcome(people.send("Cleo", method, below, **body)) == (404, "not_found"), method
    # One's own words can be taken back all the same.
    assert outcome(people.send("Bob", "PATCH", path, text="b")) == (404, "not_found")
    assert outcome(people.send("Bob", "DELETE", path))[0] == 200
    assert people.count() == 0


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "x", "9223372036854775808", "9" * 40, "٣"])
def test_what_can_be_no_id_is_not_there(people: Any, number: str) -> None:
    for method, below, body in (
        ("GET", "/replies", {}),
        ("PATCH", "", {"text": "a"}),
        ("DELETE", "", {}),
        ("PUT", "/like", {"like": True}),
    ):
        sent = people.send("Bob", method, f"/comments/{number}{below}", **body)
        assert outcome(sent) == (404, "not_found")


def test_its_author_alone_edits_a_comment(people: Any) -> None:
    comment = people.made("Bob")
    path = f"/comments/{comment}"
    same = people.send("Bob", "PATCH", path, text=" a text ").json["response"]
    assert same["edited"] is None
    edited = people.send("Bob", "PATCH", path, text="another").json["response"]
    assert (edited["text"], edited["edited"] is None) == ("another", False)
    for who in ("Ada", "Cleo"):
        assert outcome(people.send(who, "PATCH", path, text="mine")) == (403, "forbidden")
    assert outcome(people.send("Bob", "PATCH", path, text=" ")) == (400, "invalid_body")
    assert people.listed()[0]["text"] == "another"


def test_author_and_owner_delete_a_comment(people: Any) -> None:
    first, second = people.made("Bob"), people.made("Bob")
    assert outcome(people.send("Cleo", "DELETE", f"/comments/{first}")) == (403, "forbidden")
    assert outcome(people.send("Bob", "DELETE", f"/comments/{first}")) == (200, "")
    assert outcome(people.send("Ada", "DELETE", f"/comments/{second}")) == (200, "")
    assert outcome(people.send("Bob", "DELETE", f"/comments/{first}")) == (404, "not_found")
    assert people.listed() == []
    assert people.count() == 0


def test_a_deleted_comment_stays_as_long_as_its_replies(people: Any) -> None:
    comment = people.made("Bob", "secret words")
    people.send("Ada", "PUT", f"/comments/{comment}/pin", pin=True)
    people.send("Ada", "PUT", f"/comments/{comment}/like", like=True)
    replies = [people.made("Cleo", reply_to=comment) for _ in range(2)]
    people.send("Bob", "DELETE", f"/comments/{comment}")
    assert people.listed() == [{"id": comment, "state": "deleted", "replies": 2}]
    assert people.replies(comment) == replies
    assert people.count() == 2
    assert people.stage.database.query("SELECT Text FROM Comments WHERE ChannelID = 0") == (("",),)
    for method, below, body in (
        ("PATCH", "", {"text": "a"}),
        ("DELETE", "", {}),
        ("PUT", "/like", {"like": True}),
        ("PUT", "/pin", {"pin": True}),
        ("POST", "/approve", {}),
    ):
        for who in ("Bob", "Ada"):
            path = f"/comments/{comment}{below}"
            assert outcome(people.send(who, method, path, **body))[0] in {403, 404}
    assert outcome(people.post("Cleo", reply_to=comment)) == (404, "not_found")
    # The thread goes on below it.
    replies.append(people.made("Ada", reply_to=replies[0]))
    for reply in replies:
        assert people.listed() != []
        assert people.send("Ada", "DELETE", f"/comments/{reply}").status_code == 200
    assert people.listed() == []
    assert people.stage.database.query("SELECT 1 FROM Comments") == ()
    assert people.count() == 0


def test_a_comment_is_liked_once_by_each(people: Any) -> None:
    comment = people.made("Bob")
    path = f"/comments/{comment}/like"
    for who, like, likes in (
        ("Bob", True, 1),
        ("Cleo", True, 2),
        ("Cleo", True, 2),
        ("Bob", False, 1),
        ("Bob", False, 1),
    ):
        shown = people.send(who, "PUT", path, like=like).json["response"]
        assert (shown["likes"], shown["my_like"]) == (likes, like)
        people.count()
    assert [people.listed(who)[0]["my_like"] for who in ("Cleo", "Bob", "")] == [True, False, False]
    assert outcome(people.send("Bob", "PUT", path, like="yes")) == (400, "invalid_body")


def test_one_comment_is_pinned_by_the_owner(people: Any, stage: Any) -> None:
    comments = [people.made("Bob") for _ in range(3)]
    reply = people.made("Cleo", reply_to=comments[0])

    def pin(who: str, comment: int, on: bool = True) -> Any:
        return people.send(who, "PUT", f"/comments/{comment}/pin", pin=on)

    assert pin("Ada", comments[0]).json["response"]["pinned"] is True
    assert people.ids_of() == [comments[0], comments[2], comments[1]]
    pin("Ada", comments[1])
    assert people.ids_of(query="?sort=top") == [comments[1], comments[2], comments[0]]
    assert [row["pinned"] for row in people.listed()] == [True, False, False]
    # What is not pinned leaves the other one where it is.
    pin("Ada", comments[0], on=False)
    assert people.ids_of()[0] == comments[1]
    assert outcome(pin("Ada", reply)) == (403, "forbidden")
    assert outcome(pin("Bob", comments[0])) == (403, "forbidden")
    stage.video(people.ids["Bob"])
    assert outcome(pin("Bob", comments[0])) == (403, "forbidden")
    people.send("Bob", "DELETE", f"/comments/{comments[1]}")
    assert people.ids_of() == [comments[2], comments[0]]
    pin("Ada", comments[0])
    pin("Ada", comments[0], on=False)
    assert people.ids_of() == [comments[2], comments[0]]


def test_a_repeated_request_writes_one_comment(people: Any) -> None:
    headers = {**people.tokens["Bob"], "Idempotency-Key": "once"}
    path = f"/v/{people.video}/comments"
    answers = [people.http.post(path, headers=headers, json={"text": "a"}) for _ in range(2)]
    assert answers[0].json == answers[1].json
    # As if the process had died before its answer was kept.
    people.stage.database.query("DELETE FROM IdempotentRequests")
    assert people.http.post(path, headers=headers, json={"text": "a"}).json == answers[0].json
    assert people.count() == 1


def test_nobody_comments_where_it_is_closed(people: Any) -> None:
    comment = people.made("Bob")
    people.policy("closed")
    for who in ("Bob", "Ada"):
        assert outcome(people.post(who)) == (403, "comments_closed")
        assert outcome(people.post(who, reply_to=comment)) == (403, "comments_closed")
    sent = people.send("Bob", "PATCH", f"/comments/{comment}", text="b")
    assert outcome(sent) == (403, "comments_closed")
    assert people.ids_of() == [comment]
    assert people.send("Cleo", "PUT", f"/comments/{comment}/like", like=True).status_code == 200
    assert people.send("Bob", "DELETE", f"/comments/{comment}").status_code == 200


def test_the_bucket_of_an_account(people: Any) -> None:
    people.made("Bob")
    people.stage.database.query("UPDATE CommentWrites SET Room = 0, FilledAt = NOW(3)")
    refused = people.post("Bob")
    assert outcome(refused) == (429, "rate_limited")
    assert refused.headers["Retry-After"] == str(refused.json["response"]["retry_after"])
    people.made("Cleo")


def test_a_young_account_writes_ten_an_hour(people: Any) -> None:
    query = people.stage.database.query
    query("UPDATE Channels SET CreatedAt = UTC_TIMESTAMP() - INTERVAL 23 HOUR WHERE Username='Bob'")
    made = [people.made("Bob") for _ in range(10)]
    # What was deleted counts too.
    assert people.send("Bob", "DELETE", f"/comments/{made[0]}").status_code == 200
    refused = people.post("Bob")
    assert outcome(refused) == (429, "rate_limited")
    assert 3500 < refused.json["response"]["retry_after"] <= 3600
    people.made("Cleo")
    query("UPDATE YoungWrites SET CreatedAt = NOW(3) - INTERVAL 1 HOUR ORDER BY WriteID LIMIT 1")
    people.made("Bob")
    assert outcome(people.post("Bob")) == (429, "rate_limited")
    query("UPDATE Channels SET CreatedAt = UTC_TIMESTAMP() - INTERVAL 25 HOUR")
    people.made("Bob")
