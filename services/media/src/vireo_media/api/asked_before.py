"""What the gateway asks before it reads a body, how it is told no, and its word that one has ended.

It understands 200, 401 and 403 alone. 401 is a yes as well, to less than all that a body may have
(``uploads.conf`` of the gateway). A refusal is a 403 with what it is to answer in headers.
"""

import json
from collections.abc import Callable

from flask import Response, request
from flask_openapi3.blueprint import APIBlueprint

from vireo_common.access import public
from vireo_common.errors import Failure
from vireo_common.web import answer
from vireo_media.core.permits import Permit, Permits

BODY_LENGTH = "X-Vireo-Body-Length"
REFUSAL = "X-Vireo-Refusal"
PERMIT = "X-Vireo-Permit"


def refusal(failure: Failure) -> Response:
    """The answer that makes the gateway answer ``failure``."""
    response = answer(failure.envelope()["response"])
    response.status_code = 403
    response.headers[REFUSAL] = json.dumps(failure.envelope())
    response.headers[f"{REFUSAL}-Status"] = str(failure.status)
    response.headers.update(failure.headers)
    return response


def body_length() -> int | None:
    """The length in bytes that the client says of its body; ``None`` where it says none."""
    length = request.headers.get(BODY_LENGTH, "")
    return int(length) if length.isascii() and length.isdigit() else None


def permission(text: str, *, partial: bool = False) -> Response:
    """The answer that makes the gateway read the body, and send the permit with it."""
    response = answer()
    response.status_code = 401 if partial else 200
    response.headers[PERMIT] = text
    return response


def given_permit(permits: Permits, subject: str) -> Permit:
    """The permit that came with a body.

    Raises:
        Failure: ``forbidden``: there is none for ``subject``.
    """
    return permits.read_for(subject, request.headers.get(PERMIT, ""))


def blueprint(permits: Permits, close: Callable[[str], None]) -> APIBlueprint:
    """The gateway's word that a body has ended before it was handed over."""
    bp = APIBlueprint("asked_before", __name__)

    @bp.post("/gateway/upload_ended", doc_ui=False)
    @public
    def upload_ended() -> Response:
        close(permits.read(request.headers.get(PERMIT, "")).open_id)
        return Response(status=204)

    return bp
