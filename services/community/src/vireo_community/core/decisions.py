"""Decisions of moderators, the desk that they make them at, and appeals against them."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from vireo_common.errors import Code, Failure
from vireo_common.pages import Page
from vireo_common.roles import Role
from vireo_community.core.moderation import (
    About,
    Case,
    CaseKind,
    Judgement,
    Reason,
    Subject,
    Verdict,
    checked,
)
from vireo_community.core.reports import Named, require_one

AppealState = Literal["open", "dismiss", "restore", "gone"]


@dataclass(frozen=True)
class Appeal:
    """What the one concerned said against a decision, and what became of it."""

    text: str
    created: dt.datetime
    state: AppealState


@dataclass(frozen=True)
class Decision:
    """A decision as the one concerned sees it; who made it, they do not.

    ``in_force`` is whether it still holds.
    """

    decision_id: int
    about: About
    verdict: Verdict
    reason: Reason
    note: str
    created: dt.datetime
    in_force: bool
    appeal: Appeal | None

    @property
    def may_appeal(self) -> bool:
        """Whether it can be undone, and nothing was said against it yet."""
        there = self.about.shown != "gone"
        undoable = there and self.verdict in {Verdict.HIDE, Verdict.SUSPEND}
        return undoable and self.in_force and self.appeal is None


@dataclass(frozen=True)
class Entry:
    """An entry of the audit log, for moderators; names are ``None`` of who is gone.

    ``facts`` is what the hash covers; ``note`` and ``title`` stand beside the log.
    """

    number: int
    facts: Mapping[str, int | str | None]
    digest: bytes
    actor: str | None
    owner: str | None
    title: str | None
    note: str | None


class Desk(Protocol):
    """Where cases are kept, and decisions are found."""

    def page(
        self, kind: CaseKind | None, limit: int, cursor: str | None, *, decided: bool
    ) -> Page[Case]:
        """Open cases, the heaviest first, or decided ones, the newest first."""

    def find(self, case_id: int) -> Case | None:
        """A case, whatever became of it."""

    def locate(self, video: str | None, comment: int | None, channel: str | None) -> Subject | None:
        """What a moderator names, hidden or not."""

    def appeal(self, decision_id: int, owner: int, text: str) -> None:
        """Say something against a decision about what is one's own."""

    def of_owner(self, owner: int, limit: int, cursor: str | None) -> Page[Decision]:
        """Decisions about what is somebody's, the newest first."""

    def decision(self, decision_id: int) -> Decision | None:
        """One of them."""


class DecisionStore(Protocol):
    """Where decisions are made and kept. What may not be decided raises ``Failure``: see
    ``Decisions``."""

    def decide(self, case_id: int, judgement: Judgement) -> None:
        """Decide an open case."""

    def act(self, subject: Subject, judgement: Judgement) -> int:
        """Decide about something without a case; the decision's id. What waits of it on the desk
        is decided too."""

    def log(self, limit: int, cursor: str | None) -> Page[Entry]:
        """The audit log, the newest entry first."""


class RoleReader(Protocol):
    """Where roles are looked up."""

    def of(self, channel_id: int) -> Role | None:
        """The role of an account."""


class Decisions:
    """The rules; those that have to hold at the moment of a decision are asked in its transaction
    (``core.moderation``)."""

    def __init__(self, store: DecisionStore, desk: Desk, roles: RoleReader) -> None:
        self._store = store
        self._desk = desk
        self._roles = roles

    def page(
        self,
        moderator: int,
        kind: CaseKind | None,
        limit: int,
        cursor: str | None,
        *,
        decided: bool,
    ) -> Page[Case]:
        """The desk.

        Raises:
            Failure: ``forbidden`` for who has no role; ``invalid_cursor``.
        """
        self._require_role(moderator)
        return self._desk.page(kind, limit, cursor, decided=decided)

    def decide(self, case_id: int, judgement: Judgement) -> Case:
        """Decide a case; it as it is then.

        Raises:
            Failure: ``forbidden`` for who has no role, or about what is one's own, or a
                moderator's; ``not_found`` where there is no such case, or what it is about is gone;
                ``already_decided``; ``invalid_body``.
        """
        self._require_role(judgement.actor)
        self._store.decide(case_id, _checked(judgement))
        found = self._desk.find(case_id)
        if found is None:
            raise Failure(Code.NOT_FOUND)
        return found

    def act(self, named: Named, judgement: Judgement) -> Decision:
        """Decide about something without a case.

        Raises:
            Failure: as ``decide``; ``already_decided`` where there is nothing to restore.
        """
        self._require_role(judgement.actor)
        require_one(named)
        subject = self._desk.locate(named.video, named.comment, named.channel)
        if subject is None:
            raise Failure(Code.NOT_FOUND)
        return self._found(self._store.act(subject, _checked(judgement)))

    def log(self, moderator: int, limit: int, cursor: str | None) -> Page[Entry]:
        """The audit log.

        Raises:
            Failure: ``forbidden`` for who has no role; ``invalid_cursor``.
        """
        self._require_role(moderator)
        return self._store.log(limit, cursor)

    def of_owner(self, owner: int, limit: int, cursor: str | None) -> Page[Decision]:
        """Decisions about what is one's own, the newest first.

        Raises:
            Failure: ``invalid_cursor``.
        """
        return self._desk.of_owner(owner, limit, cursor)

    def appeal(self, decision_id: int, owner: int, text: str) -> Decision:
        """Say something against a decision about what is one's own; once.

        Raises:
            Failure: ``invalid_body``; ``not_found``, also where the subject is gone;
                ``already_appealed``; ``already_decided`` where it does not hold any more, or can't
                be undone.
        """
        self._desk.appeal(decision_id, owner, checked("text", text, least=1))
        return self._found(decision_id)

    def _found(self, decision_id: int) -> Decision:
        found = self._desk.decision(decision_id)
        if found is None:
            raise Failure(Code.NOT_FOUND)
        return found

    def _require_role(self, channel_id: int) -> None:
        if self._roles.of(channel_id) is None:
            raise Failure(Code.FORBIDDEN)


def _checked(judgement: Judgement) -> Judgement:
    return replace(judgement, note=checked("note", judgement.note))
