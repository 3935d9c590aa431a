"""``/gateway/known/...``: whether a video or a channel exists, for the gateway.

The status is 200 or 403, because nginx's ``auth_request`` understands no 404.
"""

from flask import Response

from vireo_catalog.core.channels import Channels
from vireo_catalog.core.videos import Videos
from vireo_common.access import public
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code, Failure
from vireo_common.web import answer
from vireo_videos.objects import HashPathInPath, NameInPath


def blueprint(videos: Videos, channels: Channels) -> APIBlueprint:
    """The routes, on the rules of ``videos`` and ``channels``."""
    bp = APIBlueprint("known", __name__, doc_ui=False)

    @bp.get("/gateway/known/v/<hash_path>", doc_ui=False)
    @public
    def known_video(path: HashPathInPath) -> Response:
        if not videos.is_open(path.hash_path):
            raise Failure(Code.FORBIDDEN)
        return answer()

    @bp.get("/gateway/known/channel/<name>", doc_ui=False)
    @public
    def known_channel(path: NameInPath) -> Response:
        if not channels.exists(path.name):
            raise Failure(Code.FORBIDDEN)
        return answer()

    return bp
