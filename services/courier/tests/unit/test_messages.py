"""What is around the words of a mail."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from vireo_common.outgoing_mails import Content
from vireo_courier.core.addresses import for_transport, mailbox
from vireo_courier.core.messages import WIRE, in_names, message

SENDER = mailbox("vireo@example.org", "Vireo")
CONTENT = Content("Confirm your address", "Hello ada,\n", "<p>Hello ada,</p>\n")


def mail(content: Content = CONTENT, to: str = "ada@example.org") -> EmailMessage:
    """A mail as its receiver reads it."""
    sent = message(SENDER, to, "0123abcd", content).as_bytes(policy=WIRE)
    return message_from_bytes(sent, policy=policy.default)  # type: ignore[arg-type]


def test_a_mail_is_whole() -> None:
    found = mail()
    assert found["From"] == "Vireo <vireo@example.org>"
    assert found["To"] == "ada@example.org"
    assert found["Subject"] == "Confirm your address"
    assert found["Date"].datetime.tzinfo
    assert found["Message-ID"] == "<0123abcd@example.org>"
    assert found["Auto-Submitted"] == "auto-generated"
    assert found.get_content_type() == "multipart/alternative"
    for kind in ("plain", "html"):
        part = found.get_body((kind,))
        assert part is not None
        assert "Hello ada," in part.get_content()


def test_lines_fit_into_smtp() -> None:
    long = Content("x" * 5000, "y" * 5000, "z" * 5000)
    sent = message(SENDER, "ada@example.org", "1", long).as_bytes(policy=WIRE)
    assert max(len(line) for line in sent.split(b"\r\n")) < 998
    assert sent.isascii()


@pytest.mark.parametrize(
    "subject", ["a\r\nBcc: eve@example.org", "a\nBcc: eve@example.org", "\u202ea"]
)
def test_a_subject_is_one_line(subject: str) -> None:
    found = mail(Content(subject, "", ""))
    assert found["Bcc"] is None
    assert "\u202e" not in found["Subject"]


@pytest.mark.parametrize(
    "to",
    ["eve@example.org\r\nBcc: all@example.org", "a@b.org, c@d.org", "<a@b.org>", "", "a b@c.org"],
)
def test_what_is_no_address_reaches_no_header(to: str) -> None:
    found = message(SENDER, to, "1", CONTENT)
    assert for_transport(to) == ""
    assert "@" not in found["To"]
    assert found["Bcc"] is None


def test_addresses_beyond_ascii() -> None:
    assert mail(to="ada@exämple.org")["To"] == "ada@xn--exmple-cua.org"
    sent = message(SENDER, "jörg@example.org", "1", CONTENT).as_bytes(policy=policy.SMTPUTF8)
    assert "To: jörg@example.org\r\n".encode() in sent


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", "a\0b", "a b\r\n", ".."])
def test_names_lead_nowhere(name: str) -> None:
    assert not set("/.\0\r\n ") & set(in_names(name))


def test_an_address_to_unsubscribe_at_stands_in_one_piece() -> None:
    address = f"https://video.example.org/notifications/unsubscribe?token={'x' * 300}"
    sent = message(SENDER, "ada@example.org", "1", Content("s", "t", "h", address))
    lines = sent.as_bytes(policy=WIRE).split(b"\r\n")
    assert f"List-Unsubscribe: <{address}>".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines
    assert mail()["List-Unsubscribe"] is None


@pytest.mark.parametrize(
    "address",
    [
        "https://a.org/?\r\nBcc: eve@example.org",
        "https://a.org/>, <mailto:eve@example.org",
        "mailto:eve@example.org",
        "https://a.org/\u00e9",
        "https://a.org/" + "x" * 900,
    ],
)
def test_what_is_no_address_to_unsubscribe_at_is_no_mail(address: str) -> None:
    with pytest.raises(ValueError, match="no address"):
        message(SENDER, "ada@example.org", "1", Content("s", "t", "h", address))
