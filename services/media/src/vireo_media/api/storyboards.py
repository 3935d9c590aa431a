"""Why a video has no thumbnail, storyboard or preview; those that there are the gateway sends."""

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_common.access import public
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code, Failure
from vireo_media.api.files import served
from vireo_media.api.models import HashPathInPath, RangeHeaders, SpritePath, ThumbnailQuery


def blueprint() -> APIBlueprint:
    """The routes."""
    bp = APIBlueprint("storyboards", __name__, abp_tags=[Tag(name="videos")])
    _add_thumbnail(bp)
    _add_storyboard(bp)
    _add_preview(bp)
    return bp


def _add_thumbnail(bp: APIBlueprint) -> None:
    @bp.get(
        "/thumbnails/<hash_path>",
        operation_id="download_thumbnail",
        responses=served(
            "image/jpeg",
            "The image, without `w` at most 1280 pixels a side.",
            *(Code.INVALID_QUERY, Code.NOT_FOUND),
        ),
    )
    @public
    def no_thumbnail(path: HashPathInPath, query: ThumbnailQuery, header: RangeHeaders) -> Response:
        """The thumbnail of a video.

        A random frame of the video, unless its owner has chosen another one, or a picture.

        Example:
            curl -o thumbnail.webp "$VIREO/thumbnails/$HASH?w=320" -H 'Accept: image/webp'
        """
        raise Failure(Code.NOT_FOUND)


def _add_storyboard(bp: APIBlueprint) -> None:
    @bp.get(
        "/storyboard/<hash_path>.vtt",
        operation_id="download_storyboard",
        responses=served(
            "text/vtt",
            "Cues whose text is a sprite, with the place of a tile in it.",
            Code.NOT_FOUND,
        ),
    )
    @public
    def no_storyboard(path: HashPathInPath, header: RangeHeaders) -> Response:
        """The storyboard of a video: small pictures of it, as WebVTT.

        A tile each second, or each few seconds of a longer video, up to a minute of the longest.
        The text of a cue is an address, relative to this one, with `#xywh=x,y,width,height`.

        Example:
            curl $VIREO/storyboard/$HASH.vtt
        """
        raise Failure(Code.NOT_FOUND)

    @bp.get(
        "/storyboard/<hash_path>/<sprite>",
        operation_id="download_storyboard_sprite",
        responses=served(
            "image/jpeg", "Up to 100 tiles, of at most 160 pixels on a side.", Code.NOT_FOUND
        ),
    )
    @public
    def no_sprite(path: SpritePath, header: RangeHeaders) -> Response:
        """A picture with tiles of a storyboard.

        It never changes: another storyboard names other ones.

        Example:
            curl -o sprite.jpg $VIREO/storyboard/$HASH/$SPRITE
        """
        raise Failure(Code.NOT_FOUND)


def _add_preview(bp: APIBlueprint) -> None:
    @bp.get(
        "/previews/<hash_path>",
        operation_id="download_preview",
        responses=served(
            "video/mp4",
            "Three seconds, at most 320 pixels on a side, without sound.",
            Code.NOT_FOUND,
        ),
    )
    @public
    def no_preview(path: HashPathInPath, header: RangeHeaders) -> Response:
        """A few seconds of a video, to be shown before it is opened.

        There is one where there is a storyboard.

        Example:
            curl -o preview.mp4 $VIREO/previews/$HASH
        """
        raise Failure(Code.NOT_FOUND)
