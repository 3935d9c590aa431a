"""What every JSON answer has in common: the envelope, and the contract's errors in it."""

import re
from typing import Any

import requests

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
"""A time as every answer writes it."""
UNIVERSAL_KEYS = {"type", "channel", "title", "thumbnail", "nb_count", "description", "upload"}
"""The seven keys that every video and channel has, in every list."""
_CODE = re.compile(r"[a-z]+(_[a-z]+)*")


def response_of(answer: requests.Response, status: int = 200) -> Any:
    """What is in the envelope of an answer whose status is checked."""
    assert answer.status_code == status, f"{answer.status_code}: {answer.text[:500]}"
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Request-ID"]
    body = answer.json()
    assert set(body) == {"response"}
    return body["response"]


def error_of(answer: requests.Response, status: int, code: str = "") -> dict[str, Any]:
    """The error in the envelope; its status, and its code where one is given, are checked."""
    found: dict[str, Any] = response_of(answer, status)
    assert _CODE.fullmatch(found["error"])
    assert found["error"] == (code or found["error"])
    assert found["message"].endswith(".")
    assert "\n" not in found["message"]
    for inside in ("Traceback", "SELECT ", "/media/", "127.0.0.1", "pymysql", ".py"):
        assert inside not in answer.text
    if status in {429, 503, 502, 504}:
        assert int(answer.headers["Retry-After"]) > 0
    return found
