"""``PUT /v/<hash>/position``: counts views, and keeps where a viewer stands."""

from flask import Response, request
from flask_openapi3.models.tag import Tag

from vireo_common.access import maybe_signed_in, viewer_id
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code
from vireo_common.web import (
    JSON_PROBLEMS,
    TOKEN_PROBLEMS,
    TOKEN_REQUIRED,
    Empty,
    answer,
    client_address,
    problems,
)
from vireo_community.api.models import PositionBody
from vireo_community.core.viewers import Viewers
from vireo_community.core.views import Views
from vireo_videos.objects import HashPathInPath


def blueprint(views: Views, viewers: Viewers) -> APIBlueprint:
    """The route, on the rules of ``views``."""
    bp = APIBlueprint("positions", __name__, abp_tags=[Tag(name="people")])

    @bp.put(
        "/v/<hash_path>/position",
        operation_id="note_position",
        security=[{}, *TOKEN_REQUIRED],
        responses={
            200: Empty,
            **problems(
                *(Code.NOT_FOUND, Code.SUSPENDED, Code.RATE_LIMITED),
                *(*TOKEN_PROBLEMS, *JSON_PROBLEMS),
            ),
        },
    )
    @maybe_signed_in
    def note(path: HashPathInPath, body: PositionBody) -> Response:
        r"""Say where a player stands; counts the view, and keeps the history.

        Players call it about every ten seconds, and when they stop. `watched` is believed as far as
        that time has passed since the last call of the session. With a token it keeps the position
        too, unless the account keeps no history. How views are counted: docs/views.md.

        Example:
            curl -X PUT $VIREO/v/$HASH/position -H 'Content-Type: application/json' \
              -d '{"position": 12.5, "watched": 10, "session": "kX3vTq9a"}'
        """
        agent = request.headers.get("User-Agent", "")
        viewer = viewers.identify(viewer_id(), client_address(), agent)
        views.note(path.hash_path, viewer, body.session, body.position, body.watched)
        return answer()

    return bp
