"""Lists of comments: their orders, their pages, and who sees what."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_common.database import Database
from vireo_common.pages import encode_cursor
from vireo_community.core.comments import CommentSort
from vireo_community.storage.comment_lists import LOOKED_AT, CommentListTable
from vireo_community.storage.comments import CommentTable
from vireo_community.storage.videos import VideoTable
from vireo_testing.answers import outcome


def pages(http: FlaskClient, path: str, headers: Any = None) -> list[list[int]]:
    """The ids of all pages from this one on."""
    found = []
    while path:
        page = http.get(path, headers=headers)
        assert page.status_code == 200, page.json
        found.append([row["id"] for row in page.json["response"]])
        path = page.headers.get("Link", "").partition("<")[2].partition(">")[0]
    return found


def flat(found: list[list[int]]) -> list[int]:
    return [each for page in found for each in page]


def fill(stage: Any, video_id: int, channel_id: int, count: int, **columns: Any) -> None:
    """Comments below a video, by statements of their own."""
    more = "".join(f", {name}" for name in columns)
    values = "".join(f", {value}" for value in columns.values())
    stage.database.query(
        "INSERT INTO Comments (VideoID, ChannelID, State, Listed, CreatedAt, Text" + more + ")"
        " SELECT %s, %s, 'shown', 1, UTC_TIMESTAMP(), CONCAT('text ', seq)" + values + ""
        f" FROM seq_1_to_{count}",
        (video_id, channel_id),
    )
    stage.database.query(
        "INSERT INTO VideoCounters (VideoID, Comments) VALUES (%s, %s)"
        " ON DUPLICATE KEY UPDATE Comments = Comments + %s",
        (video_id, count, count),
    )


def video_id(people: Any) -> int:
    ((found,),) = people.stage.database.query(
        "SELECT VideoID FROM Videos WHERE PathHash = %s", (people.video,)
    )
    return int(found)


def test_pages_of_both_orders(people: Any, http: FlaskClient) -> None:
    made = [people.made("Bob") for _ in range(7)]
    for number, liked in enumerate((made[2], made[5])):
        for who in ("Ada", "Bob", "Cleo")[: number + 1]:
            people.send(who, "PUT", f"/comments/{liked}/like", like=True)
    path = f"/v/{people.video}/comments"
    top = [made[5], made[2], made[6], made[4], made[3], made[1], made[0]]
    for pinned in ([], [made[1]]):
        for comment in pinned:
            people.send("Ada", "PUT", f"/comments/{comment}/pin", pin=True)
        for query, wanted in (("limit=3", made[::-1]), ("sort=top&limit=3", top)):
            found = pages(http, f"{path}?{query}")
            assert flat(found) == pinned + [each for each in wanted if each not in pinned]
            assert [len(page) for page in found] == [3, 3, 1]
    assert flat(pages(http, f"{path}?limit=1")) == [
        made[1],
        *(m for m in made[::-1] if m != made[1]),
    ]
    replies = [people.made("Cleo", reply_to=made[0]) for _ in range(5)]
    assert pages(http, f"/comments/{made[0]}/replies?limit=2") == [
        replies[:2],
        replies[2:4],
        replies[4:],
    ]
    assert outcome(http.get(f"{path}?sort=old")) == (400, "invalid_query")


def test_cursors_of_other_lists_are_refused(people: Any, http: FlaskClient) -> None:
    for _ in range(3):
        comment = people.made("Bob")
    for _ in range(3):
        people.made("Bob", reply_to=comment)
    other = people.stage.video(people.ids["Ada"])
    lists = [
        f"/v/{people.video}/comments?",
        f"/v/{people.video}/comments?sort=top&",
        f"/comments/{comment}/replies?",
    ]
    cursors = []
    for path in lists:
        link = http.get(f"{path}limit=1").headers["Link"]
        cursors.append(link.partition("cursor=")[2].partition(">")[0])
    for at, path in enumerate([*lists, f"/v/{other}/comments?"]):
        for of, cursor in enumerate(cursors):
            expected = (200, None) if at == of else (400, "invalid_cursor")
            answer = http.get(f"{path}cursor={cursor}")
            assert answer.status_code == expected[0]
            if at != of:
                assert outcome(answer) == expected
    for cursor in ("x", "W10", "WyJuZXciLDEsMF0"):
        assert outcome(http.get(f"{lists[0]}cursor={cursor}")) == (400, "invalid_cursor")


def test_what_waits_for_review_is_seen_by_author_and_owner(people: Any) -> None:
    people.policy("review")
    own = people.made("Ada")
    comment = people.post("Bob").json["response"]
    assert comment["state"] == "review"
    comment = comment["id"]
    path = f"/comments/{comment}"
    assert people.count() == 1
    for query in ("", "?sort=top"):
        assert people.ids_of("Bob", query) == [comment, own]
        assert people.ids_of("Ada", query) == [comment, own]
        assert people.ids_of("Cleo", query) == people.ids_of("", query) == [own]
    assert outcome(people.send("Cleo", "GET", f"{path}/replies")) == (404, "not_found")
    assert outcome(people.send("Cleo", "POST", f"{path}/approve")) == (404, "not_found")
    assert outcome(people.send("Bob", "POST", f"{path}/approve")) == (403, "forbidden")
    for who, status in (("Cleo", 404), ("Bob", 403), ("Ada", 403)):
        assert people.send(who, "PUT", f"{path}/like", like=True).status_code == status
        assert people.post(who, reply_to=comment).status_code == status
    assert outcome(people.send("Ada", "PUT", f"{path}/pin", pin=True)) == (403, "forbidden")
    for _ in range(2):
        shown = people.send("Ada", "POST", f"{path}/approve")
        assert shown.json["response"]["state"] == "shown"
        assert people.count() == 2
    assert people.ids_of() == [comment, own]


def test_an_edited_comment_is_reviewed_anew_with_its_replies(people: Any) -> None:
    comment = people.made("Bob")
    reply = people.made("Cleo", reply_to=comment)
    people.send("Ada", "PUT", f"/comments/{comment}/pin", pin=True)
    people.policy("review")
    assert people.count() == 2
    edited = people.send("Bob", "PATCH", f"/comments/{comment}", text="spam")
    assert edited.json["response"]["state"] == "review"
    assert edited.json["response"]["pinned"] is False
    assert people.count() == 0
    assert people.ids_of() == []
    assert outcome(people.send("", "GET", f"/comments/{comment}/replies")) == (404, "not_found")
    assert outcome(people.send("Bob", "PUT", f"/comments/{reply}/like", like=True))[0] == 404
    people.send("Ada", "POST", f"/comments/{comment}/approve")
    assert people.count() == 2
    # A reply too, and what is deleted meanwhile leaves its replies to be found.
    assert people.send("Cleo", "PATCH", f"/comments/{reply}", text="x").status_code == 200
    assert people.count() == 1
    assert people.replies(comment) == []
    assert people.replies(comment, "Ada") == people.replies(comment, "Cleo") == [reply]
    people.send("Bob", "PATCH", f"/comments/{comment}", text="y")
    people.send("Bob", "DELETE", f"/comments/{comment}")
    assert people.ids_of() == []
    assert people.ids_of("Ada") == [comment]
    assert people.count() == 0
    people.send("Ada", "POST", f"/comments/{reply}/approve")
    assert people.ids_of() == [comment]
    assert people.count() == 1
    assert people.send("Ada", "PATCH", f"/comments/{reply}", text="z").status_code == 403


def test_neither_of_two_with_a_block_between_them_sees_the_others(people: Any) -> None:
    bobs, cleos = people.made("Bob"), people.made("Cleo")
    reply = people.made("Bob", reply_to=cleos)
    people.block("Cleo", "Bob")
    assert people.ids_of("Bob") == [bobs]
    assert people.ids_of("Cleo") == [cleos]
    assert people.ids_of("Ada") == people.ids_of() == [cleos, bobs]
    assert people.replies(cleos, "Cleo") == []
    assert people.replies(cleos) == [reply]
    for who, comment in (("Bob", cleos), ("Cleo", bobs)):
        path = f"/comments/{comment}"
        assert outcome(people.send(who, "GET", f"{path}/replies")) == (404, "not_found")
        assert outcome(people.send(who, "PUT", f"{path}/like", like=True)) == (404, "not_found")
        assert outcome(people.post(who, reply_to=comment)) == (403, "forbidden")
    assert outcome(people.post("Bob", "hello @cLEO.")) == (403, "forbidden")
    assert outcome(people.send("Bob", "PATCH", f"/comments/{bobs}", text="@Cleo")) == (
        403,
        "forbidden",
    )
    assert people.post("Cleo", "I block @bob").status_code == 200
    for text in ("mail cleo@cleo.example, or a@Cleo", "@Cleopatra", "@"):
        assert people.post("Bob", text).status_code == 200


def test_who_is_blocked_by_the_owner_does_not_comment(people: Any) -> None:
    comment = people.made("Bob")
    cleos = people.made("Cleo")
    people.block("Ada", "Bob")
    assert outcome(people.post("Bob")) == (403, "forbidden")
    assert outcome(people.post("Bob", reply_to=cleos)) == (403, "forbidden")
    sent = people.send("Bob", "PATCH", f"/comments/{comment}", text="more")
    assert outcome(sent) == (403, "forbidden")
    # What is there is seen by others, and the owner can still delete it.
    assert people.ids_of("Ada") == [cleos]
    assert people.ids_of() == [cleos, comment]
    assert people.send("Ada", "DELETE", f"/comments/{comment}").status_code == 200


def test_comments_of_who_is_gone_are_shown_to_nobody(people: Any) -> None:
    bobs, cleos = people.made("Bob"), people.made("Cleo")
    reply = people.made("Bob", reply_to=cleos)
    people.stage.database.query("DELETE FROM Channels WHERE Username = 'Bob'")
    assert people.ids_of() == people.ids_of("Ada") == [cleos]
    assert people.replies(cleos) == []
    for comment in (bobs, reply):
        sent = people.send("Cleo", "PUT", f"/comments/{comment}/like", like=True)
        assert outcome(sent) == (404, "not_found")
        assert outcome(people.post("Cleo", reply_to=comment)) == (404, "not_found")


def test_many_hidden_ones_cost_a_page_a_bounded_read(
    people: Any, http: FlaskClient, token: Any
) -> None:
    comment = people.made("Bob")
    fill(people.stage, video_id(people), people.ids["Cleo"], 2 * LOOKED_AT + 50)
    newest = people.made("Bob")
    people.block("Ada", "Cleo")
    found = pages(http, f"/v/{people.video}/comments?limit=2", people.tokens["Ada"])
    assert flat(found) == [newest, comment]
    assert len(found) == 3


def test_ten_thousand_replies(people: Any, http: FlaskClient) -> None:
    comment = people.made("Bob")
    fill(people.stage, video_id(people), people.ids["Cleo"], 10_000, ParentID=comment)
    people.stage.database.query(
        "UPDATE Comments SET Replies = 10000, Below = 10000 WHERE CommentID = %s", (comment,)
    )
    assert people.count() == 10_001
    assert people.listed()[0]["replies"] == 10_000
    found = flat(pages(http, f"/comments/{comment}/replies?limit=100"))
    assert len(found) == 10_000
    assert found == sorted(found)
    people.send("Bob", "DELETE", f"/comments/{comment}")
    assert people.listed() == [{"id": comment, "state": "deleted", "replies": 10_000}]


@pytest.mark.parametrize("likes", ["0", "seq %% 7"])
def test_the_thousandth_page_reads_what_the_first_one_reads(
    people: Any, community_database: Database, likes: str
) -> None:
    """Rows that the server reads for a page, by its own counters."""
    fill(people.stage, video_id(people), people.ids["Bob"], 20_100, Likes=likes)
    table = CommentListTable(community_database)
    video = VideoTable(community_database).find(people.video)
    assert video is not None

    def reads() -> int:
        with community_database.read() as cursor:
            cursor.execute("SHOW SESSION STATUS LIKE 'Handler_read%'")
            return sum(int(value) for _, value in cursor.fetchall())

    orders = {CommentSort.NEW: "CommentID DESC", CommentSort.TOP: "Likes DESC, CommentID DESC"}
    for sort, order in orders.items():
        ((of, comment),) = people.stage.database.query(
            f"SELECT Likes, CommentID FROM Comments ORDER BY {order} LIMIT 19979, 1"
        )
        place = (of, comment) if sort is CommentSort.TOP else (comment,)
        deep = encode_cursor((sort, video.video_id, 0, *place))
        # Also merged with what waits for review.
        cases = [
            (None, 0),
            (people.ids["Cleo"], 0),
            (people.ids["Cleo"], 1),
            (people.ids["Ada"], 1),
        ]
        for viewer, waiting in cases:
            video, of_pages = replace(video, in_review=waiting), []
            for cursor in (None, deep):
                before = reads()
                page = table.page(video, viewer, sort, 20, cursor)
                of_pages.append(reads() - before)
                assert len(page.rows) == 20
            # Each row with its index, its channel, a sort and a merge; and reading the counters.
            assert max(of_pages) < 700, (sort, viewer, waiting, of_pages)


def test_deletion_and_replies_at_once(people: Any, community_database: Database) -> None:
    """Whatever comes first, no reply is left without its comment, and all is counted."""
    table = CommentTable(community_database)
    for _ in range(8):
        comment = people.made("Bob")
        start = threading.Barrier(4)

        def reply(start: threading.Barrier = start, comment: int = comment) -> int:
            start.wait()
            return int(people.post("Cleo", reply_to=comment).status_code)

        def delete(start: threading.Barrier = start, comment: int = comment) -> None:
            start.wait()
            table.delete(comment, people.ids["Bob"])

        with ThreadPoolExecutor(4) as pool:
            gone = pool.submit(delete)
            answers = [pool.submit(reply) for _ in range(3)]
            gone.result()
            assert {each.result() for each in answers} <= {200, 404}
        orphans = people.stage.database.query(
            "SELECT 1 FROM Comments r LEFT JOIN Comments p ON p.CommentID = r.ParentID"
            " WHERE r.ParentID <> 0 AND p.CommentID IS NULL"
        )
        assert orphans == ()
        people.count()


def test_approvals_edits_and_deletions_at_once(people: Any) -> None:
    people.policy("review")
    path = f"/comments/{people.made('Bob')}"
    replies = [people.made("Ada")]
    acts = [
        ("Ada", "POST", f"{path}/approve", {}),
        ("Ada", "POST", f"{path}/approve", {}),
        ("Bob", "PATCH", path, {"text": "other"}),
        ("Bob", "PATCH", path, {"text": "another"}),
        ("Ada", "PUT", f"{path}/pin", {"pin": True}),
        ("Cleo", "PUT", f"{path}/like", {"like": True}),
        ("Bob", "DELETE", path, {}),
    ]

    def act(number: int) -> int:
        who, method, where, body = acts[number % len(acts)]
        return int(people.send(who, method, where, **body).status_code)

    with ThreadPoolExecutor(8) as pool:
        statuses = set(pool.map(act, range(6))) | set(pool.map(act, range(28)))
    assert statuses <= {200, 403, 404}
    assert people.count() == len(replies)
    assert people.ids_of("Bob") == replies
