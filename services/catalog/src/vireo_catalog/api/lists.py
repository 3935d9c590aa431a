"""``GET /videos/all``, ``/videos/channel/<name>`` and ``/me/videos``: the lists of videos."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from vireo_catalog.core.channels import Channels
from vireo_catalog.core.videos import Videos
from vireo_common.access import account_id, public, signed_in
from vireo_common.errors import Code
from vireo_common.pages import PageQuery
from vireo_common.web import (
    PAGE_PROBLEMS,
    TOKEN_PROBLEMS,
    TOKEN_REQUIRED,
    Envelope,
    answer_page,
    problems,
)
from vireo_videos.objects import NameInPath, UniversalObject, show_video

VIDEOS, CHANNELS = Tag(name="videos"), Tag(name="channels")


def blueprint(videos: Videos, channels: Channels) -> APIBlueprint:
    """The routes, on the rules of ``videos`` and ``channels``."""
    bp = APIBlueprint("lists", __name__)

    @bp.get(
        "/videos/all",
        operation_id="list_videos",
        tags=[VIDEOS],
        responses={200: Envelope[list[UniversalObject]], **problems(*PAGE_PROBLEMS)},
    )
    @public
    def newest(query: PageQuery) -> Response:
        """All videos, newest first.

        Example:
            curl -i "$VIREO/videos/all?limit=10"
        """
        page = videos.newest(query.limit, query.cursor)
        return answer_page(page, [show_video(row) for row in page.rows], query.limit)

    @bp.get(
        "/videos/channel/<name>",
        operation_id="list_channel_videos",
        tags=[CHANNELS],
        responses={
            200: Envelope[list[UniversalObject]],
            **problems(*PAGE_PROBLEMS, Code.NOT_FOUND),
        },
    )
    @public
    def newest_of(path: NameInPath, query: PageQuery) -> Response:
        """The videos of a channel, newest first.

        Example:
            curl $VIREO/videos/channel/ada
        """
        page = videos.newest_of(channels.find(path.name).channel_id, query.limit, query.cursor)
        return answer_page(page, [show_video(row) for row in page.rows], query.limit)

    @bp.get(
        "/me/videos",
        operation_id="list_my_videos",
        tags=[VIDEOS],
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[list[UniversalObject]],
            **problems(*PAGE_PROBLEMS, *TOKEN_PROBLEMS),
        },
    )
    @signed_in
    def mine(query: PageQuery) -> Response:
        """One's own videos in whatever state, the newest announcement first.

        Each has ``state`` and ``uploaded``, and ``reason`` where it failed.

        Example:
            curl $VIREO/me/videos -H "Authorization: Bearer $TOKEN"
        """
        page = videos.all_of(account_id(), query.limit, query.cursor)
        shown = [show_video(row, to_owner=True) for row in page.rows]
        return answer_page(page, shown, query.limit)

    return bp
