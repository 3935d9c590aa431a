"""Chapters that an owner writes into the description of a video, as lines that begin with times.

Three or more of them, the first at 0:00 and each later than the one before, as viewers know it from
other sites. They are read when one video is shown: lists have no descriptions, and pay nothing.
"""

import re
from collections.abc import Sequence

from vireo_videos.video import Chapter

FEWEST = 3
MOST = 500
LONGEST_TITLE = 200
# A line of a list may begin with a dash or a bullet, a time may stand in brackets, and something
# may stand between it and its title. All of it is bounded: a description has 50,000 characters.
_LINE = re.compile(
    r"^[ \t]{0,9}(?:[-*\u2022\u2013][ \t]{1,3})?[(\[]?"
    r"(?:([0-9]{1,2}):)?([0-9]{1,3}):([0-5][0-9])[)\]]?"
    r"(?:[ \t]{0,9}[-\u2013\u2014:|.][ \t]{1,9}|[ \t\u3000]{1,9})(\S[^\n]*)",
    re.MULTILINE,
)


def chapters_in(description: str, duration: float | None = None) -> Sequence[Chapter]:
    """The chapters that a description has; none where it has no such list.

    Args:
        duration: of the video in seconds: what begins behind its end is left out.
    """
    if "0:00" not in description:
        return ()
    found: list[Chapter] = []
    for line in _LINE.finditer(description):
        chapter = _chapter(*line.groups())
        if not found and chapter.start:
            continue
        if found and chapter.start <= found[-1].start:
            # The list has ended: what follows mentions a moment.
            break
        found.append(chapter)
        if len(found) == MOST:
            break
    if duration:
        found = [chapter for chapter in found if chapter.start < duration]
    return found if len(found) >= FEWEST else ()


def _chapter(hours: str | None, minutes: str, seconds: str, title: str) -> Chapter:
    start = (int(hours or 0) * 60 + int(minutes)) * 60 + int(seconds)
    # A description has no control characters but tabs and the ends of lines.
    return Chapter(float(start), " ".join(title.split())[:LONGEST_TITLE].strip())
