"""Reports, decisions and appeals: who may, what they do, and what is told."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from vireo_common.audit_log import AuditLog, Head
from vireo_common.database import Database
from vireo_common.event_log import consumer
from vireo_community.storage.comment_syncs import CommentSyncTable
from vireo_community.storage.decision_check import DecisionCheck
from vireo_community.storage.moderation_removals import ModerationRemovals
from vireo_community.storage.recount import Recount
from vireo_community.storage.removals import Removal, What
from vireo_community.worker.events import handlers


class Court:
    """Ada shows a video, Bob comments, Mo moderates, Root is admin, and Cleo reports."""

    def __init__(self, people: Any, token: Callable[..., dict[str, str]]) -> None:
        self.people, self.stage, self.send = people, people.stage, people.send
        self._token = token
        for name in ("Mo", "Mia", "Root"):
            self.join(name)
        for name, role in (("Mo", "moderator"), ("Mia", "moderator"), ("Root", "admin")):
            self.grant(name, role)
        self.video = people.video

    def join(self, name: str, age: str | None = None) -> int:
        channel_id: int = self.stage.channel(name)
        self.people.ids[name] = channel_id
        self.people.tokens[name] = self._token(channel_id)
        if age is not None:
            self.stage.database.query(
                f"UPDATE Channels SET CreatedAt = UTC_TIMESTAMP() - INTERVAL {age}"
                " WHERE ChannelID = %s",
                (channel_id,),
            )
        return channel_id

    def grant(self, name: str, role: str) -> None:
        self.stage.database.query(
            "INSERT INTO Roles (ChannelID, Role, GrantedAt) VALUES (%s, %s, NOW(3))",
            (self.people.ids[name], role),
        )

    def ok(self, who: str, method: str, path: str, **body: Any) -> Any:
        response = self.send(who, method, path, **body)
        assert response.status_code == 200, response.json
        return response.json["response"]

    def report(self, who: str, reason: str = "spam", text: str = "", **subject: Any) -> None:
        subject = subject or {"video": self.video}
        assert self.ok(who, "POST", "/reports", reason=reason, text=text, **subject) == ""

    def desk(self, query: str = "", who: str = "Mo") -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.ok(who, "GET", f"/admin/reports{query}")
        return rows

    def decide(self, decision: str, who: str = "Mo", note: str = "", case: int = 0) -> Any:
        case = case or self.desk()[0]["id"]
        return self.ok(who, "POST", f"/admin/reports/{case}", decision=decision, note=note)

    def act(self, decision: str, who: str = "Mo", **subject: Any) -> Any:
        subject = subject or {"video": self.video}
        return self.ok(who, "POST", "/admin/decisions", decision=decision, **subject)

    def code(self, who: str, method: str, path: str, **body: Any) -> str:
        response = self.send(who, method, path, **body)
        assert response.status_code >= 400, response.json
        return str(response.json["response"]["error"])

    def concerned(self, who: str = "Ada") -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.ok(who, "GET", "/me/moderation")
        return rows


@pytest.fixture
def court(people: Any, token: Callable[..., dict[str, str]]) -> Court:
    return Court(people, token)


def statuses(court: Court, path: str, *who: str) -> list[int]:
    return [court.send(each, "GET", path).status_code for each in who]


def test_reports_of_one_thing_are_one_case_that_hides_nothing(court: Court) -> None:
    court.report("Bob", "spam", "  buy  ")
    court.report("Cleo", "hate")
    court.report("Cleo", "violence", "again")
    (case,) = court.desk()
    assert (case["type"], case["video"], case["channel"]) == ("video", court.video, "Ada")
    assert (case["kind"], case["state"], case["shown"]) == ("report", "open", "shown")
    assert (case["count"], case["weight"]) == (2, 2.0)
    assert case["reasons"] == {"spam": 1, "hate": 1}
    assert [quote["text"] for quote in case["texts"]] == ["buy"]
    assert statuses(court, f"/v/{court.video}/comments", "Bob", "") == [200, 200]


def test_a_mob_of_new_accounts_weighs_as_much_as_one(court: Court) -> None:
    other = court.stage.video(court.people.ids["Ada"])
    for number in range(50):
        court.join(f"New{number}", "1 HOUR")
        court.report(f"New{number}", video=other)
    court.report("Bob")
    court.report("Cleo")
    first, second = court.desk()
    assert (first["video"], first["weight"]) == (court.video, 2.0)
    assert (second["video"], second["count"], second["weight"]) == (other, 50, 1.0)
    assert statuses(court, f"/v/{other}/comments", "Bob", "") == [200, 200]


@pytest.mark.parametrize(
    ("age", "refused", "upheld", "weight"),
    [("2 HOUR", 0, 0, 0.1), ("2 DAY", 0, 0, 0.5), ("8 DAY", 0, 0, 1.0), ("8 DAY", 18, 0, 0.1),
     ("8 DAY", 2, 6, 0.8)],
)  # fmt: skip
def test_what_a_report_weighs(
    court: Court, age: str, refused: int, upheld: int, weight: float
) -> None:
    reporter = court.join("Rita", age)
    court.stage.database.query(
        "INSERT INTO Reporters (ChannelID, Upheld, Refused) VALUES (%s, %s, %s)",
        (reporter, upheld, refused),
    )
    court.report("Rita")
    assert court.desk()[0]["weight"] == weight


def test_refused_and_upheld_reports_are_remembered(court: Court) -> None:
    court.report("Bob")
    court.decide("dismiss")
    court.report("Cleo", channel="Ada")
    court.decide("suspend")
    query = court.stage.database.query
    rows = dict(query("SELECT ChannelID, Upheld * 10 + Refused FROM Reporters"))
    assert rows == {court.people.ids["Bob"]: 1, court.people.ids["Cleo"]: 10}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"reason": "spam"}, "missing_field"),
        ({"video": "nothing", "reason": "spam"}, "not_found"),
        ({"video": "\u2603", "reason": "spam"}, "not_found"),
        ({"comment": 999, "reason": "spam"}, "not_found"),
        ({"channel": "nobody", "reason": "spam"}, "not_found"),
        ({"channel": "Ada"}, "missing_field"),
        ({"channel": "Ada", "reason": "boring"}, "invalid_body"),
        ({"channel": "Ada", "comment": 1, "reason": "spam"}, "invalid_body"),
        ({"channel": "Ada", "reason": "spam", "text": "x" * 1001}, "invalid_body"),
        ({"channel": "Ada", "reason": "spam", "text": "a\x00b"}, "invalid_body"),
        ({"channel": "Ada", "reason": "spam", "text": 7}, "invalid_body"),
        ({"comment": 1 << 70, "reason": "spam"}, "invalid_body"),
        ({"channel": "Bob", "reason": "spam"}, "forbidden"),
    ],
)
def test_what_is_no_report(court: Court, body: dict[str, Any], code: str) -> None:
    assert court.code("Bob", "POST", "/reports", **body) == code
    assert court.code("", "POST", "/reports", **body) == "token_missing"
    assert court.desk() == []


def test_what_one_may_not_see_can_not_be_reported(court: Court) -> None:
    private = court.stage.video(court.people.ids["Ada"], state="waiting")
    assert court.code("Bob", "POST", "/reports", video=private, reason="spam") == "not_found"
    court.act("hide")
    assert court.code("Bob", "POST", "/reports", video=court.video, reason="spam") == "not_found"


def test_a_block_keeps_nobody_from_reporting(court: Court) -> None:
    comment = court.people.made("Bob")
    court.people.block("Cleo", "Bob")
    court.report("Cleo", comment=comment)
    (case,) = court.desk()
    assert (case["comment"], case["text"], case["channel"]) == (comment, "a text", "Bob")
    court.people.block("Ada", "Mo")
    assert court.decide("hide")["decision"] == "hide"


def test_one_account_makes_so_many_reports(court: Court) -> None:
    videos = [court.stage.video(court.people.ids["Ada"]) for _ in range(21)]
    for made in videos[:20]:
        court.report("Bob", video=made)
    response = court.send("Bob", "POST", "/reports", video=videos[20], reason="spam")
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 180


@pytest.mark.parametrize("who", ["Ada", "Bob", "Cleo"])
def test_the_desk_is_for_moderators(court: Court, who: str) -> None:
    court.report("Bob")
    case = court.desk()[0]["id"]
    body = {"decision": "hide", "note": ""}
    for method, path, sent in (
        ("GET", "/admin/reports", {}),
        ("GET", "/admin/decisions", {}),
        ("POST", f"/admin/reports/{case}", body),
        ("POST", "/admin/reports/999", body),
        ("POST", "/admin/decisions", {**body, "video": court.video}),
    ):
        assert court.code(who, method, path, **sent) == "forbidden"
        assert court.code("", method, path, **sent) == "token_missing"
    assert court.desk()[0]["state"] == "open"


def test_a_role_that_is_taken_away_is_gone_at_once(court: Court) -> None:
    assert court.desk() == []
    court.stage.database.query("DELETE FROM Roles WHERE ChannelID = %s", (court.people.ids["Mo"],))
    assert court.code("Mo", "GET", "/admin/reports") == "forbidden"


def test_about_whom_one_may_decide(court: Court) -> None:
    of_mia = court.stage.video(court.people.ids["Mia"])
    of_root = court.stage.video(court.people.ids["Root"])
    hide = {"decision": "hide", "note": ""}
    for who, video in (("Mo", of_mia), ("Mo", of_root), ("Mia", of_mia), ("Root", of_root)):
        assert court.code(who, "POST", "/admin/decisions", video=video, **hide) == "forbidden"
    court.report("Bob", channel="Mia")
    case = court.desk()[0]["id"]
    for who in ("Mo", "Mia"):
        assert court.code(who, "POST", f"/admin/reports/{case}", decision="dismiss") == "forbidden"
    assert court.decide("dismiss", who="Root")["by"] == "Root"
    assert court.act("hide", who="Root", video=of_mia)["shown"] == "hidden"


def test_a_hidden_video_is_gone_for_others_and_comes_back(court: Court) -> None:
    court.people.made("Bob")
    court.report("Cleo", "misleading")
    case = court.decide("hide", note="Not what it says")
    assert (case["state"], case["decision"], case["by"]) == ("decided", "hide", "Mo")
    assert (case["shown"], case["note"]) == ("hidden", "Not what it says")
    assert court.desk() == []
    assert [row["id"] for row in court.desk("?state=decided")] == [case["id"]]
    comments = f"/v/{court.video}/comments"
    assert statuses(court, comments, "Ada", "Bob", "Cleo", "") == [200, 404, 404, 404]
    reaction = {"reaction": "like"}
    assert court.code("Bob", "PUT", f"/v/{court.video}/reaction", **reaction) == "not_found"
    (told,) = court.concerned()
    assert (told["decision"], told["reason"], told["video"]) == ("hide", "misleading", court.video)
    assert (told["note"], told["may_appeal"], told["in_force"]) == ("Not what it says", True, True)
    assert "by" not in told
    assert court.concerned("Bob") == []
    court.act("restore")
    assert statuses(court, comments, "Ada", "Bob", "") == [200, 200, 200]
    assert [row["decision"] for row in court.concerned()] == ["restore", "hide"]
    assert [row["in_force"] for row in court.concerned()] == [False, False]


def test_counters_of_channels_follow(court: Court) -> None:
    query, ada = court.stage.database.query, court.people.ids["Ada"]
    waiting = court.stage.video(ada, state="waiting")
    query("INSERT INTO ChannelStats (ChannelID, Videos) VALUES (%s, 1)", (ada,))

    def counted() -> int:
        ((count,),) = query("SELECT Videos FROM ChannelStats WHERE ChannelID = %s", (ada,))
        return int(count)

    for decision, subject, count in (
        ("hide", {"video": court.video}, 0),
        ("hide", {"video": waiting}, 0),
        ("suspend", {"video": court.video}, 0),
        ("restore", {"video": court.video}, 0),
        ("restore", {"channel": "Ada"}, 1),
        ("suspend", {"channel": "Ada"}, 0),
        ("restore", {"channel": "Ada"}, 1),
    ):
        court.act(decision, **subject)
        assert counted() == count, decision


def test_a_hidden_comment_is_for_its_author_and_moderators(court: Court) -> None:
    people = court.people
    comment, other = people.made("Bob", "bad"), people.made("Cleo", "good")
    reply = people.made("Cleo", "a reply", reply_to=comment)
    assert people.count() == 3
    court.report("Cleo", "hate", comment=comment)
    court.decide("hide")
    assert people.count() == 1
    assert [people.ids_of(who) for who in ("", "Ada", "Cleo")] == [[other]] * 3
    for who in ("Bob", "Mo"):
        assert [(row["id"], row["state"]) for row in people.listed(who)] == [
            (other, "shown"),
            (comment, "hidden"),
        ]
    assert statuses(court, f"/comments/{comment}/replies", "Ada", "Cleo", "") == [404] * 3
    assert people.replies(comment, "Mo") == [reply]
    assert court.code("Bob", "PATCH", f"/comments/{comment}", text="other") == "forbidden"
    assert court.code("Cleo", "PUT", f"/comments/{comment}/like", like=True) == "not_found"
    assert court.code("Ada", "POST", f"/comments/{comment}/approve") == "not_found"
    assert court.code("Ada", "PUT", f"/comments/{comment}/pin", pin=True) == "not_found"
    assert people.post("Cleo", reply_to=comment).status_code == 404
    court.act("restore", comment=comment)
    assert people.count() == 3
    assert people.ids_of() == [other, comment]


def test_what_waited_for_review_waits_again(court: Court) -> None:
    people = court.people
    people.policy("review")
    comment = people.made("Bob")
    court.act("hide", comment=comment)
    assert people.ids_of("Ada") == []
    court.act("restore", comment=comment)
    assert [row["state"] for row in people.listed("Ada")] == ["review"]
    assert people.count() == 0


def test_what_is_removed_is_gone_for_good(court: Court) -> None:
    people = court.people
    comment = people.made("Bob", "bad")
    court.report("Cleo", comment=comment)
    assert court.decide("remove")["shown"] == "gone"
    assert people.ids_of("Bob") == []
    assert people.count() == 0
    (told,) = court.concerned("Bob")
    assert (told["decision"], told["text"], told["may_appeal"]) == ("remove", "bad", False)
    appeal = {"text": "no"}
    path = f"/me/moderation/{told['id']}/appeal"
    assert court.code("Bob", "POST", path, **appeal) == "already_decided"
    restore = {"decision": "restore"}
    refused = court.code("Mo", "POST", "/admin/decisions", comment=comment, **restore)
    assert refused == "not_found"
    court.act("remove")
    refused = court.code("Mo", "POST", "/admin/decisions", video=court.video, **restore)
    assert refused == "already_decided"
    assert statuses(court, f"/v/{court.video}/comments", "Bob", "") == [404, 404]
    kinds = court.stage.database.query("SELECT Kind, Subject FROM Events ORDER BY EventID")
    assert ("video_removal_decided", court.video) in kinds


def test_a_suspended_channel(court: Court) -> None:
    people = court.people
    of_bob = court.stage.video(people.ids["Bob"])
    comment = people.made("Bob")
    court.report("Cleo", comment=comment)
    court.decide("suspend", note="Enough")
    assert people.ids_of("Cleo") == []
    assert statuses(court, f"/v/{of_bob}/comments", "Bob", "Cleo", "") == [200, 404, 404]
    for method, path, body in (
        ("POST", f"/v/{court.video}/comments", {"text": "x"}),
        ("PATCH", f"/comments/{comment}", {"text": "x"}),
        ("PUT", f"/v/{court.video}/reaction", {"reaction": "like"}),
        ("PUT", "/channel/Ada/subscription", {}),
        ("POST", "/me/playlists", {"title": "x"}),
        ("POST", "/reports", {"channel": "Ada", "reason": "spam"}),
    ):
        assert court.code("Bob", method, path, **body) == "suspended", path
    assert court.code("Cleo", "PUT", "/channel/Bob/subscription") == "not_found"
    assert court.code("Cleo", "POST", "/reports", channel="Bob", reason="spam") == "not_found"
    assert statuses(court, "/notifications", "Bob") == [200]
    (told,) = court.concerned("Bob")
    assert (told["type"], told["decision"], told["note"]) == ("channel", "suspend", "Enough")
    court.ok("Bob", "POST", f"/me/moderation/{told['id']}/appeal", text="Sorry")
    assert court.ok("Bob", "DELETE", f"/comments/{comment}") == ""
    (appeal,) = court.desk("?kind=appeal")
    assert (appeal["kind"], appeal["appeal"], appeal["shown"]) == ("appeal", "Sorry", "suspended")
    court.decide("restore", case=appeal["id"])
    assert court.send("Bob", "POST", f"/v/{court.video}/comments", text="x").status_code == 200
    assert statuses(court, f"/v/{of_bob}/comments", "Cleo", "") == [200, 200]


def test_a_channel_is_not_removed(court: Court) -> None:
    court.report("Bob", channel="Ada")
    case = court.desk()[0]["id"]
    for path, body in (
        (f"/admin/reports/{case}", {}),
        ("/admin/decisions", {"channel": "Ada"}),
    ):
        response = court.send("Mo", "POST", path, decision="remove", **body)
        assert response.json["response"]["error"] == "invalid_body"
        assert set(response.json["response"]["fields"]) == {"decision"}
    assert court.code("Mo", "POST", f"/admin/reports/{case}", decision="restore") == "invalid_body"


def test_an_appeal_is_made_once_and_decided_once(court: Court) -> None:
    court.act("hide")
    (told,) = court.concerned()
    path = f"/me/moderation/{told['id']}/appeal"
    assert court.code("Bob", "POST", path, text="mine") == "not_found"
    assert court.code("Ada", "POST", path, text="  ") == "invalid_body"
    assert court.code("Ada", "POST", "/me/moderation/999/appeal", text="x") == "not_found"
    assert court.code("Ada", "POST", "/me/moderation/x/appeal", text="x") == "not_found"
    answered = court.ok("Ada", "POST", path, text="A parody")
    assert answered["appeal"]["state"] == "open"
    assert not answered["may_appeal"]
    assert court.code("Ada", "POST", path, text="again") == "already_appealed"
    (case,) = court.desk("?kind=appeal")
    assert (case["kind"], case["appeal"], case["video"]) == ("appeal", "A parody", court.video)
    hide = {"decision": "hide"}
    assert court.code("Mia", "POST", f"/admin/reports/{case['id']}", **hide) == "invalid_body"
    court.decide("dismiss", case=case["id"], note="No")
    (told,) = court.concerned()
    assert (told["appeal"]["state"], told["in_force"]) == ("dismiss", True)
    court.act("restore")
    court.act("hide")
    assert [row["may_appeal"] for row in court.concerned()] == [True, False, False]


def test_two_moderators_decide_one_case_at_once(court: Court) -> None:
    for number in range(6):
        made = court.stage.video(court.people.ids["Ada"])
        court.report("Bob" if number % 2 else "Cleo", video=made)
    for case in court.desk():

        def decide(who: str, case: Any = case) -> int:
            path = f"/admin/reports/{case['id']}"
            return int(court.send(who, "POST", path, decision="hide", note="").status_code)

        with ThreadPoolExecutor(2) as pool:
            assert sorted(pool.map(decide, ("Mo", "Mia"))) == [200, 409]
    assert len(court.concerned()) == 6


def test_what_is_deleted_meanwhile(court: Court) -> None:
    comment = court.people.made("Bob")
    court.report("Cleo", comment=comment)
    court.report("Cleo")
    assert court.ok("Bob", "DELETE", f"/comments/{comment}") == ""
    court.stage.database.query("DELETE FROM Videos WHERE PathHash = %s", (court.video,))
    cases = court.desk()
    assert [(case["type"], case["shown"]) for case in cases] == [("video", "gone")]
    assert [case["decision"] for case in court.desk("?state=decided")] == ["gone"]
    path = f"/admin/reports/{cases[0]['id']}"
    assert court.code("Mo", "POST", path, decision="hide") == "not_found"
    assert court.decide("dismiss")["decision"] == "dismiss"


def test_the_one_concerned_is_told(court: Court, community_database: Database) -> None:
    court.report("Cleo")
    court.decide("dismiss")
    court.act("hide")
    comment = court.people.made("Ada")
    court.act("remove", comment=comment)
    stop = threading.Event()
    reader = consumer("community", community_database, handlers(), stop, from_start=True)
    for _ in range(10):
        reader.read()
    notices = court.ok("Ada", "GET", "/notifications")
    mine = [row for row in notices if row["kind"] == "moderation"]
    assert [row["video"] for row in mine] == [None, court.video]


def test_every_decision_is_an_entry_of_the_log(court: Court, community_database: Database) -> None:
    court.report("Bob")
    court.decide("hide", note="a secret word")
    court.act("restore", who="Root")
    rows = court.ok("Mia", "GET", "/admin/decisions?limit=1")
    assert (rows[0]["number"], rows[0]["by"], rows[0]["channel"]) == (2, "Root", "Ada")
    assert (rows[0]["decision"], rows[0]["type"]) == ("restore", "video")
    verdict = AuditLog(community_database).verify()
    assert (verdict.head.number, verdict.problem) == (2, "")
    assert verdict.head.hash.hex() == rows[0]["hash"]
    entries = court.stage.database.query("SELECT Entry FROM AuditLog")
    assert not any("secret" in text or "Ada" in text for (text,) in entries)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            "UPDATE AuditLog SET Entry = REPLACE(Entry, 'hide', 'dismiss') WHERE Number = 1",
            "Entry 1",
        ),
        ("UPDATE AuditLog SET Hash = REPEAT('x', 32) WHERE Number = 3", "Entry 3 was changed"),
        ("DELETE FROM AuditLog WHERE Number = 1", "Entry 1 is missing"),
        ("DELETE FROM AuditLog WHERE Number = 2", "Entry 2 is missing"),
        ("DELETE FROM AuditLog WHERE Number = 4", "Entry 4 and all after it are missing"),
        ("DELETE FROM AuditLog", "Entry 1 and all after it are missing"),
        ("DELETE FROM AuditHead", "The head of the log is missing"),
    ],
)
def test_a_changed_or_missing_entry_is_found(
    court: Court, community_database: Database, change: str, found: str
) -> None:
    for _ in range(2):
        court.act("hide")
        court.act("restore")
    assert AuditLog(community_database).verify().problem == ""
    court.stage.database.query(change)
    assert found in AuditLog(community_database).verify().problem


def test_a_head_that_was_noted_finds_what_was_written_anew(
    court: Court, community_database: Database
) -> None:
    court.act("hide")
    court.act("restore")
    log = AuditLog(community_database)
    noted = log.verify().head
    query = court.stage.database.query
    query("DELETE FROM AuditLog WHERE Number = 2")
    query("DELETE FROM Decisions WHERE Entry = 2")
    ((first,),) = query("SELECT Hash FROM AuditLog")
    query("UPDATE AuditHead SET Number = 1, Hash = %s", (first,))
    assert log.verify().problem == ""
    assert "Entry 2 and all after it are missing" in log.verify(noted).problem
    court.act("hide")
    assert log.verify().problem == ""
    assert "Entry 2 is not the one" in log.verify(noted).problem
    assert log.verify(Head(1, first)).problem == ""


def test_comments_of_a_suspended_channel_are_not_counted(
    court: Court, community_database: Database
) -> None:
    people, syncs = court.people, CommentSyncTable(community_database)
    comments = [people.made(who) for who in ("Bob", "Cleo", "Bob")]
    people.made("Cleo", reply_to=comments[0])
    court.act("hide", comment=comments[2])
    court.act("suspend", channel="Bob")
    assert people.ids_of("Ada") == [comments[1]]
    while syncs.step():
        pass
    assert people.count() == 1
    assert [row["state"] for row in people.listed("Bob")] == ["hidden", "shown", "hidden"]
    court.act("restore", channel="Bob")
    while syncs.step():
        pass
    # One was hidden by a decision of its own.
    assert people.count() == 3
    assert people.ids_of("Ada") == [comments[1], comments[0]]
    assert list(Recount(community_database).differences()) == []


def test_what_goes_with_an_account(court: Court, community_database: Database) -> None:
    query, ids = court.stage.database.query, court.people.ids
    court.report("Bob", text="of Bob")
    court.act("hide", channel="Cleo")
    court.act("hide")
    (told,) = court.concerned()
    court.ok("Ada", "POST", f"/me/moderation/{told['id']}/appeal", text="of Ada")
    court.ok("Ada", "PUT", "/me/comment-filter", words=["x"], links=False)
    removals = ModerationRemovals(community_database)
    for name in ("Bob", "Ada"):
        query("DELETE FROM Channels WHERE ChannelID = %s", (ids[name],))
        while removals.of_channel(Removal(What.CHANNEL, ids[name], ids[name]), 100):
            pass
    assert query("SELECT * FROM Reports") == query("SELECT * FROM CommentFilters") == ()
    left = query("SELECT Note, Title, Appeal FROM Decisions WHERE OwnerID = %s", (ids["Ada"],))
    assert left == (("", "", None),)
    assert court.desk() == []
    assert DecisionCheck(community_database).problem() == ""
    assert AuditLog(community_database).verify().problem == ""
    assert court.ok("Mo", "GET", "/admin/decisions")[0]["channel"] is None


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("UPDATE Decisions SET Note = 'x' WHERE Entry = 1", "Decision"),
        ("UPDATE Decisions SET ActorID = 9 WHERE Entry = 2", "Decision"),
        ("DELETE FROM Decisions WHERE Entry = 1", "The decision of entry 1 is missing"),
        ("DELETE FROM AuditLog WHERE Number = 2", "Entry 2, of decision"),
    ],
)
def test_a_decision_that_is_not_what_its_entry_says(
    court: Court, community_database: Database, change: str, found: str
) -> None:
    court.act("hide")
    court.act("restore")
    check = DecisionCheck(community_database)
    assert check.problem() == ""
    court.stage.database.query(change)
    assert check.problem().startswith(found)


def test_words_and_links_are_held(court: Court) -> None:
    people = court.people
    body = {"words": ["  Rosy   otter ", "Stra\u00dfe", "rosy otter"], "links": True}
    assert court.ok("Ada", "PUT", "/me/comment-filter", **body) == {
        "words": ["Rosy otter", "Stra\u00dfe"],
        "links": True,
    }
    assert court.ok("Ada", "GET", "/me/comment-filter")["links"] is True
    assert court.ok("Bob", "GET", "/me/comment-filter") == {"words": [], "links": False}
    for text, state in (
        ("a ROSY OTTER!", "review"),
        ("STRASSE", "review"),
        ("r\u200bosy otter", "review"),
        ("see https://x.example", "review"),
        ("WWW.x.example", "review"),
        ("x.example/path", "review"),
        ("spam.com", "review"),
        ("rosy otters", "shown"),
        ("e.g. this", "shown"),
        ("Stra\u00dfenbahn", "shown"),
    ):
        assert people.post("Bob", text).json["response"]["state"] == state, text
    assert people.post("Ada", "https://x.example").json["response"]["state"] == "shown"
    comment = people.made("Cleo", "plain")
    edited = court.ok("Cleo", "PATCH", f"/comments/{comment}", text="a rosy otter")
    assert edited["state"] == "review"
    people.count()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"words": [""], "links": False}, "words.0"),
        ({"words": ["x" * 51], "links": False}, "words.0"),
        ({"words": ["ok", "a\u0000b"], "links": False}, "words.1"),
        ({"words": ["\u200b"], "links": False}, "words.0"),
        ({"words": [f"w{n}" for n in range(201)], "links": False}, "words"),
        ({"words": [], "links": "yes"}, "links"),
        ({"words": [7], "links": False}, "words.0"),
        ({"links": False}, "words"),
    ],
)
def test_what_is_no_filter(court: Court, body: dict[str, Any], field: str) -> None:
    response = court.send("Ada", "PUT", "/me/comment-filter", **body)
    assert response.status_code == 400
    assert set(response.json["response"]["fields"]) == {field}


def test_counters_agree_after_all_of_it(court: Court, community_database: Database) -> None:
    comments = [court.people.made(who) for who in ("Bob", "Cleo", "Bob")]
    for decision in ("hide", "suspend", "restore"):
        subject = {"channel": "Bob"} if decision != "hide" else {"comment": comments[0]}
        court.act(decision, **subject)
        court.people.count()
    assert list(Recount(community_database).differences()) == []
