"""The closed list of error codes, and the one exception that carries them to the client.

``Failure`` is raised anywhere below a handler; ``vireo_common.web`` renders it as the contract's
envelope ``{"response": {"error": code, "message": sentence, ...details}}``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Code(StrEnum):
    """Every value of ``response.error``. Clients switch on these; none is ever renamed."""

    INVALID_REQUEST = "invalid_request"
    INVALID_BODY = "invalid_body"
    INVALID_CURSOR = "invalid_cursor"
    INVALID_JSON = "invalid_json"
    INVALID_QUERY = "invalid_query"
    MISSING_FIELD = "missing_field"
    TOKEN_MISSING = "token_missing"  # noqa: S105 (a code, no secret)
    TOKEN_INVALID = "token_invalid"  # noqa: S105
    TOKEN_EXPIRED = "token_expired"  # noqa: S105
    TOKEN_REVOKED = "token_revoked"  # noqa: S105
    USERNAME_TAKEN = "username_taken"
    EMAIL_TAKEN = "email_taken"
    LINK_INVALID = "link_invalid"
    BAD_CREDENTIALS = "bad_credentials"
    BLOCKED = "blocked"
    FORBIDDEN = "forbidden"
    COMMENTS_CLOSED = "comments_closed"
    SUSPENDED = "suspended"
    NOT_FOUND = "not_found"
    NO_VIDEO_FILE = "no_video_file"
    NO_BYTES = "no_bytes"
    NOT_PLAYABLE = "not_playable"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    REQUEST_TIMEOUT = "request_timeout"
    ALREADY_UPLOADED = "already_uploaded"
    WRONG_OFFSET = "wrong_offset"
    UPLOAD_EXPIRED = "upload_expired"
    UPLOAD_LOCKED = "upload_locked"
    CHECKSUM_MISMATCH = "checksum_mismatch"
    ALREADY_DECIDED = "already_decided"
    ALREADY_APPEALED = "already_appealed"
    NOTHING_FAILED = "nothing_failed"
    IDEMPOTENCY_CONFLICT = "idempotency_conflict"
    PRECONDITION_FAILED = "precondition_failed"
    TOO_LARGE = "too_large"
    URI_TOO_LONG = "uri_too_long"
    HEADERS_TOO_LARGE = "headers_too_large"
    UNSUPPORTED_CONTENT_TYPE = "unsupported_content_type"
    UNSUPPORTED_MEDIA = "unsupported_media"
    RANGE_NOT_SATISFIABLE = "range_not_satisfiable"
    RATE_LIMITED = "rate_limited"
    INTERNAL_ERROR = "internal_error"
    NOT_IMPLEMENTED = "not_implemented"
    BAD_GATEWAY = "bad_gateway"
    UNAVAILABLE = "unavailable"
    GATEWAY_TIMEOUT = "gateway_timeout"
    DISK_FULL = "disk_full"


STATUS: Mapping[Code, int] = {
    Code.INVALID_REQUEST: 400,
    Code.INVALID_BODY: 400,
    Code.INVALID_CURSOR: 400,
    Code.INVALID_JSON: 400,
    Code.INVALID_QUERY: 400,
    Code.MISSING_FIELD: 400,
    Code.TOKEN_MISSING: 400,
    Code.TOKEN_INVALID: 400,
    Code.TOKEN_EXPIRED: 401,
    Code.TOKEN_REVOKED: 401,
    Code.USERNAME_TAKEN: 400,
    Code.EMAIL_TAKEN: 400,
    Code.LINK_INVALID: 400,
    Code.BAD_CREDENTIALS: 402,
    Code.BLOCKED: 403,
    Code.FORBIDDEN: 403,
    Code.COMMENTS_CLOSED: 403,
    Code.SUSPENDED: 403,
    Code.NOT_FOUND: 404,
    Code.NO_VIDEO_FILE: 400,
    Code.NO_BYTES: 400,
    Code.METHOD_NOT_ALLOWED: 405,
    Code.REQUEST_TIMEOUT: 408,
    Code.ALREADY_UPLOADED: 409,
    Code.WRONG_OFFSET: 409,
    Code.UPLOAD_EXPIRED: 410,
    Code.NOT_PLAYABLE: 409,
    Code.ALREADY_DECIDED: 409,
    Code.ALREADY_APPEALED: 409,
    Code.NOTHING_FAILED: 409,
    Code.IDEMPOTENCY_CONFLICT: 409,
    Code.PRECONDITION_FAILED: 412,
    Code.TOO_LARGE: 413,
    Code.URI_TOO_LONG: 414,
    Code.HEADERS_TOO_LARGE: 431,
    Code.UNSUPPORTED_CONTENT_TYPE: 415,
    Code.UNSUPPORTED_MEDIA: 415,
    Code.RANGE_NOT_SATISFIABLE: 416,
    Code.UPLOAD_LOCKED: 423,
    Code.RATE_LIMITED: 429,
    Code.CHECKSUM_MISMATCH: 460,
    Code.INTERNAL_ERROR: 500,
    Code.NOT_IMPLEMENTED: 501,
    Code.BAD_GATEWAY: 502,
    Code.UNAVAILABLE: 503,
    Code.GATEWAY_TIMEOUT: 504,
    Code.DISK_FULL: 507,
}
"""The one status that each code is sent with. Why some are not what HTTP suggests: docs/api.md."""

MESSAGES: Mapping[Code, str] = {
    Code.INVALID_REQUEST: "The request is not valid HTTP for this address.",
    Code.INVALID_BODY: "Some fields of the body are not valid.",
    Code.INVALID_CURSOR: "The cursor is not one that this list has given out.",
    Code.INVALID_JSON: "The body is not valid JSON.",
    Code.INVALID_QUERY: "Some parameters of the address are not valid.",
    Code.MISSING_FIELD: "Some fields of the body are missing.",
    Code.TOKEN_MISSING: "This needs a token in the Authorization header.",
    Code.TOKEN_INVALID: "The token is not valid.",
    Code.TOKEN_EXPIRED: "The token has expired; sign in again.",
    Code.TOKEN_REVOKED: "The token has been revoked; sign in again.",
    Code.USERNAME_TAKEN: "This username is taken.",
    Code.EMAIL_TAKEN: "There is an account with this email address already.",
    Code.LINK_INVALID: "The link is not valid, or not any more; ask for a new one.",
    Code.BAD_CREDENTIALS: "Wrong username or password.",
    Code.BLOCKED: "Too many wrong passwords; sign-in is blocked for a while.",
    Code.FORBIDDEN: "This is not yours.",
    Code.SUSPENDED: "Your channel is suspended; /me/moderation says why, and takes your appeal.",
    Code.ALREADY_DECIDED: "Somebody has decided this already.",
    Code.ALREADY_APPEALED: "This was appealed already.",
    Code.NOTHING_FAILED: "Nothing of this video's processing has failed.",
    Code.COMMENTS_CLOSED: "Nobody can comment on this video.",
    Code.NOT_FOUND: "There is nothing at this address.",
    Code.NO_VIDEO_FILE: "There is no video file with this hash.",
    Code.NO_BYTES: "The body is empty; send the bytes of the video.",
    Code.NOT_PLAYABLE: "This video can't be watched yet.",
    Code.METHOD_NOT_ALLOWED: "This address does not answer this method.",
    Code.REQUEST_TIMEOUT: "The request took too long to arrive.",
    Code.ALREADY_UPLOADED: "The bytes of this video have been uploaded already.",
    Code.WRONG_OFFSET: "The upload goes on at another offset; ask for it.",
    Code.UPLOAD_EXPIRED: "Nothing was sent for too long, and the upload was removed.",
    Code.UPLOAD_LOCKED: "Another request is writing to this upload; try again.",
    Code.CHECKSUM_MISMATCH: "The bytes do not have the checksum; send them again.",
    Code.IDEMPOTENCY_CONFLICT: "This Idempotency-Key came with another request before.",
    Code.PRECONDITION_FAILED: "The file is not the one that was asked for.",
    Code.TOO_LARGE: "The request is too large.",
    Code.URI_TOO_LONG: "The address is too long.",
    Code.HEADERS_TOO_LARGE: "The headers are too large.",
    Code.UNSUPPORTED_CONTENT_TYPE: "The body must be sent as application/json.",
    Code.UNSUPPORTED_MEDIA: "The file is not a video that can be played.",
    Code.RANGE_NOT_SATISFIABLE: "The file has no bytes in this range.",
    Code.RATE_LIMITED: "Too many requests; wait a moment.",
    Code.INTERNAL_ERROR: "Something went wrong on our side.",
    Code.NOT_IMPLEMENTED: "The gateway does not know this method.",
    Code.BAD_GATEWAY: "A service gave no valid answer; try again.",
    Code.UNAVAILABLE: "A service that this needs is not there; try again.",
    Code.GATEWAY_TIMEOUT: "A service took too long to answer; try again.",
    Code.DISK_FULL: "There is no room for this file.",
}
"""The sentence that is sent where the place of failure has none of its own."""


RETRY_SECONDS: Mapping[Code, int] = {Code.UNAVAILABLE: 2}
"""The ``Retry-After`` of codes whose body has no ``retry_after``."""


class FieldCode(StrEnum):
    """What may be wrong with one field. Clients switch on these; none is ever renamed."""

    MISSING = "missing"
    WRONG_TYPE = "wrong_type"
    INVALID = "invalid"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    OUT_OF_RANGE = "out_of_range"
    FORBIDDEN_CHARACTERS = "forbidden_characters"
    TAKEN = "taken"
    COMMON_PASSWORD = "common_password"  # noqa: S105
    NOT_A_DATE = "not_a_date"
    TOO_YOUNG = "too_young"
    TOO_OLD = "too_old"


@dataclass(frozen=True)
class FieldProblem:
    """Why one field is refused: for programs, and as the rest of a sentence about the field."""

    code: FieldCode
    message: str


MISSING = FieldProblem(FieldCode.MISSING, "missing")
TAKEN = FieldProblem(FieldCode.TAKEN, "is taken")


class Failure(Exception):
    """An expected failure, answered with a code of the closed list.

    Args:
        fields: each field that is refused, with the reason.
        headers: for those who speak HTTP; what follows from the code or from ``retry_after`` comes
            by itself.
        retry_after: seconds; stands in the body, and as a header.
        details: more keys of the body.
    """

    def __init__(
        self,
        code: Code,
        message: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        fields: Mapping[str, FieldProblem] | None = None,
        **details: Any,
    ) -> None:
        super().__init__(code.value)
        self.code = code
        self.message = message or MESSAGES[code]
        self._headers = dict(headers or {})
        self.fields = fields
        self.details = details

    @property
    def status(self) -> int:
        """The HTTP status of the code."""
        return STATUS[self.code]

    @property
    def headers(self) -> dict[str, str]:
        """The answer's headers; ``Retry-After`` is what the body says."""
        found = dict(self._headers)
        seconds = self.details.get("retry_after", RETRY_SECONDS.get(self.code))
        if seconds is not None:
            found["Retry-After"] = str(seconds)
        if self.code in {Code.TOKEN_EXPIRED, Code.TOKEN_REVOKED}:
            found["WWW-Authenticate"] = "Bearer"
        return found

    def envelope(self) -> dict[str, Any]:
        """The answer's body: ``{"response": {"error", "message", ...details}}``.

        The reasons of fields stand there twice: as text in ``fields``, which is what clients have
        read from the beginning, and with their codes in ``problems``.
        """
        shown: dict[str, Any] = {"error": self.code.value, "message": self.message}
        if self.fields is not None:
            shown["fields"] = {name: found.message for name, found in self.fields.items()}
            shown["problems"] = {
                name: {"code": found.code.value, "message": found.message}
                for name, found in self.fields.items()
            }
        return {"response": {**shown, **self.details}}
