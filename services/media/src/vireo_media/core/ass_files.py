"""Cues of ASS (SubStation Alpha), which tracks of text in films are or become."""

import re
from collections.abc import Iterator, Sequence

from vireo_media.core.cue_texts import clean_ass
from vireo_media.core.cues import LONGEST_CUE, MOST_CUES, Cue, NotCaptions, in_order
from vireo_media.core.text_encodings import decoded

_TIME = re.compile(r"([0-9]{1,4}):([0-9]{1,2}):([0-9]{1,2})[.:]([0-9]{1,3})")
_SIZE = re.compile(r"(PlayRes[XY])\s*:\s*([0-9]{1,5})")
# What positions are meant for where a file does not say it.
_WIDTH, _HEIGHT = 384, 288
# And where it says it: within so many lines.
_HEAD = 200
_BOTTOM = 2
# As the last version of the format has them.
_EVENT = (
    "Layer",
    "Start",
    "End",
    "Style",
    "Name",
    "MarginL",
    "MarginR",
    "MarginV",
    "Effect",
    "Text",
)
# A roll-up caption is shown anew with each line; what stays for less than this is not read.
_BLINK = 40


def read_ass(body: bytes, language: str = "") -> list[Cue]:
    """The cues of a file, as far as they can be read.

    Raises:
        NotCaptions: there are none.
    """
    lines = decoded(body, language).splitlines()
    sizes = {found[1]: int(found[2]) for line in lines[:_HEAD] if (found := _SIZE.match(line))}
    width, height = sizes.get("PlayResX") or _WIDTH, sizes.get("PlayResY") or _HEIGHT
    keys = dict(_keys_of_styles(lines))
    cues = []
    for event in _events(lines):
        start, end = _milliseconds(event.get("Start", "")), _milliseconds(event.get("End", ""))
        key = keys.get(event.get("Style", "").lstrip("*"), _BOTTOM)
        text = event.get("Text", "")[:LONGEST_CUE]
        cleaned = clean_ass(text, width, height, key)
        cues.append(Cue(start, end, cleaned.text, cleaned.place))
        if len(cues) >= MOST_CUES:
            break
    shown = in_order([cue for cue in cues if cue.end - cue.start >= _BLINK])
    if not shown:
        raise NotCaptions(1, "there are no cues")
    return shown


def _fields(line: str) -> list[str]:
    return [name.strip() for name in line.partition(":")[2].split(",")]


def _events(lines: Sequence[str]) -> Iterator[dict[str, str]]:
    names: Sequence[str] = _EVENT
    is_here = False
    for line in lines:
        if line.startswith("["):
            is_here = line.strip().lower() == "[events]"
        elif is_here and line.startswith("Format:"):
            names = _fields(line)
        elif is_here and line.startswith("Dialogue:"):
            # The text is the last one, and has commas of its own.
            values = line.partition(":")[2].strip().split(",", len(names) - 1)
            yield dict(zip(names, values, strict=False))


def _keys_of_styles(lines: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Where each style puts its text. Older files count otherwise: theirs stands at the bottom."""
    names: Sequence[str] = ()
    is_here = False
    for line in lines:
        if line.startswith("["):
            is_here = line.strip().lower() == "[v4+ styles]"
        elif is_here and line.startswith("Format:"):
            names = _fields(line)
        elif is_here and line.startswith("Style:"):
            values = dict(zip(names, _fields(line), strict=False))
            key = values.get("Alignment", "")
            if re.fullmatch(r"[1-9]", key):
                yield values.get("Name", ""), int(key)


def _milliseconds(text: str) -> int:
    """Times beyond all bounds where there is none, so that nothing is shown of it."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return -1
    hours, minutes, seconds, fraction = found.groups()
    whole = (int(hours) * 60 + int(minutes)) * 60 + int(seconds)
    return whole * 1000 + int(fraction.ljust(3, "0"))
