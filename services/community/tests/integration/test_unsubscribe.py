"""Links that end mails of notices: by one POST, and by nothing else."""

from typing import Any

import pytest

from vireo_community.core.notice_mails import Tokens
from vireo_community.core.notices import Kind
from vireo_testing.answers import outcome

DAY = 86400 + 600


def token_of(mailing: Any, reference: str) -> str:
    return mailing.said(reference)["unsubscribe"].partition("?token=")[2]


@pytest.fixture
def link(mailing: Any) -> tuple[str, str]:
    """A mail that is on its way: its reference, and the token in it."""
    mailing.wants(kinds={"comment": {"mail": True}, "follow": {"mail": True}})
    mailing.comment(mailing.bob)
    mailing.later()
    (reference,) = mailing.make()
    return reference, token_of(mailing, reference)


def settings(mailing: Any) -> Any:
    found = mailing.http.get("/notifications/settings", headers=mailing.token(mailing.ada))
    return found.json["response"]


def test_one_post_ends_mails_of_a_kind(mailing: Any, link: tuple[str, str]) -> None:
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


def test_one_post_ends_digests(mailing: Any) -> None:
    mailing.wants(digest="daily")
    mailing.comment(mailing.bob)
    mailing.later(DAY)
    (reference,) = mailing.make()
    path = f"/notifications/unsubscribe?token={token_of(mailing, reference)}"
    assert mailing.http.post(path).json == {"response": {"mail": "digest"}}
    assert settings(mailing)["digest"] == "off"
    assert outcome(mailing.content(reference)) == (404, "not_found")


def test_a_browser_gets_a_page_with_a_button(mailing: Any, link: tuple[str, str]) -> None:
    path, browser = f"/notifications/unsubscribe?token={link[1]}", {"Accept": "text/html,*/*"}
    page = mailing.http.get(path, headers=browser)
    assert page.content_type.startswith("text/html")
    assert '<form method="post">' in page.text and "comments on your videos" in page.text
    assert settings(mailing)["kinds"]["comment"]["mail"]
    done = mailing.http.post(path, headers=browser)
    assert "Switched off: mails about comments" in done.text and "<form" not in done.text


def test_tokens_that_were_not_given_out_are_refused(mailing: Any, link: tuple[str, str]) -> None:
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


def test_tokens_are_good_for_months_and_not_for_ever(mailing: Any) -> None:
    day = 20000
    tokens = Tokens(b"key", lambda: day)
    token = tokens.sign(7, Kind.LIKE)
    day += 400
    assert tokens.open(token) == (7, Kind.LIKE)
    day += 1
    with pytest.raises(Exception, match="link_invalid"):
        tokens.open(token)


def test_a_link_of_somebody_who_is_gone_does_nothing(mailing: Any, link: tuple[str, str]) -> None:
    mailing.query("DELETE FROM Channels WHERE ChannelID = %s", (mailing.ada,))
    before = mailing.query("SELECT * FROM NoticeSettings")
    answer = mailing.http.post(f"/notifications/unsubscribe?token={link[1]}")
    assert answer.status_code == 200
    assert mailing.query("SELECT * FROM NoticeSettings") == before


def test_what_is_on_its_way_is_told_to_services_alone(mailing: Any, link: tuple[str, str]) -> None:
    path = f"/internal/notice_mails/{link[0]}"
    for headers in ({}, mailing.token(mailing.ada)):
        assert outcome(mailing.http.get(path, headers=headers)) == (403, "forbidden")
        assert outcome(mailing.http.post(path, json={"sent": True}, headers=headers))[0] == 403
    unknown = mailing.content("0" * 32)
    assert outcome(unknown) == (404, "not_found")
