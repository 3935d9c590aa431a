"""The mail worker's settings: ``VIREO_*`` variables."""

import sys
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, ValidationInfo, field_validator

from vireo_auth.core.addresses import for_transport
from vireo_auth.mail.messages import mailbox
from vireo_auth.mail.transports import Security
from vireo_common.settings import ServiceSettings

PASSWORD_FILE = "smtp_password"  # noqa: S105 (the name of a file)
ON_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


class MailSettings(ServiceSettings):
    """What the mail worker needs beside what every service needs."""

    smtp_host: str = Field("", description="The mail server; where empty, mails go to a folder.")
    smtp_port: int = Field(587, ge=1, le=65535, description="Its port.")
    smtp_security: Security = Field(
        Security.STARTTLS, description="`starttls`, `tls` from the first byte, or `none`."
    )
    smtp_user: str = Field("", description="Who signs in there; nobody where empty.")
    mail_from: str = Field("Vireo <vireo@vireo.internal>", description="Whom mails are from.")
    mail_folder: Path = Field(Path("/var/lib/vireo/mail"), description="That folder.")
    mails_of_origin: int = Field(
        60,
        ge=1,
        description="Mails an hour that one client address may cause to unproven addresses.",
    )
    public_url: str = Field(
        "http://localhost:8080", description="Address that people know Vireo by."
    )

    @field_validator("mail_from")
    @classmethod
    def _require_address(cls, value: str) -> str:
        address = for_transport(parseaddr(value)[1])
        if not address or not address.isascii() or not value.isprintable():
            raise ValueError("must be like: Vireo <vireo@example.org>")
        return value

    @field_validator("public_url")
    @classmethod
    def _require_url(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query:
            raise ValueError("must be like: https://video.example.org")
        return value.rstrip("/")

    @field_validator("smtp_user")
    @classmethod
    def _require_protection(cls, value: str, others: ValidationInfo) -> str:
        host, security = others.data.get("smtp_host"), others.data.get("smtp_security")
        if value and host and security is Security.NONE and host not in ON_THIS_MACHINE:
            raise ValueError("a password is sent with VIREO_SMTP_SECURITY=starttls or tls alone")
        return value

    @property
    def sender(self) -> Address:
        """Whom mails are from."""
        name, address = parseaddr(self.mail_from)
        return mailbox(address, name)

    def smtp_password(self) -> str:
        """The secret file ``smtp_password``; empty where nobody signs in.

        Raises:
            SystemExit: the file is not there, or holds what SMTP can't send.
        """
        if not self.smtp_user:
            return ""
        password = self.secret(PASSWORD_FILE).get_secret_value()
        if not (self.smtp_user + password).isascii():
            sys.exit(f"settings: VIREO_SMTP_USER and {PASSWORD_FILE!r} must be ASCII")
        return password
