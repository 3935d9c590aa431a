"""The step ``encode``: a film that browsers play, and a note for its owner on what is missing.

The lengths of the video and the sound that were made are compared with those that were found:
an encoder that ends with success may have dropped half of a file.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from vireo_common.logs import get_logger
from vireo_media.core.encoding import check_cost
from vireo_media.core.inspection import Inspection
from vireo_media.core.ladder import Rung, Size, file_height
from vireo_media.tools.encoder import CORRECTED_CLOCKS, NoCopy, TranscodeFailed
from vireo_media.tools.filters import counts_samples
from vireo_media.tools.measure import Made
from vireo_media.tools.progress import Progress
from vireo_media.tools.survey import Sound, Survey
from vireo_media.worker.steps.stream import rungs_of
from vireo_media.worker.steps.tools import Tools
from vireo_media.worker.steps.work import Film, Plan

log = get_logger()

NO_SOUND = "The sound could not be decoded; the video was published without it."
PART_OF_SOUND = "A part of the sound could not be decoded; it is missing from the video."
# Of what was found; seconds for the rounding of short ones.
_TOLERANCE, _TOLERANCE_SECONDS = 0.1, 0.5


class WrongLength(TranscodeFailed):
    """What was made lasts longer or shorter than what was found."""


def choose_lowest(rungs: Sequence[Rung], largest: Size) -> Rung:
    """What can be played first."""
    return rungs[0]


def choose_largest(rungs: Sequence[Rung], largest: Size) -> Rung:
    """What the MP4 for every browser is made of."""
    height = file_height([rung.height for rung in rungs], largest)
    return next(rung for rung in rungs if rung.height == height)


def make_film(
    original: Path,
    target: Path,
    tools: Tools,
    choose: Callable[[Sequence[Rung], Size], Rung] = choose_largest,
    *,
    may_copy: bool = True,
    storage: float = 2.0,
    on_plan: Callable[[Plan], None] | None = None,
    tell: Callable[[float], None] | None = None,
    stop: threading.Event | None = None,
) -> Film:
    """Encode what a browser does not play, copy what it does, unless not ``may_copy``.

    Args:
        choose: which rendition is made, of all that there could be of a size.
        storage: how many times the bytes of the original a stream may take.
        on_plan: hears what is about to be encoded.
        tell: hears which share of that is done.

    Raises:
        Refused: the original is no video.
        TranscodeFailed, DiskFull, and the errors of `sandbox`.
    """
    found = tools.inspect(original, again=True, stop=stop)
    check_cost(found, most=tools.max_cost)
    looked = tools.survey(original, found, stop=stop)
    # The frames may grow on the way.
    pixels = max(each.width * each.height for each in looked.shapes)
    check_cost(found, pixels, most=tools.max_cost)
    if looked.interlaced or len(looked.shapes) > 1 or not may_copy:
        found = replace(found, video_copies=False)
    silenced = found.silenced
    if found.audio and (looked.sound is None or looked.sound.seconds == 0):
        found, silenced = found.without_sound(), True

    largest, rungs = rungs_of(found, looked, original.stat().st_size, storage)
    plan = Plan(found, looked, largest, rungs, choose(rungs, largest))

    def make(what: Inspection) -> Made:
        if on_plan and not what.video_copies:
            on_plan(plan)
        progress = Progress(found.video_span.seconds, tell) if tell else None
        return _encode_whole(original, target, replace(plan, found=what), tools, progress, stop)

    made, encoded = _encode_what_can_be(found, make)
    note = _note(made, encoded, looked, silenced=silenced)
    return Film(made, note, encoded.video_copies, plan=None if encoded.video_copies else plan)


def _note(made: Made, encoded: Inspection, looked: Survey, *, silenced: bool) -> str:
    if looked.sound is None or encoded.audio is None:
        return NO_SOUND if silenced or looked.sound is not None else ""
    missing = _shorter(made.sound_seconds, _sound_seconds(looked.sound, steady=looked.steady))
    return PART_OF_SOUND if missing else ""


def _encode_what_can_be(
    found: Inspection, make: Callable[[Inspection], Made]
) -> tuple[Made, Inspection]:
    """Encode; where that fails with the frames copied, or with the sound, without.

    Returns what was made, and of what.
    """
    try:
        return make(found), found
    except (NoCopy, WrongLength):
        # Encoding the same frames once more would end alike.
        if not found.video_copies:
            raise
    except TranscodeFailed as error:
        # The frames looked as if they could be taken as they are, and can't.
        if not found.video_copies and not found.audio:
            raise
        log.warning("encode_failed_once", error=str(error))
    found = replace(found, video_copies=False)
    try:
        return make(found), found
    except WrongLength:
        raise
    except TranscodeFailed as error:
        if not found.audio:
            raise
        log.warning("encode_failed_with_sound", error=str(error))
    silent = found.without_sound()
    return make(silent), silent


def _encode_whole(
    original: Path,
    target: Path,
    plan: Plan,
    tools: Tools,
    progress: Progress | None,
    stop: threading.Event | None,
) -> Made:
    """Encode and measure.

    Raises WrongLength where the frames last longer or shorter than those that were found.
    """
    found, looked = plan.found, plan.looked
    tools.encode(original, target, found, looked, plan.rung, stop=stop, progress=progress)
    made = tools.measure(target, stop=stop)
    wanted = _video_seconds(found, looked)
    if _shorter(made.video_seconds, wanted) or _shorter(wanted, made.video_seconds):
        target.unlink(missing_ok=True)
        raise WrongLength(f"made {made.video_seconds:.1f} s of {wanted:.1f} s of video")
    return made


def _video_seconds(found: Inspection, looked: Survey) -> float:
    """How long the frames last: as inspected, or by all packets where that looked at a part."""
    partly = found.file_format.name in CORRECTED_CLOCKS or found.video_span.estimated
    if partly and looked.measured is not None:
        return looked.measured.seconds
    return found.video_span.seconds


def _sound_seconds(sound: Sound, *, steady: bool) -> float:
    return sound.span if steady and not counts_samples(sound) else sound.seconds


def _shorter(made: float, found: float) -> bool:
    return made < found * (1 - _TOLERANCE) - _TOLERANCE_SECONDS
