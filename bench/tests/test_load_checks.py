"""A wrong answer is seen: a load that finds nothing wrong shows nothing otherwise."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from vireo_load import checks
from vireo_load.checks import Answer, Page, Walk, Wrong

FILM = bytes(range(256)) * 64


def row(**changes: Any) -> dict[str, Any]:
    return {
        "type": "video",
        "channel": "river",
        "title": "A title",
        "thumbnail": "Abcdef1",
        "nb_count": "",
        "description": "",
        "upload": "2024-05-01T10:00:00Z",
        **changes,
    }


def answer(value: Any, status: int = 200, **headers: str) -> Answer:
    named = {"content-type": "application/json", "x-request-id": "1"}
    named |= {name.replace("_", "-"): text for name, text in headers.items()}
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Answer(status, named, body)


def listed(*rows: Any, **headers: str) -> Answer:
    return answer({"response": list(rows)}, **headers)


def ranged(**changes: Any) -> Answer:
    values: dict[str, Any] = {
        "status": 206,
        "body": FILM[100:200],
        "content-range": f"bytes 100-199/{len(FILM)}",
        "etag": '"1"',
        "x-request-id": "1",
        "content-type": "video/mp4",
        **changes,
    }
    return Answer(values.pop("status"), values, values.pop("body"))


def test_right_answers_pass() -> None:
    checks.nothing(answer({"response": ""}))
    checks.failure(404, "gone")(answer({"response": {"error": "gone", "message": "It is."}}, 404))
    link = '</videos/all?limit=2&cursor=xyz>; rel="next"'
    rows = [row(), row(thumbnail="Abcdef2")]
    assert PAGE(listed(*rows, link=link)) == Page(rows, "cursor=xyz")
    assert checks.page(5)(listed(*rows)) == Page(rows)
    assert checks.video({"title": "A title"})(answer({"response": row()})) == row()
    assert PART(ranged()) == '"1"'
    FILE(answer(FILM, content_type="video/mp4"))
    image = b"\x89PNG\r\n\x1a\nand so on"
    assert checks.picture(answer(image, content_type="image/png")) == image


PAGE = checks.page(2)
PART = checks.part(FILM, 100, 199)
FILE = checks.file(FILM, "video/mp4")
GONE = checks.failure(404, "not_found")
VIDEO = checks.video({"title": "A title", "state": "ready"})
FULL_LINK = '</videos/all?limit=2>; rel="next"'
WRONG: list[tuple[Callable[[Answer], object], Answer, str]] = [
    (checks.nothing, answer({"response": ""}, 502), "status 502 in place of 200"),
    (checks.nothing, answer({"response": ""}, x_request_id=""), "X-Request-ID"),
    (checks.nothing, answer({"response": ""}, content_type="text/html"), "content type"),
    (checks.nothing, answer(b"<html>"), "no JSON"),
    (checks.nothing, answer({"answer": ""}), "no envelope"),
    (checks.nothing, answer({"response": "", "more": 1}), "no envelope"),
    (checks.nothing, answer([""]), "no envelope"),
    (checks.nothing, answer({"response": {}}), "data where"),
    (checks.fields, answer({"response": [1]}), "no object"),
    (GONE, answer({"response": {"error": "other", "message": "x"}}, 404), "another failure"),
    (GONE, answer({"response": {"error": "not_found", "message": ""}}, 404), "another failure"),
    (GONE, answer({"response": ""}), "status 200 in place of 404"),
    (PAGE, answer({"response": ""}), "no list"),
    (PAGE, listed({"type": "video"}), "no universal object"),
    (PAGE, listed(row(type="film")), "type 'film'"),
    (PAGE, listed(row(), row(), row()), "3 rows on a page of 2"),
    (PAGE, listed(row(), link=FULL_LINK), "a next page after 1 rows"),
    (PAGE, listed(row(), row(), link=FULL_LINK), "no cursor"),
    (VIDEO, answer({"response": row(state="failed")}), "state is 'failed'"),
    (VIDEO, answer({"response": row()}), "state is None"),
    (VIDEO, answer({"response": {"title": "A title"}}), "no universal object"),
    (FILE, answer(FILM[:-1], content_type="video/mp4"), "16383 bytes in place"),
    (FILE, answer(FILM[:-1] + b"x", content_type="video/mp4"), "another file"),
    (FILE, answer(FILM, content_type="video/webm"), "content type"),
    (PART, ranged(status=200), "status 200 in place of 206"),
    (PART, ranged(body=FILM[100:199]), "99 bytes in place of 100"),
    (PART, ranged(body=FILM[101:201]), "other bytes than those at 100"),
    (PART, ranged(**{"content-range": "bytes 0-99/16384"}), "Content-Range"),
    (PART, ranged(etag=""), "no ETag"),
    (PART, ranged(**{"content-type": "video/webm"}), "'video/webm' in place of video/mp4"),
    (checks.picture, answer(b"GIF89a", content_type="image/png"), "no PNG"),
    (checks.picture, answer(b"\x89PNG\r\n\x1a\n", content_type="image/gif"), "content type"),
]


@pytest.mark.parametrize(("check", "found", "text"), WRONG, ids=[each[2] for each in WRONG])
def test_wrong_answers_are_seen(
    check: Callable[[Answer], object], found: Answer, text: str
) -> None:
    with pytest.raises(Wrong) as raised:
        check(found)
    assert text in str(raised.value)


def test_a_row_that_comes_twice_is_seen() -> None:
    walk = Walk(newest_first=False)
    walk.turn(Page([row(), row(thumbnail="Abcdef2")]))
    with pytest.raises(Wrong, match="Abcdef2"):
        walk.turn(Page([row(thumbnail="Abcdef2")]))


def test_a_row_out_of_order_is_seen() -> None:
    walk = Walk(newest_first=True)
    later = row(thumbnail="Abcdef2", upload="2024-05-01T10:00:01Z")
    walk.turn(Page([row()]))
    with pytest.raises(Wrong, match="stands after"):
        walk.turn(Page([later]))
    Walk(newest_first=False).turn(Page([row(), later]))
