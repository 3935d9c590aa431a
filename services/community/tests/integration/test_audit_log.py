"""The log of decisions: what is changed or missing is found; what is told, and what stays."""

import threading
from typing import Any

import pytest

from vireo_common.audit_log import AuditLog, Head
from vireo_common.database import Database
from vireo_common.event_log import consumer
from vireo_community.storage.decision_check import DecisionCheck
from vireo_community.storage.moderation_removals import ModerationRemovals
from vireo_community.storage.removals import Removal, What
from vireo_community.worker.events import handlers


def test_the_one_concerned_is_told(court: Any, community_database: Database) -> None:
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


def test_every_decision_is_an_entry_of_the_log(court: Any, community_database: Database) -> None:
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
    court: Any, community_database: Database, change: str, found: str
) -> None:
    for _ in range(2):
        court.act("hide")
        court.act("restore")
    assert AuditLog(community_database).verify().problem == ""
    court.stage.database.query(change)
    assert found in AuditLog(community_database).verify().problem


def test_a_head_that_was_noted_finds_what_was_written_anew(
    court: Any, community_database: Database
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


def test_what_goes_with_an_account(court: Any, community_database: Database) -> None:
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
    court: Any, community_database: Database, change: str, found: str
) -> None:
    court.act("hide")
    court.act("restore")
    check = DecisionCheck(community_database)
    assert check.problem() == ""
    court.stage.database.query(change)
    assert check.problem().startswith(found)


def test_a_person_is_given_what_there_is_of_theirs(
    court: Any, service_token: dict[str, str]
) -> None:
    court.report("Bob", "hate", "of Bob")
    court.decide("hide", note="Not true")
    (told,) = court.concerned()
    court.ok("Ada", "POST", f"/me/moderation/{told['id']}/appeal", text="It is")
    court.ok("Ada", "PUT", "/me/comment-filter", words=["x"], links=True)

    def rows(who: str, part: str) -> Any:
        path = f"/internal/exports/{court.people.ids[who]}/{part}"
        return court.people.http.get(path, headers=service_token).json["response"]["rows"]

    (decision,) = rows("Ada", "moderation")
    assert (decision["decision"], decision["note"], decision["appeal"]) == (
        *("hide", "Not true"),
        "It is",
    )
    assert rows("Bob", "moderation") == rows("Ada", "reports") == []
    (report,) = rows("Bob", "reports")
    assert (report["reason"], report["text"]) == ("hate", "of Bob")
    assert [row["links"] for row in rows("Ada", "comment_filter")] == [1]
