"""What mails say."""

import pytest

from vireo_auth.core.mails import Purpose, Template
from vireo_auth.mail.messages import SUBJECTS, Composer, Letter
from vireo_common.outgoing_mails import Content

COMPOSER = Composer("https://video.example.org")
VALUES = {
    "username": "ada",
    "time": "2026-11-24 10:00 UTC",
    "device": "Firefox",
    "address": "198.51.100.7",
}
LINK = COMPOSER.link(Purpose.VERIFY, "the-token")


def mail(template: Template, to: str = "ada@example.org", **values: str) -> Content:
    """What a mail says."""
    return COMPOSER.compose(Letter("0123abcd", template, to, {**VALUES, **values}), LINK)


@pytest.mark.parametrize("template", Template)
def test_every_mail_is_whole(template: Template) -> None:
    found = mail(template)
    assert found.subject == SUBJECTS[template]
    for text in (found.text, found.html):
        assert "Hello ada," in text
        assert "https://video.example.org" in text
        assert "{" not in text
    assert len(found.to_json()) < 10_000


@pytest.mark.parametrize("template", [Template.VERIFY, Template.RESET])
def test_links_stand_in_both_parts(template: Template) -> None:
    assert LINK == "https://video.example.org/email/verify#token=the-token"
    assert all(LINK in text for text in (mail(template).text, mail(template).html))


def test_no_value_is_long() -> None:
    assert len(mail(Template.NEW_DEVICE, device="x" * 5000).text) < 2000


def test_a_device_can_say_anything() -> None:
    hostile = "<a href='http://bad.example'>click</a>\r\n.\r\nBcc: eve@example.org\n\u202eIf it"
    found = mail(Template.NEW_DEVICE, device=hostile)
    plain, html = found.text, found.html
    assert "<a href='http://bad.example'" not in html
    assert "&lt;a href=" in html
    assert "\n.\n" not in plain
    assert "\nBcc:" not in plain
    assert "\u202e" not in plain


def test_nothing_is_named_where_the_account_is_gone() -> None:
    assert "Hello," in mail(Template.NEW_DEVICE, username="").text
