"""``GET /video/d/<hash>`` and ``GET /thumbnails/<hash>``: ranges and conditions (RFC 9110)."""

from collections.abc import Callable

import pytest
import requests

from vireo_testing.envelope import error_of
from vireo_testing.person import Person

Anybody = Callable[..., requests.Response]
Part = Callable[..., requests.Response]


@pytest.fixture
def whole(published: tuple[Person, str], anybody: Anybody) -> requests.Response:
    """The video, all of it."""
    return anybody("GET", f"/video/d/{published[1]}")


@pytest.fixture
def part(published: tuple[Person, str], anybody: Anybody) -> Part:
    """A request for it with headers: ``part(Range="bytes=0-1")``."""

    def ask(method: str = "GET", **headers: str) -> requests.Response:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return anybody(method, f"/video/d/{published[1]}", headers=named)

    return ask


def test_the_whole_video(whole: requests.Response) -> None:
    assert whole.status_code == 200
    assert whole.headers["Content-Type"] == "video/mp4"
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert whole.headers["Content-Length"] == str(len(whole.content))
    assert whole.headers["ETag"].startswith('"')
    assert whole.headers["Last-Modified"].endswith("GMT")


def test_ranges(whole: requests.Response, part: Part) -> None:
    content = whole.content
    size = len(content)
    for value, first, last in (
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=-5", size - 5, size - 1),
        (f"bytes={size - 3}-", size - 3, size - 1),
        ("bytes=0-", 0, size - 1),
        ("bytes=0-99999999", 0, size - 1),
        (f"bytes=-{size * 2}", 0, size - 1),
    ):
        answer = part(Range=value)
        assert answer.status_code == 206
        assert answer.content == content[first : last + 1]
        assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{size}"
        assert answer.headers["Content-Type"] == "video/mp4"
        assert answer.headers["ETag"] == whole.headers["ETag"]
        assert answer.headers["X-Request-ID"]


def test_several_ranges(whole: requests.Response, part: Part) -> None:
    answer = part(Range="bytes=0-1,4-5")
    assert answer.status_code == 206
    kind, _, boundary = answer.headers["Content-Type"].partition("; boundary=")
    assert kind == "multipart/byteranges"
    first, second = answer.content.split(f"--{boundary}".encode())[1:3]
    assert first.endswith(b"\r\n\r\n" + whole.content[0:2] + b"\r\n")
    assert second.endswith(b"\r\n\r\n" + whole.content[4:6] + b"\r\n")


def test_ranges_that_are_none(whole: requests.Response, part: Part) -> None:
    for value in ("items=0-1", "bytes", "0-5"):
        answer = part(Range=value)
        assert (answer.status_code, answer.content) == (200, whole.content)


def test_ranges_beyond_the_end(whole: requests.Response, part: Part) -> None:
    size = len(whole.content)
    for value in (f"bytes={size}-", f"bytes={size}-{size + 9}", "bytes=99999999999-"):
        answer = part(Range=value)
        error_of(answer, 416, "range_not_satisfiable")
        assert answer.headers["Content-Range"] == f"bytes */{size}"


def test_if_range(whole: requests.Response, part: Part) -> None:
    for right in (whole.headers["ETag"], whole.headers["Last-Modified"]):
        assert part(Range="bytes=0-3", If_Range=right).status_code == 206
    for wrong in ('"another"', "Mon, 01 Jan 2001 00:00:00 GMT"):
        answer = part(Range="bytes=0-3", If_Range=wrong)
        assert (answer.status_code, answer.content) == (200, whole.content)


def test_conditions(whole: requests.Response, part: Part) -> None:
    tag, date = whole.headers["ETag"], whole.headers["Last-Modified"]
    for headers in ({"If_None_Match": tag}, {"If_None_Match": "*"}, {"If_Modified_Since": date}):
        answer = part(**headers)
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["ETag"] == tag
        assert answer.headers["X-Request-ID"]
    assert part(If_None_Match='"another"').status_code == 200
    assert part(If_Match=tag).status_code == 200
    error_of(part(If_Match='"another"'), 412, "precondition_failed")


def test_head(whole: requests.Response, part: Part) -> None:
    answer = part("HEAD")
    assert (answer.status_code, answer.content) == (200, b"")
    for name in ("Content-Length", "Content-Type", "ETag", "Accept-Ranges"):
        assert answer.headers[name] == whole.headers[name]


def test_the_thumbnail(published: tuple[Person, str], anybody: Anybody) -> None:
    path = f"/thumbnails/{published[1]}"
    image = anybody("GET", path)
    assert image.status_code == 200
    assert image.headers["Content-Type"] == "image/jpeg"
    same = anybody("GET", path, headers={"If-None-Match": image.headers["ETag"]})
    assert (same.status_code, same.content) == (304, b"")


def test_a_token_is_no_matter(published: tuple[Person, str], anybody: Anybody) -> None:
    for kind in ("video/d", "thumbnails"):
        answer = anybody("GET", f"/{kind}/{published[1]}", headers={"Authorization": "x"})
        assert answer.status_code == 200
