"""``POST /reports``, and the desk: ``/admin/reports`` and ``/admin/decisions``."""

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_common.access import account_id, signed_in
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code
from vireo_common.pages import PageQuery
from vireo_common.web import (
    JSON_PROBLEMS,
    PAGE_PROBLEMS,
    TOKEN_PROBLEMS,
    TOKEN_REQUIRED,
    Empty,
    Envelope,
    answer,
    answer_page,
    problems,
)
from vireo_community.api.moderation_models import (
    ActBody,
    CaseRow,
    DecideBody,
    DecisionRow,
    DeskQuery,
    EntryRow,
    IdPath,
    ReportBody,
    show_case,
    show_decision,
    show_entry,
)
from vireo_community.core.decisions import Decisions
from vireo_community.core.reports import Reports

DESK_PROBLEMS = (*PAGE_PROBLEMS, *TOKEN_PROBLEMS, Code.FORBIDDEN)
DECIDE_PROBLEMS = (
    *JSON_PROBLEMS,
    *TOKEN_PROBLEMS,
    Code.FORBIDDEN,
    Code.NOT_FOUND,
    Code.ALREADY_DECIDED,
    Code.RATE_LIMITED,
)


def blueprint(reports: Reports, decisions: Decisions) -> APIBlueprint:
    """The routes, on the rules of ``reports`` and ``decisions``."""
    bp = APIBlueprint("reports", __name__, abp_tags=[Tag(name="moderation")])
    _add_reporting(bp, reports)
    _add_desk(bp, decisions)
    _add_decisions(bp, decisions)
    return bp


def _add_reporting(bp: APIBlueprint, reports: Reports) -> None:
    @bp.post(
        "/reports",
        operation_id="report",
        security=TOKEN_REQUIRED,
        responses={
            200: Empty,
            **problems(
                *JSON_PROBLEMS,
                *TOKEN_PROBLEMS,
                Code.FORBIDDEN,
                Code.SUSPENDED,
                Code.NOT_FOUND,
                Code.RATE_LIMITED,
            ),
        },
    )
    @signed_in
    def add(body: ReportBody) -> Response:
        r"""Report a video, a comment or a channel to the moderators.

        Whose it is does not learn who reported it. A second report of the same account about the
        same thing changes nothing.

        Example:
            curl $VIREO/reports -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' \
              -d '{"video": "aB3dE5g", "reason": "misleading", "text": "Not what it says"}'
        """
        reports.add(account_id(), body.named(), body.reason, body.text)
        return answer()


def _add_desk(bp: APIBlueprint, decisions: Decisions) -> None:
    @bp.get(
        "/admin/reports",
        operation_id="list_reports",
        security=TOKEN_REQUIRED,
        responses={200: Envelope[list[CaseRow]], **problems(*DESK_PROBLEMS)},
    )
    @signed_in
    def desk(query: DeskQuery) -> Response:
        """What was reported, and appeals; for moderators.

        All reports about one thing are one entry.

        Example:
            curl "$VIREO/admin/reports?state=open" -H "Authorization: Bearer $TOKEN"
        """
        decided, limit = query.state == "decided", query.limit
        page = decisions.page(account_id(), query.kind, limit, query.cursor, decided=decided)
        parameters = {"state": query.state} | ({"kind": query.kind.value} if query.kind else {})
        return answer_page(page, [show_case(row) for row in page.rows], limit, **parameters)

    @bp.post(
        "/admin/reports/<id>",
        operation_id="decide_report",
        security=TOKEN_REQUIRED,
        responses={200: Envelope[CaseRow], **problems(*DECIDE_PROBLEMS)},
    )
    @signed_in
    def decide(path: IdPath, body: DecideBody) -> Response:
        r"""Decide a report or an appeal; for moderators.

        A report: `dismiss`, `hide` (it can be restored), `remove` (for good; not of a channel), or
        `suspend` its channel. An appeal: `dismiss` or `restore`. The one concerned is told, reads
        the note, and does not learn who decided. About what a moderator shows an admin decides.

        Example:
            curl $VIREO/admin/reports/7 -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' -d '{"decision": "hide", "note": "Not true"}'
        """
        return answer(show_case(decisions.decide(path.number(), body.judgement(account_id()))))


def _add_decisions(bp: APIBlueprint, decisions: Decisions) -> None:
    @bp.get(
        "/admin/decisions",
        operation_id="list_decisions",
        security=TOKEN_REQUIRED,
        responses={200: Envelope[list[EntryRow]], **problems(*DESK_PROBLEMS)},
    )
    @signed_in
    def log(query: PageQuery) -> Response:
        """The log of all decisions and roles, the newest entry first; for moderators.

        Each hash covers the one before it: an entry can't be changed without a trace.

        Example:
            curl $VIREO/admin/decisions -H "Authorization: Bearer $TOKEN"
        """
        page = decisions.log(account_id(), query.limit, query.cursor)
        return answer_page(page, [show_entry(row) for row in page.rows], query.limit)

    @bp.post(
        "/admin/decisions",
        operation_id="decide",
        security=TOKEN_REQUIRED,
        responses={200: Envelope[DecisionRow], **problems(*DECIDE_PROBLEMS)},
    )
    @signed_in
    def act(body: ActBody) -> Response:
        r"""Decide about a video, a comment or a channel without a report; for moderators.

        What waits of it on the desk is decided with it.

        Example:
            curl $VIREO/admin/decisions -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' \
              -d '{"video": "aB3dE5g", "decision": "restore", "note": "A mistake"}'
        """
        return answer(show_decision(decisions.act(body.named(), body.judgement(account_id()))))
