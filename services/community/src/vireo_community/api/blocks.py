"""``PUT`` and ``DELETE /channel/<name>/block``, and ``GET /me/blocks``."""

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_common.access import account_id, signed_in, while_suspended
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
from vireo_community.core.blocks import Blocks
from vireo_videos.objects import NameInPath, UniversalObject, show_channel

WRITE_PROBLEMS = (*TOKEN_PROBLEMS, Code.NOT_FOUND, Code.RATE_LIMITED)


def blueprint(blocks: Blocks) -> APIBlueprint:
    """The routes, on the rules of ``blocks``."""
    bp = APIBlueprint("blocks", __name__, abp_tags=[Tag(name="people")])

    @bp.put(
        "/channel/<name>/block",
        operation_id="block_channel",
        security=TOKEN_REQUIRED,
        responses={200: Empty, **problems(*WRITE_PROBLEMS, Code.FORBIDDEN)},
    )
    @signed_in
    @while_suspended
    def add(path: NameInPath) -> Response:
        """Block a channel.

        It can't comment on one's videos, reply to one or mention one, and neither sees the other's
        comments.

        Example:
            curl -X PUT $VIREO/channel/bob/block -H "Authorization: Bearer $TOKEN"
        """
        blocks.add(account_id(), path.name)
        return answer()

    @bp.delete(
        "/channel/<name>/block",
        operation_id="unblock_channel",
        security=TOKEN_REQUIRED,
        responses={200: Empty, **problems(*WRITE_PROBLEMS)},
    )
    @signed_in
    def remove(path: NameInPath) -> Response:
        """Unblock a channel.

        Example:
            curl -X DELETE $VIREO/channel/bob/block -H "Authorization: Bearer $TOKEN"
        """
        blocks.remove(account_id(), path.name)
        return answer()

    @bp.get(
        "/me/blocks",
        operation_id="list_my_blocks",
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[list[UniversalObject]],
            **problems(*PAGE_PROBLEMS, *TOKEN_PROBLEMS),
        },
    )
    @signed_in
    def mine(query: PageQuery) -> Response:
        """The channels that one blocks, the latest first.

        Example:
            curl $VIREO/me/blocks -H "Authorization: Bearer $TOKEN"
        """
        page = blocks.page(account_id(), query.limit, query.cursor)
        return answer_page(page, [show_channel(row) for row in page.rows], query.limit)

    return bp
