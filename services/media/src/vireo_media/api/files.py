"""What the gateway asks for when it finds no file, and the removal of files.

``GET /video/d/<hash>`` and ``GET /thumbnails/<hash>`` are served by the gateway from the disk; they
are documented here, where the contract's answer for a file that is not there comes from.
"""

from collections.abc import Callable

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_common.access import internal, public
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code, Failure
from vireo_common.web import answer, problems
from vireo_media.api.models import HashPathInPath, RangeHeaders


def _file(media_type: str, description: str) -> dict[str, object]:
    schema = {"type": "string", "format": "binary"}
    return {"description": description, "content": {media_type: {"schema": schema}}}


def blueprint(remove: Callable[[str], None]) -> APIBlueprint:
    """The routes; ``remove`` takes down the files of a hash path."""
    bp = APIBlueprint("files", __name__, abp_tags=[Tag(name="videos")])

    @bp.get(
        "/video/d/<hash_path>",
        operation_id="download_video",
        responses={
            200: _file("video/mp4", "The video."),
            206: _file("video/mp4", "A part of the video."),
            304: {"description": "The file has not changed."},
            **problems(Code.NO_VIDEO_FILE, Code.PRECONDITION_FAILED, Code.RANGE_NOT_SATISFIABLE),
        },
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
        "/thumbnails/<hash_path>",
        operation_id="download_thumbnail",
        responses={
            200: _file("image/jpeg", "The image, at most 1280 pixels on its longer side."),
            206: _file("image/jpeg", "A part of the image."),
            304: {"description": "The file has not changed."},
            **problems(Code.NOT_FOUND, Code.PRECONDITION_FAILED, Code.RANGE_NOT_SATISFIABLE),
        },
    )
    @public
    def no_thumbnail(path: HashPathInPath, header: RangeHeaders) -> Response:
        """The thumbnail of a video.

        A random frame of the video.

        Example:
            curl -o thumbnail.jpg $VIREO/thumbnails/$HASH
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
