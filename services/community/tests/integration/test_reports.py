"""Reports: who may make them, what they weigh, and who sees them."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from vireo_community.storage import decisions


def statuses(court: Any, path: str, *who: str) -> list[int]:
    return [court.send(each, "GET", path).status_code for each in who]


def test_reports_of_one_thing_are_one_case_that_hides_nothing(court: Any) -> None:
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


def test_a_mob_of_new_accounts_weighs_as_much_as_one(court: Any) -> None:
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
    court: Any, age: str, refused: int, upheld: int, weight: float
) -> None:
    reporter = court.join("Rita", age)
    court.stage.database.query(
        "INSERT INTO Reporters (ChannelID, Upheld, Refused) VALUES (%s, %s, %s)",
        (reporter, upheld, refused),
    )
    court.report("Rita")
    assert court.desk()[0]["weight"] == weight


def test_refused_and_upheld_reports_are_remembered(court: Any) -> None:
    court.report("Bob")
    court.decide("dismiss")
    court.report("Cleo", channel="Ada")
    court.decide("suspend")
    query = court.stage.database.query
    rows = dict(query("SELECT ChannelID, Upheld * 10 + Refused FROM Reporters"))
    assert rows == {court.people.ids["Bob"]: 1, court.people.ids["Cleo"]: 10}


def test_of_very_many_reports_the_first_are_remembered(
    court: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "JUDGED", 2)
    late = court.join("Late")
    for who in ("Cleo", "Bob", "Late"):
        court.report(who)
    court.decide("dismiss")
    rows = dict(court.stage.database.query("SELECT ChannelID, Refused FROM Reporters"))
    assert rows == {court.people.ids["Bob"]: 1, court.people.ids["Cleo"]: 1}
    assert late not in rows


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
def test_what_is_no_report(court: Any, body: dict[str, Any], code: str) -> None:
    assert court.code("Bob", "POST", "/reports", **body) == code
    assert court.code("", "POST", "/reports", **body) == "token_missing"
    assert court.desk() == []


def test_what_one_may_not_see_can_not_be_reported(court: Any) -> None:
    private = court.stage.video(court.people.ids["Ada"], state="waiting")
    assert court.code("Bob", "POST", "/reports", video=private, reason="spam") == "not_found"
    court.act("hide")
    assert court.code("Bob", "POST", "/reports", video=court.video, reason="spam") == "not_found"


def test_a_block_keeps_nobody_from_reporting(court: Any) -> None:
    comment = court.people.made("Bob")
    court.people.block("Cleo", "Bob")
    court.report("Cleo", comment=comment)
    (case,) = court.desk()
    assert (case["comment"], case["text"], case["channel"]) == (comment, "a text", "Bob")
    court.people.block("Ada", "Mo")
    assert court.decide("hide")["decision"] == "hide"


def test_one_account_makes_so_many_reports(court: Any) -> None:
    videos = [court.stage.video(court.people.ids["Ada"]) for _ in range(21)]
    for made in videos[:20]:
        court.report("Bob", video=made)
    response = court.send("Bob", "POST", "/reports", video=videos[20], reason="spam")
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 180


@pytest.mark.parametrize("who", ["Ada", "Bob", "Cleo"])
def test_the_desk_is_for_moderators(court: Any, who: str) -> None:
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


def test_a_role_that_is_taken_away_is_gone_at_once(court: Any) -> None:
    assert court.desk() == []
    court.stage.database.query("DELETE FROM Roles WHERE ChannelID = %s", (court.people.ids["Mo"],))
    assert court.code("Mo", "GET", "/admin/reports") == "forbidden"


def test_about_whom_one_may_decide(court: Any) -> None:
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


def test_reports_at_once_are_counted_each(court: Any) -> None:
    names = [f"New{number}" for number in range(24)]
    for name in names:
        court.join(name, "2 DAY")

    def report(name: str) -> None:
        court.report(name, "spam")
        court.report(name, "hate")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(report, names))
    (case,) = court.desk()
    assert (case["count"], case["weight"], case["reasons"]) == (24, 12.0, {"spam": 24})


def test_a_case_that_is_closed_is_followed_by_another(court: Any) -> None:
    court.report("Bob")
    first = court.decide("dismiss")["id"]
    court.report("Bob")
    assert court.desk() == []
    court.report("Cleo")
    (second,) = court.desk()
    assert second["id"] != first
    assert second["count"] == 1


def test_pages_of_the_desk(court: Any) -> None:
    videos = [court.stage.video(court.people.ids["Ada"]) for _ in range(5)]
    for made in videos:
        court.report("Bob", video=made)
    for state in ("open", "decided"):
        seen, path = [], f"/admin/reports?state={state}&kind=report&limit=2"
        while path:
            response = court.send("Mo", "GET", path)
            seen += [row["video"] for row in response.json["response"]]
            link = response.headers.get("Link", "")
            path = link[1:].split(">")[0].removeprefix("http://localhost") if link else ""
        assert sorted(seen) == sorted(videos)
        for row in court.desk():
            court.decide("dismiss", case=row["id"])
    assert court.code("Mo", "GET", "/admin/reports?cursor=x") == "invalid_cursor"
    assert court.code("Mo", "GET", "/admin/reports?state=x") == "invalid_query"
    assert court.code("Mo", "GET", "/admin/decisions?cursor=WyJ4Il0") == "invalid_cursor"
