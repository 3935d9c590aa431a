"""Streams: all renditions of a clip, and the first one of a clip that must be encoded.

The references are one process of ffmpeg that makes the same renditions, with the same encoder and
the same settings, of the same file on the same disk. Vireo's time is that from the answer to the
last byte until what is measured can be played, with all that it looks at and writes down.
"""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from vireo_bench import transfers
from vireo_bench.figures import Figure, Goal, Judged
from vireo_bench.setup import Setup, idle
from vireo_harness import clips
from vireo_harness.vireo import HOST
from vireo_ops.clips import ffmpeg

# Each look takes Vireo some milliseconds, of the processors that it encodes with.
_LOOK_SECONDS = 0.1
_PATIENCE_SECONDS = 900.0
# What Vireo makes of 1280 x 720 beside the frames themselves, lowest first: sizes and bits.
_LADDER = ((256, 144, 200_000), (426, 240, 400_000), (640, 360, 800_000), (854, 480, 1_400_000))
_ENCODER = (
    *("-c:v", "libx264", "-profile:v", "high", "-pix_fmt", "yuv420p", "-preset", "veryfast"),
    *("-crf", "23", "-bf", "0", "-sc_threshold", "0", "-g", "1200", "-threads:v", "2"),
    *("-force_key_frames", "expr:gte(t,n_forced*4)", "-fps_mode", "vfr"),
)
_FRAGMENTS = ("-movflags", "+cmaf+frag_keyframe+skip_trailer", "-f", "mp4")


def figures(setup: Setup) -> list[Figure]:
    """The rows of streams."""
    seconds = setup.scale.clip_seconds
    other = clips.old_clip(setup.folder / "old.avi", seconds)
    return [
        Figure(
            "stream",
            f"{seconds} s of 720p, from its answer to all of its stream",
            "s",
            Goal(Judged.RATIO_AT_MOST, 1.10),
            lambda: _made(setup, setup.clip, lambda hash_path: _is_whole(setup, hash_path)),
            "one ffmpeg, same outputs",
            lambda: _reference(setup, setup.clip, _LADDER, copies=True),
        ),
        Figure(
            "first_rendition",
            f"{seconds} s of 720p to encode, from its answer to its first rendition",
            "s",
            Goal(Judged.RATIO_AT_MOST, 1.25),
            lambda: _made(setup, other, lambda hash_path: _is_played(setup, hash_path)),
            "ffmpeg, that one alone",
            lambda: _reference(setup, other, _LADDER[:1], copies=False),
        ),
    ]


def _made(setup: Setup, clip: Path, there: Callable[[str], bool]) -> float:
    """Seconds from the answer to an upload until something is there."""
    idle(setup)
    hash_path = setup.owner.announce_video("A clip", "measured")
    os.sync()
    path = f"/upload/v/{hash_path}"
    done = transfers.upload(HOST, setup.vireo.port, path, clip, setup.owner.token)
    assert done.status == 200, done.body
    until = done.answered + _PATIENCE_SECONDS
    while not there(hash_path):
        assert time.monotonic() < until, "what is measured was not made"
        time.sleep(_LOOK_SECONDS)
    taken = time.monotonic() - done.answered
    setup.owner.delete_video(hash_path)
    return taken


def _is_whole(setup: Setup, hash_path: str) -> bool:
    found = setup.owner.show_processing(hash_path)
    assert not found.reason, found.reason
    if found.state != "ready":
        return False
    heights = [each["height"] for each in found.renditions]
    assert heights == [*(height for _, height, _ in _LADDER), 720], heights
    return True


def _is_played(setup: Setup, hash_path: str) -> bool:
    with closing(transfers.Connection(HOST, setup.vireo.port)) as line:
        head = line.ask("GET", f"/hls/{hash_path}/master.m3u8")
        return head.status == 200 and b"RESOLUTION=256x144" in line.body(head)


def _reference(
    setup: Setup, clip: Path, rungs: Sequence[tuple[int, int, int]], *, copies: bool
) -> float:
    idle(setup)
    folder = setup.folder / "ladder"
    folder.mkdir(exist_ok=True)
    names = [f"[v{number}]" for number in range(len(rungs))]
    graph = [f"[0:v]split={len(rungs)}{''.join(names)}"]
    outputs: list[str | Path] = []
    for name, (width, height, bits) in zip(names, rungs, strict=True):
        made = name.replace("v", "r")
        graph.append(f"{name}scale={width}:{height}:flags=bicubic,format=yuv420p{made}")
        rate = ("-maxrate", str(bits), "-bufsize", str(2 * bits))
        outputs += ["-map", made, *_ENCODER, *rate, *_FRAGMENTS, folder / f"{height}.mp4"]
    if copies:
        outputs += ["-map", "0:v", "-c", "copy", *_FRAGMENTS, folder / "720.mp4"]
    sound = ("-c:a", "copy") if copies else ("-c:a", "aac", "-b:a", "160k")
    outputs += ["-map", "0:a", *sound, "-movflags", "+cmaf", "-frag_duration", "500000"]
    outputs += ["-f", "mp4", folder / "sound.mp4"]
    os.sync()
    began = time.monotonic()
    ffmpeg("-threads", "2", "-i", clip, "-filter_complex", ";".join(graph), *outputs)
    taken = time.monotonic() - began
    for path in folder.iterdir():
        path.unlink()
    return taken
