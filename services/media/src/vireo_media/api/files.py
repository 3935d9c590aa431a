"""What the gateway asks for when it finds no file, and the removal of files.

``GET /video/d/<hash>`` and parts of streams are served by the gateway from the disk; they are
documented here, where the contract's answer for a file that is not there comes from. Pictures are
in ``storyboards.py``.
"""

from collections.abc import Callable
from typing import Any

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_common.access import internal, public
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code, Failure
from vireo_common.web import answer, problems
from vireo_media.api.models import HashPathInPath, RangeHeaders, StreamPath

Responses = dict[int | str, Any]


def file_of(media_type: str, description: str) -> dict[str, object]:
    """A body that is a file."""
    schema = {"type": "string", "format": "binary"}
    return {"description": description, "content": {media_type: {"schema": schema}}}


def served(media_type: str, description: str, *codes: Code, parts: str = "") -> Responses:
    """What the gateway answers for a file that it sends from the disk, with byte ranges.

    Args:
        codes: why there may be none.
        parts: the type of what ranges are asked of, where it is another one.
    """
    return {
        200: file_of(media_type, description),
        206: file_of(parts or media_type, "A part of it."),
        304: {"description": "The file has not changed."},
        **problems(*codes, Code.PRECONDITION_FAILED, Code.RANGE_NOT_SATISFIABLE),
    }


def blueprint(remove: Callable[[str], None]) -> APIBlueprint:
    """The routes; ``remove`` takes down the files of a hash path."""
    bp = APIBlueprint("files", __name__, abp_tags=[Tag(name="videos")])

    @bp.get(
        "/video/d/<hash_path>",
        operation_id="download_video",
        responses=served("video/mp4", "The video.", Code.NO_VIDEO_FILE),
    )
    @public
    def no_video(path: HashPathInPath, header: RangeHeaders) -> Response:
        """The video file, an MP4 that every browser plays.

        Served from the disk, with byte ranges, so that players can seek.

        Example:
            curl -o clip.mp4 $VIREO/video/d/$HASH
        """
        raise Failure(Code.NO_VIDEO_FILE)

    @bp.get(
        "/hls/<hash_path>/<part>",
        operation_id="download_stream_part",
        responses=served(
            "application/vnd.apple.mpegurl",
            "A playlist, or fragments (`video/mp4`).",
            Code.NOT_FOUND,
            parts="video/mp4",
        ),
    )
    @public
    def no_stream(path: StreamPath, header: RangeHeaders) -> Response:
        """A part of a video's HLS stream; `master.m3u8` names the others.

        CMAF: renditions of H.264, sound apart, playlists of byte ranges. The master may be another
        one a moment later; all other parts stay as they are.

        Example:
            curl $VIREO/hls/$HASH/master.m3u8
        """
        raise Failure(Code.NOT_FOUND)

    @bp.get("/gateway/range_not_satisfiable", doc_ui=False)
    @public
    def no_range() -> Response:
        raise Failure(Code.RANGE_NOT_SATISFIABLE)

    @bp.delete("/internal/files/<hash_path>", doc_ui=False)
    @internal
    def remove_files(path: HashPathInPath) -> Response:
        remove(path.hash_path)
        return answer()

    return bp
