"""``GET /videos/all``, ``/videos/channel/<name>`` and ``/me/videos``: the lists of videos."""

from collections.abc import Sequence

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_catalog.api.shown import show_with_files
from vireo_catalog.core.channels import Channels
from vireo_catalog.core.videos import Videos
from vireo_common.access import account_id, maybe_signed_in, recent_viewer_id, signed_in
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code
from vireo_common.pages import PageQuery
from vireo_common.view_grants import ViewGrants
from vireo_common.web import (
    PAGE_PROBLEMS,
    TOKEN_PROBLEMS,
    TOKEN_REQUIRED,
    Envelope,
    answer_page,
    problems,
)
from vireo_videos.objects import NameInPath, UniversalObject, show_video
from vireo_videos.video import Video

VIDEOS, CHANNELS = Tag(name="videos"), Tag(name="channels")


def blueprint(videos: Videos, channels: Channels, grants: ViewGrants) -> APIBlueprint:
    """The routes, on the rules of ``videos`` and ``channels``."""
    bp = APIBlueprint("lists", __name__)

    _add_public_lists(bp, videos, channels)
    _add_own_list(bp, videos, grants)
    return bp


def _add_public_lists(bp: APIBlueprint, videos: Videos, channels: Channels) -> None:
    @bp.get(
        "/videos/all",
        operation_id="list_videos",
        tags=[VIDEOS],
        security=[{}, *TOKEN_REQUIRED],
        responses={
            200: Envelope[list[UniversalObject]],
            **problems(*PAGE_PROBLEMS, *TOKEN_PROBLEMS),
        },
    )
    @maybe_signed_in
    def newest(query: PageQuery) -> Response:
        """All videos, newest first.

        With a token each has what one has with it, such as ``my_reaction``.

        Example:
            curl -i "$VIREO/videos/all?limit=10"
        """
        page = videos.newest(query.limit, query.cursor)
        return answer_page(page, _shown(videos, page.rows), query.limit)

    @bp.get(
        "/videos/channel/<name>",
        operation_id="list_channel_videos",
        tags=[CHANNELS],
        security=[{}, *TOKEN_REQUIRED],
        responses={
            200: Envelope[list[UniversalObject]],
            **problems(*PAGE_PROBLEMS, *TOKEN_PROBLEMS, Code.NOT_FOUND),
        },
    )
    @maybe_signed_in
    def newest_of(path: NameInPath, query: PageQuery) -> Response:
        """The videos of a channel, newest first.

        Example:
            curl $VIREO/videos/channel/ada
        """
        page = videos.newest_of(channels.find(path.name).channel_id, query.limit, query.cursor)
        return answer_page(page, _shown(videos, page.rows), query.limit)


def _add_own_list(bp: APIBlueprint, videos: Videos, grants: ViewGrants) -> None:
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

        Each has ``state``, ``uploaded`` and ``files``, and ``reason`` where it failed.

        Example:
            curl $VIREO/me/videos -H "Authorization: Bearer $TOKEN"
        """
        page = videos.all_of(account_id(), query.limit, query.cursor)
        theirs = videos.mine(account_id, page.rows)
        own = [
            show_with_files(row, grants, to_owner=True, mine=theirs[row.video_id])
            for row in page.rows
        ]
        return answer_page(page, own, query.limit)


def _shown(videos: Videos, rows: Sequence[Video]) -> list[dict[str, object]]:
    """Rows, with what the viewer has with each of them."""
    theirs = videos.mine(recent_viewer_id, rows)
    return [show_video(row, mine=theirs.get(row.video_id)) for row in rows]
