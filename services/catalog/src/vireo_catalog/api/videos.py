"""``POST /upload``, and ``GET``, ``PATCH`` and ``DELETE /v/<hash>``."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from vireo_catalog.api.models import (
    EditBody,
    HashPathInPath,
    UniversalObject,
    UploadBody,
    show_video,
)
from vireo_catalog.core.videos import Videos
from vireo_common.access import (
    account_id,
    claimed_account_id,
    maybe_signed_in,
    signed_in,
    viewer_id,
)
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

WRITE_PROBLEMS = (*TOKEN_PROBLEMS, Code.RATE_LIMITED)


def blueprint(videos: Videos) -> APIBlueprint:
    """The routes, on the rules of ``videos``."""
    bp = APIBlueprint("videos", __name__)

    @bp.post(
        "/upload",
        security=TOKEN_REQUIRED,
        responses={200: Envelope[str], **problems(*WRITE_PROBLEMS, *JSON_PROBLEMS)},
    )
    @signed_in
    def announce(body: UploadBody) -> Response:
        """Announce a video and get its hash path; then send its bytes."""
        key = request_key()
        return answer(videos.announce(account_id(), body.title, body.description, key))

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
        video, is_owner = videos.show(path.hash_path, viewer_id, claimed_account_id)
        return answer(show_video(video, to_owner=is_owner))

    @bp.patch(
        "/v/<hash_path>",
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[UniversalObject],
            **problems(Code.NOT_FOUND, Code.FORBIDDEN, *WRITE_PROBLEMS, *JSON_PROBLEMS),
        },
    )
    @signed_in
    def edit(path: HashPathInPath, body: EditBody) -> Response:
        """Change title or description of one's own video."""
        video = videos.edit(path.hash_path, account_id(), body.title, body.description)
        return answer(show_video(video, to_owner=True))

    @bp.delete(
        "/v/<hash_path>",
        security=TOKEN_REQUIRED,
        responses={200: Empty, **problems(Code.NOT_FOUND, Code.FORBIDDEN, *WRITE_PROBLEMS)},
    )
    @signed_in
    def delete(path: HashPathInPath) -> Response:
        """Delete one's own video with its files; what was being processed stops."""
        videos.delete(path.hash_path, account_id())
        return answer()

    return bp
