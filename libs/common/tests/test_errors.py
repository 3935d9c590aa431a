"""The closed list of codes."""

import pytest

from vireo_common.errors import MESSAGES, STATUS, Code, Failure


def test_every_code_has_a_status_and_a_sentence() -> None:
    assert set(STATUS) == set(Code) == set(MESSAGES)


@pytest.mark.parametrize("code", Code)
def test_statuses_are_errors_and_sentences_are_for_people(code: Code) -> None:
    assert 400 <= STATUS[code] <= 599
    assert MESSAGES[code][0].isupper()
    assert MESSAGES[code].endswith(".")
    assert Failure(code).envelope() == {
        "response": {"error": code.value, "message": MESSAGES[code]}
    }


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("invalid_body", 400),
        ("missing_field", 400),
        ("invalid_json", 400),
        ("token_missing", 400),
        ("token_invalid", 400),
        ("token_expired", 401),
        ("token_revoked", 401),
        ("bad_credentials", 402),
        ("blocked", 403),
        ("forbidden", 403),
        ("not_found", 404),
        ("no_video_file", 400),
        ("method_not_allowed", 405),
        ("already_uploaded", 409),
        ("too_large", 413),
        ("unsupported_media", 415),
        ("rate_limited", 429),
        ("unavailable", 503),
        ("disk_full", 507),
    ],
)
def test_statuses_of_the_contract(code: str, status: int) -> None:
    assert STATUS[Code(code)] == status


def test_details_stand_beside_the_message() -> None:
    failure = Failure(Code.BAD_CREDENTIALS, attempts_left=3)
    assert failure.envelope()["response"]["attempts_left"] == 3


def test_headers_of_the_contract() -> None:
    assert "Retry-After" in Failure(Code.UNAVAILABLE).headers
    for code in (Code.UNAVAILABLE, Code.RATE_LIMITED):
        failure = Failure(code, retry_after=9)
        assert failure.headers["Retry-After"] == str(failure.envelope()["response"]["retry_after"])
    for code in (Code.TOKEN_EXPIRED, Code.TOKEN_REVOKED):
        assert Failure(code).headers["WWW-Authenticate"] == "Bearer"
