"""Operations of reports, decisions and filters of comments."""

from collections.abc import Iterator, Sequence
from typing import Any

from vireo_client.calls import Calls, given
from vireo_client.values import (
    CaseRow,
    CommentFilterRow,
    DecisionRow,
    EntryRow,
    Kind,
    Reason,
    Verdict,
    parse,
)


def named(kind: Kind, subject: str | int) -> dict[str, Any]:
    """A video by its hash path, a comment by its id, or a channel by its name, in a body."""
    return {kind: subject}


class Moderation(Calls):
    """A method for each operation; those of the desk are for moderators."""

    def report(self, kind: Kind, subject: str | int, reason: Reason, text: str = "") -> None:
        """Report a video (hash path), a comment (id) or a channel (name)."""
        body = {**named(kind, subject), "reason": reason, "text": text}
        self._post("/reports", body, signed=True)

    def list_my_decisions(self, *, page_size: int = 50) -> Iterator[DecisionRow]:
        """What moderators decided about what is one's own, the newest first."""
        return self._all(DecisionRow, "/me/moderation", page_size, signed=True)

    def appeal(self, decision_id: int, text: str) -> DecisionRow:
        """Say something against such a decision, once."""
        path = f"/me/moderation/{decision_id}/appeal"
        return parse(DecisionRow, self._post(path, {"text": text}, signed=True))

    def show_comment_filter(self) -> CommentFilterRow:
        """Which comments below one's videos wait for one's review."""
        return parse(CommentFilterRow, self._value("GET", "/me/comment-filter"))

    def set_comment_filter(self, words: Sequence[str], *, links: bool) -> CommentFilterRow:
        """Have comments with these words, or with a link, wait from now on."""
        body = {"words": list(words), "links": links}
        return parse(CommentFilterRow, self._value("PUT", "/me/comment-filter", body))

    def list_reports(
        self, *, state: str = "open", kind: str | None = None, page_size: int = 50
    ) -> Iterator[CaseRow]:
        """The desk: `open` or `decided` cases, of the kind `report` or `appeal`, or both."""
        more = {} if kind is None else {"kind": kind}
        return self._all(CaseRow, "/admin/reports", page_size, signed=True, state=state, **more)

    def decide_report(
        self, case_id: int, decision: Verdict, note: str = "", *, reason: Reason | None = None
    ) -> CaseRow:
        """Decide a report or an appeal."""
        body = given({"decision": decision, "note": note, "reason": reason})
        return parse(CaseRow, self._post(f"/admin/reports/{case_id}", body, signed=True))

    def decide(
        self,
        kind: Kind,
        subject: str | int,
        decision: Verdict,
        note: str = "",
        *,
        reason: Reason | None = None,
    ) -> DecisionRow:
        """Decide about something without a report."""
        body = given({"decision": decision, "note": note, "reason": reason})
        found = self._post("/admin/decisions", {**named(kind, subject), **body}, signed=True)
        return parse(DecisionRow, found)

    def list_decisions(self, *, page_size: int = 50) -> Iterator[EntryRow]:
        """The log of all decisions and roles, the newest entry first."""
        return self._all(EntryRow, "/admin/decisions", page_size, signed=True)
