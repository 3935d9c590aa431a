"""Mails of notices: merged, bounded, composed when they leave, and switched off for good."""

import datetime as dt
import threading
from typing import Any

import pytest

from vireo_community.core.notice_mails import MOST_LINES, next_digest
from vireo_community.core.notices import Kind, Note
from vireo_community.storage.fanouts import FanoutTable, announce
from vireo_community.storage.notice_mails import AT_ONCE, DUE, TO_TELL, UNTOLD, NoticeMailTable
from vireo_community.storage.notices import add
from vireo_testing.answers import outcome
from vireo_testing.mariadb import TestDatabase

PAUSE, MOST = 600, 5
DAY = 86400 + PAUSE


def test_nobody_gets_mails_who_did_not_ask(mailing: Any) -> None:
    mailing.comment(mailing.bob)
    mailing.later()
    assert mailing.make() == []
    assert mailing.query("SELECT * FROM NoticeMails") == ()


def test_a_flood_is_one_mail_with_a_number(mailing: Any) -> None:
    mailing.wants(kinds={"comment": {"mail": True}})
    for number in range(1, 13):
        mailing.comment(mailing.bob, number)
        mailing.follow(mailing.cleo)
    assert mailing.make() == [], "it waits for more"
    mailing.later()
    (reference,) = mailing.make()
    said = mailing.said(reference)
    assert said["subject"] == "“Cats” has 12 new comments, the latest by Bob."
    assert "- “Cats” has 12 new comments, the latest by Bob.\n  http" in said["text"]
    assert "/watch/v000001" in said["text"]
    assert "follow" not in said["text"], "that kind was not asked for"
    mailing.ended(reference)
    # What was told is not told again, and what comes after it is.
    mailing.later()
    assert mailing.make() == [reference]
    mailing.comment(mailing.cleo, 13)
    mailing.later()
    _, again = mailing.make()
    assert "13 new comments, the latest by Cleo" in mailing.said(again)["text"]


def test_a_mail_tells_what_is_so_when_it_leaves(mailing: Any) -> None:
    """The courier was away: one mail waits, and tells of all that came meanwhile."""
    mailing.wants(kinds={"comment": {"mail": True}})
    mailing.comment(mailing.bob)
    mailing.later()
    (reference,) = mailing.make()
    dogs = mailing.numbered("Dogs")
    for _ in range(5):
        mailing.comment(mailing.cleo, 6, dogs)
        mailing.later()
        assert mailing.make() == [reference]
    said = mailing.said(reference)
    assert said["subject"] == "2 notices on Vireo"
    assert "“Dogs” has 5 new comments" in said["text"]
    # Composed again, because the mail server hung up, it says the same.
    assert mailing.said(reference)["text"] == said["text"]
    mailing.ended(reference)
    mailing.later()
    assert mailing.make() == [reference]


def test_what_was_read_in_the_app_is_not_mailed(mailing: Any) -> None:
    mailing.wants(kinds={"comment": {"mail": True}})
    mailing.comment(mailing.bob)
    mailing.later()
    (reference,) = mailing.make()
    (row,) = mailing.http.get("/notifications", headers=mailing.token(mailing.ada)).json["response"]
    mailing.http.post(
        "/notifications/read", json={"ids": [row["id"]]}, headers=mailing.token(mailing.ada)
    )
    assert outcome(mailing.content(reference)) == (404, "not_found")
    mailing.ended(reference, sent=False)
    mailing.comment(mailing.bob, 6)
    mailing.query("UPDATE Notices SET ReadMark = NoticeID WHERE ReadMark = 0")
    mailing.later()
    assert mailing.make() == [reference]


@pytest.mark.parametrize(
    "change",
    [
        {"kinds": {"comment": {"mail": False}}},
        {"kinds": {"comment": {"app": False}}},
        {"digest": "daily"},
    ],
    ids=str,
)
def test_what_is_switched_off_is_not_sent_though_it_was_made(mailing: Any, change: Any) -> None:
    mailing.wants(kinds={"comment": {"mail": True}})
    mailing.comment(mailing.bob)
    mailing.later()
    (reference,) = mailing.make()
    mailing.wants(**change)
    assert outcome(mailing.content(reference)) == (404, "not_found")


@pytest.mark.parametrize(
    "hide",
    [
        "INSERT INTO Blocks (ChannelID, BlockedID, CreatedAt) VALUES ({ada}, {bob}, NOW())",
        "INSERT INTO Blocks (ChannelID, BlockedID, CreatedAt) VALUES ({bob}, {ada}, NOW())",
        "DELETE FROM Videos WHERE VideoID = {video}",
        "DELETE FROM Channels WHERE ChannelID = {ada}",
        "DELETE FROM Channels WHERE ChannelID = {bob}",
        "UPDATE Channels SET SuspendedAt = NOW(3) WHERE ChannelID = {bob}",
        "UPDATE Comments SET State = 'hidden', HiddenBy = 1, StateBefore = 'shown'",
        "UPDATE Comments SET State = 'deleted', ChannelID = 0, Text = ''",
        "DELETE FROM Comments",
    ],
)
def test_what_nobody_may_see_is_in_no_mail(mailing: Any, hide: str) -> None:
    mailing.wants(kinds={"comment": {"mail": True}})
    mailing.comment(mailing.bob)
    mailing.later()
    (reference,) = mailing.make()
    assert "Cats" in mailing.said(reference)["text"]
    mailing.query(hide.format(ada=mailing.ada, bob=mailing.bob, video=mailing.video))
    assert outcome(mailing.content(reference)) == (404, "not_found")


def test_an_author_is_told_by_mail_that_their_comment_was_hidden(mailing: Any) -> None:
    mailing.wants(kinds={"moderation": {"mail": True}})
    mailing.comment(mailing.ada)
    mailing.query("UPDATE Comments SET State = 'hidden', HiddenBy = 1, StateBefore = 'shown'")
    note = Note(mailing.ada, Kind.MODERATION, "decision 1", comment_id=5, once=True)
    mailing.database.transaction("test", lambda cursor: add(cursor, note))
    mailing.later()
    (reference,) = mailing.make()
    assert mailing.said(reference)["text"]


def test_a_video_that_is_hidden_again_is_in_no_mail(mailing: Any) -> None:
    mailing.wants(kinds={"video": {"mail": True}})
    mailing.query(
        "INSERT INTO Subscriptions (FollowerID, ChannelID, Notify, CreatedAt)"
        " VALUES (%s, %s, 'all', NOW(3))",
        (mailing.ada, mailing.bob),
    )
    video = mailing.numbered("Secret", mailing.bob)
    mailing.database.transaction("test", lambda cursor: announce(cursor, mailing.bob, video))
    while FanoutTable(mailing.database).step():
        pass
    mailing.later()
    (reference,) = mailing.make()
    assert mailing.said(reference)["subject"] == "Bob published “Secret”."
    mailing.query("UPDATE Videos SET State = 'processing' WHERE VideoID = %s", (video,))
    assert outcome(mailing.content(reference)) == (404, "not_found")


def test_an_account_gets_so_many_a_day_and_the_rest_on_the_next(mailing: Any) -> None:
    mailing.wants(kinds={"comment": {"mail": True}, "follow": {"mail": True}})
    for number in range(1, MOST + 4):
        mailing.comment(mailing.bob, number)
        mailing.later()
        for reference in mailing.make():
            mailing.ended(reference)
    assert len(mailing.make()) == MOST
    mailing.follow(mailing.bob)
    mailing.later()
    assert len(mailing.make()) == MOST, "all kinds together"
    mailing.later(DAY)
    mailing.query("UPDATE NoticeMailDays SET Day = Day - INTERVAL 1 DAY")
    assert len(mailing.make()) == MOST + 2


def test_a_digest_has_what_is_unread_since_the_last_one(mailing: Any) -> None:
    mailing.comment(mailing.bob)
    mailing.wants(digest="daily", kinds={"comment": {"mail": True}})
    for number in range(1, MOST_LINES + 6):
        mailing.comment(mailing.bob, number, mailing.numbered(f"Film {number}"))
    waiting = mailing.query("SELECT Kind, WaitsSince > NOW(3) FROM NoticeMails")
    assert waiting == (("digest", 1),), "comments wait for the digest"
    mailing.later(DAY)
    (reference,) = mailing.make()
    said = mailing.said(reference)
    assert said["subject"] == f"More than {MOST_LINES} notices on Vireo"
    assert said["text"].count("“Film ") == MOST_LINES
    assert "- and more, in the app." in said["text"]
    assert "Cats" not in said["text"], "older than the digest"
    mailing.ended(reference)
    # Once in a period, however often it is looked, and whatever is switched off and on.
    mailing.comment(mailing.bob, 99)
    mailing.wants(digest="off")
    mailing.wants(digest="daily")
    assert mailing.make() == [reference]
    mailing.later(DAY)
    assert mailing.make() == [reference], "of before it was switched on again"
    mailing.comment(mailing.cleo, 100)
    mailing.later(DAY)
    _, again = mailing.make()
    assert "the latest by Cleo" in mailing.said(again)["text"]


def test_an_empty_digest_is_no_mail(mailing: Any) -> None:
    mailing.wants(digest="weekly")
    mailing.later(8 * 86400)
    assert mailing.make() == []
    ((waits,),) = mailing.query("SELECT WaitsSince > NOW(3) FROM NoticeMails")
    assert waits, "the next one is due"


def test_two_workers_make_no_mail_twice(mailing: Any, open_pool: Any) -> None:
    people = 3 * AT_ONCE
    with mailing.stage.database.connect() as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO Channels (Username, Password)"
            f" SELECT CONCAT('f', seq), 'x' FROM seq_1_to_{people}"
        )
        cursor.execute(
            "INSERT INTO NoticeDigests SELECT ChannelID, 'daily' FROM Channels"
            " WHERE Username LIKE 'f%'"
        )
        cursor.execute(
            "INSERT INTO NoticeMails (ChannelID, Kind, WaitsSince)"
            " SELECT ChannelID, 'digest', NOW(3) - INTERVAL 1 DAY FROM NoticeDigests"
        )
        cursor.execute(
            "INSERT INTO Notices (ChannelID, Kind, Subject, `Change`, Count, CreatedAt)"
            " SELECT ChannelID, 'follow', 'you', 1, 1, NOW(3) FROM NoticeDigests"
        )
        connection.commit()
    tables = [NoticeMailTable(open_pool("community")) for _ in range(3)]

    def work(table: NoticeMailTable) -> None:
        while table.make(PAUSE, MOST):
            pass

    threads = [threading.Thread(target=work, args=(table,)) for table in tables]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = mailing.query(
        "SELECT JSON_VALUE(Payload, '$.channel_id'), EventID FROM Events"
        " WHERE Kind = 'notice_mail_due'"
    )
    assert len(made) == len({channel for channel, _ in made}) == people


def test_pages_of_digests_are_found_by_keys(clean_tables: TestDatabase) -> None:
    """With many rows that are not due, and many notices of others."""
    clean_tables.query(
        "INSERT INTO NoticeMails (ChannelID, Kind, WaitsSince)"
        " SELECT seq, 'digest', NOW(3) + INTERVAL seq SECOND FROM seq_1_to_20000"
    )
    clean_tables.query(
        "INSERT INTO Notices (ChannelID, Kind, Subject, `Change`, Count, CreatedAt)"
        " SELECT seq MOD 2000, 'follow', seq, seq, 1, NOW(3) FROM seq_1_to_20000"
    )
    clean_tables.query("UPDATE NoticeMails SET WaitsSince = NOW(3) - INTERVAL 1 DAY LIMIT 500")
    clean_tables.query("ANALYZE TABLE NoticeMails, Notices")
    looked = {
        "due": (DUE, (6, PAUSE, AT_ONCE)),
        "untold": (UNTOLD, ([(n, "digest") for n in range(1, AT_ONCE + 1)],)),
        "to tell": (TO_TELL, (77, 0, "digest", "digest", MOST_LINES + 1)),
    }
    for name, (statement, values) in looked.items():
        plan = clean_tables.query(f"EXPLAIN {statement}", values)
        for row in plan:
            assert row[3] != "ALL" or row[2] in {"b", "d"}, (name, plan)
            assert row[8] is None or int(row[8]) <= 2000, (name, plan)


@pytest.mark.parametrize(
    ("now", "digest", "then"),
    [
        ("2026-11-30T06:59", "daily", "2026-11-30T07:00"),
        ("2026-11-30T07:00", "daily", "2026-12-01T07:00"),
        ("2026-12-31T23:59", "daily", "2027-01-01T07:00"),
        ("2026-11-30T06:59", "weekly", "2026-11-30T07:00"),
        ("2026-11-30T07:00", "weekly", "2026-12-07T07:00"),
        ("2026-12-06T23:00", "weekly", "2026-12-07T07:00"),
    ],
)
def test_when_the_next_digest_is_due(now: str, digest: Any, then: str) -> None:
    assert next_digest(dt.datetime.fromisoformat(now), digest) == dt.datetime.fromisoformat(then)


def test_titles_and_names_break_out_of_nothing(mailing: Any) -> None:
    mailing.wants(kinds={"comment": {"mail": True}})
    title = 'x\r\nBcc: eve@example.org\n\n<script>alert(1)</script>\u202e"{{ 7*7 }}'
    mailing.query("UPDATE Videos SET Title = %s", (title,))
    mailing.comment(mailing.bob)
    mailing.later()
    (reference,) = mailing.make()
    said = mailing.said(reference)
    assert "\n" not in said["subject"] and "\r" not in said["subject"]
    assert not any(line.startswith("Bcc") for line in said["text"].splitlines())
    assert "<script>" not in said["html"] and "&lt;script&gt;" in said["html"]
    assert "\u202e" not in said["text"] and "49" not in said["subject"]
    assert "{{ 7*7 }}" in said["text"]


def test_counters_of_days_are_swept(mailing: Any) -> None:
    mailing.query(
        "INSERT INTO NoticeMailDays VALUES (1, UTC_DATE(), 3), (2, UTC_DATE() - INTERVAL 2 DAY, 3)"
    )
    mailing.table.sweep()
    assert mailing.query("SELECT ChannelID FROM NoticeMailDays") == ((1,),)
