"""Decisions and appeals that meet, in an order that the test decides."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from vireo_community.storage import desk
from vireo_community.storage.reports import open_case
from vireo_testing.person import eventually

WAITING = "SELECT 1 FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'"
LIMIT = 30


@pytest.mark.parametrize("decision", ["restore", "hide", "remove"])
def test_an_appeal_that_meets_a_decision_does_not_stay_open(
    court: Any, monkeypatch: pytest.MonkeyPatch, decision: str
) -> None:
    court.act("hide")
    (told,) = court.concerned()
    path = f"/me/moderation/{told['id']}/appeal"
    locked, go_on = Event(), Event()

    def slowly(*values: Any) -> int:
        locked.set()
        assert go_on.wait(LIMIT)
        return open_case(*values)

    monkeypatch.setattr(desk, "open_case", slowly)
    with ThreadPoolExecutor(2) as pool:
        appeal = pool.submit(court.send, "Ada", "POST", path, text="A parody")
        assert locked.wait(LIMIT)
        acting = pool.submit(court.act, decision)
        try:
            eventually(lambda: court.stage.database.query(WAITING) != ())
        finally:
            go_on.set()
        assert appeal.result().status_code == 200
        acting.result()
    assert court.desk() == []
    states = [row["appeal"] and row["appeal"]["state"] for row in court.concerned()]
    assert states == [None, {"restore": "restore", "hide": "dismiss", "remove": "gone"}[decision]]


def test_who_waits_for_a_reporter_keeps_no_other_decision_waiting(court: Any) -> None:
    comment, bob = court.people.made("Bob"), court.people.ids["Bob"]
    court.stage.database.query("INSERT INTO Reporters (ChannelID) VALUES (%s)", (bob,))
    court.report("Bob")
    with ThreadPoolExecutor(2) as pool, court.stage.database.connect() as other:
        other.begin()
        with other.cursor() as cursor:
            cursor.execute("SELECT 1 FROM Reporters WHERE ChannelID = %s FOR UPDATE", (bob,))
        deciding = pool.submit(court.decide, "dismiss")
        try:
            eventually(lambda: court.stage.database.query(WAITING) != ())
            acting = pool.submit(court.act, "hide", "Mia", comment=comment)
            assert acting.result(LIMIT)["decision"] == "hide"
            assert not deciding.done()
        finally:
            other.rollback()
        assert deciding.result()["decision"] == "dismiss"
