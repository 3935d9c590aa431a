"""Bytes out: videos, private ones too, and thumbnails, beside a bare nginx on the very same files.

The client, the connections and the checks are the same for both. It reads by pieces of a MiB and
compares the beginning of each with the file; once a turn, beside the clock, the whole body.
"""

import mmap
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from vireo_bench import transfers, wrk
from vireo_bench.figures import Figure, Goal, Judged
from vireo_bench.setup import Setup, fetch, leave_stream
from vireo_harness.testbed import upload_film
from vireo_harness.vireo import HOST

_MEGA = 1e6
_THUMBNAIL_CLIENTS = 32
_MOVE_SECONDS = 10
_RANGES = "a film in ranges of 1 MiB, 16"
NGINX = "bare nginx, same file"


def figures(setup: Setup) -> list[Figure]:
    """The rows of films and thumbnails."""
    public = _Film(setup.vireo.files.video(setup.film_hash), f"/video/d/{setup.film_hash}")
    private = _private(setup)
    return [
        _film(setup, public, "video_1", "a film, 1 connection", 1, 0.95),
        _film(setup, public, "video_8", "a film, 8 connections", 8, 0.95),
        _film(setup, public, "video_ranges", _RANGES, 16, 0.90, in_ranges=True),
        _film(setup, private, "private_1", "a private film, 1 connection", 1, 0.85),
        # As players ask for segments.
        _film(setup, private, "private_ranges", f"private, {_RANGES}", 16, 0.85, in_ranges=True),
        _thumbnails(setup),
    ]


@dataclass(frozen=True)
class _Film:
    """A file, and the path at which Vireo serves it."""

    file: Path
    path: str


def _private(setup: Setup) -> _Film:
    """A film that its owner alone sees, at an address that carries their grant."""
    hash_path = upload_film(setup.owner, setup.folder, setup.scale.video_bytes, "A private film")
    setup.owner.edit_video(hash_path, visibility="private")
    leave_stream(setup)
    files, file = setup.owner.show_video(hash_path).files, setup.vireo.files.hidden_video(hash_path)
    assert files, "it is said where its files are"
    until = time.monotonic() + _MOVE_SECONDS
    while not file.exists():
        assert time.monotonic() < until, "the private film is served to everybody"
        time.sleep(0.05)
    return _Film(file, files["video"])


def _film(
    setup: Setup,
    served: _Film,
    name: str,
    title: str,
    connections: int,
    least: float,
    *,
    in_ranges: bool = False,
) -> Figure:
    def turn(port: int, path: str) -> float:
        with transfers.source(served.file) as film:
            _require_whole(port, path, film)
            rate = transfers.download_rate(
                HOST, port, path, film, connections, setup.scale.burst, in_ranges=in_ranges
            )
            return rate / _MEGA

    return Figure(
        name,
        f"GET /video/d of {title}",
        "MB/s",
        Goal(Judged.RATIO_AT_LEAST, least),
        lambda: turn(setup.vireo.port, served.path),
        NGINX,
        lambda: turn(setup.references.port, setup.references.path_of(served.file)),
    )


def _require_whole(port: int, path: str, source: mmap.mmap) -> None:
    """Fetch it once, and compare every byte."""
    with closing(transfers.Connection(HOST, port)) as line:
        head = line.ask("GET", path)
        assert (head.status, head.length) == (200, len(source)), head
        offset = 0
        for piece in line.pieces(head.length):
            assert piece == source[offset : offset + len(piece)], "another body"
            offset += len(piece)


def _thumbnails(setup: Setup) -> Figure:
    file = setup.vireo.files.thumbnail(setup.film_hash)

    def turn(url: str, path: str) -> float:
        image = file.read_bytes()
        assert fetch(url + path) == image, f"another {path}"
        done = wrk.load(
            url,
            [path],
            seconds=setup.scale.burst,
            connections=_THUMBNAIL_CLIENTS,
            least_bytes=len(image),
        )
        return done.rate

    return Figure(
        "thumbnail",
        "GET /thumbnails, hot",
        "/s",
        Goal(Judged.RATIO_AT_LEAST, 0.85),
        lambda: turn(setup.vireo.url, f"/thumbnails/{setup.film_hash}"),
        NGINX,
        lambda: turn(setup.references.url, setup.references.path_of(file)),
    )
