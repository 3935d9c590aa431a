"""The text of a cue, cleaned: it holds the tags of WebVTT and no others, and all are closed.

What people write in captions comes from HTML (SRT), from WebVTT and from ASS. Whatever it is, it
becomes text, line breaks and a few tags here; everything else is dropped, or shown as it was typed.
"""

import html
import re
from dataclasses import dataclass

from vireo_media.core.languages import canonical

_TAG = re.compile(r"<([^<>]*)>")
_INSIDE = re.compile(r"(/?)([A-Za-z][A-Za-z0-9]*)(.*)", re.DOTALL)
_STAMP = re.compile(r"(?:([0-9]{2,4}):)?([0-5][0-9]):([0-5][0-9])\.([0-9]{3})")
_BLANK = re.compile(r"[\t\u2028\u2029]")
_UNSEEN = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
# What may stand between is one class: two, one behind the other, would be tried in all ways.
_COLOUR = re.compile(r"\bcolor\s*=[\s\"']*(#?[A-Za-z0-9]{1,20})", re.IGNORECASE)
_HEX = re.compile(r"#?([0-9A-Fa-f]{6})")
# The overrides of ASS, which SRT files have too: `{\an8}`.
_OVERRIDE = re.compile(r"\{(\\[^{}]*)\}")
_ASS = re.compile(r"\{([^{}]*)\}|\\([Nnh{}\\])")
_ASS_COLOUR = re.compile(r"1?c&H([0-9A-Fa-f]{1,8})&?")
_ASS_POSITION = re.compile(
    r"pos\(\s*(-?[0-9]{1,5}(?:\.[0-9]{1,4})?)\s*,\s*(-?[0-9]{1,5}(?:\.[0-9]{1,4})?)\s*\)"
)
# What people take for these of HTML.
_ALIKE = {"em": "i", "strong": "b"}
_SIMPLE = frozenset({"b", "i", "u", "ruby", "rt"})
_NOT_SHOWN = frozenset({"script", "style"})
_LINE_BREAKS = frozenset({"br", "p", "div", "li", "tr"})
# Of HTML, so that `<laughs>` is shown and these are not.
_HTML = """
    a abbr acronym address applet area article aside audio base basefont bdi bdo big blink
    blockquote body button canvas caption center cite code col colgroup data datalist dd del
    details dfn dialog dir dl dt embed fieldset figcaption figure footer form frame frameset
    h1 h2 h3 h4 h5 h6 head header hgroup hr html iframe image img input ins isindex kbd
    keygen label legend link listing main map mark marquee math menu meta meter nav noframes
    noscript object ol optgroup option output param picture plaintext pre progress q rb rp
    rtc s samp search section select slot small source span strike sub summary sup svg table
    tbody td template textarea tfoot th thead time title track tt ul var video wbr xml xmp
"""
_OF_HTML = frozenset(_HTML.split())
_COLOURS = {
    "white": (255, 255, 255),
    "lime": (0, 255, 0),
    "cyan": (0, 255, 255),
    "red": (255, 0, 0),
    "yellow": (255, 255, 0),
    "magenta": (255, 0, 255),
    "blue": (0, 0, 255),
    "black": (0, 0, 0),
}
_CLASSES = frozenset(_COLOURS) | {f"bg_{name}" for name in _COLOURS}
# Text is white on dark without a class, and one in black can't be read.
_NO_COLOUR = frozenset({"white", "black"})
_NAMES_OF_COLOURS = {**{name: name for name in _COLOURS}, "green": "lime", "aqua": "cyan"}
_DEEPEST = 16
_MOST_TAGS = 400
_LONGEST_VOICE = 100
# Where a numpad key (`\an`) puts the text. The bottom and the middle are where it is anyway.
_ROWS = {0: "", 1: "line:45%", 2: "line:0"}
_COLUMNS = {0: "position:5% align:left", 1: "", 2: "position:95% align:right"}


@dataclass(frozen=True)
class Cleaned:
    """A text in the syntax of WebVTT, empty where nothing is shown; ``place`` are settings."""

    text: str
    place: str = ""


@dataclass(frozen=True)
class _Open:
    name: str
    opening: str
    closing: str


class _Writer:
    """Takes texts and tags in the order of the cue; what it gives is balanced."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._open: list[_Open] = []
        self._skipping = ""
        self._shows = False

    def text(self, text: str) -> None:
        if self._skipping:
            return
        kept = visible(text)
        self._shows = self._shows or bool(kept.strip())
        self._parts.append(escaped(kept))

    def raw(self, tag: str) -> None:
        if not self._skipping:
            self._parts.append(tag)

    def open(self, name: str, opening: str = "", closing: str = "") -> None:
        """Without ``opening`` it is remembered alone: its end is not taken for another's."""
        if self._skipping or len(self._open) >= _DEEPEST:
            return
        self._open.append(_Open(name, opening, closing))
        self._parts.append(opening)

    def close(self, name: str) -> None:
        if self._skipping:
            self._skipping = "" if name == self._skipping else self._skipping
            return
        if not self.has(name):
            return
        inner: list[_Open] = []
        while self._open[-1].name != name:
            inner.append(self._open.pop())
            self._parts.append(inner[-1].closing)
        self._parts.append(self._open.pop().closing)
        # `<b><i></b></i>`: what was inside goes on, unless it belongs into what was closed.
        if name != "ruby":
            for each in reversed(inner):
                self.open(each.name, each.opening, each.closing)

    def has(self, name: str) -> bool:
        return any(each.name == name for each in self._open)

    def skip(self, until: str) -> None:
        self._skipping = self._skipping or until

    def skip_no_more(self) -> None:
        self._skipping = ""

    def result(self) -> str:
        """An empty line would end the cue."""
        self._skipping = ""
        for each in reversed(self._open):
            self._parts.append(each.closing)
        if not self._shows:
            return ""
        lines = (line.strip() for line in "".join(self._parts).split("\n"))
        return "\n".join(line for line in lines if line)


def visible(text: str) -> str:
    """A text without control characters and what is no character; the ends of lines stay."""
    return _UNSEEN.sub("", _BLANK.sub(" ", text))


def escaped(text: str) -> str:
    """A text as it is typed in WebVTT."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescaped(text: str) -> str:
    """A text whose entities are what they stand for; an ampersand alone is one."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text)


def clean(text: str, start: int = 0, end: int = 0) -> Cleaned:
    """The text of WebVTT or SRT; stamps in it are kept where they are within the cue's times."""
    place = ""
    writer = _Writer()

    def override(found: re.Match[str]) -> str:
        nonlocal place
        place = place or _numpad(found[1])
        return ""

    text = _OVERRIDE.sub(override, text)
    at, stamp = 0, start
    for number, found in enumerate(_TAG.finditer(text)):
        if number == _MOST_TAGS:
            text = text[:at] + _TAG.sub("", text[at:])
            break
        writer.text(unescaped(text[at : found.start()]))
        at = found.end()
        inside = found[1].rstrip()
        time = _stamp(inside)
        if time is not None:
            if stamp < time < end:
                stamp = time
                writer.raw(f"<{inside}>")
        elif not inside.startswith(("!", "?")):
            _tag(writer, inside, found[0])
    writer.text(unescaped(text[at:]))
    return Cleaned(writer.result(), place)


def _stamp(text: str) -> int | None:
    found = _STAMP.fullmatch(text)
    if found is None:
        return None
    hours, minutes, seconds, rest = (int(part or 0) for part in found.groups())
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


def _tag(writer: _Writer, inside: str, typed: str) -> None:
    """Open or close what a tag names; what is none is shown as it was typed."""
    found = _INSIDE.fullmatch(inside)
    if found is None:
        writer.text(unescaped(typed))
        return
    closes, name, rest = found[1], found[2].lower(), found[3]
    name = _ALIKE.get(name, name)
    if name in _LINE_BREAKS:
        writer.text("\n")
    elif closes:
        writer.close(name)
    elif name in _NOT_SHOWN:
        writer.skip(name)
    elif name in _SIMPLE or name in {"c", "v", "lang", "font"}:
        _opened(writer, name, rest)
    elif name not in _OF_HTML and "=" not in rest:
        writer.text(unescaped(typed))


def _opened(writer: _Writer, name: str, rest: str) -> None:
    classes, note = "", rest
    if rest.startswith("."):
        classes, note = [*rest.split(None, 1), ""][:2]
    if name in _SIMPLE:
        if name == "rt":
            if not writer.has("ruby"):
                return
            writer.close("rt")
        writer.open(name, f"<{name}>", f"</{name}>")
    elif name == "c":
        known = [each for each in classes.lower().split(".") if each in _CLASSES]
        _in_class(writer, "c", ".".join(dict.fromkeys(known)))
    elif name == "font":
        colour = _COLOUR.search(note)
        _in_class(writer, "font", _class_of(colour[1]) if colour else "")
    elif name == "v":
        # With the end of the tag hyphens at its end would be an arrow.
        voice = " ".join(visible(unescaped(note)).split())[:_LONGEST_VOICE].rstrip("- ")
        said = (f"<v {escaped(voice)}>", "</v>") if voice else ("", "")
        writer.open("v", *said)
    else:
        tag = canonical(note.strip())
        writer.open("lang", *((f"<lang {tag}>", "</lang>") if tag else ("", "")))


def _in_class(writer: _Writer, name: str, classes: str) -> None:
    writer.open(name, *((f"<c.{classes}>", "</c>") if classes else ("", "")))


def _class_of(colour: str) -> str:
    """The class of WebVTT that is nearest to a colour of HTML."""
    named = _NAMES_OF_COLOURS.get(colour.lower())
    found = _HEX.fullmatch(colour)
    if named is None and found:
        named = _nearest(*bytes.fromhex(found[1]))
    return "" if named is None or named in _NO_COLOUR else named


def _nearest(red: int, green: int, blue: int) -> str:
    def distance(name: str) -> int:
        its = _COLOURS[name]
        return sum((one - other) ** 2 for one, other in zip((red, green, blue), its, strict=True))

    return min(_COLOURS, key=distance)


def _numpad(overrides: str) -> str:
    found = re.search(r"\\an([1-9])", overrides)
    return numpad_place(int(found[1])) if found else ""


def numpad_place(key: int) -> str:
    """Settings for a place that is named by its key on a numpad."""
    row, column = divmod(key - 1, 3)
    return " ".join(part for part in (_ROWS[row], _COLUMNS[column]) if part)


def clean_ass(text: str, width: int, height: int, key: int = 2) -> Cleaned:
    """The text of ASS.

    Args:
        width, height: of the picture that its positions are meant for.
        key: where its style puts it, as ``numpad_place`` has it.
    """
    writer, place, at = _Writer(), "", 0
    for found in _ASS.finditer(text):
        writer.text(text[at : found.start()])
        at = found.end()
        if found[2]:
            writer.text({"N": "\n", "n": "\n", "h": "\u00a0"}.get(found[2], found[2]))
            continue
        for override in map(str.strip, (found[1] or "").split("\\")[1:]):
            if re.fullmatch(r"an[1-9]", override):
                key = int(override[2])
            elif position := _ASS_POSITION.fullmatch(override):
                share = (float(position[1]) / width, float(position[2]) / height)
                place = _exactly(*share) or place
            else:
                _apply(writer, override)
    writer.text(text[at:])
    side = ("align:left", "align:center", "align:right")[(key - 1) % 3]
    return Cleaned(writer.result(), f"{place} {side}" if place else numpad_place(key))


def _exactly(across: float, down: float) -> str:
    """Settings for a place that is given in shares of the picture; none outside of it."""
    if not (0 <= across <= 1 and 0 <= down <= 1):
        return ""
    return f"line:{round(down * 100, 1):g}% position:{round(across * 100, 1):g}%"


def _apply(writer: _Writer, override: str) -> None:
    if re.fullmatch(r"[biu][0-9]{0,3}", override):
        name, on = override[0], override[1:] not in {"", "0"}
        if not on:
            writer.close(name)
        elif not writer.has(name):
            writer.open(name, f"<{name}>", f"</{name}>")
    elif colour := _ASS_COLOUR.fullmatch(override):
        writer.close("font")
        blue, green, red = bytes.fromhex(colour[1].zfill(6)[-6:])
        _in_class(writer, "font", _class_of(f"#{red:02x}{green:02x}{blue:02x}"))
    elif override in {"c", "1c"}:
        writer.close("font")
    elif override == "r":
        for name in ("b", "i", "u", "font"):
            writer.close(name)
    elif re.fullmatch(r"p[0-9]{1,2}", override):
        # What follows are lines that are drawn, as far as the next one.
        writer.skip_no_more()
        if override != "p0":
            writer.skip("a drawing")
