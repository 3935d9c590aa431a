"""The courier's settings: ``VIREO_*`` variables."""

import sys
from email.headerregistry import Address
from email.utils import parseaddr
from enum import StrEnum
from pathlib import Path

from pydantic import Field, ValidationInfo, field_validator

from vireo_common.settings import ServiceSettings, fixed
from vireo_courier.core.addresses import for_transport, mailbox

PASSWORD_FILE = "smtp_password"  # noqa: S105 (the name of a file)
ON_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


class Security(StrEnum):
    """How a connection is protected."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class MailSettings(ServiceSettings):
    """What the courier needs beside what every service needs."""

    smtp_host: str = Field(
        "", description="mail server; where empty, mails are written to a folder"
    )
    smtp_port: int = Field(587, ge=1, le=65535, description="its port")
    smtp_security: Security = Field(
        Security.STARTTLS,
        description="`starttls`, `tls` (from the first byte, port 465 as a rule) or `none`",
    )
    smtp_user: str = Field(
        "",
        description="who signs in there, with the secret file `smtp_password`; nobody when empty",
    )
    mail_from: str = Field(
        "Vireo <vireo@vireo.internal>",
        description="whom mails are from; mail servers want one of theirs",
    )
    mail_folder: Path = fixed(Path("/var/lib/vireo/mail"), "the folder for mails")

    @field_validator("mail_from")
    @classmethod
    def _require_address(cls, value: str) -> str:
        address = for_transport(parseaddr(value)[1])
        if not address or not address.isascii() or not value.isprintable():
            raise ValueError("must be like: Vireo <vireo@example.org>")
        return value

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
