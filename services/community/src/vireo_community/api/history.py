"""``GET`` and ``DELETE /me/history``, and ``DELETE /me/history/<hash>``."""

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_common.access import account_id, signed_in
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code
from vireo_common.pages import PageQuery
from vireo_common.web import (
    PAGE_PROBLEMS,
    TOKEN_PROBLEMS,
    TOKEN_REQUIRED,
    Empty,
    Envelope,
    answer,
    answer_page,
    problems,
)
from vireo_community.api.models import WatchedRow, show_watched
from vireo_community.core.history import History
from vireo_videos.objects import HashPathInPath

WRITE_PROBLEMS = (*TOKEN_PROBLEMS, Code.RATE_LIMITED)


def blueprint(history: History) -> APIBlueprint:
    """The routes, on the rules of ``history``."""
    bp = APIBlueprint("history", __name__, abp_tags=[Tag(name="people")])

    @bp.get(
        "/me/history",
        operation_id="list_my_history",
        security=TOKEN_REQUIRED,
        responses={200: Envelope[list[WatchedRow]], **problems(*PAGE_PROBLEMS, *TOKEN_PROBLEMS)},
    )
    @signed_in
    def mine(query: PageQuery) -> Response:
        """What one has watched, the latest first.

        The latest 5,000 videos are kept. `PATCH /me` with `"history": false` has none kept from
        then on.

        Example:
            curl $VIREO/me/history -H "Authorization: Bearer $TOKEN"
        """
        page = history.page(account_id(), query.limit, query.cursor)
        return answer_page(page, [show_watched(row) for row in page.rows], query.limit)

    @bp.delete(
        "/me/history",
        operation_id="clear_my_history",
        security=TOKEN_REQUIRED,
        responses={200: Empty, **problems(*WRITE_PROBLEMS)},
    )
    @signed_in
    def clear() -> Response:
        """Forget what one has watched, and where one stood.

        Example:
            curl -X DELETE $VIREO/me/history -H "Authorization: Bearer $TOKEN"
        """
        history.clear(account_id())
        return answer()

    @bp.delete(
        "/me/history/<hash_path>",
        operation_id="forget_video",
        security=TOKEN_REQUIRED,
        responses={200: Empty, **problems(Code.NOT_FOUND, *WRITE_PROBLEMS)},
    )
    @signed_in
    def forget(path: HashPathInPath) -> Response:
        """Forget that one has watched a video.

        Example:
            curl -X DELETE $VIREO/me/history/$HASH -H "Authorization: Bearer $TOKEN"
        """
        history.forget(account_id(), path.hash_path)
        return answer()

    return bp
