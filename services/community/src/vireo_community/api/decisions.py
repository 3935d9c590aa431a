"""``/me/moderation``: what was decided about what is one's own, and appeals."""

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_common.access import account_id, signed_in, while_suspended
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code
from vireo_common.pages import PageQuery
from vireo_common.web import (
    JSON_PROBLEMS,
    PAGE_PROBLEMS,
    TOKEN_PROBLEMS,
    TOKEN_REQUIRED,
    Envelope,
    answer,
    answer_page,
    problems,
)
from vireo_community.api.moderation_models import AppealBody, DecisionRow, IdPath, show_decision
from vireo_community.core.decisions import Decisions


def blueprint(decisions: Decisions) -> APIBlueprint:
    """The routes, on the rules of ``decisions``."""
    bp = APIBlueprint("decisions", __name__, abp_tags=[Tag(name="moderation")])

    @bp.get(
        "/me/moderation",
        operation_id="list_my_decisions",
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[list[DecisionRow]],
            **problems(*PAGE_PROBLEMS, *TOKEN_PROBLEMS),
        },
    )
    @signed_in
    def mine(query: PageQuery) -> Response:
        """What moderators decided about one's videos, comments and channel, the newest first.

        Example:
            curl $VIREO/me/moderation -H "Authorization: Bearer $TOKEN"
        """
        page = decisions.of_owner(account_id(), query.limit, query.cursor)
        return answer_page(page, [show_decision(row) for row in page.rows], query.limit)

    @bp.post(
        "/me/moderation/<id>/appeal",
        operation_id="appeal",
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[DecisionRow],
            **problems(
                *JSON_PROBLEMS,
                *TOKEN_PROBLEMS,
                Code.NOT_FOUND,
                Code.ALREADY_APPEALED,
                Code.ALREADY_DECIDED,
                Code.RATE_LIMITED,
            ),
        },
    )
    @signed_in
    @while_suspended
    def appeal(path: IdPath, body: AppealBody) -> Response:
        r"""Say something against such a decision, once; a moderator decides then.

        Against `hide` and `suspend`, while they hold; what was removed can't be brought back.

        Example:
            curl $VIREO/me/moderation/7/appeal -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' -d '{"text": "It is a parody"}'
        """
        return answer(show_decision(decisions.appeal(path.number(), account_id(), body.text)))

    return bp
