"""Pages of a list: the limit, the opaque cursor, and the ``Link`` header of the next page.

A cursor holds the sort key of the last row that was sent, so a page deep in the list costs what
the first one costs, and rows that come or go meanwhile neither repeat nor vanish.
"""

import base64
import binascii
import functools
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import pydantic_core
from pydantic import BaseModel, Field

from vireo_common.errors import Code, Failure
from vireo_common.schema import Omitted

DEFAULT_LIMIT = 50
MAX_LIMIT = 100

Row = TypeVar("Row")
Scalar = str | int


class PageQuery(BaseModel):
    """The two parameters that every list takes."""

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="Rows of a page, 1 to 100.")
    cursor: str | Omitted = Field(
        None,
        max_length=500,
        description="Where the page begins: taken from a `Link` header.",
        # What ``encode_cursor`` makes; any other is refused with a code of its own.
        json_schema_extra={"pattern": "^[A-Za-z0-9_-]+$"},
    )

    @classmethod
    def model_json_schema(cls, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The JSON schema; the plain one is made once, because flask_openapi3 asks for it with
        every request, and making it takes longer than a page's statement."""
        if args or kwargs:
            return super().model_json_schema(*args, **kwargs)
        return cls._plain_schema()

    @classmethod
    @functools.cache
    def _plain_schema(cls) -> dict[str, Any]:
        return super().model_json_schema()


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the cursor of the page after them (``None`` where this is the last)."""

    rows: Sequence[Row]
    next_cursor: str | None


def encode_cursor(key: Sequence[Scalar]) -> str:
    """An opaque, URL-safe text for a sort key."""
    text = json.dumps(list(key), separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def decode_cursor(cursor: str, kinds: Sequence[type]) -> list[Scalar]:
    """The sort key in ``cursor``, its members of the given kinds (``str`` or ``int``).

    Raises:
        Failure: ``invalid_cursor``.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True)
        # Unlike the standard library's parser it refuses lone surrogates, which no statement can
        # be sent with.
        key = pydantic_core.from_json(text, allow_inf_nan=False)
    except (binascii.Error, ValueError):
        raise Failure(Code.INVALID_CURSOR) from None
    if (
        not isinstance(key, list)
        or [type(member) for member in key] != list(kinds)
        or any(isinstance(member, int) and not 0 <= member < 2**63 for member in key)
    ):
        raise Failure(Code.INVALID_CURSOR)
    return key
