"""Mail addresses as headers and mail servers have them."""

from email.headerregistry import Address

from email_validator import EmailNotValidError, validate_email


def for_transport(email: str) -> str:
    """An address as a mail server takes it, in ASCII wherever that is possible; empty for none.

    A local part beyond ASCII has no such form; the address stays as it is then.
    """
    # Whether mail arrives is found out by sending one; names that no resolver knows, such as those
    # of a company's own network, are addresses too.
    try:
        found = validate_email(
            email, check_deliverability=False, globally_deliverable=False, strict=True
        )
    except (EmailNotValidError, UnicodeError):
        return ""
    return found.ascii_email or found.normalized


def mailbox(email: str, name: str = "") -> Address:
    """An address as a header has it."""
    username, _, domain = for_transport(email).rpartition("@")
    return Address(display_name=name, username=username, domain=domain)
