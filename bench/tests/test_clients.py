"""The clients see what is wrong with an answer: a benchmark that can't fail shows nothing."""

from collections.abc import Callable, Iterator
from mmap import mmap
from pathlib import Path

import pytest

from vireo_bench import transfers, wrk
from vireo_harness import clips
from vireo_ops.clips import QUICK, ffmpeg, lavfi
from vireo_testing.http_server import HttpServer, Reply, Request

FILM = bytes(range(256)) * 12 * 1024


def whole(request: Request) -> Reply:
    wanted = request.headers.get("Range", "")
    if not wanted:
        return Reply(FILM)
    first, last = (int(word) for word in wanted.removeprefix("bytes=").split("-"))
    headers = {"Content-Range": f"bytes {first}-{last}/{len(FILM)}"}
    return Reply(FILM[first : last + 1], 206, headers)


def other(request: Request) -> Reply:
    right = whole(request)
    return Reply(right.body[1:] + b"x", right.status, right.headers)


@pytest.fixture
def source(tmp_path: Path) -> Iterator[mmap]:
    path = tmp_path / "film"
    path.write_bytes(FILM)
    with transfers.source(path) as content:
        yield content


def rate(source: mmap, answer: Callable[[Request], Reply], *, in_ranges: bool) -> float:
    with HttpServer(answer) as server:
        return transfers.download_rate(
            "127.0.0.1", server.port, "/film", source, 2, 0.3, in_ranges=in_ranges
        )


@pytest.mark.parametrize("in_ranges", [False, True])
def test_right_bytes_have_a_rate(source: mmap, in_ranges: bool) -> None:
    assert rate(source, whole, in_ranges=in_ranges) > len(FILM)


@pytest.mark.parametrize(
    ("in_ranges", "answer", "seen"),
    [
        (False, other, "another body"),
        (True, other, "another body"),
        (True, lambda _: Reply(FILM), "status=200"),
    ],
)
def test_wrong_bytes_are_seen(
    source: mmap, in_ranges: bool, answer: Callable[[Request], Reply], seen: str
) -> None:
    with pytest.raises(AssertionError, match=seen):
        rate(source, answer, in_ranges=in_ranges)


def test_a_file_is_sent_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "body"
    path.write_bytes(FILM)
    with HttpServer(lambda asked: Reply(b"got it", 200 if asked.body == FILM else 400)) as server:
        done = transfers.upload("127.0.0.1", server.port, "/upload", path)
    assert (done.status, done.body) == (200, b"got it")
    assert done.began <= done.sent <= done.answered


def test_many_requests_have_a_rate() -> None:
    with HttpServer(lambda _: Reply(b"x" * 50)) as server:
        done = wrk.load(server.url, ["/a", "/b"], seconds=1, connections=2, least_bytes=50)
    assert done.rate > 1
    assert 0 < done.p50_ms <= done.p99_ms


@pytest.mark.parametrize(
    ("reply", "seen"), [(Reply(b"", 429), "were refused"), (Reply(b"x"), "too small")]
)
def test_wrong_answers_to_many_requests_are_seen(reply: Reply, seen: str) -> None:
    with HttpServer(lambda _: reply) as server, pytest.raises(AssertionError, match=seen):
        wrk.load(server.url, ["/a"], seconds=1, connections=2, least_bytes=5000)


def test_frames_larger_than_what_is_to_spare_do_not_matter(tmp_path: Path) -> None:
    # Noise, and every frame a key frame: a MB or more, so that the limit falls upon a large one.
    piece, path, size = tmp_path / "piece.mp4", tmp_path / "clip.mp4", 2_000_000
    noise = lavfi("testsrc2=size=1280x720:rate=24:duration=0.125,noise=alls=100:allf=t")
    ffmpeg(*noise, *QUICK, "-g", "1", "-crf", "10", piece)
    assert piece.stat().st_size / 3 > size / 100 + 65_536
    clips.repeat(piece, path, size)
    assert path.stat().st_size == size
    clips.copy_streams(path, tmp_path / "copied.mp4")


def test_clips_have_the_wanted_size_and_play(tmp_path: Path) -> None:
    path = clips.sized(tmp_path / "clip.mp4", 6 << 20)
    assert path.stat().st_size == 6 << 20
    clips.copy_streams(path, tmp_path / "copied.mp4")
    assert (tmp_path / "copied.mp4").stat().st_size > 5 << 20
