"""What the gateway asks before it reads a body, and how it is told no.

It understands 200 and 403 alone. A refusal is a 403 with what it is to answer in headers.
"""

import json

from flask import Response, request

from vireo_common.errors import Failure
from vireo_common.web import answer

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
