"""``POST /upload/v/<hash>``, and the question the gateway asks before it reads the body.

The gateway sends ``X-Vireo-Body-File``, the path of the file that it wrote the body to; it replaces
whatever a client sends under this name. A body that is refused beforehand is not read.
"""

from flask import Response, request
from flask_openapi3.models.tag import Tag

from vireo_common.access import maybe_signed_in, public, required_account_id
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code, Failure
from vireo_common.grants import Grants, Purpose
from vireo_common.web import (
    TOKEN_PROBLEMS,
    TOKEN_REQUIRED,
    Empty,
    answer,
    client_address,
    problems,
)
from vireo_media.api.asked_before import body_length, given_grant, permission, refusal
from vireo_media.api.models import HashPathInPath
from vireo_media.core.uploads import Uploads

BODY_FILE = "X-Vireo-Body-File"
RAW_BODY = {
    "requestBody": {
        "required": True,
        "description": "The bytes of the video, with or without `Content-Length`.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


def blueprint(uploads: Uploads, grants: Grants) -> APIBlueprint:
    """The routes, on the rules of ``uploads``."""
    bp = APIBlueprint("uploads", __name__, abp_tags=[Tag(name="videos")])

    @bp.post(
        "/upload/v/<hash_path>",
        operation_id="upload_video",
        security=TOKEN_REQUIRED,
        openapi_extensions=RAW_BODY,
        responses={
            200: Empty,
            **problems(
                *TOKEN_PROBLEMS,
                Code.NO_BYTES,
                Code.FORBIDDEN,
                Code.NOT_FOUND,
                Code.REQUEST_TIMEOUT,
                Code.ALREADY_UPLOADED,
                Code.TOO_LARGE,
                Code.UNSUPPORTED_MEDIA,
                Code.RATE_LIMITED,
                Code.DISK_FULL,
            ),
        },
    )
    @public
    def receive(path: HashPathInPath) -> Response:
        r"""Upload the bytes of a video.

        Who may upload is settled before the body is read. 200 means that the file was checked to be
        a video and is on the disk. What browsers play as it is can be watched at once, everything
        else once it is encoded. Any ``Content-Type`` is taken; MP4, MOV, MKV, WebM, AVI, MPEG, TS,
        FLV, Ogg and WMV are.

        Example:
            curl $VIREO/upload/v/$HASH -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/octet-stream' -T clip.mp4 -X POST
        """
        grant = given_grant(grants, Purpose.UPLOAD, path.hash_path)
        body = request.headers.get(BODY_FILE, "")
        uploads.take(path.hash_path, grant.holder, grant.reference, body)
        return answer()

    @bp.get("/gateway/may_upload/<hash_path>", doc_ui=False)
    @maybe_signed_in
    def may_upload(path: HashPathInPath) -> Response:
        try:
            channel_id, size = required_account_id(writes=True), body_length()
            opened = uploads.open(path.hash_path, channel_id, client_address(), size)
            ends = (opened.grant_seconds, opened.open_id)
            with uploads.closing_on_failure(opened):
                grant = grants.make(Purpose.UPLOAD, path.hash_path, channel_id, *ends)
        except Failure as failure:
            return refusal(failure)
        return permission(grant, partial=uploads.is_partial(opened, size))

    return bp
