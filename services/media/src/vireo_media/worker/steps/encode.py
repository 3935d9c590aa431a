"""The step ``encode``: a film that browsers play, and a note for its owner on what is missing.

The lengths of the video and the sound that were made are compared with those that were found:
an encoder that ends with success may have dropped half of a file.
"""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from vireo_common.logs import get_logger
from vireo_media.core.encoding import check_cost
from vireo_media.core.inspection import Inspection
from vireo_media.tools.filters import counts_samples
from vireo_media.tools.measure import Made
from vireo_media.tools.survey import Sound, Survey
from vireo_media.tools.transcode import CORRECTED_CLOCKS, NoCopy, TranscodeFailed
from vireo_media.worker.steps.tools import Tools
from vireo_media.worker.steps.work import Film, Work

log = get_logger()

NO_SOUND = "The sound could not be decoded; the video was published without it."
PART_OF_SOUND = "A part of the sound could not be decoded; it is missing from the video."
# Of what was found; seconds for the rounding of short ones.
_TOLERANCE, _TOLERANCE_SECONDS = 0.1, 0.5


class WrongLength(TranscodeFailed):
    """What was made lasts longer or shorter than what was found."""


def encode(work: Work, tools: Tools) -> Film:
    """Make the film of an original, copying its frames where the job says that they may be.

    Raises as ``make_film`` does.
    """
    may_copy = bool(work.job.payload.get("may_copy", True))
    target = work.results.video
    return make_film(work.source, target, tools, may_copy=may_copy, stop=work.stop)


def make_film(
    original: Path,
    target: Path,
    tools: Tools,
    *,
    may_copy: bool = True,
    stop: threading.Event | None = None,
) -> Film:
    """Encode what a browser does not play, copy what it does, unless not ``may_copy``.

    Raises:
        Refused: the original is no video.
        TranscodeFailed, DiskFull, and the errors of `sandbox`.
    """
    found = tools.inspect(original, stop=stop)
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

    def make(what: Inspection) -> Made:
        return _encode_whole(original, target, what, looked, tools, stop)

    made, encoded = _encode_what_can_be(found, make)
    return Film(made, _note(made, encoded, looked, silenced=silenced), encoded.video_copies)


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
    found: Inspection,
    looked: Survey,
    tools: Tools,
    stop: threading.Event | None,
) -> Made:
    """Encode and measure.

    Raises WrongLength where the frames last longer or shorter than those that were found.
    """
    tools.encode(original, target, found, looked, stop=stop)
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
