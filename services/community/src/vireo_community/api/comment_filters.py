"""``/me/comment-filter``: words and links that one has held for review."""

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_common.access import account_id, signed_in
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code
from vireo_common.web import (
    JSON_PROBLEMS,
    TOKEN_PROBLEMS,
    TOKEN_REQUIRED,
    Envelope,
    answer,
    problems,
)
from vireo_community.api.moderation_models import CommentFilterBody, CommentFilterRow, show_filter
from vireo_community.core.comment_filters import CommentFilters


def blueprint(filters: CommentFilters) -> APIBlueprint:
    """The routes, on the rules of ``filters``."""
    bp = APIBlueprint("comment_filters", __name__, abp_tags=[Tag(name="moderation")])

    @bp.get(
        "/me/comment-filter",
        operation_id="show_comment_filter",
        security=TOKEN_REQUIRED,
        responses={200: Envelope[CommentFilterRow], **problems(*TOKEN_PROBLEMS)},
    )
    @signed_in
    def show() -> Response:
        """Which comments below one's videos wait for one's review.

        Example:
            curl $VIREO/me/comment-filter -H "Authorization: Bearer $TOKEN"
        """
        return answer(show_filter(filters.show(account_id())))

    @bp.put(
        "/me/comment-filter",
        operation_id="set_comment_filter",
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[CommentFilterRow],
            **problems(*JSON_PROBLEMS, *TOKEN_PROBLEMS, Code.SUSPENDED, Code.RATE_LIMITED),
        },
    )
    @signed_in
    def put(body: CommentFilterBody) -> Response:
        r"""Have comments with these words, or with a link, wait for one's review from now on.

        Those that are there stay; one's own never wait.

        Example:
            curl -X PUT $VIREO/me/comment-filter -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' -d '{"words": ["spoiler"], "links": true}'
        """
        return answer(show_filter(filters.put(account_id(), body.words, body.links)))

    return bp
