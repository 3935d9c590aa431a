"""``GET /channel/<name>`` and ``PATCH /channel``."""

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_catalog.api.models import ChannelBody
from vireo_catalog.core.channel_pages import ChannelPages
from vireo_common.access import account_id, maybe_signed_in, signed_in, viewer_id
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
from vireo_videos.channel import Link
from vireo_videos.objects import ChannelObject, NameInPath, show_channel_page


def blueprint(pages: ChannelPages) -> APIBlueprint:
    """The routes, on the rules of ``pages``."""
    bp = APIBlueprint("channel_pages", __name__, abp_tags=[Tag(name="channels")])

    @bp.get(
        "/channel/<name>",
        operation_id="show_channel",
        security=[{}, *TOKEN_REQUIRED],
        responses={
            200: Envelope[ChannelObject],
            **problems(Code.NOT_FOUND, *TOKEN_PROBLEMS),
        },
    )
    @maybe_signed_in
    def show(path: NameInPath) -> Response:
        """A channel: what it says about itself, its followers, and the views of its videos.

        With a token also ``subscribed`` and ``notify``.

        Example:
            curl $VIREO/channel/ada
        """
        viewer = viewer_id()
        page = pages.show(path.name, viewer)
        return answer(show_channel_page(page, to_somebody=viewer is not None))

    @bp.patch(
        "/channel",
        operation_id="edit_channel",
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[ChannelObject],
            **problems(Code.RATE_LIMITED, *TOKEN_PROBLEMS, *JSON_PROBLEMS),
        },
    )
    @signed_in
    def edit(body: ChannelBody) -> Response:
        r"""Change what one's own channel says about itself.

        What is left out stays as it is.

        Example:
            curl -X PATCH $VIREO/channel -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' \
              -d '{"about": "Engines", "links": [{"label": "My page", "url": "https://ada.example"}]}'
        """
        links = None if body.links is None else [Link(each.label, each.url) for each in body.links]
        page = pages.edit(account_id(), body.about, links)
        return answer(show_channel_page(page, to_somebody=True))

    return bp
