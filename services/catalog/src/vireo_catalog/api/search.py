"""``GET /search/<type>/<query>``."""

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_catalog.api.models import SearchPath
from vireo_catalog.core.search import Search
from vireo_catalog.core.videos import Videos
from vireo_common.access import maybe_signed_in, recent_viewer_id
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code
from vireo_common.pages import PageQuery
from vireo_common.web import (
    PAGE_PROBLEMS,
    TOKEN_PROBLEMS,
    TOKEN_REQUIRED,
    Envelope,
    answer_page,
    problems,
)
from vireo_videos.objects import UniversalObject, show_channel, show_video
from vireo_videos.video import Video


def blueprint(search: Search, videos: Videos) -> APIBlueprint:
    """The route, on the rules of ``search``; of ``videos`` what a viewer has with them."""
    bp = APIBlueprint("search", __name__, abp_tags=[Tag(name="search")])

    @bp.get(
        "/search/<type>/<text:query>",
        operation_id="search",
        security=[{}, *TOKEN_REQUIRED],
        responses={
            200: Envelope[list[UniversalObject]],
            **problems(*PAGE_PROBLEMS, *TOKEN_PROBLEMS, Code.NOT_FOUND, Code.UNAVAILABLE),
        },
    )
    @maybe_signed_in
    def search_route(path: SearchPath, query: PageQuery) -> Response:
        """Find channels by name, and videos by title and description.

        Channels come first, then videos with every word in the title, then videos with every word
        in title and description together; within these, newest first.

        Example:
            curl $VIREO/search/all/first%20video
        """
        page = search(path.type, path.query, query.limit, query.cursor)
        found = [row for row in page.rows if isinstance(row, Video)]
        theirs = videos.mine(recent_viewer_id, found)
        values = [
            show_video(row, mine=theirs.get(row.video_id))
            if isinstance(row, Video)
            else show_channel(row)
            for row in page.rows
        ]
        return answer_page(page, values, query.limit)

    return bp
