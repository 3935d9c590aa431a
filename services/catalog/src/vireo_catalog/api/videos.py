"""``POST /upload``, ``GET`` and ``DELETE /v/<hash>``, and the lists of videos."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from vireo_catalog.api.models import (
    HashPathInPath,
    ListQuery,
    NameInPath,
    UniversalObject,
    UploadBody,
    show_video,
)
from vireo_catalog.core.channels import Channels
from vireo_catalog.core.videos import Videos
from vireo_common.access import account_id, maybe_signed_in, public, signed_in, viewer_id
from vireo_common.errors import Code
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


def blueprint(videos: Videos, channels: Channels) -> APIBlueprint:
    """The routes, on the rules of ``videos`` and ``channels``."""
    bp = APIBlueprint("videos", __name__)

    @bp.post(
        "/upload",
        security=TOKEN_REQUIRED,
        responses={200: Envelope[str], **problems(*JSON_PROBLEMS, *TOKEN_PROBLEMS)},
    )
    @signed_in
    def announce(body: UploadBody) -> Response:
        """Announce a video and get its hash path; then send its bytes."""
        return answer(videos.announce(account_id(), body.title, body.description))

    @bp.get(
        "/v/<hash_path>",
        security=[{}, *TOKEN_REQUIRED],
        responses={
            200: Envelope[UniversalObject],
            **problems(Code.NOT_FOUND, Code.TOKEN_INVALID, Code.TOKEN_EXPIRED, Code.TOKEN_REVOKED),
        },
    )
    @maybe_signed_in
    def show(path: HashPathInPath) -> Response:
        """A video: everybody's once it is ready, its owner's before."""
        video, is_owner = videos.show(path.hash_path, viewer_id)
        return answer(show_video(video, to_owner=is_owner))

    @bp.delete(
        "/v/<hash_path>",
        security=TOKEN_REQUIRED,
        responses={
            200: Empty,
            **problems(Code.NOT_FOUND, Code.FORBIDDEN, *TOKEN_PROBLEMS),
        },
    )
    @signed_in
    def delete(path: HashPathInPath) -> Response:
        """Delete one's own video with its files; what was being processed stops."""
        videos.delete(path.hash_path, account_id())
        return answer()

    @bp.get(
        "/videos/all",
        responses={200: Envelope[list[UniversalObject]], **problems(*PAGE_PROBLEMS)},
    )
    @public
    def newest(query: ListQuery) -> Response:
        """All videos, newest first."""
        page = videos.newest(query.limit, query.cursor)
        return answer_page(page, [show_video(row) for row in page.rows], query.limit)

    @bp.get(
        "/videos/channel/<name>",
        responses={
            200: Envelope[list[UniversalObject]],
            **problems(*PAGE_PROBLEMS, Code.NOT_FOUND),
        },
    )
    @public
    def newest_of(path: NameInPath, query: ListQuery) -> Response:
        """The videos of a channel, newest first."""
        page = videos.newest_of(channels.find(path.name).channel_id, query.limit, query.cursor)
        return answer_page(page, [show_video(row) for row in page.rows], query.limit)

    return bp
