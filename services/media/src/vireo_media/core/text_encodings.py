"""The text of a file whose encoding nobody has named.

Most files are UTF-8, or say by their first bytes what they are. Of the others the language is a
good hint: captions in Russian that are no UTF-8 are Windows-1251 or one of few others. Which of
these it is, and where the language says nothing, charset-normalizer finds by the letters.
"""

import contextlib
import re

# The longer ones first: UTF-32 begins as UTF-16 does.
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_WESTERN = ("cp1252", "mac_roman", "cp850")
_CENTRAL = ("cp1250", "iso8859_2", "cp852")
_CYRILLIC = ("cp1251", "koi8_r", "cp866", "iso8859_5")
_ENCODINGS = {
    "sq": _CENTRAL,
    **dict.fromkeys(("be", "bg", "mk", "mn", "ru", "sr", "uk"), _CYRILLIC),
    **dict.fromkeys(("et", "lt", "lv"), ("cp1257", "iso8859_13")),
    **dict.fromkeys(("ar", "fa", "ur"), ("cp1256", "iso8859_6")),
    "el": ("cp1253", "iso8859_7"),
    "tr": ("cp1254",),
    "az": ("cp1254", "cp1251"),
    "he": ("cp1255", "iso8859_8"),
    "yi": ("cp1255", "iso8859_8"),
    "vi": ("cp1258",),
    "th": ("cp874",),
    "ja": ("cp932", "euc_jp", "iso2022_jp"),
    "ko": ("cp949", "johab"),
    "zh": ("gb18030", "big5hkscs"),
    **dict.fromkeys(
        (
            *("af", "ca", "da", "de", "en", "es", "eu", "fi", "fo", "fr", "ga", "gl", "id", "is"),
            *("it", "lb", "ms", "nb", "nl", "nn", "no", "pt", "sv", "sw"),
        ),
        _WESTERN,
    ),
}
# Where two encodings are so much alike that only the letters tell: those of a language.
_LETTERS = {
    "bs": "čćđšž",
    "cs": "áčďéěíňóřšťúůýž",
    "hr": "čćđšž",
    "hu": "áéíóöőúüű",
    "pl": "ąćęłńóśźż",
    "ro": "ăâîşţ",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "sl": "čšž",
}
# Where the language says nothing.
_COMMON = (
    *("cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257"),
    *("cp874", "cp932", "euc_jp", "cp949", "gb18030", "big5hkscs", "mac_roman"),
)
# Enough to tell; the time that it takes grows with it.
_SAMPLE_BYTES = 16 << 10
# Of a text in UTF-16.
_LEAST_ZEROS = 0.05
_MOST_WRONG = 0.02


def decoded(body: bytes, language: str = "") -> str:
    """The text; what is no character of the encoding that was found becomes U+FFFD.

    Args:
        language: a canonical tag, or nothing.
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(encoding, "replace")
    # Times are ASCII, whatever the language.
    zeros = body.count(0)
    if zeros > _LEAST_ZEROS * len(body):
        is_big = body[::2].count(0) > zeros / 2
        return body.decode("utf-16-be" if is_big else "utf-16-le", "replace")
    with contextlib.suppress(UnicodeDecodeError):
        return body.decode("utf-8")
    text = body.decode("utf-8", "replace")
    # A file that is cut off in the middle of a letter, or has a few bytes of another one in it.
    if text.count("\ufffd") < _MOST_WRONG * sum(not c.isascii() for c in text):
        return text
    return body.decode(_guessed(body, language), "replace")


def _guessed(body: bytes, language: str) -> str:
    sample = _telling_lines(body)
    language = language.partition("-")[0]
    if letters := _LETTERS.get(language):
        return max(
            _CENTRAL, key=lambda encoding: _count(sample.decode(encoding, "replace"), letters)
        )
    likely = _ENCODINGS.get(language, ())
    return _best(sample, likely) or _best(sample, _COMMON) or "cp1252"


def _telling_lines(body: bytes) -> bytes:
    """Those that are no ASCII; of the others every encoding has the same."""
    kept, size = [], 0
    for line in re.split(rb"[\r\n]+", body):
        if not line.isascii():
            kept.append(line)
            size += len(line)
            if size > _SAMPLE_BYTES:
                break
    return b"\n".join(kept)


def _count(text: str, letters: str) -> int:
    return sum(text.lower().count(letter) for letter in letters)


def _best(sample: bytes, encodings: tuple[str, ...]) -> str:
    """The encoding whose text is the likeliest; nothing where none is likely."""
    if not encodings:
        return ""
    # It takes memory, and few files need it.
    from charset_normalizer import from_bytes  # noqa: PLC0415

    found = from_bytes(
        sample,
        cp_isolation=list(encodings),
        threshold=0.4,
        preemptive_behaviour=False,
        language_threshold=0.1,
    ).best()
    return found.encoding if found else ""
