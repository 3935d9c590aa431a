"""``/internal/videos/<hash>``: whose video it is, and its state, for media."""

from flask import Response

from vireo_catalog.api.models import ProgressBody, SenderQuery
from vireo_catalog.core.videos import Progress, Videos
from vireo_common.access import internal
from vireo_common.blueprints import APIBlueprint
from vireo_common.web import answer
from vireo_videos.objects import HashPathInPath
from vireo_videos.visibility import State


def blueprint(videos: Videos) -> APIBlueprint:
    """The routes, on the rules of ``videos``."""
    bp = APIBlueprint("internal", __name__, doc_ui=False)

    @bp.get("/internal/videos/<hash_path>", doc_ui=False)
    @internal
    def facts(path: HashPathInPath, query: SenderQuery) -> Response:
        return answer({"channel_id": videos.about_to_send(path.hash_path, query.sender).channel_id})

    @bp.put("/internal/videos/<hash_path>", doc_ui=False)
    @internal
    def record(path: HashPathInPath, body: ProgressBody) -> Response:
        facts = body.model_dump(exclude={"state"})
        videos.record(path.hash_path, Progress(State(body.state), **facts))
        return answer()

    return bp
