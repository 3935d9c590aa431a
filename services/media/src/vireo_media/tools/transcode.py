"""Make the MP4 that is published: metadata-free, fast-start, playable in every browser.

`copy_streams` takes what a browser plays already, `encode` makes the rest so. Both write to a
temporary name of the caller's and leave nothing there when they fail.

Errors: those of `encoder` and of `sandbox`.
"""

import contextlib
import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from vireo_media.core.inspection import Inspection
from vireo_media.core.ladder import Rung
from vireo_media.core.streams import family_of
from vireo_media.tools import sandbox
from vireo_media.tools.encoder import (
    COPY_MEMORY,
    COPY_SECONDS,
    COPY_SLACK_BYTES,
    INDEX_MOVED,
    NoCopy,
    TranscodeFailed,
    bare_mp4,
    encode_limits,
    frame_encoder,
    input_arguments,
    run,
    watched,
)
from vireo_media.tools.filters import frame_filters, output_channels, sound_filters
from vireo_media.tools.progress import Progress
from vireo_media.tools.survey import Sound, Survey

log = logging.getLogger(__name__)

# With "faststart" ffmpeg writes the whole file a second time to get the index before it. In a
# large file room for the index is kept instead: 0.9 CPU seconds for a GiB in place of 1.4, and half
# of the writing. A packet needs no more than its size, time, offset and place (4 + 8 + 8 + 8
# bytes), its mark as a keyframe (4) and a chunk of its own (12).
_ROOM_EACH_PACKET = 44
_MOST_ROOM = 32 << 20


@dataclass(frozen=True)
class IndexRoom:
    """Room for the index before the frames: in files of which size, and beside the packets'."""

    from_bytes: int = 64 << 20
    beside_bytes: int = 64 << 10


_INDEX_ROOM = IndexRoom()


def copy_streams(
    path: Path,
    target: Path,
    found: Inspection,
    *,
    stop: threading.Event | None = None,
    index_room: IndexRoom = _INDEX_ROOM,
) -> None:
    """Write a fast-start MP4 with the video and the sound of `path`, not encoded again.

    Everything else is left out: other streams, chapters, tags (the place of a phone's clip), the
    names of the camera and the encoder. The rotation, which is part of what is seen, stays.

    Raises the errors of `encoder` and of `sandbox`.
    """
    size = path.stat().st_size + COPY_SLACK_BYTES
    limits = sandbox.Limits(COPY_MEMORY, int(COPY_SECONDS), COPY_SECONDS, size)
    argv = [*input_arguments(path, found), *_streams(found), "-c", "copy", *_assumed_tags(found)]

    def write(index: Sequence[str]) -> None:
        wanted = [*argv, *bare_mp4(target, index), *watched(found)]
        run(wanted, limits, [path], [target], stop=stop, nice=sandbox.NICE_WAITED_FOR, copies=True)

    room = _room_for_index(path, found, index_room)
    if room:
        try:
            write(("-moov_size", str(room)))
            if _index_fits(target):
                return
        except NoCopy:
            raise
        except TranscodeFailed as error:
            # A later ffmpeg than Debian 12's says so where the room was too little.
            log.info("no_room_for_index: %s", error)
        # The header promised fewer packets than there are.
    write(INDEX_MOVED)


def encode(
    path: Path,
    target: Path,
    found: Inspection,
    looked: Survey,
    rung: Rung,
    *,
    stop: threading.Event | None = None,
    progress: Progress | None = None,
) -> None:
    """Write a fast-start MP4 of H.264 (8 bits, 4:2:0, even sizes) and AAC, mono or stereo.

    At most 60 frames a second; upright, square pixels, BT.709 with all tags, deinterlaced where a
    frame is interlaced, no metadata. A stream that an MP4 takes as it is is copied.

    Args:
        rung: the size that it gets, and its rate at the most, unless its frames are copied.
        progress: hears how far it is, unless they are.

    Raises the errors of `encoder` and of `sandbox`.
    """
    limits = encode_limits(path, found)
    with contextlib.ExitStack() as stack:
        elementary = None
        if found.audio and found.audio.codec in _ELEMENTARY:
            elementary = Path(f"{target}.{_ELEMENTARY[found.audio.codec]}")
            stack.callback(elementary.unlink, missing_ok=True)
            _extract_sound(path, elementary, found, limits, stop)
        argv = [
            *input_arguments(path, found, steady=looked.steady),
            *_second_input(found, elementary),
            *_streams(found, sound_input=1 if elementary else 0),
            *_video_codec(found, looked, rung),
            *_audio_codec(found, looked.sound),
            *("-max_muxing_queue_size", "4096"),
            *bare_mp4(target),
            *(watched(found) if found.video_copies else []),
        ]
        reads = [path, elementary] if elementary else [path]
        copies = found.video_copies
        run(
            argv,
            limits,
            reads,
            [target],
            stop=stop,
            copies=copies,
            progress=None if copies else progress,
        )


# A phone of 2005 puts 50 frames of AMR into one packet of a 3GP, and ffmpeg 5.1 decodes the first
# one of each. The packets one after the other are a file of their own, which it reads whole.
_ELEMENTARY = {"amr_nb": "amr", "amr_wb": "amr"}


def _extract_sound(
    path: Path,
    target: Path,
    found: Inspection,
    limits: sandbox.Limits,
    stop: threading.Event | None,
) -> None:
    index = found.audio.index if found.audio else 0
    argv = [*input_arguments(path, found), "-map", f"0:{index}", "-c", "copy", "-f", "amr"]
    run([*argv, f"file:{target.absolute()}"], limits, [path], [target], stop=stop)


def _second_input(found: Inspection, elementary: Path | None) -> list[str]:
    if elementary is None or found.audio_span is None:
        return []
    first = min(found.video_span.start, found.audio_span.start)
    late = found.audio_span.start - first
    return ["-itsoffset", f"{late:.6f}", "-f", "amr", "-i", f"file:{elementary.absolute()}"]


def _streams(found: Inspection, sound_input: int = 0) -> list[str]:
    maps = ["-map", f"0:{found.video.index}"]
    if found.audio is not None:
        index = found.audio.index if sound_input == 0 else 0
        maps += ["-map", f"{sound_input}:{index}"]
    return [*maps, "-sn", "-dn"]


def _room_for_index(path: Path, found: Inspection, wanted: IndexRoom) -> int:
    """Bytes to keep for the index; 0 where it is better moved to its place at the end."""
    if path.stat().st_size < wanted.from_bytes or not found.packets:
        return 0
    room = wanted.beside_bytes + _ROOM_EACH_PACKET * found.packets
    return room if room <= _MOST_ROOM else 0


def _index_fits(target: Path) -> bool:
    """Whether something of the room is left behind the index.

    ffmpeg 5 says that there was too little, and ends with 0 all the same, the index written over
    the first frames: then no box begins where it ends.
    """
    with target.open("rb") as file:
        names = []
        for _ in range(3):
            head = file.read(8)
            names.append(head[4:])
            file.seek(int.from_bytes(head[:4], "big") - len(head), os.SEEK_CUR)
    return names == [b"ftyp", b"moov", b"free"]


def _assumed_tags(found: Inspection) -> list[str]:
    """Name the colours of a copy that does not name them all, as browsers take them.

    Other players guess otherwise. What the frames name themselves counts more than the header, so
    where they name a part it is completed there.
    """
    colour = found.video.colour
    if colour.complete:
        return []
    matrix = family_of(found.video.assumed_matrix)
    tags = ["-colorspace", matrix, "-color_primaries", matrix, "-color_trc", matrix]
    if not (colour.matrix or colour.transfer or colour.primaries):
        return tags
    number = _NUMBERS[matrix]
    parts = f"colour_primaries={number}:transfer_characteristics={number}"
    return [*tags, "-bsf:v", f"h264_metadata={parts}:matrix_coefficients={number}"]


# ITU-T H.273.
_NUMBERS = {"bt709": 1, "smpte170m": 6}


def _video_codec(found: Inspection, looked: Survey, rung: Rung) -> list[str]:
    if found.video_copies:
        return ["-c:v", "copy", *_assumed_tags(found)]
    filters = frame_filters(found.video, looked, rung.size)
    return ["-vf", filters, *frame_encoder(found, looked, rung)]


def _audio_codec(found: Inspection, sound: Sound | None) -> list[str]:
    if found.audio is None or sound is None:
        return []
    if found.audio_copies and found.video_copies:
        return ["-c:a", "copy"]
    channels = output_channels(sound)
    if found.audio_span is not None:
        # ffmpeg counts from where the file begins.
        begins = min(found.video_span.start, found.audio_span.start)
        sound = replace(sound, start=max(sound.start - begins, 0.0))
    return [
        *("-c:a", "aac", "-ac", str(channels), "-ar", "48000"),
        *("-b:a", "160k" if channels == 2 else "96k", "-af", sound_filters(sound)),
    ]
