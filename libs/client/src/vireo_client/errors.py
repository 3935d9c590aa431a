"""What a call raises. ``VireoError`` is all of it:

* ``NoAnswer``: nothing answered, or the line was cut.
* ``StrangeAnswer``: what answered is no Vireo.
* ``SignInNeeded``: the token is missing, or of no use any more.
* ``VideoFailed``, ``NotReady``: what was waited for will not come, or not in time.
* ``FileProblem``: the file could not be read to its end.
"""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from time import time
from types import MappingProxyType
from typing import Any

import requests

# The sentence of a failure is one line on a terminal.
_SHOWN = 300
_DETAILS = frozenset({"error", "message", "fields", "problems", "retry_after"})


class VireoError(Exception):
    """A call that did not do what was asked for.

    Attributes:
        code: one of the API's codes (docs/api.md), or one of this module's classes. Switch on it; a
            newer Vireo may know more.
        message: one sentence for a person.
        status: of the answer; 0 where there was none.
        fields: what is wrong with each field of a body, for a person.
        problems: the code of the same, such as ``too_long`` (docs/api.md).
        retry_after: seconds, where the answer says when to come back.
        request_id: by which an operator finds the request in the logs.
        details: what else the answer says, such as ``attempts_left`` and ``limit``.
    """

    own_code = ""

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        status: int = 0,
        fields: Mapping[str, str] = MappingProxyType({}),
        problems: Mapping[str, str] = MappingProxyType({}),
        retry_after: float | None = None,
        request_id: str = "",
        details: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        super().__init__(message)
        self.code = code or self.own_code
        self.message = message
        self.status = status
        self.fields = fields
        self.problems = problems
        self.retry_after = retry_after
        self.request_id = request_id
        self.details = details


class NoAnswer(VireoError):
    """Nothing answered, not in time, or the line was cut."""

    own_code = "no_answer"


class StrangeAnswer(VireoError):
    """The answer is none of a Vireo's."""

    own_code = "strange_answer"


class SignInNeeded(VireoError):
    """There is no token, or it is of no use any more: sign in (again)."""

    codes = frozenset({"token_missing", "token_invalid", "token_expired", "token_revoked"})


class VideoFailed(VireoError):
    """A video can't be made playable; the message says why."""

    own_code = "video_failed"


class NotReady(VireoError):
    """What was waited for is not there yet."""

    own_code = "not_ready"


class FileProblem(VireoError):
    """A file could not be read as it was to be sent."""

    own_code = "file_problem"


def retry_after(answer: requests.Response) -> float | None:
    """Seconds after which an answer says to come back: a number, or a date where a proxy spoke."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time())
    except (ValueError, OverflowError):
        return None


def failure_of(answer: requests.Response) -> VireoError:
    """The exception for an answer that is no success."""
    status, request_id = answer.status_code, answer.headers.get("X-Request-ID", "")
    try:
        given = answer.json()["response"]
        code, message = given["error"], given["message"]
        fields = {name: str(text) for name, text in given.get("fields", {}).items()}
        problems = {name: str(found["code"]) for name, found in given.get("problems", {}).items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return strange(answer)
    kind = SignInNeeded if code in SignInNeeded.codes else VireoError
    return kind(
        str(message)[:_SHOWN],
        code=str(code),
        status=status,
        fields=fields,
        problems=problems,
        retry_after=retry_after(answer),
        request_id=request_id,
        details={name: value for name, value in given.items() if name not in _DETAILS},
    )


def strange(answer: requests.Response) -> StrangeAnswer:
    """The exception for an answer that no Vireo gives."""
    target = answer.headers.get("Location", "")[:_SHOWN]
    return StrangeAnswer(
        f"What answered ({answer.status_code}) is no Vireo"
        + (f"; it points to {target}." if target else "."),
        status=answer.status_code,
        retry_after=retry_after(answer),
        request_id=answer.headers.get("X-Request-ID", ""),
    )
