"""SMTP against a real server that misbehaves, and the folder in its place."""

import socket
import ssl
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from pathlib import Path

import pytest

from vireo_common.outgoing_mails import Content, Later, Refused
from vireo_courier.core.addresses import mailbox
from vireo_courier.core.messages import message
from vireo_courier.settings import Security
from vireo_courier.transports import Folder, Server, Smtp
from vireo_testing.mail_server import MailServer, make_certificate, running, server_context
from vireo_testing.mariadb import free_port

# What the machine trusts; read once.
PUBLIC = ssl.create_default_context()
ADA = "ada@example.org"
CONTENT = Content("Confirm your address", "Hello ada,\nhttp://v/#x\n", "<p>http://v/#x</p>")


@pytest.fixture
def server() -> MailServer:
    return MailServer(free_port())


def composed() -> EmailMessage:
    return message(mailbox("vireo@example.org", "Vireo"), ADA, "a" * 32, CONTENT)


def send(
    server: MailServer,
    *,
    security: Security = Security.NONE,
    context: ssl.SSLContext | None = None,
    user: str = "",
    password: str = "right",
    to: str = ADA,
    compose: Callable[[], EmailMessage] = composed,
    command_seconds: float = 30,
    data_seconds: float = 10,
) -> None:
    where = Server("127.0.0.1", server.port, security, user, password, "vireo@example.org")
    trusted = context or PUBLIC
    smtp = Smtp(where, trusted, command_seconds=command_seconds, data_seconds=data_seconds)
    smtp.deliver("name", to, compose, threading.Event())


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))


def test_a_mail_arrives_as_it_was_made(server: MailServer) -> None:
    with running(server):
        send(server)
    (mail,), (envelope,) = server.kept, server.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == ("vireo@example.org", ["ada@example.org"])
    assert mail["Message-ID"] == f"<{'a' * 32}@example.org>"
    plain = mail.get_body(("plain",))
    assert plain is not None
    assert "http://v/#x" in plain.get_content()


@pytest.mark.parametrize(
    "replies",
    [
        {"sender": "550 no such sender"},
        {"sender": "421 closing"},
        {"recipient": "450 try later"},
        {"recipient": "421 closing"},
        {"data": "451 trouble"},
        {"hang_up": "before"},
        {"hang_up": "lost"},
    ],
    ids=str,
)
def test_what_may_be_better_later(server: MailServer, replies: dict[str, str]) -> None:
    vars(server).update(replies)
    with running(server):
        with pytest.raises(Later):
            send(server)
        assert server.kept == []
        server.sender = server.recipient = server.data = server.hang_up = ""
        send(server)
    assert len(server.kept) == 1


@pytest.mark.parametrize("replies", [{"recipient": "550 nobody"}, {"data": "554 spam"}], ids=str)
def test_what_will_never_be_taken(server: MailServer, replies: dict[str, str]) -> None:
    vars(server).update(replies)
    with running(server), pytest.raises(Refused, match=r"55[04] (nobody|spam)"):
        send(server)
    assert server.kept == []


def test_a_bad_end_of_the_connection_changes_nothing(server: MailServer) -> None:
    server.hang_up = "quit"
    with running(server):
        send(server)
    assert len(server.kept) == 1


def test_a_slow_server_is_waited_for_and_not_for_ever(server: MailServer) -> None:
    server.holds = True
    with running(server), ThreadPoolExecutor(1) as pool:
        with pytest.raises(Later, match="timed out"):
            send(server, data_seconds=0.5)
        sent = pool.submit(send, server, command_seconds=1)
        with pytest.raises(TimeoutError):
            # It waits for longer than any other command may take.
            sent.result(1.5)
        server.holds = False
        sent.result()
    assert len(server.kept) == 1


def test_nobody_there(server: MailServer) -> None:
    with pytest.raises(Later, match="refused"):
        send(server)


def test_somebody_who_says_nothing(server: MailServer) -> None:
    with socket.create_server(("127.0.0.1", server.port)), pytest.raises(Later, match="timed out"):
        send(server, command_seconds=0.2)


def test_nothing_is_made_before_the_recipient_is_taken(server: MailServer) -> None:
    server.recipient = "450 try later"
    made: list[int] = []

    def compose() -> EmailMessage:
        made.append(1)
        return composed()

    with running(server), pytest.raises(Later):
        send(server, compose=compose)
    assert made == []


def test_nothing_leaves_where_making_it_fails(server: MailServer) -> None:
    def compose() -> EmailMessage:
        raise LookupError

    with running(server), pytest.raises(LookupError):
        send(server, compose=compose)
    assert server.kept == []


def test_starttls_and_password(server: MailServer, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path / "server.pem")
    options = {"authenticator": server.authenticate, "auth_required": True}
    secured = {"security": Security.STARTTLS, "context": trusting(certificate)}
    with running(server, certificate, require_starttls=True, **options):
        send(server, user="vireo", **secured)
        with pytest.raises(Later, match="535"):
            send(server, user="vireo", password="wrong", **secured)
        with pytest.raises(Later, match="530"):
            send(server)
    assert (len(server.kept), server.signed_in_as) == (1, ["vireo"])


def test_a_certificate_that_nobody_vouches_for(server: MailServer, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path / "server.pem")
    with running(server, certificate), pytest.raises(Later, match=r"(?i)certificate"):
        send(server, security=Security.STARTTLS, user="vireo")
    assert server.kept == []


def test_a_certificate_for_another_host(server: MailServer, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path / "server.pem", "192.0.2.1")
    with running(server, certificate), pytest.raises(Later, match=r"(?i)certificate|mismatch"):
        send(server, security=Security.STARTTLS, context=trusting(certificate))


def test_no_starttls_where_it_is_wanted(server: MailServer) -> None:
    with running(server), pytest.raises(Later, match=r"(?i)starttls"):
        send(server, security=Security.STARTTLS)
    assert server.kept == []


def test_tls_from_the_first_byte(server: MailServer, tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path / "server.pem")
    with running(server, ssl_context=server_context(certificate)):
        send(server, security=Security.TLS, context=trusting(certificate))
    assert len(server.kept) == 1


def test_addresses_beyond_ascii(server: MailServer) -> None:
    plain = running(server, enable_SMTPUTF8=False)
    with plain, pytest.raises(Refused, match="beyond ASCII"):
        send(server, to="jörg@example.org")
    with running(server):
        send(server, to="jörg@example.org")
        send(server, to="ada@exämple.org")
    assert [envelope.rcpt_tos for envelope in server.envelopes] == [
        ["jörg@example.org"],
        ["ada@xn--exmple-cua.org"],
    ]


def test_folder(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    for _ in range(2):
        folder.deliver("00000001-verify", ADA, composed, threading.Event())
    (file,) = tmp_path.iterdir()
    assert file.name == "00000001-verify.eml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"http://v/#x" in file.read_bytes().replace(b"=\r\n", b"")


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Later, match="folder"):
        Folder(tmp_path / "gone").deliver("x", ADA, composed, threading.Event())
