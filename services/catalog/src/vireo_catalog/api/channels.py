"""``GET /channel/picture/<name>``."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from vireo_catalog.api.models import NameInPath
from vireo_catalog.core.channels import Channels
from vireo_common.access import public
from vireo_common.errors import Code
from vireo_common.web import problems

PNG = "image/png"
IMAGE = {
    "description": "The image.",
    "content": {PNG: {"schema": {"type": "string", "format": "binary"}}},
}


def blueprint(channels: Channels) -> APIBlueprint:
    """The route, on the rules of ``channels``."""
    bp = APIBlueprint("channels", __name__)

    @bp.get(
        "/channel/picture/<name>",
        responses={200: IMAGE, **problems(Code.NOT_FOUND)},
    )
    @public
    def picture(path: NameInPath) -> Response:
        """A channel's picture."""
        image = Response(channels.picture(path.name), mimetype=PNG)
        image.headers["Cache-Control"] = "public, max-age=60"
        return image

    return bp
