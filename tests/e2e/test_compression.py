"""What the gateway compresses, and what it must not."""

import gzip
from collections.abc import Callable

import pytest
import requests

from vireo_testing.clips import Library
from vireo_testing.person import Person

Anybody = Callable[..., requests.Response]
PACKED, PLAIN = {"Accept-Encoding": "gzip"}, {"Accept-Encoding": "identity"}


@pytest.fixture(scope="module")
def long_one(url: str, clips: Library) -> tuple[Person, str]:
    """A video whose description is worth it, in lists that are."""
    owner = Person(url)
    for number in range(4):
        hash_path = owner.publish(
            clips.path("plain.mp4"), f"A long title {number} " * 8, "text " * 900
        )
    return owner, hash_path


def raw(answer: requests.Response) -> bytes:
    return bytes(answer.raw.read(decode_content=False))


def test_json_is_compressed_for_who_takes_it(
    anybody: Anybody, long_one: tuple[Person, str]
) -> None:
    owner, hash_path = long_one
    for path, token in (
        (f"/v/{hash_path}", ""),
        (f"/v/{hash_path}", owner.token),
        (f"/videos/channel/{owner.name}", ""),
        ("/search/all/long%20title", ""),
        ("/me/videos", owner.token),
    ):
        own = {"Authorization": token} if token else {}
        packed = anybody("GET", path, headers={**PACKED, **own}, stream=True)
        plain = anybody("GET", path, headers={**PLAIN, **own}, stream=True)
        assert packed.headers["Content-Encoding"] == "gzip", path
        assert "Content-Encoding" not in plain.headers
        for answer in (packed, plain):
            assert answer.status_code == 200
            assert "Accept-Encoding" in answer.headers["Vary"]
        body = raw(packed)
        assert len(body) < len(raw(plain))
        assert b'"response"' in gzip.decompress(body)


def test_the_document_is_compressed(anybody: Anybody) -> None:
    path = "/openapi.json"
    packed = anybody("GET", path, headers=PACKED, stream=True)
    plain = anybody("GET", path, headers=PLAIN, stream=True)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    body, whole = raw(packed), raw(plain)
    assert gzip.decompress(body) == whole
    assert len(body) < len(whole) / 2
    # Another form of it has another tag, and each is right by itself.
    tags = packed.headers["ETag"], plain.headers["ETag"]
    assert tags[0] != tags[1]
    for tag, kind, size in ((tags[0], PACKED, len(body)), (tags[1], PLAIN, len(whole))):
        assert anybody("GET", path, headers={**kind, "If-None-Match": tag}).status_code == 304
        head = anybody("HEAD", path, headers=kind)
        assert (head.headers["ETag"], int(head.headers["Content-Length"])) == (tag, size)
        assert head.headers.get("Content-Encoding") == ("gzip" if kind is PACKED else None)


def test_nothing_with_a_token_is_compressed(person: Person) -> None:
    """Its compressed length beside what somebody else chose would tell what it is."""
    padding = {"User-Agent": "x" * 2000}
    for answer in (
        person.post(
            "/sign_in",
            json={**person.credentials, "refresh_token": True},
            headers={**PACKED, **padding},
        ),
        person.get("/me", headers=PACKED),
        person.get("/sessions", headers={**PACKED, **padding}),
    ):
        assert answer.status_code == 200
        assert "Content-Encoding" not in answer.headers
