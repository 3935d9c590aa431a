"""The parts of a stream: which there are to be, and how they are made of a film or an original.

A film is an MP4 of ours. Its own frames are the largest rendition where every player could begin
with each of its segments; all others are encoded, cut at the same frames.
"""

import secrets
import threading
from collections.abc import Sequence
from pathlib import Path

from vireo_media.core.inspection import Inspection
from vireo_media.core.ladder import MAX_HEIGHT, Rung, Size, Source, ladder
from vireo_media.core.playlists import keys_part, keys_playlist, media_playlist, rendition
from vireo_media.storage.staging import Results
from vireo_media.tools.encoder import TranscodeFailed
from vireo_media.tools.filters import canvas_of
from vireo_media.tools.fragments import BadFragments
from vireo_media.tools.progress import Progress
from vireo_media.tools.renditions import Beginning
from vireo_media.tools.survey import Survey
from vireo_media.worker.steps.tools import Tools
from vireo_media.worker.steps.work import Film, Part, Work

# A segment that is longer than this keeps a player from another rendition for too long.
MOST_SEGMENT_SECONDS = 10.0
_TOLERANCE, _TOLERANCE_SECONDS = 0.1, 0.5


def rungs_of(
    found: Inspection, looked: Survey, size: int, storage: float, *, copied: bool = False
) -> tuple[Size, Sequence[Rung]]:
    """The size of the largest rendition of a file, and the renditions to be encoded.

    Args:
        size: the file's, in bytes.
        storage: how many times that the stream may take.
        copied: the largest one is not encoded.
    """
    largest = canvas_of(found.video, looked.shapes)
    source = Source(
        size=largest,
        frame_rate=min(found.video_span.frame_rate, 60.0),
        seconds=found.video_span.seconds,
        bits=size * 8 / max(found.duration, 1.0),
        storage=storage,
        copied=copied,
        codec=found.video.codec,
    )
    return largest, ladder(source)


def may_copy(found: Inspection, *, cut: bool) -> bool:
    """Whether the frames of a film may be a rendition as they are.

    Args:
        cut: frames at its beginning are not shown.
    """
    video = found.video
    upright = video.rotation == 0 and (video.turn.a, video.turn.d) == (1, 1)
    return upright and video.aspect == 1.0 and not cut and min(video.displayed) <= MAX_HEIGHT


def may_copy_sound(found: Inspection) -> bool:
    """Whether the sound of a film may be a part of a stream as it is: AAC-LC, mono or stereo."""
    audio = found.audio
    return audio is not None and audio.profile == "LC" and audio.channels in (1, 2)


def copied_part(work: Work, found: Inspection, begins: Beginning, tools: Tools) -> Part | None:
    """The film's own frames as a part; ``None`` where they can't be one.

    Raises the errors of `encoder` and of `sandbox`.
    """
    if not may_copy(found, cut=begins.cut):
        return None
    height = min(found.video.displayed)
    file = work.results.part(_name("v", height))
    try:
        tools.split(work.source, file, None, stop=work.stop)
        made = part_of(file, height, begins.start, tools, copied=True)
    except (TranscodeFailed, BadFragments):
        file.unlink(missing_ok=True)
        return None
    if max(each.seconds for each in made.fragments.segments) > MOST_SEGMENT_SECONDS:
        file.unlink()
        return None
    return made


def sound_part(work: Work, found: Inspection, begins: Beginning, tools: Tools) -> Part | None:
    """The sound of a film as a part; ``None`` where it has none.

    Raises the errors of `encoder` and of `sandbox`.
    """
    if found.audio is None:
        return None
    file = work.results.part(_name("s", 0))
    if may_copy_sound(found):
        tools.split(work.source, None, file, stop=work.stop)
    else:
        tools.encode_sound(work.source, file, stop=work.stop)
    return part_of(file, 0, begins.start, tools)


def parts_of(film: Film, work: Work, tools: Tools) -> Sequence[Part]:
    """The parts of a film that was encoded as one of its renditions.

    Raises:
        BadFragments, and the errors of `encoder` and of `sandbox`.
    """
    if film.plan is None:
        return ()
    path, height = work.results.video, film.plan.rung.height
    video = work.results.part(_name("v", height))
    begins = tools.beginnings(path, stop=work.stop)
    has_sound = film.made.sound_seconds > 0
    sound = work.results.part(_name("s", 0)) if has_sound else None
    tools.split(path, video, sound, stop=work.stop)
    parts = [part_of(video, height, begins.video.start, tools)]
    if sound:
        parts.append(part_of(sound, 0, begins.sound.start, tools))
    return parts


def encoded_parts(
    path: Path,
    rungs: Sequence[Rung],
    found: Inspection,
    looked: Survey,
    results: Results,
    tools: Tools,
    *,
    start: float,
    keyframes: Sequence[float] = (),
    stop: threading.Event,
    progress: Progress,
) -> Sequence[Part]:
    """Renditions of a file's frames, encoded together.

    Args:
        start: when the first frame is shown, in seconds.
        keyframes: when the segments of the other renditions begin.

    Raises:
        TranscodeFailed: also where one is shorter or longer than the frames that were found.
        BadFragments, and the errors of `sandbox`.
    """
    targets = [(rung, results.part(_name("v", rung.height))) for rung in rungs]
    tools.encode_rungs(
        path, targets, found, looked, keyframes=keyframes, stop=stop, progress=progress
    )
    made = [part_of(file, rung.height, start, tools) for rung, file in targets]
    wanted = looked.measured.seconds if looked.measured else found.video_span.seconds
    for each in made:
        seconds = each.fragments.seconds
        if abs(seconds - wanted) > _TOLERANCE * max(seconds, wanted) + _TOLERANCE_SECONDS:
            raise TranscodeFailed(f"made {seconds:.1f} s of {wanted:.1f} s of video")
    return made


def part_of(file: Path, height: int, start: float, tools: Tools, *, copied: bool = False) -> Part:
    """A file that was made, as a part.

    Raises BadFragments.
    """
    found = tools.fragments(file, start)
    # The name of the file in staging ends in the part's.
    part = file.stem.rpartition(".")[2]
    return Part(rendition(height, part, found), file, found, start, copied)


def lists_of(part: Part) -> dict[str, str]:
    """The playlists of a part, by their names."""
    name = part.made.part
    lists = {name: media_playlist(name, part.fragments)}
    if part.made.height:
        lists[keys_part(name)] = keys_playlist(name, part.fragments)
    return lists


def _name(kind: str, height: int) -> str:
    """A name that no part had before: what is served under it is kept for good by who has it."""
    return f"{kind}{height}x{secrets.token_hex(4)}"
