"""Bytes in and out: every good clip, ranges, refusals, hostile files."""

import io
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
import requests

from vireo_testing.bait import MARKER, Bait
from vireo_testing.clips import CLIPS, LATITUDE, MAKER, Clip, Library
from vireo_testing.hostile_files import HOSTILE_FILES, Entry, Outcome, make
from vireo_testing.person import Person

Anybody = Callable[..., requests.Response]


def facts(path: Path) -> dict[str, dict[str, object]]:
    """What ffprobe says of the streams, by their kind, and of the container."""
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", path],
        capture_output=True,
        check=True,
    )
    told = json.loads(done.stdout)
    streams = {stream["codec_type"]: stream for stream in told["streams"]}
    return {**streams, "format": told["format"]}


def download(url: str, path: str, target: Path) -> Path:
    answer = requests.get(url + path, timeout=60)
    assert answer.status_code == 200
    target.write_bytes(answer.content)
    return target


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.name)
def test_every_clip_becomes_playable(
    person: Person, clip: Clip, clips: Library, tmp_path: Path
) -> None:
    hash_path = person.announce(clip.name)
    answer = person.send(hash_path, clips.path(clip.name))
    assert (answer.status_code, answer.json()) == (200, {"response": ""})
    if clip.playable:
        assert person.state(hash_path) == "ready"
    person.wait_until_ready(hash_path)

    video = download(person.url, f"/video/d/{hash_path}", tmp_path / "video.mp4")
    told = facts(video)
    assert told["video"]["codec_name"] == "h264"
    assert told["video"]["pix_fmt"] in {"yuv420p", "yuvj420p"}
    assert ("audio" in told) == (clip.audio is not None)
    if clip.audio:
        assert told["audio"]["codec_name"] == "aac"
    raw = video.read_bytes()
    assert raw.index(b"moov") < raw.index(b"mdat")
    for secret in (LATITUDE, MAKER):
        assert secret.encode() not in raw

    image = download(person.url, f"/thumbnails/{hash_path}", tmp_path / "image.jpg").read_bytes()
    assert image.startswith(b"\xff\xd8\xff")
    picture = cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    assert max(picture.shape) <= 1280
    assert float(picture.mean()) > 8
    shown = person.get(f"/v/{hash_path}").json()["response"]
    assert (shown["width"] > shown["height"]) == (clip.width > clip.height)
    assert abs(shown["duration"] - clip.duration) < 0.5


def test_a_thumbnail_is_kept_at_the_address_of_its_version(
    published: tuple[Person, str], anybody: Anybody
) -> None:
    person, hash_path = published
    version = person.get(f"/v/{hash_path}").json()["response"]["thumbnail_version"]
    address = f"/thumbnails/{hash_path}"
    plain = anybody("GET", address)
    assert plain.headers["Cache-Control"] == "no-cache"
    assert plain.headers["ETag"] == f'"{version}"'
    kept = anybody("GET", f"{address}?v={version}")
    assert kept.status_code == 200
    assert kept.content == plain.content
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    headers = {"If-None-Match": plain.headers["ETag"]}
    again = anybody("GET", f"{address}?v={version}", headers=headers)
    assert again.status_code == 304
    assert again.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    # Of another picture, or of none: as without. Nobody keeps this one in its place.
    stem, size = version.split("-")
    others = [f"{stem}-{size}0", f"{int(stem, 16) + 1:x}-{size}", stem, "", "-", f'{version}"', "1"]
    for other in (*others, f"{version}%20", f"x&v={version}"):
        answer = anybody("GET", f"{address}?v={other}")
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache"), other
    assert "Cache-Control" not in anybody("GET", "/thumbnails/AAAAAAA?v=1-1").headers


def test_ranges(published: tuple[Person, str], anybody: Anybody) -> None:
    _, hash_path = published
    path = f"/video/d/{hash_path}"
    whole = anybody("GET", path)
    size = len(whole.content)
    assert whole.headers["Content-Type"] == "video/mp4"
    assert whole.headers["Accept-Ranges"] == "bytes"
    tag = whole.headers["ETag"]

    def part(value: str, **others: str) -> requests.Response:
        return anybody("GET", path, headers={"Range": value, **others})

    for value, expected in (
        ("bytes=0-0", whole.content[:1]),
        ("bytes=10-19", whole.content[10:20]),
        ("bytes=-5", whole.content[-5:]),
        (f"bytes={size - 3}-", whole.content[-3:]),
        ("bytes=0-99999999", whole.content),
    ):
        answer = part(value)
        assert (answer.status_code, answer.content) == (206, expected)
        assert answer.headers["Content-Range"].endswith(f"/{size}")
    for value in ("bytes=0-1,4-5", "bytes=0-0,-1", "bytes=0-1, 1-2,2-3", f"bytes={'0-,' * 50}0-"):
        several = part(value)
        assert (several.status_code, several.content) == (200, whole.content), value
        assert several.headers["Content-Type"] == "video/mp4"
    assert part("bytes=0-3", **{"If-Range": tag}).status_code == 206
    assert part("bytes=0-3", **{"If-Range": '"another"'}).status_code == 200
    same = anybody("GET", path, headers={"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    beyond = part(f"bytes={size}-")
    assert beyond.status_code == 416
    assert beyond.json()["response"]["error"] == "range_not_satisfiable"
    assert beyond.headers["Content-Range"] == f"bytes */{size}"
    head = anybody("HEAD", path)
    assert (head.status_code, head.headers["Content-Length"]) == (200, str(size))


def test_bytes_without_a_length(person: Person, clips: Library) -> None:
    hash_path = person.announce()
    content = clips.path("plain.mp4").read_bytes()

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(content), 5000):
            yield content[start : start + 5000]

    assert person.send(hash_path, pieces()).status_code == 200
    assert person.state(hash_path) == "ready"


def test_who_may_upload(person: Person, stranger: Person, anybody: Anybody, clips: Library) -> None:
    hash_path = person.announce()
    clip = clips.path("plain.mp4")
    answer = anybody("POST", f"/upload/v/{hash_path}", data=clip.read_bytes())
    assert (answer.status_code, answer.json()["response"]["error"]) == (400, "token_missing")
    answer = stranger.send(hash_path, clip)
    assert (answer.status_code, answer.json()["response"]["error"]) == (403, "forbidden")
    for unknown in ("0000000", "short", "with-sign", "a" * 200):
        answer = person.send(unknown, clip)
        assert (answer.status_code, answer.json()["response"]["error"]) == (404, "not_found")
    answer = person.send(hash_path, b"")
    assert (answer.status_code, answer.json()["response"]["error"]) == (400, "no_bytes")
    assert person.send(hash_path, clip).status_code == 200
    answer = person.send(hash_path, clip)
    assert (answer.status_code, answer.json()["response"]["error"]) == (409, "already_uploaded")


def test_headers_that_only_the_gateway_may_send(
    person: Person, stranger: Person, clips: Library
) -> None:
    theirs = person.announce()
    mine = stranger.announce()
    forged = {
        "X-Vireo-Body-File": "/etc/passwd",
        "X-Vireo-Grant": "1.00",
        "X-Vireo-Service-Token": "x",
        "X-Vireo-Uploader": "1",
    }
    answer = stranger.post(f"/upload/v/{theirs}", data=b"x" * 100, headers=forged)
    assert answer.status_code == 403
    answer = stranger.post(f"/upload/v/{mine}", data=b"", headers=forged)
    assert answer.json()["response"]["error"] == "no_bytes"
    answer = stranger.post(f"/upload/v/{mine}", data=b"x" * 100, headers=forged)
    assert answer.json()["response"]["error"] == "unsupported_media"


def test_two_uploads_at_once(person: Person, clips: Library) -> None:
    hash_path = person.announce()
    clip = clips.path("plain.mp4").read_bytes()
    statuses: list[int] = []
    start = threading.Barrier(4)

    def upload() -> None:
        start.wait()
        answer = requests.post(
            f"{person.url}/upload/v/{hash_path}",
            data=io.BytesIO(clip),
            headers={"Authorization": person.token},
            timeout=120,
        )
        statuses.append(answer.status_code)

    threads = [threading.Thread(target=upload) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 409, 409, 409]
    assert person.state(hash_path) == "ready"


def test_a_refused_upload_can_be_tried_again(person: Person, clips: Library) -> None:
    hash_path = person.announce()
    for _ in range(2):
        answer = person.send(hash_path, b"this is not a video at all")
        assert answer.status_code == 415
        error = answer.json()["response"]
        assert error["error"] == "unsupported_media"
        assert error["message"].endswith(".")
    assert person.state(hash_path) == "waiting"
    assert person.send(hash_path, clips.path("plain.mp4")).status_code == 200


def test_deleted_while_it_is_processed(person: Person, clips: Library, anybody: Anybody) -> None:
    hash_path = person.announce()
    assert person.send(hash_path, clips.path("old-camera.avi")).status_code == 200
    assert person.delete(f"/v/{hash_path}").status_code == 200
    assert person.get(f"/v/{hash_path}").status_code == 404
    assert anybody("GET", f"/video/d/{hash_path}").status_code == 400


@pytest.fixture(scope="module")
def hostile_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="module")
def suspect(url: str) -> Person:
    """Somebody who uploads what is no video."""
    return Person(url)


@pytest.mark.parametrize("entry", HOSTILE_FILES, ids=lambda entry: entry.name)
def test_hostile_file(entry: Entry, suspect: Person, hostile_folder: Path, bait: Bait) -> None:
    path = make(entry, hostile_folder, bait)
    bait.touched()
    hash_path = suspect.announce(entry.name)
    answer = suspect.send(hash_path, path)
    allowed = {
        Outcome.UNSUPPORTED: {415},
        Outcome.TOO_LARGE: {413},
        Outcome.REFUSED: {413, 415},
        Outcome.EITHER: {200, 413, 415},
    }[entry.outcome]
    # An empty file has no bytes, which is said before it is looked at.
    assert answer.status_code in allowed | ({400} if path.stat().st_size == 0 else set())
    assert bait.touched() == []
    if answer.status_code == 200:
        suspect.wait_until_ready(hash_path)
        shown = suspect.get(f"/video/d/{hash_path}")
        assert MARKER not in shown.content
        assert bait.touched() == []
    else:
        assert answer.json()["response"]["error"] in {"unsupported_media", "too_large", "no_bytes"}
        assert suspect.state(hash_path) == "waiting"
        assert suspect.get(f"/video/d/{hash_path}").status_code == 400
        # One account may have announced no more than so many.
        assert suspect.delete(f"/v/{hash_path}").status_code == 200
