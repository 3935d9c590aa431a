"""Files of captions: WebVTT and SRT as people have them, read line by line.

Bounded in bytes, cues and the length of a cue, and linear in all of them. What browsers would read
otherwise than it is meant is mended: commas in times, missing hours, missing empty lines, times in
any order. A time that can't be read is an error, with its line: its cue would be missing silently.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from vireo_media.core.cue_texts import clean
from vireo_media.core.cues import (
    LATEST,
    LONGEST_CUE,
    MOST_CUES,
    Cue,
    NotCaptions,
    in_order,
    place_of,
)
from vireo_media.core.text_encodings import decoded

_ARROW = "-->"
_ONE_TIME = r"(?:([0-9]{1,4})\s?:\s?)?([0-9]{1,3})\s?:\s?([0-9]{1,2})(?:\s?[.,:]\s?([0-9]{1,6}))?"
_TIMES = re.compile(rf"{_ONE_TIME}\s{{0,9}}-->\s{{0,9}}{_ONE_TIME}(?=\s|$)")
_LIKE_TIMES = re.compile(r"[0-9]\s?:\s?[0-9]")
_NUMBER = re.compile(r"[0-9]{1,9}")
_LINE_ENDS = re.compile(r"\r\n?|\n")


@dataclass(frozen=True)
class _Timing:
    """A line of times, at ``line`` from 0 on; ``settings`` are what follows them."""

    line: int
    start: int
    end: int
    settings: str


def read_captions(body: bytes, language: str = "", *, lenient: bool = False) -> list[Cue]:
    """The cues of a file.

    Args:
        body: WebVTT or SRT in any common encoding.
        language: a canonical tag, which says which encodings are likely.
        lenient: pass over times that can't be read, and what is too much.

    Raises:
        NotCaptions: with the line and the reason.
    """
    lines = _LINE_ENDS.split(decoded(body, language))
    is_webvtt = re.match(r"WEBVTT(?:\s|$)", lines[0].lstrip()) is not None
    timings = _timings(lines, lenient=lenient)
    if not timings:
        raise NotCaptions(1, "there are no times")
    ends = [timing.line for timing in timings[1:]] + [len(lines)]
    cues = []
    for timing, end in zip(timings, ends, strict=True):
        payload = lines[timing.line + 1 : end]
        is_last = end == len(lines)
        text = _payload_of_webvtt(payload) if is_webvtt else _payload_of_srt(payload, is_last)
        if len(text) > LONGEST_CUE:
            if not lenient:
                reason = f"a cue has more than {LONGEST_CUE:,} characters"
                raise NotCaptions(timing.line + 1, reason)
            text = text[:LONGEST_CUE]
        cleaned = clean(text, timing.start, timing.end)
        place = place_of(timing.settings) if is_webvtt else ""
        cues.append(Cue(timing.start, timing.end, cleaned.text, place or cleaned.place))
    shown = in_order(cues)
    if not shown:
        raise NotCaptions(timings[0].line + 1, "no cue of it is ever shown")
    return shown


def _timings(lines: Sequence[str], *, lenient: bool) -> list[_Timing]:
    found: list[_Timing] = []
    for number, line in enumerate(lines):
        if _ARROW not in line:
            continue
        timing = _timing(number, line.strip())
        if timing is not None:
            found.append(timing)
            if len(found) > MOST_CUES:
                if lenient:
                    return found[:MOST_CUES]
                raise NotCaptions(number + 1, f"there are more than {MOST_CUES:,} cues")
        elif not lenient and _begins_a_cue(lines, number):
            raise NotCaptions(number + 1, "the times can't be read")
    return found


def _begins_a_cue(lines: Sequence[str], number: int) -> bool:
    """Whether times are meant by a line with an arrow, which may be a part of a text."""
    before = lines[number - 1].strip() if number else ""
    return bool(_NUMBER.fullmatch(before) or _LIKE_TIMES.search(lines[number]))


def _timing(number: int, line: str) -> _Timing | None:
    found = _TIMES.match(line)
    if found is None:
        return None
    start, end = _milliseconds(*found.groups()[:4]), _milliseconds(*found.groups()[4:])
    if max(start, end) > LATEST:
        return None
    return _Timing(number, start, end, line[found.end() :])


def _milliseconds(
    hours: str | None, minutes: str | None, seconds: str | None, fraction: str | None
) -> int:
    whole = (int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)
    return whole * 1000 + int((fraction or "0").ljust(3, "0")[:3])


def _payload_of_webvtt(lines: Sequence[str]) -> str:
    """As far as an empty line: what is behind it is a note, a style or the next one's name.

    pysubs2 1.8.1 shows it as text of this cue (findings/pysubs2-behind-the-cue.sh).
    """
    for number, line in enumerate(lines):
        if not line.strip():
            return "\n".join(lines[:number])
    return "\n".join(lines)


def _payload_of_srt(lines: Sequence[str], is_last: bool) -> str:
    """Without the number of the next cue. Empty lines in it are common, and mean nothing."""
    kept = [line for line in lines if line.strip()]
    if kept and not is_last and lines[-1].strip() and _NUMBER.fullmatch(kept[-1].strip()):
        kept.pop()
    return "\n".join(kept)
