"""How mails leave: to an SMTP server, or into a folder where none is set.

A transport returns when somebody else has taken the mail over, and says otherwise whether trying
again can help.
"""

import os
import secrets
import smtplib
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vireo_common.outgoing_mails import Later, Refused
from vireo_courier.core.addresses import for_transport
from vireo_courier.core.messages import WIRE, WIRE_UTF8
from vireo_courier.core.sending import Compose
from vireo_courier.settings import Security

COMMAND_SECONDS = 30.0
# RFC 5321, section 4.5.3.2.6: what a server does with a mail before it says that it has it.
DATA_SECONDS = 600.0


class Folder:
    """A folder in place of a mail server: one file for each mail, readable by its owner alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def deliver(self, name: str, to: str, compose: Compose, stop: threading.Event) -> None:
        """Write the mail; the same mail again takes the place of the file."""
        del to, stop
        content = compose().as_bytes(policy=WIRE_UTF8)
        temporary = self._folder / f".{name}.{secrets.token_hex(8)}"
        try:
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
                with os.fdopen(os.open(temporary, flags, 0o600), "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                temporary.replace(self._folder / f"{name}.eml")
            finally:
                temporary.unlink(missing_ok=True)
        except OSError as error:
            raise Later(f"the folder: {error.strerror}") from error


@dataclass(frozen=True)
class Server:
    """An SMTP server: where it is, and who sends (``user`` is empty where nobody signs in)."""

    host: str
    port: int
    security: Security
    user: str
    password: str
    sender: str


class Smtp:
    """An SMTP server, with a connection for each mail.

    Args:
        context: which certificates are trusted.
        command_seconds, data_seconds: how long an answer may take.
    """

    def __init__(
        self,
        server: Server,
        context: ssl.SSLContext,
        *,
        command_seconds: float = COMMAND_SECONDS,
        data_seconds: float = DATA_SECONDS,
    ) -> None:
        self._server = server
        self._context = context
        self._command_seconds = command_seconds
        self._data_seconds = data_seconds

    def deliver(self, name: str, to: str, compose: Compose, stop: threading.Event) -> None:
        """Send the mail, and return when the server has said that it has it."""
        del name
        # What smtplib raises is an OSError, too.
        try:
            client = self._connect()
        except OSError as error:
            raise Later(_reason(error)) from error
        try:
            self._send(client, to, compose, stop)
        except OSError as error:
            # Before the end of DATA it was not sent. After it the outcome is unknown, and RFC 5321
            # (section 4.5.4.1) has it sent again; it has the same Message-ID then.
            raise Later(_reason(error)) from error
        finally:
            _leave(client)

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        own_name = server.sender.rpartition("@")[2]
        # The look-up of this machine's name, which smtplib does by itself, may take long.
        if server.security is Security.TLS:
            client: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host,
                server.port,
                own_name,
                timeout=self._command_seconds,
                context=self._context,
            )
        else:
            client = smtplib.SMTP(server.host, server.port, own_name, timeout=self._command_seconds)
        try:
            client.ehlo_or_helo_if_needed()
            if server.security is Security.STARTTLS:
                # Where the server offers none this fails: nothing goes out in the clear.
                client.starttls(context=self._context)
                client.ehlo_or_helo_if_needed()
            if server.user:
                client.login(server.user, server.password)
        except BaseException:
            client.close()
            raise
        return client

    def _send(self, client: smtplib.SMTP, to: str, compose: Compose, stop: threading.Event) -> None:
        recipient = for_transport(to)
        international = not recipient.isascii()
        if international and not client.has_extn("smtputf8"):
            raise Refused("the server takes no addresses beyond ASCII")
        options = ["SMTPUTF8", "BODY=8BITMIME"] if international else []
        # A sender that is refused is a matter of settings, not of this mail.
        _expect(client.mail(self._server.sender, options), 250)
        code, text = client.rcpt(recipient)
        if _for_good(code):
            raise Refused(_reply(code, text))
        _expect((code, text), 250, 251)
        if stop.is_set():
            raise Later("stopped")
        message = compose()
        content = message.as_bytes(policy=WIRE_UTF8 if international else WIRE)
        if isinstance(client.sock, socket.socket):
            client.sock.settimeout(self._data_seconds)
        try:
            code, text = client.data(content)
        except smtplib.SMTPDataError as error:
            # It was said before the mail, and about it: 354 is what lets it come.
            code, text = error.smtp_code, _bytes(error.smtp_error)
        if _for_good(code):
            raise Refused(_reply(code, text))
        _expect((code, text), 250)


def _expect(answer: tuple[int, bytes], *codes: int) -> None:
    if answer[0] not in codes:
        raise Later(_reply(*answer))


def _for_good(code: int) -> bool:
    return 500 <= code < 600


def _reply(code: int, text: bytes) -> str:
    return f"{code} {text.decode('ascii', 'replace')}"


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def _reason(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _reply(error.smtp_code, _bytes(error.smtp_error))
    if error.strerror:
        return error.strerror
    return f"{type(error).__name__}: {error}"


def _leave(client: smtplib.SMTP) -> None:
    # Whatever the server says or does now changes nothing about the mail.
    with suppress(OSError):
        if isinstance(client.sock, socket.socket):
            client.sock.settimeout(2.0)
            client.quit()
    client.close()
