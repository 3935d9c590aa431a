"""What the gateway asks before it reads a body, how a body is refused, and its notice of the end.

It understands 200, 401 and 403 alone. 401 is a yes as well, to less than all that a body may have
(``uploads.conf`` of the gateway). A refusal is a 403 with what it is to answer in headers.
"""

import contextlib
import json
from collections.abc import Callable

from flask import Response, request

from vireo_common.access import public
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code, Failure
from vireo_common.grants import Grant, GrantExpired, Grants, Purpose
from vireo_common.web import answer

BODY_LENGTH = "X-Vireo-Body-Length"
REFUSAL = "X-Vireo-Refusal"
GRANT = "X-Vireo-Grant"
BODIES = (Purpose.UPLOAD, Purpose.PICTURE, Purpose.THUMBNAIL)


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


def permission(grant: str, *, partial: bool = False) -> Response:
    """The answer that makes the gateway read the body, and send the grant with it."""
    response = answer()
    response.status_code = 401 if partial else 200
    response.headers[GRANT] = grant
    return response


def given_grant(grants: Grants, purpose: Purpose, subject: str) -> Grant:
    """The grant that the gateway sends.

    Raises:
        Failure: ``forbidden``: there is none for ``subject``; ``request_timeout``: there was one,
            and its time is over; ``unavailable``.
    """
    try:
        return grants.read_for(request.headers.get(GRANT, ""), purpose, subject)
    except GrantExpired:
        raise Failure(Code.REQUEST_TIMEOUT) from None


def blueprint(grants: Grants, close: Callable[[str], None]) -> APIBlueprint:
    """The gateway's notice that a body has ended before it was handed over."""
    bp = APIBlueprint("asked_before", __name__)

    @bp.post("/gateway/upload_ended", doc_ui=False)
    @public
    def upload_ended() -> Response:
        # If it has expired, the lease of the reserved space is over too.
        with contextlib.suppress(GrantExpired):
            text = request.headers.get(GRANT, "")
            close(grants.read(text, *BODIES).reference)
        return Response(status=204)

    return bp
