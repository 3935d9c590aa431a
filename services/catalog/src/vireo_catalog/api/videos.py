"""``POST /upload``, and ``GET``, ``PATCH`` and ``DELETE /v/<hash>``."""

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_catalog.api.models import EditBody, UploadBody
from vireo_catalog.api.shown import show_with_files
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
from vireo_common.view_grants import ViewGrants
from vireo_common.web import (
    JSON_PROBLEMS,
    TOKEN_PROBLEMS,
    TOKEN_REQUIRED,
    Empty,
    Envelope,
    answer,
    problems,
)
from vireo_videos.objects import HashPathInPath, UniversalObject

WRITE_PROBLEMS = (*TOKEN_PROBLEMS, Code.RATE_LIMITED)


def blueprint(videos: Videos, grants: ViewGrants) -> APIBlueprint:
    """The routes, on the rules of ``videos``."""
    bp = APIBlueprint("videos", __name__, abp_tags=[Tag(name="videos")])

    _add_announcement(bp, videos)
    _add_showing(bp, videos, grants)
    _add_changes(bp, videos, grants)
    return bp


def _add_announcement(bp: APIBlueprint, videos: Videos) -> None:
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


def _add_showing(bp: APIBlueprint, videos: Videos, grants: ViewGrants) -> None:
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
        """A video: for who may see it once it is ready, for its owner before.

        With a token the answer has ``my_reaction``; with the owner's also ``state`` and
        ``uploaded``, and ``reason`` where it failed. To everybody else the video is as one that
        never was. ``files`` says where its bytes are.

        Example:
            curl $VIREO/v/$HASH
        """
        shown = videos.show(path.hash_path, viewer_id, recent_viewer_id)
        said = show_with_files(shown.video, grants, to_owner=shown.is_owner, mine=shown.mine)
        return answer(said)


def _add_changes(bp: APIBlueprint, videos: Videos, grants: ViewGrants) -> None:
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
        r"""Change title, description, who may comment on and who sees one's own video.

        What is left out stays as it is. Where comments are reviewed, they are shown once the owner
        has approved them; those that are there stay shown. Whatever ends that somebody may see it
        counts within 5 s, for addresses with a grant too; a scheduled video is public within 5 s of
        its time.

        Example:
            curl -X PATCH $VIREO/v/$HASH -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' -d '{"title": "Another title"}'
        """
        texts = (body.title, body.description, body.comments_policy)
        change = Change(*texts, body.visibility, body.publish_at)
        shown = videos.edit(path.hash_path, account_id(), change)
        return answer(show_with_files(shown.video, grants, to_owner=True, mine=shown.mine))

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
