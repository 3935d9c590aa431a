"""A body of 1 GiB: refused without being read, or taken without anybody's memory growing."""

import threading
import time
from collections.abc import Iterator

from vireo_ops.runtime import Runtime
from vireo_testing.clips import Library
from vireo_testing.envelope import response_of
from vireo_testing.inside import connect, media, of_video, processes, upload_head
from vireo_testing.person import Person, eventually

MEBIBYTE = 1 << 20
GIBIBYTE = 1 << 30


def test_a_large_refused_upload_is_answered_before_its_body(
    runtime: Runtime, person: Person, stranger: Person
) -> None:
    theirs = stranger.announce()
    for hash_path, sent, status in (
        ("0000000", b"", 404),
        ("0000000", b"x" * MEBIBYTE, 404),
        (theirs, b"x" * MEBIBYTE, 403),
    ):
        line = connect(person.url)
        began = time.monotonic()
        line.sendall(upload_head(person, hash_path, GIBIBYTE) + sent)
        answer = line.recv(65536)
        # It is milliseconds; the machine may be busy with other things.
        assert time.monotonic() - began < 10
        assert answer.startswith(b"HTTP/1.1 %d" % status)
        assert media(runtime, "incoming") == []
        line.close()


def padded(clip: bytes, size: int) -> Iterator[bytes]:
    """A real video, and a box that players pass over behind it."""
    yield clip
    left = size - len(clip)
    yield left.to_bytes(4, "big") + b"free"
    left -= 8
    pad = b"\0" * MEBIBYTE
    while left > 0:
        yield pad[: min(left, MEBIBYTE)]
        left -= MEBIBYTE


def test_memory_does_not_grow_with_the_upload(
    runtime: Runtime, person: Person, clips: Library
) -> None:
    clip = clips.path("plain.mp4").read_bytes()
    programs = ("auth", "catalog", "media", "media-worker", "gateway")
    watched = [process for name in programs for process in processes(runtime, name)]
    before = {process: process.memory_info().rss for process in watched}
    peak = dict(before)
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            for process in watched:
                peak[process] = max(peak[process], process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    hash_path = person.announce()
    try:
        answer = person.send(hash_path, padded(clip, GIBIBYTE))
    finally:
        done.set()
        watcher.join()
    assert response_of(answer) == ""
    assert max(peak[process] - before[process] for process in watched) < 32 * MEBIBYTE
    # What is served is the video alone.
    assert len(person.get(f"/video/d/{hash_path}").content) < 2 * len(clip)
    assert response_of(person.delete(f"/v/{hash_path}")) == ""
    eventually(lambda: of_video(runtime, hash_path) == [])
