"""What mails say."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from vireo_auth.core.mails import Purpose, Template
from vireo_auth.mail.messages import SUBJECTS, Composer, Letter, mailbox

COMPOSER = Composer(mailbox("vireo@example.org", "Vireo"), "https://video.example.org")
VALUES = {
    "username": "ada",
    "time": "2026-11-24 10:00 UTC",
    "device": "Firefox",
    "address": "198.51.100.7",
}
LINK = COMPOSER.link(Purpose.VERIFY, "the-token")


def mail(template: Template, to: str = "ada@example.org", **values: str) -> EmailMessage:
    """A mail as its receiver reads it."""
    letter = Letter("0123abcd", template, to, {**VALUES, **values})
    sent = COMPOSER.compose(letter, LINK).as_bytes(policy=policy.SMTP)
    return message_from_bytes(sent, policy=policy.default)  # type: ignore[arg-type]


def parts(message: EmailMessage) -> tuple[str, str]:
    """Its plain text and its HTML."""
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert html is not None
    return plain.get_content(), html.get_content()


@pytest.mark.parametrize("template", Template)
def test_every_mail_is_whole(template: Template) -> None:
    message = mail(template)
    assert message["From"] == "Vireo <vireo@example.org>"
    assert message["To"] == "ada@example.org"
    assert message["Subject"] == SUBJECTS[template]
    assert message["Date"].datetime.tzinfo
    assert message["Message-ID"] == "<0123abcd@example.org>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    for text in parts(message):
        assert "Hello ada," in text
        assert "https://video.example.org" in text
        assert "{" not in text
    assert len(message.as_bytes()) < 10_000


@pytest.mark.parametrize("template", [Template.VERIFY, Template.RESET])
def test_links_stand_in_both_parts(template: Template) -> None:
    assert LINK == "https://video.example.org/email/verify#token=the-token"
    assert all(LINK in text for text in parts(mail(template)))


def test_lines_fit_into_smtp() -> None:
    letter = Letter("1", Template.NEW_DEVICE, "ada@example.org", {**VALUES, "device": "x" * 5000})
    sent = COMPOSER.compose(letter).as_bytes(policy=policy.SMTP)
    assert max(len(line) for line in sent.split(b"\r\n")) < 998
    assert sent.isascii()


def test_a_device_can_say_anything() -> None:
    hostile = "<a href='http://bad.example'>click</a>\r\n.\r\nBcc: eve@example.org\n\u202eIf it"
    plain, html = parts(mail(Template.NEW_DEVICE, device=hostile))
    assert "<a href='http://bad.example'" not in html
    assert "&lt;a href=" in html
    assert "\n.\n" not in plain
    assert "\nBcc:" not in plain
    assert "\u202e" not in plain
    assert mail(Template.NEW_DEVICE, device=hostile)["Bcc"] is None


def test_nothing_is_named_where_the_account_is_gone() -> None:
    letter = Letter("1", Template.NEW_DEVICE, "ada@example.org", {**VALUES, "username": ""})
    assert "Hello," in parts(COMPOSER.compose(letter))[0]


@pytest.mark.parametrize(
    "to",
    ["eve@example.org\r\nBcc: all@example.org", "a@b.org, c@d.org", "<a@b.org>", "", "a b@c.org"],
)
def test_what_is_no_address_reaches_no_header(to: str) -> None:
    message = COMPOSER.compose(Letter("1", Template.VERIFY, to, VALUES), LINK)
    assert "@" not in message["To"]
    assert message["Bcc"] is None


def test_addresses_beyond_ascii() -> None:
    assert mail(Template.VERIFY, "ada@exämple.org")["To"] == "ada@xn--exmple-cua.org"
    letter = Letter("1", Template.VERIFY, "jörg@example.org", VALUES)
    sent = COMPOSER.compose(letter, LINK).as_bytes(policy=policy.SMTPUTF8)
    assert "To: jörg@example.org\r\n".encode() in sent
