"""``GET /search/<type>/<query>``."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from vireo_catalog.api.models import SearchPath
from vireo_catalog.core.search import Search
from vireo_common.access import public
from vireo_common.errors import Code
from vireo_common.pages import PageQuery
from vireo_common.web import PAGE_PROBLEMS, Envelope, answer_page, problems
from vireo_videos.objects import UniversalObject, show_channel, show_video
from vireo_videos.video import Video


def blueprint(search: Search) -> APIBlueprint:
    """The route, on the rules of ``search``."""
    bp = APIBlueprint("search", __name__, abp_tags=[Tag(name="search")])

    @bp.get(
        "/search/<type>/<text:query>",
        operation_id="search",
        responses={
            200: Envelope[list[UniversalObject]],
            **problems(*PAGE_PROBLEMS, Code.NOT_FOUND, Code.UNAVAILABLE),
        },
    )
    @public
    def search_route(path: SearchPath, query: PageQuery) -> Response:
        """Find channels by name, and videos by title and description.

        Channels come first, then videos with every word in the title, then videos with every word
        in title and description together; within these, newest first.

        Example:
            curl $VIREO/search/all/first%20video
        """
        page = search(path.type, path.query, query.limit, query.cursor)
        values = [
            show_video(row) if isinstance(row, Video) else show_channel(row) for row in page.rows
        ]
        return answer_page(page, values, query.limit)

    return bp
