"""Whether an answer is the right one: each check raises ``Wrong`` with what is wrong."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

KEYS = {"type", "channel", "title", "thumbnail", "nb_count", "description", "upload"}
_JSON = "application/json"
_NEXT = re.compile(r'<([^>]+)>; rel="next"')
_CURSOR = re.compile(r"[?&](cursor=[^&]+)")
_TOLD = 200


class Wrong(Exception):
    """The answer is not the one that must come; ``counted`` says whether it stands in a record."""

    counted = False


@dataclass(frozen=True)
class Answer:
    """An answer; names of headers in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


Video = dict[str, object]


@dataclass(frozen=True)
class Page:
    """A page of a list; ``following`` is the cursor of the next one, or empty."""

    rows: list[Video]
    following: str = ""


@dataclass
class Walk:
    """Pages of one list, as somebody turns them: nothing comes twice, or out of order."""

    newest_first: bool
    seen: set[object] = field(default_factory=set)
    latest: str = "9999"

    def turn(self, page: Page) -> None:
        """Look at the next page."""
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
        said = answer.body[:_TOLD].decode("utf-8", "replace")
        raise Wrong(f"status {answer.status} in place of {wanted}: {said}")
    require(bool(answer.headers.get("x-request-id")), "no X-Request-ID")


def response(answer: Answer, wanted: int = 200) -> object:
    """What stands in the envelope of an answer."""
    status(answer, wanted)
    kind = answer.headers.get("content-type", "")
    require(kind.partition(";")[0] == _JSON, f"content type {kind!r}")
    try:
        value = json.loads(answer.body)
    except ValueError:
        raise Wrong(f"no JSON: {answer.body[:_TOLD]!r}") from None
    require(isinstance(value, dict) and list(value) == ["response"], f"no envelope: {value!r:.200}")
    return value["response"]


def nothing(answer: Answer) -> None:
    """An answer without data."""
    require(response(answer) == "", "data where there is none")


def fields(answer: Answer) -> dict[str, object]:
    """The object in an answer."""
    value = response(answer)
    require(isinstance(value, dict), f"no object: {value!r:.200}")
    assert isinstance(value, dict)
    return value


def failure(answer: Answer, wanted: int, code: str) -> None:
    """A failure that must come."""
    value = response(answer, wanted)
    require(
        isinstance(value, dict) and value.get("error") == code and bool(value.get("message")),
        f"another failure than {code}: {value!r:.200}",
    )


def page(answer: Answer, limit: int) -> Page:
    """A page of a list."""
    rows = response(answer)
    require(isinstance(rows, list), f"no list: {rows!r:.200}")
    assert isinstance(rows, list)
    for row in rows:
        require(isinstance(row, dict) and row.keys() >= KEYS, f"no universal object: {row!r:.200}")
        require(row["type"] in {"video", "channel"}, f"type {row['type']!r}")
    require(len(rows) <= limit, f"{len(rows)} rows on a page of {limit}")
    link = _NEXT.search(answer.headers.get("link", ""))
    if link is None:
        return Page(rows)
    require(len(rows) == limit, f"a next page after {len(rows)} rows of {limit}")
    cursor = _CURSOR.search(link[1])
    require(cursor is not None, f"no cursor in {link[1]}")
    assert cursor is not None
    return Page(rows, cursor[1])


def video(answer: Answer, wanted: Mapping[str, object]) -> Video:
    """A video, with what must stand in it."""
    value = fields(answer)
    require(value.keys() >= KEYS, f"no universal object: {value!r:.200}")
    for key, text in wanted.items():
        require(value.get(key) == text, f"{key} is {value.get(key)!r:.80} in place of {text!r:.80}")
    return value


def file(answer: Answer, wanted: bytes, kind: str) -> None:
    """A whole file."""
    status(answer, 200)
    found = answer.headers.get("content-type", "")
    require(found == kind, f"content type {found!r} in place of {kind}")
    require(len(answer.body) == len(wanted), f"{len(answer.body)} bytes in place of {len(wanted)}")
    require(answer.body == wanted, "another file")


def part(answer: Answer, whole: Sequence[int] | bytes, first: int, last: int) -> None:
    """The bytes from ``first`` to ``last``, both included, of a file."""
    status(answer, 206)
    wanted = f"bytes {first}-{last}/{len(whole)}"
    found = answer.headers.get("content-range", "")
    require(found == wanted, f"Content-Range {found!r} in place of {wanted!r}")
    length = last - first + 1
    require(len(answer.body) == length, f"{len(answer.body)} bytes in place of {length}")
    require(answer.body == whole[first : last + 1], f"other bytes than those at {first}")
    require(bool(answer.headers.get("etag")), "no ETag")


def picture(answer: Answer) -> bytes:
    """A picture of a channel that has set none: a PNG."""
    status(answer, 200)
    kind = answer.headers.get("content-type", "")
    require(kind == "image/png", f"content type {kind!r}")
    require(answer.body.startswith(b"\x89PNG\r\n\x1a\n"), "no PNG")
    return answer.body
