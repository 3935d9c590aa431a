"""Answers in the contract's envelope, of a test client or of ``requests``."""

from typing import Any


def outcome(response: Any) -> tuple[int, Any]:
    """Status and error code of an answer; for a success, what ``response`` holds unless it is an
    object."""
    envelope = response.json() if callable(response.json) else response.json
    assert set(envelope) == {"response"}
    value = envelope["response"]
    if response.status_code >= 400:
        assert value["message"].endswith(".")
        assert response.headers["X-Request-ID"]
    return response.status_code, value.get("error") if isinstance(value, dict) else value
