"""Bytes out: videos and thumbnails, beside a bare nginx on the very same files.

The client, the connections and the checks are the same for both. It reads by pieces of a MiB and
compares the beginning of each with the file; once a turn, beside the clock, the whole body.
"""

import mmap
from contextlib import closing

from vireo_bench import transfers, wrk
from vireo_bench.figures import Figure, Goal, Judged
from vireo_bench.setup import Setup, fetch
from vireo_harness.vireo import HOST

_MEGA = 1e6
_THUMBNAIL_CLIENTS = 32
NGINX = "bare nginx, same file"


def figures(setup: Setup) -> list[Figure]:
    """The rows of films and thumbnails."""
    return [
        _film(setup, "video_1", "a film, 1 connection", 1, 0.95),
        _film(setup, "video_8", "a film, 8 connections", 8, 0.95),
        _film(setup, "video_ranges", "a film in ranges of 1 MiB, 16", 16, 0.90, in_ranges=True),
        _thumbnails(setup),
    ]


def _film(
    setup: Setup, name: str, title: str, connections: int, least: float, *, in_ranges: bool = False
) -> Figure:
    file = setup.vireo.files.video(setup.film_hash)

    def turn(port: int, path: str) -> float:
        with transfers.source(file) as film:
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
        lambda: turn(setup.vireo.port, f"/video/d/{setup.film_hash}"),
        NGINX,
        lambda: turn(setup.references.port, setup.references.path_of(file)),
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
