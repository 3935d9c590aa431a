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
from pathlib import Path

from vireo_bench import clips, transfers
from vireo_bench.figures import Figure, Goal, Judged
from vireo_bench.stage import Stage, fetch
from vireo_bench.vireo import HOST, below, command

_MEGA = 1e6
_MIB = 1 << 20
_LOOK_SECONDS = 0.005
_PATIENCE_SECONDS = 120.0


def figures(stage: Stage) -> list[Figure]:
    """The rows of uploads; memory belongs to the uploads of the first row."""
    memory = _Memory(stage)
    grown: deque[float] = deque()
    children: deque[float] = deque()

    def turn() -> float:
        with memory:
            rate = _upload(stage)
        grown.append(memory.grown / _MIB)
        children.append(memory.children / _MIB)
        return rate

    return [
        Figure(
            "upload",
            f"POST /upload/v of {stage.scale.upload_bytes // _MIB} MiB to its 200",
            "MB/s",
            Goal(Judged.RATIO_AT_LEAST, 0.80),
            turn,
            "nginx spools it, fsync",
            lambda: _spool(stage),
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
            f"{stage.scale.clip_seconds} s of 720p, last byte sent to GET 200",
            "s",
            Goal(Judged.DIFFERENCE_AT_MOST, 1.0),
            lambda: _publish(stage),
            "ffmpeg's stream copy",
            lambda: _copy(stage),
        ),
    ]


def _upload(stage: Stage) -> float:
    hash_path = stage.owner.announce_video("An upload", "measured")
    os.sync()
    done = transfers.upload(
        HOST, stage.vireo.port, f"/upload/v/{hash_path}", stage.large, stage.owner.token
    )
    assert done.status == 200, done.body
    assert done.body.strip() == b'{"response":""}', done.body
    stage.owner.wait(hash_path)
    _require_kept(stage, hash_path)
    stage.owner.delete_video(hash_path)
    return stage.scale.upload_bytes / _MEGA / (done.answered - done.began)


def _require_kept(stage: Stage, hash_path: str) -> None:
    """Look whether the original is kept as it was sent, and the video is served."""
    originals = stage.vireo.layout.media / "originals" / hash_path[:2]
    (original,) = originals.glob(f"{hash_path}.*")
    with original.open("rb") as kept, stage.large.open("rb") as sent:
        while piece := sent.read(_MIB):
            assert kept.read(_MIB) == piece, "the original is not what was sent"
        assert not kept.read(1)
    with transfers.connection(HOST, stage.vireo.port) as line:
        head = line.ask("GET", f"/video/d/{hash_path}", Range="bytes=0-15")
        assert head.status == 206, head
        assert line.body(head)[4:8] == b"ftyp"


def _spool(stage: Stage) -> float:
    os.sync()
    done = transfers.upload(HOST, stage.references.port, "/spool", stage.large)
    wanted = b'{"response":%d}' % stage.scale.upload_bytes
    assert (done.status, done.body.strip()) == (200, wanted), done
    return stage.scale.upload_bytes / _MEGA / (done.answered - done.began)


def _publish(stage: Stage) -> float:
    hash_path = stage.owner.announce_video("A clip", "measured")
    path = f"/video/d/{hash_path}"
    os.sync()
    # It may be watched before its upload is answered, so somebody else looks for it meanwhile.
    seen: list[float] = []
    looks = threading.Thread(target=_look, args=(stage, path, seen), daemon=True)
    looks.start()
    done = transfers.upload(
        HOST, stage.vireo.port, f"/upload/v/{hash_path}", stage.clip, stage.owner.token
    )
    looks.join()
    assert done.status == 200, done.body
    assert seen, "the clip did not become watchable"
    assert fetch(stage.vireo.url + path)[4:8] == b"ftyp"
    stage.owner.wait(hash_path)
    stage.owner.delete_video(hash_path)
    return seen[0] - done.sent


def _look(stage: Stage, path: str, seen: list[float]) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        try:
            with transfers.connection(HOST, stage.vireo.port) as line:
                if line.ask("GET", path).status == 200:
                    seen.append(time.monotonic())
                    return
        except ConnectionRefusedError:
            # The benchmark was stopped. Otherwise whoever waits finds that nothing was seen.
            return
        time.sleep(_LOOK_SECONDS)


def _copy(stage: Stage) -> float:
    target = stage.folder / "copied.mp4"
    os.sync()
    began = time.monotonic()
    clips.copy_streams(stage.clip, target)
    took = time.monotonic() - began
    target.unlink()
    return took


class _Memory:
    """How much the resident memory of each process grew at most, by the kernel's own high mark.

    ``grown`` is the most of any process that was there before, in bytes. ``children`` is the size
    of the largest program that the media worker started meanwhile; these are looked at now and
    then.
    """

    def __init__(self, stage: Stage) -> None:
        self._vireo = stage.vireo

    def __enter__(self) -> None:
        self._before = {}
        for pid in self._vireo.processes():
            # Sets the high mark to what is resident now (proc(5)).
            Path(f"/proc/{pid}/clear_refs").write_text("5")
            self._before[pid] = _status(pid, "VmRSS")
        self.grown = 0
        self.children = 0
        self._stop = threading.Event()
        self._watch = threading.Thread(target=self._look)
        self._watch.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._watch.join()
        peaks = {pid: _status(pid, "VmHWM") for pid in self._before}
        self.grown = max(peaks[pid] - before for pid, before in self._before.items())

    def _look(self) -> None:
        workers = [pid for pid, name in self._vireo.processes().items() if "media.worker" in name]
        while not self._stop.wait(0.05):
            for pid in {child for worker in workers for child in below(worker)}:
                if pid not in self._before and "ff" in command(pid).partition(" ")[0]:
                    self.children = max(self.children, _status(pid, "VmRSS"))


def _status(pid: int, name: str) -> int:
    """A line of ``/proc/<pid>/status`` in bytes; 0 where the process has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = [line.split() for line in lines if line.startswith(f"{name}:")]
    return int(found[0][1]) * 1024 if found else 0
