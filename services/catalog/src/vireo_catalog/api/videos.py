"""``POST /upload``, and ``GET``, ``PATCH`` and ``DELETE /v/<hash>``."""

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_catalog.api.models import EditBody, UploadBody
from vireo_catalog.core.videos import Change, Videos
from vireo_common.access import (
    account_id,
    maybe_signed_in,
    recent_viewer_id,
    signed_in,
    viewer_id,
)
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code
from vireo_common.idempotency import request_key
from vireo_common.web import (
    JSON_PROBLEMS,
    TOKEN_PROBLEMS,
    TOKEN_REQUIRED,
    Empty,
    Envelope,
    answer,
    problems,
)
from vireo_videos.objects import HashPathInPath, UniversalObject, show_video

WRITE_PROBLEMS = (*TOKEN_PROBLEMS, Code.RATE_LIMITED)


def blueprint(videos: Videos) -> APIBlueprint:
    """The routes, on the rules of ``videos``."""
    bp = APIBlueprint("videos", __name__, abp_tags=[Tag(name="videos")])

    @bp.post(
        "/upload",
        operation_id="announce_video",
        security=TOKEN_REQUIRED,
        responses={200: Envelope[str], **problems(*WRITE_PROBLEMS, *JSON_PROBLEMS)},
    )
    @signed_in
    def announce(body: UploadBody) -> Response:
        r"""Announce a video and get its hash path; then send its bytes.

        The answer is the hash path of the new video: 7 characters that are never used again. Nobody
        but its owner sees the video until its bytes are there and it is playable.

        Example:
            curl $VIREO/upload -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' \
              -d '{"title": "My first video", "description": ""}'
        """
        key = request_key()
        return answer(videos.announce(account_id(), body.title, body.description, key))

    @bp.get(
        "/v/<hash_path>",
        operation_id="show_video",
        security=[{}, *TOKEN_REQUIRED],
        responses={
            200: Envelope[UniversalObject],
            **problems(Code.NOT_FOUND, *TOKEN_PROBLEMS),
        },
    )
    @maybe_signed_in
    def show(path: HashPathInPath) -> Response:
        """A video: everybody's once it is ready, its owner's before.

        With a token the answer has ``my_reaction``; with the owner's also ``state`` and
        ``uploaded``, and ``reason`` where it failed. Before the video is ready there is no answer
        to anybody else.

        Example:
            curl $VIREO/v/$HASH
        """
        shown = videos.show(path.hash_path, viewer_id, recent_viewer_id)
        return answer(show_video(shown.video, to_owner=shown.is_owner, mine=shown.mine))

    @bp.patch(
        "/v/<hash_path>",
        operation_id="edit_video",
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[UniversalObject],
            **problems(Code.NOT_FOUND, Code.FORBIDDEN, *WRITE_PROBLEMS, *JSON_PROBLEMS),
        },
    )
    @signed_in
    def edit(path: HashPathInPath, body: EditBody) -> Response:
        r"""Change title, description or who may comment of one's own video.

        What is left out stays as it is. Where comments are reviewed, they are shown once the owner
        has approved them; those that are there stay shown.

        Example:
            curl -X PATCH $VIREO/v/$HASH -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' -d '{"title": "Another title"}'
        """
        change = Change(body.title, body.description, body.comments_policy)
        shown = videos.edit(path.hash_path, account_id(), change)
        return answer(show_video(shown.video, to_owner=True, mine=shown.mine))

    @bp.delete(
        "/v/<hash_path>",
        operation_id="delete_video",
        security=TOKEN_REQUIRED,
        responses={200: Empty, **problems(Code.NOT_FOUND, Code.FORBIDDEN, *WRITE_PROBLEMS)},
    )
    @signed_in
    def delete(path: HashPathInPath) -> Response:
        """Delete one's own video with its files; what was being processed stops.

        Example:
            curl -X DELETE $VIREO/v/$HASH -H "Authorization: Bearer $TOKEN"
        """
        videos.delete(path.hash_path, account_id())
        return answer()

    return bp
