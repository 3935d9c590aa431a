"""``PUT`` and ``DELETE /v/<hash>/captions/<lang>``; the gateway serves them from the disk."""

from typing import Any

from flask import Response, request
from flask_openapi3.models.tag import Tag

from vireo_common.access import account_id, public, signed_in
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code, Failure
from vireo_common.web import (
    TOKEN_PROBLEMS,
    TOKEN_REQUIRED,
    Empty,
    Envelope,
    answer,
    problems,
)
from vireo_media.api.models import CaptionsFile, CaptionsPath, CaptionsRow, FileHeaders
from vireo_media.core.captions import MAX_BYTES, Captions

_TEXT = {"schema": {"type": "string", "format": "binary"}}
CAPTIONS_BODY = {
    "requestBody": {
        "required": True,
        "description": "WebVTT or SRT in any common encoding, at most 1 MiB.",
        "content": dict.fromkeys(
            ("text/vtt", "application/x-subrip", "text/plain", "application/octet-stream"), _TEXT
        ),
    }
}
SERVED: dict[str | int, Any] = {
    200: {
        "description": "WebVTT, or a playlist (`application/vnd.apple.mpegurl`).",
        "content": {"text/vtt": _TEXT},
    },
    304: {"description": "The file has not changed."},
}


def blueprint(captions: Captions) -> APIBlueprint:
    """The routes, on the rules of ``captions``."""
    bp = APIBlueprint("captions", __name__, abp_tags=[Tag(name="videos")])

    @bp.put(
        "/v/<hash_path>/captions/<language>",
        operation_id="set_captions",
        security=TOKEN_REQUIRED,
        openapi_extensions=CAPTIONS_BODY,
        responses={
            200: Envelope[CaptionsRow],
            **problems(
                *(*TOKEN_PROBLEMS, Code.INVALID_QUERY, Code.INVALID_BODY, Code.NO_BYTES),
                *(Code.NO_VIDEO_FILE, Code.NOT_FOUND, Code.TOO_LARGE, Code.RATE_LIMITED),
                Code.DISK_FULL,
            ),
        },
    )
    @signed_in
    def set_captions(path: CaptionsPath) -> Response:
        r"""Set the captions of one's own video in a language, in place of those that there are.

        What is served is WebVTT without styles, scripts and regions. A file that can't be read is
        refused, with the line. Captions may be set as soon as the bytes of the video are there;
        others see them with the video.

        Example:
            curl -X PUT $VIREO/v/$HASH/captions/en -H "Authorization: Bearer $TOKEN" \
              --data-binary @captions.srt
        """

        def read() -> bytes:
            request.max_content_length = MAX_BYTES
            return request.get_data(cache=False)

        track = captions.set(path.hash_path, account_id(), path.language, read)
        url = f"/captions/{path.hash_path}/{track.language}.vtt"
        return answer({"language": track.language, "label": track.label, "url": url})

    @bp.delete(
        "/v/<hash_path>/captions/<language>",
        operation_id="remove_captions",
        security=TOKEN_REQUIRED,
        responses={
            200: Empty,
            **problems(*TOKEN_PROBLEMS, Code.INVALID_QUERY, Code.NOT_FOUND, Code.RATE_LIMITED),
        },
    )
    @signed_in
    def remove_captions(path: CaptionsPath) -> Response:
        """Remove the captions of one's own video in a language.

        Those that came with the file of the video too; they do not come back.

        Example:
            curl -X DELETE $VIREO/v/$HASH/captions/en -H "Authorization: Bearer $TOKEN"
        """
        captions.remove(path.hash_path, account_id(), path.language)
        return answer()

    @bp.get(
        "/captions/<hash_path>/<file>",
        operation_id="download_captions",
        responses={**SERVED, **problems(Code.NOT_FOUND, Code.PRECONDITION_FAILED)},
    )
    @public
    def no_captions(path: CaptionsFile, header: FileHeaders) -> Response:
        """The captions of a video in a language.

        `<language>.vtt` is the WebVTT, `<language>.m3u8` the playlist that a master names.

        Example:
            curl $VIREO/captions/$HASH/en.vtt
        """
        raise Failure(Code.NOT_FOUND)

    return bp
