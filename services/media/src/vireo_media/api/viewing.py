"""What the gateway asks before it sends a file of a video that is not open to everybody."""

from flask import Response, request

from vireo_common.access import public
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code, Failure
from vireo_common.web import answer
from vireo_media.api.asked_before import GRANT, refusal
from vireo_media.api.models import HashPathInPath
from vireo_media.core.viewing import Viewing


def blueprint(viewing: Viewing) -> APIBlueprint:
    """The route, on the rules of ``viewing``."""
    bp = APIBlueprint("viewing", __name__)

    @bp.get("/gateway/may_view/<hash_path>", doc_ui=False)
    @public
    def may_view(path: HashPathInPath) -> Response:
        try:
            viewing.require(path.hash_path, request.headers.get(GRANT, ""))
        except Failure as failure:
            if failure.code is Code.UNAVAILABLE:
                # No refusal: the gateway answers 503, and a player goes on later.
                raise
            return refusal(failure)
        return answer()

    return bp
