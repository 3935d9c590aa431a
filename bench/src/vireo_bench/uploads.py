"""Bytes in: a GiB to its 200, what it costs in memory, and how soon a clip can be watched.

The upload's reference is nginx that spools the same body to the same disk, and a route that syncs
the file and says so: the least that an honest 200 can mean. The clip's reference is ffmpeg's copy
of its streams on the same disk. What the turn before left to be written is written before the clock
starts.
"""

import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from vireo_bench import transfers
from vireo_bench.figures import Figure, Goal, Judged
from vireo_bench.setup import Setup, fetch, idle
from vireo_harness import clips
from vireo_harness.processes import below, command, peak_rss, reset_peak, rss
from vireo_harness.threads import running_threads
from vireo_harness.vireo import HOST, Vireo

_MEGA = 1e6
_MIB = 1 << 20
_LOOK_SECONDS, _CHILDREN_SECONDS = 0.005, 0.05
_PATIENCE_SECONDS = 120.0


def figures(setup: Setup) -> list[Figure]:
    """The rows of uploads; memory belongs to the uploads of the first row."""
    grown: deque[float] = deque()
    children: deque[float] = deque()

    def turn() -> float:
        with _memory_of(setup.vireo) as memory:
            rate = _upload(setup)
        grown.append(memory.grown / _MIB)
        children.append(memory.children / _MIB)
        return rate

    return [
        Figure(
            "upload",
            f"POST /upload/v of {setup.scale.upload_bytes // _MIB} MiB to its 200",
            "MB/s",
            Goal(Judged.RATIO_AT_LEAST, 0.95),
            turn,
            "nginx spools it, fsync",
            lambda: _spool(setup),
        ),
        Figure(
            "tus",
            f"the same by tus, one PATCH of {setup.scale.upload_bytes // _MIB} MiB to its 204",
            "MB/s",
            Goal(Judged.RATIO_AT_LEAST, 0.60),
            lambda: _in_pieces(setup),
            "nginx spools it, fsync",
            lambda: _spool(setup),
        ),
        Figure(
            "upload_memory",
            "memory that any process grew by meanwhile",
            "MiB",
            Goal(Judged.VALUE_AT_MOST, 32),
            grown.popleft,
        ),
        Figure(
            "upload_children",
            "largest ffmpeg or ffprobe meanwhile",
            "MiB",
            None,
            children.popleft,
        ),
        Figure(
            "publish",
            f"{setup.scale.clip_seconds} s of 720p, last byte sent to GET 200",
            "s",
            Goal(Judged.DIFFERENCE_AT_MOST, 1.0),
            lambda: _publish(setup),
            "ffmpeg's stream copy",
            lambda: _copy(setup),
        ),
    ]


def _upload(setup: Setup) -> float:
    idle(setup)
    hash_path = setup.owner.announce_video("An upload", "measured")
    os.sync()
    done = transfers.upload(
        HOST, setup.vireo.port, f"/upload/v/{hash_path}", setup.large, setup.owner.token
    )
    assert done.status == 200, done.body
    assert done.body.strip() == b'{"response":""}', done.body
    setup.owner.wait(hash_path)
    _require_kept(setup, hash_path)
    setup.owner.delete_video(hash_path)
    return setup.scale.upload_bytes / _MEGA / (done.answered - done.began)


def _in_pieces(setup: Setup) -> float:
    idle(setup)
    token = {"Authorization": setup.owner.token, "Tus-Resumable": "1.0.0"}
    length = {"Upload-Length": str(setup.scale.upload_bytes)}
    with closing(transfers.Connection(HOST, setup.vireo.port)) as line:
        begun = line.ask("POST", "/upload/tus", **token, **length)
    assert begun.status == 201, begun
    piece = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
    os.sync()
    done = transfers.upload(
        HOST,
        setup.vireo.port,
        begun.headers["location"],
        setup.large,
        method="PATCH",
        headers={**token, **piece},
    )
    assert done.status == 204, done
    hash_path = begun.headers["vireo-hash"]
    setup.owner.wait(hash_path)
    _require_kept(setup, hash_path)
    setup.owner.delete_video(hash_path)
    return setup.scale.upload_bytes / _MEGA / (done.answered - done.began)


def _require_kept(setup: Setup, hash_path: str) -> None:
    """Look whether the original is kept as it was sent, and the video is served."""
    originals = setup.vireo.layout.media / "originals" / hash_path[:2]
    (original,) = originals.glob(f"{hash_path}.*")
    with original.open("rb") as kept, setup.large.open("rb") as sent:
        while piece := sent.read(_MIB):
            assert kept.read(_MIB) == piece, "the original is not what was sent"
        assert not kept.read(1), "the original is longer than what was sent"
    with closing(transfers.Connection(HOST, setup.vireo.port)) as line:
        head = line.ask("GET", f"/video/d/{hash_path}", Range="bytes=0-15")
        assert head.status == 206, head
        assert line.body(head)[4:8] == b"ftyp", f"no MP4 at /video/d/{hash_path}"


def _spool(setup: Setup) -> float:
    idle(setup)
    os.sync()
    done = transfers.upload(HOST, setup.references.port, "/spool", setup.large)
    wanted = b'{"response":%d}' % setup.scale.upload_bytes
    assert (done.status, done.body.strip()) == (200, wanted), done
    return setup.scale.upload_bytes / _MEGA / (done.answered - done.began)


def _publish(setup: Setup) -> float:
    hash_path = setup.owner.announce_video("A clip", "measured")
    path = f"/video/d/{hash_path}"
    idle(setup)
    os.sync()
    # It may be watched before its upload is answered, so somebody else looks for it meanwhile.
    with running_threads(1, lambda _, stop: _watchable(setup, path, stop)) as (watchable,):
        done = transfers.upload(
            HOST, setup.vireo.port, f"/upload/v/{hash_path}", setup.clip, setup.owner.token
        )
        assert done.status == 200, done.body
        since = watchable.result()
    assert fetch(setup.vireo.url + path)[4:8] == b"ftyp", f"no MP4 at {path}"
    setup.owner.wait(hash_path)
    setup.owner.delete_video(hash_path)
    return since - done.sent


def _watchable(setup: Setup, path: str, stop: threading.Event) -> float:
    """Wait until a video can be watched; that moment."""
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until and not stop.wait(_LOOK_SECONDS):
        with closing(transfers.Connection(HOST, setup.vireo.port)) as line:
            if line.ask("GET", path).status == 200:
                return time.monotonic()
    raise AssertionError("the clip did not become watchable")


def _copy(setup: Setup) -> float:
    target = setup.folder / "copied.mp4"
    idle(setup)
    os.sync()
    began = time.monotonic()
    clips.copy_streams(setup.clip, target)
    took = time.monotonic() - began
    target.unlink()
    return took


@dataclass
class _Memory:
    """Bytes: the most that any process's resident memory grew by (``grown``), and the size of the
    largest program that the media worker started (``children``)."""

    grown: int = 0
    children: int = 0


@contextmanager
def _memory_of(vireo: Vireo) -> Iterator[_Memory]:
    """Watch it until the end of the ``with``, when ``grown`` is known.

    The kernel keeps the peak of each process; children are sampled.
    """
    before = {}
    for pid in vireo.processes():
        reset_peak(pid)
        before[pid] = rss(pid)
    workers = [pid for pid, program in vireo.processes().items() if "media.worker" in program]
    memory = _Memory()

    def look(_: int, stop: threading.Event) -> None:
        while not stop.wait(_CHILDREN_SECONDS):
            for pid in {child for worker in workers for child in below(worker)}:
                if pid not in before and "ff" in command(pid).partition(" ")[0]:
                    memory.children = max(memory.children, rss(pid))

    with running_threads(1, look):
        yield memory
    memory.grown = max(peak_rss(pid) - size for pid, size in before.items())
