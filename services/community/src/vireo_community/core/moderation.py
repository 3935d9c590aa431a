"""What is reported and decided about: the words that reports, the desk and decisions share."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from vireo_common.errors import Code, Failure, FieldCode, FieldProblem
from vireo_common.roles import Role
from vireo_common.text import has_control_characters

MAX_TEXT = 1_000


class Reason(StrEnum):
    """Why something should not be shown."""

    SPAM = "spam"
    HATE = "hate"
    HARASSMENT = "harassment"
    VIOLENCE = "violence"
    SEXUAL = "sexual"
    CHILDREN = "children"
    COPYRIGHT = "copyright"
    MISLEADING = "misleading"
    OTHER = "other"


class Kind(StrEnum):
    """What can be reported."""

    VIDEO = "video"
    COMMENT = "comment"
    CHANNEL = "channel"


class Verdict(StrEnum):
    """What a moderator decides."""

    DISMISS = "dismiss"
    """All stays as it is."""
    HIDE = "hide"
    """Its owner and moderators see it; it can be restored. Of a channel it is ``suspend``."""
    REMOVE = "remove"
    """It is deleted for good; a channel can't be."""
    SUSPEND = "suspend"
    """Its channel is shown to nobody, and can't write."""
    RESTORE = "restore"
    """What was hidden or suspended is shown again."""


class CaseKind(StrEnum):
    """What stands on the desk."""

    REPORT = "report"
    APPEAL = "appeal"


ON_REPORT = frozenset(Verdict) - {Verdict.RESTORE}
ON_APPEAL = frozenset({Verdict.DISMISS, Verdict.RESTORE})

Shown = Literal["shown", "hidden", "suspended", "gone"]


@dataclass(frozen=True)
class Subject:
    """What is reported or decided about: a row of this kind, and whose it is."""

    kind: Kind
    subject_id: int
    owner_id: int


@dataclass(frozen=True)
class About:
    """A subject as it is now, for who looks at it.

    ``video`` is the hash path, also of the one that a comment is below; ``channel`` is its owner's
    name; ``title`` and ``text`` are those of the video and the comment.
    """

    kind: Kind
    video: str | None
    comment: int | None
    channel: str | None
    title: str | None
    text: str | None
    shown: Shown


@dataclass(frozen=True)
class Quote:
    """What one report says; nobody learns who made it."""

    reason: Reason
    text: str
    created: dt.datetime


@dataclass(frozen=True)
class Case:
    """An entry of the desk: all reports about one subject, or an appeal.

    Args:
        weight: in thousandths of a report of an account in good standing.
        appeal: what the one concerned says, of an appeal.
        outcome: what was decided; ``gone`` where the subject went before; ``None`` while it is
            open.
        note: of that decision, with its ``by``, the name of who decided.
    """

    case_id: int
    kind: CaseKind
    about: About
    count: int
    weight: int
    reasons: Mapping[Reason, int]
    quotes: Sequence[Quote]
    appeal: str | None
    created: dt.datetime
    updated: dt.datetime
    outcome: str | None
    note: str | None
    by: str | None
    closed: dt.datetime | None


@dataclass(frozen=True)
class Judgement:
    """A decision that is about to be made; without a ``reason`` it is that of most reports."""

    actor: int
    verdict: Verdict
    note: str
    reason: Reason | None = None


def checked(field: str, text: str, least: int = 0) -> str:
    """A text that somebody typed, trimmed.

    Raises:
        Failure: ``invalid_body``.
    """
    text = text.strip()
    if problem := _problem(text, least):
        raise Failure(Code.INVALID_BODY, fields={field: problem})
    return text


def _problem(text: str, least: int) -> FieldProblem | None:
    if not least <= len(text) <= MAX_TEXT:
        code = FieldCode.TOO_LONG if len(text) > MAX_TEXT else FieldCode.TOO_SHORT
        return FieldProblem(code, f"must have {least} to {MAX_TEXT:,} characters")
    if has_control_characters(text, allowed="\n\r\t"):
        message = "must not hold control characters but line breaks and tabs"
        return FieldProblem(FieldCode.FORBIDDEN_CHARACTERS, message)
    return None


def require_verdict(verdict: Verdict, allowed: frozenset[Verdict], kind: Kind) -> None:
    """Raise ``invalid_body`` for what can't be decided there."""
    if verdict not in allowed:
        names = ", ".join(f"`{each}`" for each in Verdict if each in allowed)
        raise _no_verdict(f"must be one of {names} here")
    if verdict is Verdict.REMOVE and kind is Kind.CHANNEL:
        raise _no_verdict("can't be `remove` of a channel; suspend it")


def require_authority(actor: int, role: Role | None, owner: int, owners: Role | None) -> None:
    """Raise ``forbidden`` unless somebody with a role may decide about what is another's.

    Args:
        owners: the role of whose it is: about moderators and admins an admin decides.
    """
    if role is None:
        raise Failure(Code.FORBIDDEN)
    if actor == owner:
        raise Failure(Code.FORBIDDEN, "You can't decide about what is your own.")
    if owners is not None and role is not Role.ADMIN:
        raise Failure(Code.FORBIDDEN, "Only an admin decides about what a moderator shows.")


def _no_verdict(message: str) -> Failure:
    return Failure(Code.INVALID_BODY, fields={"decision": FieldProblem(FieldCode.INVALID, message)})
