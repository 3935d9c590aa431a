"""``/internal/exports/<channel id>``: catalog's part of a data export, for media."""

from collections.abc import Sequence
from typing import Any

from flask import Response

from vireo_catalog.api.models import AfterQuery, ChannelPath
from vireo_catalog.core.exports import Exports
from vireo_common.access import internal
from vireo_common.blueprints import APIBlueprint
from vireo_common.text import iso_time
from vireo_common.web import answer
from vireo_videos.objects import moderation
from vireo_videos.video import Video


def blueprint(exports: Exports) -> APIBlueprint:
    """The routes, on the rules of ``exports``."""
    bp = APIBlueprint("exports", __name__, doc_ui=False)

    @bp.get("/internal/exports/<channel_id>", doc_ui=False)
    @internal
    def channel(path: ChannelPath) -> Response:
        found = exports.channel(path.channel_id)
        links = [{"label": link.label, "url": link.url} for link in found.links]
        texts = {"about": found.about, "links": links}
        return answer({"channel": {"name": found.name, "videos": found.videos, **texts}})

    @bp.get("/internal/exports/<channel_id>/videos", doc_ui=False)
    @internal
    def videos(path: ChannelPath, query: AfterQuery) -> Response:
        found, last = exports.videos(path.channel_id, query.after)
        named = exports.viewers(found)
        return answer(
            {"rows": [row(each, named.get(each.video_id, ())) for each in found], "next": last}
        )

    return bp


def row(video: Video, viewers: Sequence[str]) -> dict[str, Any]:
    """What a person is given of their video, with the names of who may see it while it is
    private."""
    return {
        "hash_path": video.hash_path,
        "title": video.title,
        "description": video.description,
        "upload": iso_time(video.upload),
        "stored": iso_time(video.stored_at) if video.stored_at else None,
        "state": video.state.value,
        "reason": video.reason,
        "sha256": video.sha256,
        "duration": video.duration,
        "width": video.width,
        "height": video.height,
        "likes": video.likes,
        "dislikes": video.dislikes,
        "views": video.views,
        "comments": video.comments,
        "comments_policy": video.comments_policy.value if video.comments_policy else None,
        "moderation": moderation(video.hidden_by),
        "visibility": video.visibility.value,
        "publish_at": iso_time(video.publish_at) if video.publish_at else None,
        "viewers": list(viewers),
        "published": iso_time(video.published_at) if video.published_at else None,
    }
