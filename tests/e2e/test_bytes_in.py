"""``POST /upload/v/<hash>``: who may, how often, and what is said instead of 200."""

import io
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import requests

from vireo_testing.clips import Library
from vireo_testing.envelope import error_of, response_of
from vireo_testing.inside import connect, upload_head
from vireo_testing.person import Person

Anybody = Callable[..., requests.Response]


def test_bytes_without_a_length(person: Person, clips: Library) -> None:
    hash_path = person.announce()
    content = clips.path("plain.mp4").read_bytes()

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(content), 5000):
            yield content[start : start + 5000]

    assert response_of(person.send(hash_path, pieces())) == ""
    assert person.state(hash_path) == "ready"


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "video/mp4"},
        {"Content-Type": "application/json"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": ""},
        {"Expect": "100-continue"},
        {"Connection": "close"},
    ],
    ids=str,
)
def test_a_body_is_bytes_whatever_its_headers_say(
    person: Person, clips: Library, headers: dict[str, str]
) -> None:
    hash_path = person.announce()
    body = clips.path("plain.mp4").read_bytes()
    answer = person.post(f"/upload/v/{hash_path}", data=body, headers=headers)
    assert response_of(answer) == ""


def test_who_may_upload(person: Person, stranger: Person, anybody: Anybody, clips: Library) -> None:
    hash_path = person.announce()
    clip = clips.path("plain.mp4")
    answer = anybody("POST", f"/upload/v/{hash_path}", data=clip.read_bytes())
    error_of(answer, 400, "token_missing")
    error_of(stranger.send(hash_path, clip), 403, "forbidden")
    for unknown in ("0000000", "short", "with-sign", "a" * 200, "%20", "é"):
        error_of(person.send(unknown, clip), 404, "not_found")
    assert response_of(person.send(hash_path, clip)) == ""
    error_of(person.send(hash_path, clip), 409, "already_uploaded")
    error_of(stranger.send(hash_path, clip), 403, "forbidden")


def test_no_bytes(person: Person, clips: Library) -> None:
    hash_path = person.announce()
    error_of(person.send(hash_path, b""), 400, "no_bytes")
    error_of(person.post(f"/upload/v/{hash_path}"), 400, "no_bytes")
    error_of(person.send(hash_path, iter([])), 400, "no_bytes")
    assert response_of(person.send(hash_path, clips.path("plain.mp4"))) == ""


def test_a_refusal_does_not_wait_for_the_body(
    person: Person, stranger: Person, clips: Library
) -> None:
    unknown, theirs, full = "0000000", stranger.announce(), person.publish(clips.path("plain.mp4"))
    for hash_path, length, status in (
        (unknown, 30 << 20, 404),
        (theirs, 30 << 20, 403),
        (full, 30 << 20, 409),
        (person.announce(), 1 << 50, 413),
    ):
        line = connect(person.url)
        began = time.monotonic()
        line.sendall(upload_head(person, hash_path, length) + b"x" * 70_000)
        answer = line.recv(65536)
        # It is milliseconds; the machine may be busy with other things.
        assert time.monotonic() - began < 10
        line.close()
        assert answer.startswith(b"HTTP/1.1 %d" % status)
        assert b"X-Request-ID: " in answer
        assert b'{"response": {"error": ' in answer


def test_headers_that_only_the_gateway_may_send(
    person: Person, stranger: Person, clips: Library
) -> None:
    theirs = person.announce()
    mine = stranger.announce()
    forged = {
        "X-Vireo-Body-File": "/etc/passwd",
        "X-Vireo-Body-Length": "1",
        "X-Vireo-Permit": "1.00",
        "X-Vireo-Service-Token": "x",
        "X-Vireo-Uploader": "1",
    }
    answer = stranger.post(f"/upload/v/{theirs}", data=b"x" * 100, headers=forged)
    error_of(answer, 403, "forbidden")
    answer = stranger.post(f"/upload/v/{mine}", data=b"", headers=forged)
    error_of(answer, 400, "no_bytes")
    answer = stranger.post(f"/upload/v/{mine}", data=b"x" * 100, headers=forged)
    error_of(answer, 415, "unsupported_media")


def test_uploads_at_once(person: Person, clips: Library) -> None:
    hash_path = person.announce()
    clip = clips.path("plain.mp4").read_bytes()
    answers: list[requests.Response] = []
    start = threading.Barrier(4)

    def upload() -> None:
        start.wait()
        answer = requests.post(
            f"{person.url}/upload/v/{hash_path}",
            data=io.BytesIO(clip),
            headers={"Authorization": person.token},
            timeout=120,
        )
        answers.append(answer)

    threads = [threading.Thread(target=upload) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answers.sort(key=lambda answer: answer.status_code)
    assert response_of(answers[0]) == ""
    for answer in answers[1:]:
        error_of(answer, 409, "already_uploaded")
    assert person.state(hash_path) == "ready"
    assert person.get(f"/video/d/{hash_path}").status_code == 200


def test_a_refused_upload_can_be_tried_again(person: Person, clips: Library) -> None:
    hash_path = person.announce()
    for _ in range(2):
        answer = person.send(hash_path, b"this is not a video at all")
        error_of(answer, 415, "unsupported_media")
        assert person.state(hash_path) == "waiting"
    assert response_of(person.send(hash_path, clips.path("plain.mp4"))) == ""
    assert person.state(hash_path) == "ready"


def test_one_line_takes_many_uploads(person: Person, clips: Library) -> None:
    clip = clips.path("silent.mp4").read_bytes()
    for _ in range(2):
        good, bad = person.announce(), person.announce()
        assert response_of(person.send(good, clip)) == ""
        error_of(person.send(bad, clip[:500]), 415, "unsupported_media")
