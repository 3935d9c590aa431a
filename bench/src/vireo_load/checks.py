"""Whether an answer is the right one.

A function decorated with ``check`` is called with what must be in the answer. What it returns is
called with the answer, and raises ``Wrong`` with what is wrong.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Concatenate, ParamSpec, TypeVar

KEYS = {"type", "channel", "title", "thumbnail", "nb_count", "description", "upload"}
JSON, PNG, IMAGE, FILM = "application/json", "image/png", "image/jpeg", "video/mp4"
_NEXT = re.compile(r'<([^>]+)>; rel="next"')
_CURSOR = re.compile(r"[?&](cursor=[^&]+)")
_SHOWN = 200

P = ParamSpec("P")
T = TypeVar("T")


class Wrong(Exception):
    """The answer is not the expected one; ``counted`` says whether it is in a record already."""

    counted = False


@dataclass(frozen=True)
class Answer:
    """An answer; names of headers in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Video = dict[str, object]
Check = Callable[[Answer], T]


def check(function: Callable[Concatenate[Answer, P], T]) -> Callable[P, Check[T]]:
    """Let a function of an answer and what must be in it be called with the latter alone."""

    def given(*wanted: P.args, **more: P.kwargs) -> Check[T]:
        return lambda answer: function(answer, *wanted, **more)

    return given


@dataclass(frozen=True)
class Page:
    """A page of a list; ``following`` is the cursor of the next one, or empty."""

    rows: list[Video]
    following: str = ""


@dataclass
class Walk:
    """Pages of one list, one after the other: nothing comes twice, or out of order."""

    newest_first: bool
    seen: set[object] = field(default_factory=set)
    latest: str = "9999"

    def turn(self, page: Page) -> None:
        """Check the next page."""
        for row in page.rows:
            key = (row["type"], row["thumbnail"] or row["channel"])
            require(key not in self.seen, f"{key} stands in the list twice")
            self.seen.add(key)
            if self.newest_first:
                upload = str(row["upload"])
                require(upload <= self.latest, f"{upload} stands after {self.latest}")
                self.latest = upload


def require(holds: bool, otherwise: str) -> None:
    """Raise ``Wrong`` where it does not hold."""
    if not holds:
        raise Wrong(otherwise)


def status(answer: Answer, wanted: int) -> None:
    """The status, and the id that every answer carries."""
    if answer.status != wanted:
        said = answer.body[:_SHOWN].decode("utf-8", "replace")
        raise Wrong(f"status {answer.status} in place of {wanted}: {said}")
    require(bool(answer.headers.get("x-request-id")), "no X-Request-ID")


def content_type(answer: Answer, wanted: str) -> None:
    """The type of the body; its parameters may be any."""
    found = answer.headers.get("content-type", "")
    require(found.partition(";")[0] == wanted, f"content type {found!r} in place of {wanted}")


def response(answer: Answer, wanted: int = 200) -> object:
    """The value in the envelope of an answer."""
    status(answer, wanted)
    content_type(answer, JSON)
    try:
        value = json.loads(answer.body)
    except ValueError:
        raise Wrong(f"no JSON: {answer.body[:_SHOWN]!r}") from None
    require(isinstance(value, dict) and list(value) == ["response"], f"no envelope: {value!r:.200}")
    return value["response"]


def nothing(answer: Answer) -> None:
    """An answer without data."""
    require(response(answer) == "", "data where there is none")


def fields(answer: Answer) -> dict[str, object]:
    """The object in an answer."""
    value = response(answer)
    if not isinstance(value, dict):
        raise Wrong(f"no object: {value!r:.200}")
    return value


@check
def failure(answer: Answer, wanted: int, code: str) -> None:
    """A failure that must come."""
    value = response(answer, wanted)
    require(
        isinstance(value, dict) and value.get("error") == code and bool(value.get("message")),
        f"another failure than {code}: {value!r:.200}",
    )


@check
def page(answer: Answer, limit: int) -> Page:
    """A page of a list."""
    rows = response(answer)
    if not isinstance(rows, list):
        raise Wrong(f"no list: {rows!r:.200}")
    for row in rows:
        require(isinstance(row, dict) and row.keys() >= KEYS, f"no universal object: {row!r:.200}")
        require(row["type"] in {"video", "channel"}, f"type {row['type']!r}")
    require(len(rows) <= limit, f"{len(rows)} rows on a page of {limit}")
    link = _NEXT.search(answer.headers.get("link", ""))
    if link is None:
        return Page(rows)
    require(len(rows) == limit, f"a next page after {len(rows)} rows of {limit}")
    cursor = _CURSOR.search(link[1])
    if cursor is None:
        raise Wrong(f"no cursor in {link[1]}")
    return Page(rows, cursor[1])


@check
def video(answer: Answer, wanted: Mapping[str, object]) -> Video:
    """A video with these fields."""
    value = fields(answer)
    require(value.keys() >= KEYS, f"no universal object: {value!r:.200}")
    for key, text in wanted.items():
        require(value.get(key) == text, f"{key} is {value.get(key)!r:.80} in place of {text!r:.80}")
    return value


@check
def file(answer: Answer, wanted: bytes, kind: str) -> None:
    """A whole file."""
    status(answer, 200)
    content_type(answer, kind)
    require(len(answer.body) == len(wanted), f"{len(answer.body)} bytes in place of {len(wanted)}")
    require(answer.body == wanted, "another file")


@check
def part(answer: Answer, whole: bytes, first: int, last: int) -> str:
    """The bytes from ``first`` to ``last``, both included, of a film; its ETag."""
    status(answer, 206)
    content_type(answer, FILM)
    wanted = f"bytes {first}-{last}/{len(whole)}"
    found = answer.headers.get("content-range", "")
    require(found == wanted, f"Content-Range {found!r} in place of {wanted!r}")
    length = last - first + 1
    require(len(answer.body) == length, f"{len(answer.body)} bytes in place of {length}")
    require(answer.body == whole[first : last + 1], f"other bytes than those at {first}")
    etag = answer.headers.get("etag", "")
    require(bool(etag), "no ETag")
    return etag


def picture(answer: Answer) -> bytes:
    """A picture of a channel that has set none: a PNG."""
    status(answer, 200)
    content_type(answer, PNG)
    require(answer.body.startswith(b"\x89PNG\r\n\x1a\n"), "no PNG")
    return answer.body
