"""A reader of WebVTT that takes nothing but what the standard lets authors write.

It knows nothing of the code that it judges: what that writes must be valid to the letter.
"""

import re
from dataclasses import dataclass

TIME = r"(?:[0-9]{2,}:)?[0-5][0-9]:[0-5][0-9]\.[0-9]{3}"
TIMES = re.compile(rf"({TIME}) --> ({TIME})((?: [a-z]+:[^\s:]+)*)")
PERCENT = r"(?:100|[0-9]{1,2})(?:\.[0-9]+)?%"
SETTINGS = {
    "vertical": re.compile(r"rl|lr"),
    "line": re.compile(rf"(?:-?[0-9]+|{PERCENT})(?:,(?:start|center|end))?"),
    "position": re.compile(rf"{PERCENT}(?:,(?:line-left|center|line-right))?"),
    "size": re.compile(PERCENT),
    "align": re.compile(r"start|center|end|left|right"),
}
TOKEN = re.compile(r"<(/?)([^<>]*)>|([^<>]+)")
TEXT = re.compile(r"(?:[^&<>]|&(?:amp|lt|gt|lrm|rlm|nbsp);)+")
OPENING = re.compile(
    r"(b|i|u|c|ruby|rt|v|lang)((?:\.[A-Za-z_]+)*)(?: ([^&<>\n]|&(?:amp|lt|gt);)+)?"
)
UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")


@dataclass(frozen=True)
class ReadCue:
    """Times are seconds."""

    start: float
    end: float
    settings: str
    text: str


def read_webvtt(text: str) -> list[ReadCue]:
    """The cues of a file; an ``AssertionError`` where it is not valid."""
    head, *blocks = text.split("\n\n")
    assert head.strip("\n") == "WEBVTT", head
    assert "\r" not in text
    assert not UNSEEN.search(text.replace("\n", "")), "control characters"
    cues = [_cue(block.removesuffix("\n")) for block in blocks]
    starts = [cue.start for cue in cues]
    assert starts == sorted(starts)
    return cues


def seconds(text: str) -> float:
    """A time as WebVTT has it."""
    whole, _, fraction = text.partition(".")
    parts = [int(part) for part in whole.split(":")]
    total = 0
    for part in parts:
        total = total * 60 + part
    return total + int(fraction) / 1000


def _cue(block: str) -> ReadCue:
    first, _, text = block.partition("\n")
    found = TIMES.fullmatch(first)
    assert found, first
    start, end = seconds(found[1]), seconds(found[2])
    assert start < end, first
    names = []
    for setting in found[3].split():
        name, _, value = setting.partition(":")
        assert SETTINGS[name].fullmatch(value), setting
        names.append(name)
    assert len(set(names)) == len(names), names
    assert text.strip(), block
    assert all(line.strip() for line in text.split("\n")), "an empty line in a cue"
    assert "-->" not in text
    _check_text(text, start, end)
    return ReadCue(start, end, found[3].strip(), text)


def _check_text(text: str, start: float, end: float) -> None:
    """Tags are those of the standard, are closed in their order, and times in it go forward."""
    stack: list[str] = []
    at, last = 0, start
    while at < len(text):
        found = TOKEN.match(text, at)
        assert found, text[at:]
        at = found.end()
        if found[3] is not None:
            assert TEXT.fullmatch(found[3]), found[3]
        elif found[1]:
            assert stack, text
            assert stack.pop() == found[2], text
        elif re.fullmatch(TIME, found[2]):
            now = seconds(found[2])
            assert last < now < end, text
            last = now
        else:
            opening = OPENING.fullmatch(found[2])
            assert opening, found[2]
            name, note = opening[1], opening[3]
            assert (note is not None) == (name in {"v", "lang"}), found[2]
            assert name != "rt" or "ruby" in stack, text
            stack.append(name)
    assert stack == [], text
