"""A mail server that a test scripts: it takes mails, refuses them, is slow, or hangs up."""

import asyncio
import datetime as dt
import gc
import ipaddress
import ssl
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class MailServer:
    """What happens at each step; ``kept`` are the mails that it took over, in their order.

    Args:
        sender, recipient, data: replies in place of the good ones, while they are set.
        holds: while it is set, mails that have come wait for their answers.
        hang_up: ``before`` the end of a mail, ``after`` it with the mail kept, at ``lost`` after
            it without, or at ``quit``.
    """

    port: int
    recipient: str = ""
    sender: str = ""
    data: str = ""
    holds: bool = False
    hang_up: str = ""
    kept: list[EmailMessage] = field(default_factory=list)
    envelopes: list[Envelope] = field(default_factory=list)
    connections: int = 0
    arriving: int = 0
    signed_in_as: list[str] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        """The Message-ID of each mail that was kept."""
        return [str(mail["Message-ID"]) for mail in self.kept]

    # What aiosmtpd calls.

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """The sender."""
        envelope.mail_from, envelope.mail_options = address, options
        return self.sender or "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """A recipient."""
        if self.recipient:
            return self.recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The content."""
        self.arriving += 1
        try:
            while self.holds:
                await asyncio.sleep(0.01)
        finally:
            self.arriving -= 1
        if not self.data and self.hang_up != "lost":
            self.envelopes.append(envelope)
            content = envelope.original_content or b""
            self.kept.append(message_from_bytes(content, policy=policy.default))
        if self.hang_up in {"after", "lost"}:
            _hang_up(server)
        return self.data or "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """The end of a connection."""
        if self.hang_up == "quit":
            _hang_up(server)
        return "221 Bye"

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: Any
    ) -> AuthResult:
        """Accept the password ``right``."""
        good = isinstance(given, LoginPassword) and given.password == b"right"
        if good:
            self.signed_in_as.append(given.login.decode())
        return AuthResult(success=good, handled=False)


def _hang_up(connection: SMTP) -> None:
    transport: Any = connection.transport
    if transport:
        transport.abort()


class _Connection(SMTP):
    def connection_made(self, transport: Any) -> None:
        self.event_handler.connections += 1
        super().connection_made(transport)

    async def smtp_DATA(self, arg: str) -> None:
        if self.event_handler.hang_up == "before":
            await self.push("354 Go on")
            _hang_up(self)
            return
        await super().smtp_DATA(arg)


class _Controller(Controller):
    def factory(self) -> SMTP:
        return _Connection(self.handler, **self.SMTP_kwargs)


@contextmanager
def running(server: MailServer, certificate: Path | None = None, **options: Any) -> Iterator[None]:
    """Listen on its port until the end of the ``with``; ``certificate`` offers STARTTLS.

    ``options`` are those of aiosmtpd's ``SMTP``.
    """
    if certificate:
        options["tls_context"] = server_context(certificate)
    controller = _Controller(
        server, hostname="127.0.0.1", port=server.port, server_hostname="mail.test", **options
    )
    controller.start()
    try:
        yield
    finally:
        controller.stop()
        del controller
        # Its loop ends at once, and leaves the connections of that moment to the garbage collector,
        # which would complain in the middle of some other test.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()


def server_context(certificate: Path) -> ssl.SSLContext:
    """The server's side of TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def make_certificate(path: Path, host: str = "127.0.0.1") -> Path:
    """A key with a certificate for ``host`` that vouches for itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path
