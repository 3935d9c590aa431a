"""``/v/<hash>/processing``: how far a video is, for its owner, and another attempt."""

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_common.access import account_id, signed_in
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code
from vireo_common.text import iso_time
from vireo_common.web import TOKEN_PROBLEMS, TOKEN_REQUIRED, Envelope, answer, problems
from vireo_media.api.models import HashPathInPath, ProcessingObject
from vireo_media.core.processing import Processing, Processings


def blueprint(processings: Processings) -> APIBlueprint:
    """The routes, on the rules of ``processings``."""
    bp = APIBlueprint("processing", __name__, abp_tags=[Tag(name="videos")])

    @bp.get(
        "/v/<hash_path>/processing",
        operation_id="show_processing",
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[ProcessingObject],
            **problems(*TOKEN_PROBLEMS, Code.FORBIDDEN, Code.NOT_FOUND),
        },
    )
    @signed_in
    def show(path: HashPathInPath) -> Response:
        """How far the processing of one's own video is.

        A video can be played before all of it is done: `GET /v/<hash>` says whether.

        Example:
            curl $VIREO/v/$HASH/processing -H "Authorization: Bearer $TOKEN"
        """
        return answer(_shown(processings.show(path.hash_path, account_id())))

    @bp.post(
        "/v/<hash_path>/processing/retry",
        operation_id="retry_processing",
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[ProcessingObject],
            **problems(*TOKEN_PROBLEMS, Code.FORBIDDEN, Code.NOT_FOUND, Code.NOTHING_FAILED),
        },
    )
    @signed_in
    def retry(path: HashPathInPath) -> Response:
        """Begin anew what has failed of one's own video.

        Its original is kept: it need not be sent again.

        Example:
            curl -X POST $VIREO/v/$HASH/processing/retry -H "Authorization: Bearer $TOKEN"
        """
        return answer(_shown(processings.retry(path.hash_path, account_id())))

    return bp


def _shown(found: Processing) -> dict[str, object]:
    return {
        "state": found.state.value,
        "step": found.step.value,
        "place": found.place,
        "percent": found.percent,
        "expected": iso_time(found.expected) if found.expected else None,
        "reason": found.reason,
        "attempts": found.attempts,
        "renditions": [
            {
                "height": each.height,
                "state": each.state.value,
                "percent": each.percent,
                "bytes": each.size,
            }
            for each in found.renditions
        ],
        "first_play_seconds": found.first_play_seconds,
    }
