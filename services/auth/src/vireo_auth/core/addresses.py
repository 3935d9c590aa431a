"""Mail addresses: which ones are taken, and how one is spelled."""

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from vireo_common.errors import FieldCode, FieldProblem

MAX_EMAIL = 254


def address_problem(email: str) -> FieldProblem | None:
    """Why an address is refused."""
    found = _parsed(email)
    if found is None or "." not in found.domain:
        return FieldProblem(FieldCode.INVALID, "is not a valid email address")
    if len(found.normalized) > MAX_EMAIL or len(email) > MAX_EMAIL:
        return FieldProblem(FieldCode.TOO_LONG, f"must have at most {MAX_EMAIL} characters")
    return None


def normalized(email: str) -> str:
    """The one spelling of an address, however its domain was written; empty where it is none."""
    found = _parsed(email)
    return found.normalized if found else ""


def mailbox_of(email: str) -> str:
    """What is one mailbox for whoever counts mails: in any case of its letters, and without what
    stands behind a ``+``, which most servers take for a note (RFC 5233).

    Two people may share it where a server does not; they share a number of mails then, no more.
    """
    local, at, domain = (normalized(email) or email).lower().rpartition("@")
    # What begins with it has no other name.
    return f"{local.partition('+')[0] or local}{at}{domain}"


def _parsed(email: str) -> ValidatedEmail | None:
    # Whether mail arrives is found out by sending one; names that no resolver knows, such as those
    # of a company's own network, are addresses too.
    try:
        return validate_email(
            email, check_deliverability=False, globally_deliverable=False, strict=True
        )
    except (EmailNotValidError, UnicodeError):
        return None
