"""Make the files of a stream: one fragmented MP4 (CMAF) for each rendition, and one for the sound.

`split` takes a film's streams apart without encoding them, `encode_rungs` encodes frames in several
sizes at once, `join` makes an MP4 of a rendition and the sound again.

All of them are cut at the same frames, and begin at the times of the film: see `fragments`. Errors:
those of `encoder` and of `sandbox`.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vireo_media.core.formats import MP4
from vireo_media.core.inspection import Inspection
from vireo_media.core.ladder import SEGMENT_SECONDS, Rung
from vireo_media.tools import sandbox
from vireo_media.tools.encoder import (
    COPY_MEMORY,
    COPY_SECONDS,
    COPY_SLACK_BYTES,
    bare_mp4,
    encode_limits,
    frame_encoder,
    input_arguments,
    run,
)
from vireo_media.tools.ffmpeg import quiet, source
from vireo_media.tools.filters import frame_filters
from vireo_media.tools.packets import number, parse
from vireo_media.tools.progress import Progress
from vireo_media.tools.survey import Survey

_LOOK = sandbox.Limits(1 << 30, 60, 120.0, file_bytes=0)
# The packets that fill an encoder of sound come before 0, and frames that an edit list cuts off.
_PACKETS = 256
_CMAF = "+cmaf+skip_trailer+skip_sidx"
# An edit list would be ignored by some, and heeded by others: see `fragments`.
_NO_EDITS = ("-use_editlist", "0", "-avoid_negative_ts", "disabled")
# A segment of a copy ends with the first keyframe behind this.
_LEAST_SEGMENT = int((SEGMENT_SECONDS - 0.5) * 1e6)
_FRAMES = ("-movflags", f"{_CMAF}+frag_keyframe", "-min_frag_duration", str(_LEAST_SEGMENT))
# So that sound can be cut near to where the frames are.
_SOUND = ("-movflags", _CMAF, "-frag_duration", "500000")
# What fills the encoder's first packet is before 0, where nothing is: it is left out.
_FROM_ZERO = ("-bsf:a", "noise=drop=lt(pts\\,0)")


@dataclass(frozen=True)
class Beginning:
    """When a stream begins, in seconds. ``cut``: what is before 0 is in the file, and not shown."""

    start: float
    cut: bool


@dataclass(frozen=True)
class Beginnings:
    """When the frames of a film begin, and its sound, where it has some."""

    video: Beginning
    sound: Beginning

    @property
    def first(self) -> float:
        """When the earlier of both begins."""
        return min(self.video.start, self.sound.start)


def beginnings(path: Path, *, stop: threading.Event | None = None) -> Beginnings:
    """When the streams of an MP4 of ours begin.

    Raises the errors of `sandbox`.
    """
    times: dict[str, list[float]] = {"video": [], "audio": []}

    def take(line: bytes) -> None:
        _, fields = parse(line)
        at = number(fields, "pts_time")
        kind = fields.get("codec_type", "")
        if at is not None and kind in times:
            times[kind].append(at)

    argv = [
        *(*quiet("ffprobe"), "-of", "compact", "-read_intervals", f"%+#{_PACKETS}"),
        *("-show_entries", "packet=codec_type,pts_time", *source(path, MP4)),
    ]
    sandbox.run(argv, _LOOK, files=sandbox.Files(reads=[path]), stop=stop, on_line=take)
    video = _beginning(times["video"])
    return Beginnings(video, _beginning(times["audio"]) if times["audio"] else video)


def _beginning(times: Sequence[float]) -> Beginning:
    shown = [each for each in times if each > -0.0005]
    return Beginning(max(min(shown, default=0.0), 0.0), len(shown) < len(times))


def split(
    film: Path,
    video: Path | None,
    sound: Path | None,
    *,
    stop: threading.Event | None = None,
) -> None:
    """Write the frames and the sound of an MP4 of ours to files of their own, as they are.

    Raises the errors of `encoder` and of `sandbox`.
    """
    size = film.stat().st_size + COPY_SLACK_BYTES
    limits = sandbox.Limits(COPY_MEMORY, int(COPY_SECONDS), COPY_SECONDS, size)
    argv = [*quiet("ffmpeg"), "-y", "-copyts", *source(film, MP4)]
    if video:
        argv += ["-map", "0:v:0", "-c", "copy", *_NO_EDITS, *bare_mp4(video, _FRAMES)]
    if sound:
        argv += ["-map", "0:a:0", "-c", "copy", *_FROM_ZERO, *_NO_EDITS]
        argv += bare_mp4(sound, _SOUND)
    run(argv, limits, [film], [each for each in (video, sound) if each], stop=stop)


def encode_sound(film: Path, target: Path, *, stop: threading.Event | None = None) -> None:
    """Write the sound of an MP4 of ours as AAC-LC, mono or stereo.

    Raises the errors of `encoder` and of `sandbox`.
    """
    size = film.stat().st_size + COPY_SLACK_BYTES
    limits = sandbox.Limits(COPY_MEMORY, int(4 * COPY_SECONDS), 4 * COPY_SECONDS, size)
    argv = [
        *(*quiet("ffmpeg"), "-y", "-copyts", *source(film, MP4), "-map", "0:a:0"),
        *("-c:a", "aac", "-ac", "2", "-ar", "48000", "-b:a", "160k", "-af", "aresample=async=1"),
        *(*_FROM_ZERO, *_NO_EDITS, *bare_mp4(target, _SOUND)),
    ]
    run(argv, limits, [film], [target], stop=stop)


def encode_rungs(
    path: Path,
    targets: Sequence[tuple[Rung, Path]],
    found: Inspection,
    looked: Survey,
    *,
    keyframes: Sequence[float] = (),
    stop: threading.Event | None = None,
    progress: Progress | None = None,
) -> None:
    """Encode the frames of a file in several sizes; the file is decoded once.

    Args:
        targets: renditions, with where they are written.
        keyframes: see `encoder.frame_encoder`.

    Raises the errors of `encoder` and of `sandbox`.
    """
    largest = max((rung.size for rung, _ in targets), key=lambda size: size.shorter)
    names = [f"[v{number}]" for number in range(len(targets))]
    chain = f"[0:{found.video.index}]{frame_filters(found.video, looked, largest)}"
    graph = [f"{chain},split={len(targets)}{''.join(names)}"]
    argv = [*input_arguments(path, found, steady=looked.steady)]
    outputs: list[str] = []
    for name, (rung, target) in zip(names, targets, strict=True):
        made = name.replace("v", "r")
        scale = f"scale={rung.size.width}:{rung.size.height}:flags=bicubic,setsar=1"
        graph.append(f"{name}{'null' if rung.size == largest else scale}{made}")
        outputs += ["-map", made, *frame_encoder(found, looked, rung, keyframes), *_NO_EDITS]
        outputs += bare_mp4(target, _FRAMES)
    argv += ["-filter_complex", ";".join(graph), *outputs]
    paths = [target for _, target in targets]
    run(argv, encode_limits(path, found), [path], paths, stop=stop, progress=progress)


def join(
    video: Path, sound: Path | None, target: Path, *, stop: threading.Event | None = None
) -> None:
    """Write a fast-start MP4 of a rendition and the sound, as they are.

    Raises the errors of `encoder` and of `sandbox`.
    """
    reads = [video, *([sound] if sound else [])]
    size = sum(each.stat().st_size for each in reads) + COPY_SLACK_BYTES
    limits = sandbox.Limits(COPY_MEMORY, int(COPY_SECONDS), COPY_SECONDS, size)
    argv = [*quiet("ffmpeg"), "-y", "-copyts"]
    for each in reads:
        argv += source(each, MP4)
    for place in range(len(reads)):
        argv += ["-map", f"{place}:0"]
    run([*argv, "-c", "copy", *bare_mp4(target)], limits, reads, [target], stop=stop)
