"""``/internal/videos/<hash>``: whose video it is, and its state, for media."""

from flask import Response

from vireo_catalog.api.models import AnnounceBody, FilesBody, ProgressBody, SenderQuery
from vireo_catalog.core.videos import Files, Progress, Videos
from vireo_common.access import internal
from vireo_common.blueprints import APIBlueprint
from vireo_common.web import answer
from vireo_videos.objects import HashPathInPath
from vireo_videos.video import Captions, Chapter
from vireo_videos.visibility import State


def blueprint(videos: Videos) -> APIBlueprint:
    """The routes, on the rules of ``videos``."""
    bp = APIBlueprint("internal", __name__, doc_ui=False)

    @bp.post("/internal/videos", doc_ui=False)
    @internal
    def announce(body: AnnounceBody) -> Response:
        key = bytes.fromhex(body.request_key)
        found = videos.announce(body.channel_id, body.title, body.description, key)
        return answer({"hash_path": found})

    @bp.delete("/internal/videos/<hash_path>", doc_ui=False)
    @internal
    def withdraw(path: HashPathInPath, query: SenderQuery) -> Response:
        videos.withdraw(path.hash_path, query.sender)
        return answer()

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

    @bp.put("/internal/videos/<hash_path>/files", doc_ui=False)
    @internal
    def record_files(path: HashPathInPath, body: FilesBody) -> Response:
        captions = [Captions(each.language, each.label) for each in body.captions]
        chapters = [Chapter(each.start, each.title) for each in body.chapters]
        there = (body.stream, body.storyboard, captions, chapters)
        files = Files(body.event_id, *there, thumbnail_version=body.thumbnail_version)
        videos.record_files(path.hash_path, files)
        return answer()

    return bp
