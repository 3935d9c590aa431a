"""Decisions and appeals: what they do, and to whom."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from vireo_common.database import Database
from vireo_community.storage import comment_syncs
from vireo_community.storage.comment_syncs import CommentSyncTable
from vireo_community.storage.recount import Recount


def statuses(court: Any, path: str, *who: str) -> list[int]:
    return [court.send(each, "GET", path).status_code for each in who]


def test_a_hidden_video_is_gone_for_others_and_comes_back(court: Any) -> None:
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


def test_counters_of_channels_follow(court: Any) -> None:
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


def test_moderators_name_nothing_that_its_owner_has_closed(court: Any) -> None:
    comment = court.people.made("Bob", "between us")
    query = court.stage.database.query
    for closed in ("private", "scheduled"):
        query("UPDATE Videos SET Visibility = %s", (closed,))
        for subject in ({"video": court.video}, {"comment": comment}, {"video": "zzzzzzz"}):
            for decision in ("hide", "restore"):
                said = {"decision": decision, "reason": "spam", **subject}
                assert court.code("Mo", "POST", "/admin/decisions", **said) == "not_found"
    # What was decided about before is not taken from them by that.
    query("UPDATE Videos SET Visibility = 'public'")
    court.act("hide")
    query("UPDATE Videos SET Visibility = 'private'")
    court.act("restore")
    ((hidden_by,),) = query("SELECT HiddenBy FROM Videos")
    assert hidden_by == 0


def test_a_hidden_comment_is_for_its_author_and_moderators(court: Any) -> None:
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


def test_decisions_tell_nothing_of_a_video_that_one_may_not_see(court: Any) -> None:
    comment, of_ada = court.people.made("Bob"), court.people.made("Ada")
    court.report("Cleo", comment=comment)
    court.decide("hide")
    court.act("hide", comment=of_ada)
    (told,) = court.concerned("Bob")
    assert (told["video"], told["comment"], told["title"]) == (court.video, comment, "a title")
    court.stage.database.query("UPDATE Videos SET State = 'processing', Title = 'Secret'")
    (told,) = court.concerned("Bob")
    assert (told["video"], told["comment"], told["title"]) == (None, comment, None)
    assert (told["text"], told["may_appeal"]) == ("a text", True)
    path = f"/me/moderation/{told['id']}/appeal"
    assert court.ok("Bob", "POST", path, text="Why?")["video"] is None
    # Its owner sees it, and the desk what it decides about.
    (told,) = court.concerned("Ada")
    assert (told["video"], told["title"]) == (court.video, "Secret")
    for case in (*court.desk(), *court.desk("?state=decided")):
        assert (case["video"], case["title"]) == (court.video, "Secret")


def test_what_waited_for_review_waits_again(court: Any) -> None:
    people = court.people
    people.policy("review")
    comment = people.made("Bob")
    court.act("hide", comment=comment)
    assert people.ids_of("Ada") == []
    court.act("restore", comment=comment)
    assert [row["state"] for row in people.listed("Ada")] == ["review"]
    assert people.count() == 0


def test_what_is_removed_is_gone_for_good(court: Any) -> None:
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


def test_a_suspended_channel(court: Any) -> None:
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
        ("PUT", f"/v/{court.video}/position", {"position": 1, "watched": 1, "session": "s"}),
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


def test_a_channel_is_not_removed(court: Any) -> None:
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


def test_an_appeal_is_made_once_and_decided_once(court: Any) -> None:
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


@pytest.mark.parametrize("kind", ["video", "comment", "channel"])
def test_a_decision_takes_the_place_of_the_one_before(court: Any, kind: str) -> None:
    comment = court.people.made("Bob")
    owner = "Bob" if kind == "comment" else "Ada"
    subject = {"video": court.video, "comment": comment, "channel": "Ada"}[kind]
    decision = "suspend" if kind == "channel" else "hide"
    court.act(decision, **{kind: subject})
    (first,) = court.concerned(owner)
    court.ok(owner, "POST", f"/me/moderation/{first['id']}/appeal", text="The first")
    court.act(decision, **{kind: subject})
    rows = court.concerned(owner)
    assert [(row["in_force"], row["may_appeal"]) for row in rows] == [(True, True), (False, False)]
    assert rows[1]["appeal"]["state"] == "dismiss"
    assert court.desk("?kind=appeal") == []
    court.ok(owner, "POST", f"/me/moderation/{rows[0]['id']}/appeal", text="The second")
    (case,) = court.desk("?kind=appeal")
    assert case["appeal"] == "The second"
    court.decide("restore", case=case["id"])
    states = [row["appeal"] and row["appeal"]["state"] for row in court.concerned(owner)]
    assert states == [None, "restore", "dismiss"]
    assert [row["in_force"] for row in court.concerned(owner)] == [False] * 3


@pytest.mark.parametrize("kind", ["video", "comment"])
def test_a_removal_ends_what_was_decided_before(court: Any, kind: str) -> None:
    comment = court.people.made("Bob")
    owner = "Bob" if kind == "comment" else "Ada"
    subject = {"video": court.video, "comment": comment}[kind]
    court.act("hide", **{kind: subject})
    (hidden,) = court.concerned(owner)
    path = f"/me/moderation/{hidden['id']}/appeal"
    court.ok(owner, "POST", path, text="A parody")
    court.act("remove", **{kind: subject})
    assert [row["in_force"] for row in court.concerned(owner)] == [True, False]
    assert court.concerned(owner)[1]["appeal"]["state"] == "gone"
    assert court.desk() == []


@pytest.mark.parametrize("kind", ["video", "comment"])
def test_nobody_appeals_about_what_is_gone(court: Any, kind: str) -> None:
    comment = court.people.made("Bob")
    court.people.made("Cleo", reply_to=comment)
    owner = "Bob" if kind == "comment" else "Ada"
    court.act("hide", **{kind: {"video": court.video, "comment": comment}[kind]})
    if kind == "comment":
        assert court.ok("Bob", "DELETE", f"/comments/{comment}") == ""
    else:
        court.stage.database.query("DELETE FROM Videos WHERE PathHash = %s", (court.video,))
    (told,) = court.concerned(owner)
    assert (told["shown"], told["may_appeal"]) == ("gone", False)
    path = f"/me/moderation/{told['id']}/appeal"
    assert court.code(owner, "POST", path, text="Why?") == "not_found"
    assert court.concerned(owner)[0]["appeal"] is None
    assert court.desk() == []


def test_two_moderators_decide_one_case_at_once(court: Any) -> None:
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


def test_what_is_deleted_meanwhile(court: Any) -> None:
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


def test_comments_of_a_suspended_channel_are_not_counted(
    court: Any, community_database: Database
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


@pytest.mark.parametrize("at_once", [1, 200], ids=["a step", "the last one"])
def test_a_channel_that_is_restored_while_its_comments_are_hidden(
    court: Any, community_database: Database, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    comments = [court.people.made("Bob") for _ in range(2)]

    class Interrupted(CommentSyncTable):
        def _sync(self, channel_id: int, comment_id: int) -> None:
            super()._sync(channel_id, comment_id)
            if comment_id == comments[0] and not restored:
                restored.append(court.act("restore", channel="Bob"))

    restored: list[Any] = []
    monkeypatch.setattr(comment_syncs, "AT_ONCE", at_once)
    court.act("suspend", channel="Bob")
    syncs = Interrupted(community_database)
    while syncs.step():
        pass
    assert len(restored) == 1
    assert court.people.ids_of("Ada") == comments[::-1]
    assert court.people.count() == 2
    assert court.stage.database.query("SELECT * FROM CommentSyncs") == ()


def test_counters_agree_after_all_of_it(court: Any, community_database: Database) -> None:
    comments = [court.people.made(who) for who in ("Bob", "Cleo", "Bob")]
    for decision in ("hide", "suspend", "restore"):
        subject = {"channel": "Bob"} if decision != "hide" else {"comment": comments[0]}
        court.act(decision, **subject)
        court.people.count()
    assert list(Recount(community_database).differences()) == []
