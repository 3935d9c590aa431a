"""Mails of notices: merged, bounded, composed when they leave, and switched off for good."""

import datetime as dt
import threading
from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_common.database import Database
from vireo_community.core.notice_mails import MOST_LINES, Tokens, next_digest
from vireo_community.core.notices import Kind, Note
from vireo_community.storage.fanouts import FanoutTable, announce
from vireo_community.storage.notice_mails import AT_ONCE, DUE, TO_TELL, UNTOLD, NoticeMailTable
from vireo_community.storage.notices import add
from vireo_testing.answers import outcome
from vireo_testing.mariadb import TestDatabase

PAUSE, MOST = 600, 5
DAY = 86400 + PAUSE
EVENTS = (
    "SELECT JSON_VALUE(Payload, '$.channel_id'), JSON_VALUE(Payload, '$.reference')"
    " FROM Events WHERE Kind = 'notice_mail_due' ORDER BY EventID"
)


class Mailing:
    """Ada gets mails; Bob and Cleo do what they are about."""

    def __init__(
        self, http: FlaskClient, stage: Any, token: Any, service: Any, database: Database
    ) -> None:
        self.http, self.stage, self.service = http, stage, service
        self.database = database
        self.ada, self.bob, self.cleo = (stage.channel(name) for name in ("Ada", "Bob", "Cleo"))
        self.token = token
        self.table = NoticeMailTable(database)
        self.video = self.numbered("Cats")

    def numbered(self, title: str, owner: int | None = None) -> int:
        path = self.stage.video(owner or self.ada, title=title)
        ((number,),) = self.query("SELECT VideoID FROM Videos WHERE PathHash = %s", (path,))
        return int(number)

    def query(self, statement: str, values: Any = ()) -> Any:
        return self.stage.database.query(statement, values)

    def wants(self, who: int | None = None, **body: Any) -> None:
        answer = self.http.put(
            "/notifications/settings", json=body, headers=self.token(who or self.ada)
        )
        assert answer.status_code == 200, answer.json

    def comment(self, actor: int, comment: int = 5, video: int | None = None) -> None:
        about = video or self.video
        note = Note(self.ada, Kind.COMMENT, f"video {about}", about, actor, comment)
        self.database.transaction("test", lambda cursor: add(cursor, note))

    def follow(self, actor: int) -> None:
        note = Note(self.ada, Kind.FOLLOW, "you", actor_id=actor, once_each=True)
        self.database.transaction("test", lambda cursor: add(cursor, note))

    def later(self, seconds: int = PAUSE) -> None:
        """Let time pass."""
        self.query(
            "UPDATE NoticeMails SET WaitsSince = WaitsSince - INTERVAL %s SECOND,"
            " MadeAt = MadeAt - INTERVAL %s SECOND",
            (seconds, seconds),
        )

    def make(self) -> list[str]:
        """Make what is due; the references of all mails that were ever made."""
        steps = 0
        while self.table.make(PAUSE, MOST):
            steps += 1
            assert steps < 1000
        return [reference for _, reference in self.query(EVENTS)]

    def content(self, reference: str) -> Any:
        return self.http.get(f"/internal/notice_mails/{reference}", headers=self.service)

    def said(self, reference: str) -> dict[str, str]:
        answer = self.content(reference)
        assert answer.status_code == 200, answer.json
        found: dict[str, str] = answer.json["response"]
        return found

    def ended(self, reference: str, sent: bool = True) -> None:
        answer = self.http.post(
            f"/internal/notice_mails/{reference}", json={"sent": sent}, headers=self.service
        )
        assert answer.status_code == 200


@pytest.fixture
def mailing(
    http: FlaskClient,
    stage: Any,
    token: Any,
    service_token: dict[str, str],
    community_database: Database,
) -> Mailing:
    return Mailing(http, stage, token, service_token, community_database)


def test_nobody_gets_mails_who_did_not_ask(mailing: Mailing) -> None:
    mailing.comment(mailing.bob)
    mailing.later()
    assert mailing.make() == []
    assert mailing.query("SELECT * FROM NoticeMails") == ()


def test_a_flood_is_one_mail_with_a_number(mailing: Mailing) -> None:
    mailing.wants(kinds={"comment": {"mail": True}})
    for number in range(12):
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


def test_a_mail_tells_what_is_so_when_it_leaves(mailing: Mailing) -> None:
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


def test_what_was_read_in_the_app_is_not_mailed(mailing: Mailing) -> None:
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
def test_what_is_switched_off_is_not_sent_though_it_was_made(mailing: Mailing, change: Any) -> None:
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
    ],
)
def test_what_nobody_may_see_is_in_no_mail(mailing: Mailing, hide: str) -> None:
    mailing.wants(kinds={"comment": {"mail": True}})
    mailing.comment(mailing.bob)
    mailing.later()
    (reference,) = mailing.make()
    assert "Cats" in mailing.said(reference)["text"]
    mailing.query(hide.format(ada=mailing.ada, bob=mailing.bob, video=mailing.video))
    assert outcome(mailing.content(reference)) == (404, "not_found")


def test_a_video_that_is_hidden_again_is_in_no_mail(mailing: Mailing) -> None:
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


def test_an_account_gets_so_many_a_day_and_the_rest_on_the_next(mailing: Mailing) -> None:
    mailing.wants(kinds={"comment": {"mail": True}, "follow": {"mail": True}})
    for number in range(MOST + 3):
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


def test_a_digest_has_what_is_unread_since_the_last_one(mailing: Mailing) -> None:
    mailing.comment(mailing.bob)
    mailing.wants(digest="daily", kinds={"comment": {"mail": True}})
    for number in range(MOST_LINES + 5):
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


def test_an_empty_digest_is_no_mail(mailing: Mailing) -> None:
    mailing.wants(digest="weekly")
    mailing.later(8 * 86400)
    assert mailing.make() == []
    ((waits,),) = mailing.query("SELECT WaitsSince > NOW(3) FROM NoticeMails")
    assert waits, "the next one is due"


def test_two_workers_make_no_mail_twice(mailing: Mailing, open_pool: Any) -> None:
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
    made = mailing.query(EVENTS)
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


def test_titles_and_names_break_out_of_nothing(mailing: Mailing) -> None:
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


def token_of(mailing: Mailing, reference: str) -> str:
    return mailing.said(reference)["unsubscribe"].partition("?token=")[2]


@pytest.fixture
def link(mailing: Mailing) -> tuple[str, str]:
    """A mail that is on its way: its reference, and the token in it."""
    mailing.wants(kinds={"comment": {"mail": True}, "follow": {"mail": True}})
    mailing.comment(mailing.bob)
    mailing.later()
    (reference,) = mailing.make()
    return reference, token_of(mailing, reference)


def settings(mailing: Mailing) -> Any:
    found = mailing.http.get("/notifications/settings", headers=mailing.token(mailing.ada))
    return found.json["response"]


def test_one_post_ends_mails_of_a_kind(mailing: Mailing, link: tuple[str, str]) -> None:
    reference, token = link
    path = f"/notifications/unsubscribe?token={token}"
    shown = mailing.http.get(path)
    assert (shown.status_code, shown.json) == (200, {"response": {"mail": "comment"}})
    assert settings(mailing)["kinds"]["comment"]["mail"], "looking changes nothing"
    for _ in range(2):
        # As mail programs send it: no cookie, no token of a session, a form.
        ended = mailing.http.post(path, data={"List-Unsubscribe": "One-Click"})
        assert (ended.status_code, ended.json) == (200, {"response": {"mail": "comment"}})
    assert settings(mailing)["kinds"]["comment"] == {"app": True, "mail": False}
    assert settings(mailing)["kinds"]["follow"]["mail"], "another kind"
    assert outcome(mailing.content(reference)) == (404, "not_found")
    mailing.comment(mailing.bob, 6)
    mailing.later()
    assert mailing.make() == [reference]


def test_one_post_ends_digests(mailing: Mailing) -> None:
    mailing.wants(digest="daily")
    mailing.comment(mailing.bob)
    mailing.later(DAY)
    (reference,) = mailing.make()
    path = f"/notifications/unsubscribe?token={token_of(mailing, reference)}"
    assert mailing.http.post(path).json == {"response": {"mail": "digest"}}
    assert settings(mailing)["digest"] == "off"
    assert outcome(mailing.content(reference)) == (404, "not_found")


def test_a_browser_gets_a_page_with_a_button(mailing: Mailing, link: tuple[str, str]) -> None:
    path, browser = f"/notifications/unsubscribe?token={link[1]}", {"Accept": "text/html,*/*"}
    page = mailing.http.get(path, headers=browser)
    assert page.content_type.startswith("text/html")
    assert '<form method="post">' in page.text and "comments on your videos" in page.text
    assert settings(mailing)["kinds"]["comment"]["mail"]
    done = mailing.http.post(path, headers=browser)
    assert "are switched off" in done.text and "<form" not in done.text


def test_tokens_that_were_not_given_out_are_refused(
    mailing: Mailing, link: tuple[str, str]
) -> None:
    token = link[1]
    other = Tokens(b"another key", lambda: 20000).sign(mailing.ada, Kind.COMMENT)
    wrong = ["", "x", "é", "....", "A" * 200, token[:-1], token + "A", token[::-1], other]
    wrong += [token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :] for at in (0, 30)]
    for one in wrong:
        for method in ("GET", "POST"):
            answer = mailing.http.open(
                "/notifications/unsubscribe", method=method, query_string={"token": one}
            )
            assert outcome(answer) == (400, "link_invalid"), one
    for query in ({}, {"token": "A" * 201}):
        answer = mailing.http.post("/notifications/unsubscribe", query_string=query)
        assert outcome(answer) == (400, "invalid_query")
    assert settings(mailing)["kinds"]["comment"]["mail"]


def test_tokens_are_good_for_months_and_not_for_ever(mailing: Mailing) -> None:
    day = 20000
    tokens = Tokens(b"key", lambda: day)
    token = tokens.sign(7, Kind.LIKE)
    day += 400
    assert tokens.open(token) == (7, Kind.LIKE)
    day += 1
    with pytest.raises(Exception, match="link_invalid"):
        tokens.open(token)


def test_a_link_of_somebody_who_is_gone_does_nothing(
    mailing: Mailing, link: tuple[str, str]
) -> None:
    mailing.query("DELETE FROM Channels WHERE ChannelID = %s", (mailing.ada,))
    before = mailing.query("SELECT * FROM NoticeSettings")
    answer = mailing.http.post(f"/notifications/unsubscribe?token={link[1]}")
    assert answer.status_code == 200
    assert mailing.query("SELECT * FROM NoticeSettings") == before


def test_what_is_on_its_way_is_told_to_services_alone(
    mailing: Mailing, link: tuple[str, str]
) -> None:
    path = f"/internal/notice_mails/{link[0]}"
    for headers in ({}, mailing.token(mailing.ada)):
        assert outcome(mailing.http.get(path, headers=headers)) == (403, "forbidden")
        assert outcome(mailing.http.post(path, json={"sent": True}, headers=headers))[0] == 403
    unknown = mailing.content("0" * 32)
    assert outcome(unknown) == (404, "not_found")


def test_counters_of_days_are_swept(mailing: Mailing) -> None:
    mailing.query(
        "INSERT INTO NoticeMailDays VALUES (1, UTC_DATE(), 3), (2, UTC_DATE() - INTERVAL 2 DAY, 3)"
    )
    mailing.table.sweep()
    assert mailing.query("SELECT ChannelID FROM NoticeMailDays") == ((1,),)
