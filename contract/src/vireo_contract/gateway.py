"""The gateway's part of the contract: its own operations, codes, headers, and its error answers."""

import json
from collections.abc import Mapping
from typing import Any

from vireo_common.errors import Code, Failure
from vireo_common.web import MAX_BODY_BYTES
from vireo_media.core.pictures import MAX_BYTES as MAX_PICTURE_BYTES

Json = dict[str, Any]

ANY_REQUEST = {Code.INVALID_REQUEST, Code.URI_TOO_LONG, Code.HEADERS_TOO_LARGE}
"""What any address can be answered by, before it is looked at."""
ANY_BODY = {Code.REQUEST_TIMEOUT, Code.TOO_LARGE}
"""What any body can be answered by."""
ANY_SERVICE = {
    Code.INTERNAL_ERROR,
    Code.BAD_GATEWAY,
    Code.UNAVAILABLE,
    Code.GATEWAY_TIMEOUT,
}
"""What any route of a service can return while it or the database is down or faulty."""


def _own(name: str, summary: str, example: str, answer: str, content: Json) -> Json:
    return {
        "operationId": name,
        "tags": ["gateway"],
        "summary": summary,
        "description": f"Example:\n{example}",
        "responses": {"200": {"description": answer, "content": content}},
    }


_ALIVE = {
    "type": "object",
    "required": ["response"],
    "properties": {"response": {"const": "alive"}},
}
_EVENT = {
    "type": "object",
    "description": "One event; `data` is JSON.",
    "required": ["event", "data"],
    "properties": {
        "event": {"enum": ["notification", "unread", "video"]},
        "data": {"type": "string"},
        "id": {"type": "string"},
    },
}
OWN_OPERATIONS: Mapping[str, Json] = {
    "/healthz": _own(
        "check_gateway",
        "Whether the gateway is alive; of the services it says nothing.",
        "curl $VIREO/healthz",
        "It is.",
        {"application/json": {"schema": _ALIVE}},
    ),
    "/openapi.json": _own(
        "show_api_document",
        "This document.",
        "curl $VIREO/openapi.json",
        "An OpenAPI 3.1 document.",
        {"application/json": {"schema": {"type": "object"}}},
    ),
    "/docs": _own(
        "show_api_page",
        "A page of this document for people.",
        "curl $VIREO/docs",
        "The page.",
        {"text/html": {"schema": {"type": "string"}}},
    ),
    # Of community's program for streams, which is no Flask application.
    "/notifications/stream": {
        "operationId": "hear_notices",
        "tags": ["people"],
        "security": [{"token": []}],
        "summary": "One's notices as they happen, as server-sent events.",
        "description": "`notification`: a notice. `unread`: `{unread}`, how many are unread. "
        "`video`: `{video, state, reason}`, how far an upload of one's own is. The data is the "
        "object alone, without an envelope. Whoever sends the last `id` gets what changed "
        "meanwhile. The stream ends with its session and its token.\n\nExample:\n"
        'curl -N $VIREO/notifications/stream -H "Authorization: Bearer $TOKEN"',
        "parameters": [
            {
                "name": "Last-Event-ID",
                "in": "header",
                "required": False,
                "description": "The last `id` that was received.",
                "schema": {"type": "string"},
            }
        ],
        "responses": {
            "200": {
                "description": "Events, for as long as the line holds.",
                "content": {"text/event-stream": {"schema": _EVENT}},
            },
            "400": {"description": "`token_missing`, `token_invalid`"},
            "401": {"description": "`token_expired`, `token_revoked`"},
            "429": {"description": "`rate_limited`"},
            "502": {"description": "`bad_gateway`"},
            "503": {"description": "`unavailable`"},
        },
    },
}
"""What no service's application knows: `GET` of each path."""

HEADERS: Mapping[str, Json] = {
    "X-Request-ID": {"description": "The id of the request.", "schema": {"type": "string"}},
    "Link": {
        "description": 'The address of the next page, with `rel="next"`; none on the last page.',
        "schema": {"type": "string"},
    },
    "Vireo-Unread": {
        "description": "How many of one's notices are unread.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "Retry-After": {
        "description": "Seconds after which to try again.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "WWW-Authenticate": {"description": "`Bearer`.", "schema": {"const": "Bearer"}},
    "ETag": {"description": "The file's tag.", "schema": {"type": "string"}},
    "Content-Disposition": {
        "description": "`attachment`, and the name to save the file as.",
        "schema": {"type": "string"},
    },
    "Content-Range": {"description": "Which bytes these are.", "schema": {"type": "string"}},
}
"""The headers of answers; those of the services pass the gateway too."""

_MAX_UPLOAD_BYTES = "${VIREO_MAX_UPLOAD_BYTES}"
_PLAIN = (
    Code.INVALID_REQUEST,
    Code.NOT_FOUND,
    Code.METHOD_NOT_ALLOWED,
    Code.REQUEST_TIMEOUT,
    Code.PRECONDITION_FAILED,
    Code.UPLOAD_LOCKED,
    Code.URI_TOO_LONG,
    Code.HEADERS_TOO_LARGE,
    Code.INTERNAL_ERROR,
    Code.NOT_IMPLEMENTED,
    Code.BAD_GATEWAY,
    Code.UNAVAILABLE,
    Code.GATEWAY_TIMEOUT,
    Code.DISK_FULL,
)
ANSWERS: Mapping[str, Failure] = {
    **{code.value: Failure(code) for code in _PLAIN},
    "rate_limited": Failure(Code.RATE_LIMITED, retry_after=1),
    "too_large": Failure(Code.TOO_LARGE, limit=MAX_BODY_BYTES),
    "picture_too_large": Failure(
        Code.TOO_LARGE, "The picture is too large.", limit=MAX_PICTURE_BYTES
    ),
    "video_too_large": Failure(Code.TOO_LARGE, "The video is too large.", limit=_MAX_UPLOAD_BYTES),
    "no_room_for_unknown_length": Failure(
        Code.DISK_FULL,
        "There is no room for so large a file; there might be if its length were said.",
    ),
}
"""What nginx answers in place of a service: `$vireo_error_<name>` in its configuration."""


def error_variables() -> str:
    """`gateway/error_variables.conf.template`: each of `ANSWERS` as a variable of nginx's."""
    lines = [
        "# Generated by `make openapi` from vireo_contract/gateway.py: the contract's envelope,",
        "# with codes and sentences of vireo_common/errors.py, for `return` in other files.",
    ]
    for name, failure in ANSWERS.items():
        text = json.dumps(failure.envelope())
        if set(text.replace(_MAX_UPLOAD_BYTES, "")) & set("'$\\"):
            raise ValueError(f"nginx would not take this as it is: {text}")
        # A number, which is put in when the template is rendered.
        text = text.replace(f'"{_MAX_UPLOAD_BYTES}"', _MAX_UPLOAD_BYTES)
        lines.append(f"map \"\" $vireo_error_{name} {{ default '{text}\\n'; }}")
    return "\n".join(lines) + "\n"
