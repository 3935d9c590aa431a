"""Cursors."""

import base64
import json
import re

import pytest
from pydantic import ValidationError

from vireo_common.errors import Code, Failure
from vireo_common.pages import PageQuery, decode_cursor, encode_cursor
from vireo_testing.hostile_text import PATH_SEGMENTS, STRINGS

KINDS = {"s": str, "i": int}


def encoded(text: str | bytes) -> str:
    raw = text if isinstance(text, bytes) else text.encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_a_key_comes_back_as_it_was() -> None:
    # It takes a second to load, which each worker would spend on collecting this file.
    from hypothesis import HealthCheck, given, settings
    from hypothesis import strategies as st

    # Nothing is judged by how long it takes.
    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(st.one_of(st.text(), st.integers(0, 2**63 - 1)), max_size=4))
    def check(key: list[str | int]) -> None:
        cursor = encode_cursor(key)
        assert decode_cursor(cursor, [type(member) for member in key]) == key
        assert re.fullmatch(r"[A-Za-z0-9_-]*", cursor)

    check()


@pytest.mark.parametrize(
    "cursor",
    [
        *STRINGS.values(),
        *PATH_SEGMENTS.values(),
        encoded("{}"),
        encoded("null"),
        encoded("[]"),
        encoded('["a"]'),
        encoded('["a", 1, 2]'),
        encoded('[1, "a"]'),
        encoded('["a", "1"]'),
        encoded('["a", 1.0]'),
        encoded('["a", true]'),
        encoded('["a", null]'),
        encoded('["a", -1]'),
        encoded(f'["a", {2**63}]'),
        encoded('["a", NaN]'),
        encoded("[" * 100_000),
        encoded("9" * 5000),
        encoded(b"\xff\xfe"),
        encode_cursor(["a", 1]) + "!",
        encode_cursor(["a", 1])[:-3],
    ],
)
def test_what_is_no_cursor_of_ours(cursor: str) -> None:
    with pytest.raises(Failure) as caught:
        decode_cursor(cursor, [str, int])
    assert caught.value.code is Code.INVALID_CURSOR


def test_cursor_is_not_another_lists() -> None:
    cursor = encode_cursor(["2026-01-01", 5])
    with pytest.raises(Failure):
        decode_cursor(cursor, [int, int])


def test_lone_surrogates_in_a_cursor_are_refused() -> None:
    # Such text could not be sent to the database.
    with pytest.raises(Failure):
        decode_cursor(encoded('["\\ud800", 1]'), [str, int])


def test_limits() -> None:
    assert PageQuery.model_validate({}).limit == 50
    assert PageQuery.model_validate({"limit": "100"}).limit == 100
    for limit in ("0", "101", "-1", "x", "1.5", "", "1e2", "9" * 5000):
        with pytest.raises(ValidationError):
            PageQuery.model_validate({"limit": limit})


def test_cursor_text_is_plain_json_inside() -> None:
    padded = encode_cursor(["é", 3]) + "==="
    assert json.loads(base64.urlsafe_b64decode(padded)) == ["é", 3]


def test_the_schema_that_is_kept_is_the_right_one() -> None:
    kept = PageQuery.model_json_schema()
    assert kept is PageQuery.model_json_schema()
    assert kept == PageQuery.model_json_schema(mode="validation")
