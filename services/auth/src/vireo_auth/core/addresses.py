"""Mail addresses: validation and normalization."""

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
    """The mailbox that mails are counted by: in lower case, without what stands behind a ``+``,
    which most servers ignore (RFC 5233).

    Where a server does not, two people share one limit of mails, nothing else.
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
