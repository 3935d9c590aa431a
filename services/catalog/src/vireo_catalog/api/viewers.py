"""``PUT`` and ``DELETE /v/<hash>/viewers/<name>``, and ``GET /v/<hash>/viewers``."""

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_catalog.api.models import ViewerPath
from vireo_catalog.core.viewers import Viewers
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
from vireo_videos.objects import HashPathInPath, UniversalObject, show_channel

PROBLEMS = (*TOKEN_PROBLEMS, Code.NOT_FOUND, Code.FORBIDDEN)


def blueprint(viewers: Viewers) -> APIBlueprint:
    """The routes, on the rules of ``viewers``."""
    bp = APIBlueprint("viewers", __name__, abp_tags=[Tag(name="videos")])

    @bp.put(
        "/v/<hash_path>/viewers/<name>",
        operation_id="add_viewer",
        security=TOKEN_REQUIRED,
        responses={200: Empty, **problems(*PROBLEMS, Code.RATE_LIMITED)},
    )
    @signed_in
    def add(path: ViewerPath) -> Response:
        """Let a channel see one's own video while it is private.

        At most 100 channels. They stay named whatever the visibility is.

        Example:
            curl -X PUT $VIREO/v/$HASH/viewers/bob -H "Authorization: Bearer $TOKEN"
        """
        viewers.add(path.hash_path, account_id(), path.name)
        return answer()

    @bp.delete(
        "/v/<hash_path>/viewers/<name>",
        operation_id="remove_viewer",
        security=TOKEN_REQUIRED,
        responses={200: Empty, **problems(*PROBLEMS, Code.RATE_LIMITED)},
    )
    @signed_in
    def remove(path: ViewerPath) -> Response:
        """Strike a channel off; within 5 s it sees nothing of the private video any more.

        Example:
            curl -X DELETE $VIREO/v/$HASH/viewers/bob -H "Authorization: Bearer $TOKEN"
        """
        viewers.remove(path.hash_path, account_id(), path.name)
        return answer()

    @bp.get(
        "/v/<hash_path>/viewers",
        operation_id="list_viewers",
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[list[UniversalObject]],
            **problems(*PAGE_PROBLEMS, *PROBLEMS),
        },
    )
    @signed_in
    def page(path: HashPathInPath, query: PageQuery) -> Response:
        """The channels that may see one's own private video, in the order of names.

        Example:
            curl $VIREO/v/$HASH/viewers -H "Authorization: Bearer $TOKEN"
        """
        found = viewers.page(path.hash_path, account_id(), query.limit, query.cursor)
        return answer_page(found, [show_channel(row) for row in found.rows], query.limit)

    return bp
