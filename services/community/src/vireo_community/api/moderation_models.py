"""Bodies, parameters and answers of reports, the desk, decisions and filters of comments."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from vireo_common.pages import PageQuery
from vireo_common.text import iso_time
from vireo_community.api.comment_models import MOST_ID, NUMBER
from vireo_community.core.comment_filters import MAX_WORD, MOST_WORDS, CommentFilter
from vireo_community.core.decisions import AppealState, Decision, Entry
from vireo_community.core.moderation import (
    MAX_TEXT,
    About,
    Case,
    CaseKind,
    Judgement,
    Kind,
    Quote,
    Reason,
    Shown,
    Verdict,
)
from vireo_community.core.reports import Named

# As it is sent; the rules' own bounds count after trimming.
MOST_SENT = 5_000
# Written out: notices have kinds too, and the document one place for a name.
SubjectKind = Annotated[
    Kind,
    WithJsonSchema({"type": "string", "enum": list(Kind), "description": "What can be reported."}),
]
LOG_KINDS = Literal["decision", "grant", "revoke"]


class IdPath(BaseModel):
    """An id in an address."""

    # A text here: what is no id is not there, rather than a parameter that is wrong.
    id: str = Field(
        description="The id.",
        json_schema_extra={"type": "integer", "minimum": 1, "maximum": MOST_ID, "example": 7},
    )

    def number(self) -> int:
        """The id; 0, which nothing has, where it can be none."""
        known = NUMBER.fullmatch(self.id) and int(self.id) <= MOST_ID
        return int(self.id) if known else 0


class SubjectBody(BaseModel):
    """One of three."""

    model_config = ConfigDict(strict=True)

    video: str | None = Field(None, max_length=100, description="A hash path.")
    comment: int | None = Field(None, ge=1, le=MOST_ID, description="A comment's id.")
    channel: str | None = Field(None, max_length=100, description="A channel's name.")

    def named(self) -> Named:
        """What is meant."""
        return Named(self.video, self.comment, self.channel)


class ReportBody(SubjectBody):
    """A report: `video`, `comment` or `channel`, and why."""

    reason: Reason = Field(strict=False)
    text: str = Field(
        "",
        max_length=MOST_SENT,
        description="What else there is to say, 0 to 1,000 characters.",
        json_schema_extra={"maxLength": MAX_TEXT},
    )


class _Verdict(BaseModel):
    model_config = ConfigDict(strict=True)

    decision: Verdict = Field(strict=False)
    note: str = Field(
        "",
        max_length=MOST_SENT,
        description="For the one concerned, who reads it; 0 to 1,000 characters.",
        json_schema_extra={"maxLength": MAX_TEXT},
    )
    reason: Reason | None = Field(
        None, strict=False, description="Left out it is what most reports say, else `other`."
    )

    def judgement(self, actor: int) -> Judgement:
        """The decision of this moderator."""
        return Judgement(actor, self.decision, self.note, self.reason)


class DecideBody(_Verdict):
    """What is decided about a report (`dismiss`, `hide`, `remove`, `suspend`) or an appeal
    (`dismiss`, `restore`)."""


class ActBody(_Verdict, SubjectBody):
    """A decision without a report: `hide`, `remove`, `suspend` or `restore` of one of three."""


class AppealBody(BaseModel):
    """What one says against a decision."""

    model_config = ConfigDict(strict=True)

    text: str = Field(
        max_length=MOST_SENT,
        description="1 to 1,000 characters after trimming.",
        json_schema_extra={"minLength": 1, "maxLength": MAX_TEXT},
    )


class CommentFilterBody(BaseModel):
    """What waits for one's review, whoever writes it below one's own videos."""

    model_config = ConfigDict(strict=True)

    words: list[str] = Field(
        max_length=10 * MOST_WORDS,
        description=f"At most {MOST_WORDS} words or phrases of 1 to {MAX_WORD} characters; found "
        "whole, in any case of their letters.",
    )
    links: bool = Field(description="Whether comments with a link wait too.")


class CommentFilterRow(BaseModel):
    """What waits for one's review."""

    words: list[str]
    links: bool


class DeskQuery(PageQuery):
    """Which cases, and the two parameters that every list takes."""

    state: Literal["open", "decided"] = Field(
        "open", description="`open`: the heaviest first; `decided`: the newest first."
    )
    kind: CaseKind | None = Field(None, description="`report` or `appeal`; both without it.")


class SubjectRow(BaseModel):
    """What something is about, as it is now."""

    type: SubjectKind
    video: str | None = Field(
        description="The hash path, also of the video that a comment is below."
    )
    comment: int | None
    channel: str | None = Field(description="Its owner's name.")
    title: str | None = Field(description="The video's title.")
    text: str | None = Field(description="The comment's text.")
    shown: Shown = Field(description="Whether others see it; `gone`: it was deleted.")


class QuoteRow(BaseModel):
    """What one of the reports says."""

    reason: Reason
    text: str
    created: str


class CaseRow(SubjectRow):
    """An entry of the desk: all reports about one thing, or an appeal."""

    id: int
    kind: CaseKind
    state: Literal["open", "decided"]
    count: int = Field(description="How many have reported it.")
    weight: float = Field(
        description="What the reports weigh together; 1 is one of an account in good standing."
    )
    reasons: dict[Reason, int] = Field(description="How many say what.")
    texts: list[QuoteRow] = Field(description="The latest five that say more.")
    appeal: str | None = Field(description="What the one concerned says, of an appeal.")
    created: str
    updated: str
    decision: str | None = Field(
        description="What was decided; `gone` where it was deleted before; `null` while it is open."
    )
    note: str | None
    by: str | None = Field(description="Who decided.")
    decided: str | None


class AppealRow(BaseModel):
    """What one has said against a decision."""

    text: str
    created: str
    state: AppealState = Field(
        description="`open`, or what was decided; `gone`: its subject was deleted before."
    )


class DecisionRow(SubjectRow):
    """A decision about what is one's own."""

    id: int
    decision: Verdict
    reason: Reason
    note: str
    created: str
    in_force: bool = Field(description="Whether it still holds.")
    may_appeal: bool
    appeal: AppealRow | None


class EntryRow(BaseModel):
    """An entry of the audit log."""

    number: int
    at: str
    kind: LOG_KINDS
    by: str | None = Field(description="Who decided; `null` is who runs this Vireo, or is gone.")
    channel: str | None = Field(description="Whom it concerns; `null` where they are gone.")
    type: SubjectKind | None = Field(description="What was decided about, of a decision.")
    id: int | None = Field(description="The number of its row.")
    decision: Verdict | None
    reason: Reason | None
    role: str | None = Field(description="Which role was given or taken away.")
    title: str | None
    note: str | None
    hash: str = Field(description="SHA-256 of the hash before and this entry, in hexadecimal.")


def show_about(about: About) -> dict[str, Any]:
    """What something is about as ``SubjectRow`` has it."""
    return {
        "type": about.kind.value,
        "video": about.video,
        "comment": about.comment,
        "channel": about.channel,
        "title": about.title,
        "text": about.text,
        "shown": about.shown,
    }


def show_case(case: Case) -> dict[str, Any]:
    """A case as ``CaseRow`` has it."""
    return {
        **show_about(case.about),
        "id": case.case_id,
        "kind": case.kind.value,
        "state": "open" if case.outcome is None else "decided",
        "count": case.count,
        "weight": case.weight / 1000,
        "reasons": {reason.value: count for reason, count in case.reasons.items()},
        "texts": [_show_quote(quote) for quote in case.quotes],
        "appeal": case.appeal,
        "created": iso_time(case.created),
        "updated": iso_time(case.updated),
        "decision": case.outcome,
        "note": case.note,
        "by": case.by,
        "decided": iso_time(case.closed) if case.closed else None,
    }


def show_decision(decision: Decision) -> dict[str, Any]:
    """A decision as ``DecisionRow`` has it."""
    appeal = decision.appeal
    return {
        **show_about(decision.about),
        "id": decision.decision_id,
        "decision": decision.verdict.value,
        "reason": decision.reason.value,
        "note": decision.note,
        "created": iso_time(decision.created),
        "in_force": decision.in_force,
        "may_appeal": decision.may_appeal,
        "appeal": {
            "text": appeal.text,
            "created": iso_time(appeal.created),
            "state": appeal.state,
        }
        if appeal
        else None,
    }


def show_entry(entry: Entry) -> dict[str, Any]:
    """An entry as ``EntryRow`` has it."""
    facts = entry.facts
    return {
        "number": entry.number,
        "at": facts["at"],
        "kind": facts["kind"],
        "by": entry.actor,
        "channel": entry.owner,
        "type": facts.get("subject"),
        "id": facts.get("subject_id"),
        "decision": facts.get("decision"),
        "reason": facts.get("reason"),
        "role": facts.get("role"),
        "title": entry.title,
        "note": entry.note,
        "hash": entry.digest.hex(),
    }


def show_filter(held: CommentFilter) -> dict[str, Any]:
    """What is held as ``CommentFilterRow`` has it."""
    return {"words": list(held.words), "links": held.links}


def _show_quote(quote: Quote) -> dict[str, Any]:
    return {"reason": quote.reason.value, "text": quote.text, "created": iso_time(quote.created)}
