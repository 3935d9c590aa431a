"""Cues: when which text is shown where; and the WebVTT that is made of them.

What is written here is read by browsers and hls.js alike, and holds nothing but cues: no styles, no
regions, no notes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

MOST_CUES = 20_000
# Of the text as it was typed. What is longer covers the video.
LONGEST_CUE = 4_000
# In milliseconds; no video is longer than half a day.
LATEST = 100 * 3600 * 1000
MOST_BYTES = 4 << 20

_PERCENT = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,3})?)%")
_LINE_NUMBER = re.compile(r"-?[0-9]{1,2}")
# `middle` is what `center` was called at first.
_ALIGNMENTS = {"start", "center", "end", "left", "right"}
_LINE_ALIGNMENTS = {"start", "center", "end"}
_POSITION_ALIGNMENTS = {"line-left", "center", "line-right"}


class NotCaptions(Exception):
    """A text can't be taken as captions; ``line`` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


@dataclass(frozen=True)
class Cue:
    """Times are milliseconds. ``text`` is in the syntax of WebVTT, ``place`` are its settings."""

    start: int
    end: int
    text: str
    place: str = ""


def place_of(settings: str) -> str:
    """The settings of a cue that are sane, in one spelling; regions are not kept."""
    kept: dict[str, str] = {}
    for setting in settings.split()[:10]:
        name, _, value = setting.partition(":")
        known = _setting(name, value)
        if known:
            kept[name] = known
    return " ".join(f"{name}:{kept[name]}" for name in _ORDER if name in kept)


_ORDER = ("vertical", "line", "position", "size", "align")


def _setting(name: str, value: str) -> str:
    first, comma, second = value.partition(",")
    match name:
        case "vertical":
            return value if value in {"rl", "lr"} else ""
        case "align":
            return {"middle": "center"}.get(value, value if value in _ALIGNMENTS else "")
        case "size":
            return percent(value)
        case "position":
            return _with(percent(first), comma, second, _POSITION_ALIGNMENTS)
        case "line":
            number = str(int(first)) if _LINE_NUMBER.fullmatch(first) else percent(first)
            return _with(number, comma, second, _LINE_ALIGNMENTS)
        case _:
            return ""


def _with(value: str, comma: str, alignment: str, known: set[str]) -> str:
    if not value or (comma and alignment not in known):
        return ""
    return f"{value}{comma}{alignment}"


def percent(text: str) -> str:
    """A share of the picture's width or height, of 0 to 100 %; nothing for another one."""
    found = _PERCENT.fullmatch(text)
    if found is None or not 0 <= float(found[1]) <= 100:
        return ""
    return f"{float(found[1]):g}%"


def in_order(cues: Sequence[Cue]) -> list[Cue]:
    """Those that are shown at all, by their times: a cue that ends before it begins never is."""
    shown = [cue for cue in cues if cue.text and 0 <= cue.start < cue.end <= LATEST]
    return sorted(shown, key=lambda cue: (cue.start, cue.end))


def earlier(cues: Sequence[Cue], milliseconds: int) -> list[Cue]:
    """Cues that begin so much earlier, of what is shown from 0 on.

    Raises:
        NotCaptions: nothing is.
    """
    moved = [
        replace(cue, start=max(cue.start - milliseconds, 0), end=cue.end - milliseconds)
        for cue in cues
    ]
    shown = in_order(moved)
    if not shown:
        raise NotCaptions(1, "no cue of it is ever shown")
    return shown


def webvtt(cues: Sequence[Cue]) -> str:
    """The file that is served."""
    parts = ["WEBVTT\n"]
    for cue in cues:
        settings = f" {cue.place}" if cue.place else ""
        parts.append(f"\n{_time(cue.start)} --> {_time(cue.end)}{settings}\n{cue.text}\n")
    return "".join(parts)


def _time(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}.{rest:03d}"
