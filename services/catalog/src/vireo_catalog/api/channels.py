"""``GET /channel/picture/<name>``; media takes the one that a channel sets."""

from flask import Response, request
from flask_openapi3.models.tag import Tag

from vireo_catalog.core.channels import Channels, draw_picture
from vireo_common.access import public
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code
from vireo_common.web import problems
from vireo_videos.objects import NameInPath

PNG, WEBP = "image/png", "image/webp"
IMAGE = {
    "description": "The image: a WebP that the owner has set, or a PNG.",
    "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (PNG, WEBP)},
}
# For X-Accel-Redirect: nginx sends the file of this internal location in place of the answer.
FILE = "X-Accel-Redirect"
# The gateway asks again where it found no file.
DRAWN = "X-Vireo-Drawn"


def blueprint(channels: Channels) -> APIBlueprint:
    """The route, on the rules of ``channels``."""
    bp = APIBlueprint("channels", __name__, abp_tags=[Tag(name="channels")])

    @bp.get(
        "/channel/picture/<name>",
        operation_id="show_channel_picture",
        responses={200: IMAGE, **problems(Code.NOT_FOUND)},
    )
    @public
    def picture(path: NameInPath) -> Response:
        """A channel's picture.

        The one that its owner has set, otherwise a pattern that is drawn from the name.

        Example:
            curl -o ada.webp $VIREO/channel/picture/ada
        """
        picture = channels.picture(path.name)
        if picture.file and DRAWN not in request.headers:
            image = Response(mimetype=WEBP, headers={FILE: f"/_pictures/{picture.file}"})
        else:
            image = Response(draw_picture(picture.channel), mimetype=PNG)
        image.headers["Cache-Control"] = "public, max-age=60"
        return image

    return bp
