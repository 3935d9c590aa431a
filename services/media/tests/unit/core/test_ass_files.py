"""Cues of ASS."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vireo_media.core.ass_files import read_ass
from vireo_media.core.cues import NotCaptions, webvtt
from vireo_testing.generated import UNHURRIED
from vireo_testing.webvtt import ReadCue, read_webvtt

HEAD = """[Script Info]
ScriptType: v4.00+
PlayResX: 640
PlayResY: 360

[V4+ Styles]
Format: Name, Fontname, Alignment
Style: Default,Arial,2
Style: Above,Arial,8

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def made(*events: tuple[str, str]) -> list[ReadCue]:
    """The cues of events of one second each: their styles and texts."""
    lines = [
        f"Dialogue: 0,0:00:{n:02d}.00,0:00:{n + 1:02d}.00,{style},,0,0,0,,{text}"
        for n, (style, text) in enumerate(events, start=1)
    ]
    return read_webvtt(webvtt(read_ass((HEAD + "\n".join(lines)).encode())))


@pytest.mark.parametrize(
    ("text", "shown", "settings"),
    [
        ("One, two\\Nthree", "One, two\nthree", ""),
        ("{\\i1}a{\\b1}b{\\i0}c{\\r}d", "<i>a<b>b</b></i><b>c</b>d", ""),
        ("{\\c&H0000FF&}red{\\c} not", "<c.red>red</c> not", ""),
        ("{\\an8}top", "top", "line:0"),
        ("{\\pos(320,36)}there", "there", "line:10% position:50% align:center"),
        ("{\\an7\\pos(64,180)}left", "left", "line:50% position:10% align:left"),
        ("{\\pos(9999,1)}outside", "outside", ""),
        ("{\\p1}m 0 0 l 9 9{\\p0}text", "text", ""),
        ("a \\{b\\} <i> & c", "a {b} &lt;i&gt; &amp; c", ""),
        ("{a comment}x\\hy", "x\u00a0y", ""),
    ],
)
def test_texts(text: str, shown: str, settings: str) -> None:
    (cue,) = made(("Default", text))
    assert (cue.text, cue.settings) == (shown, settings)


def test_a_style_has_a_place() -> None:
    (cue,) = made(("Above", "sign"))
    assert cue.settings == "line:0"


def test_what_only_blinks_is_not_shown() -> None:
    body = f"""{HEAD}
Dialogue: 0,0:00:01.00,0:00:01.03,Default,,0,0,0,,blinks
Dialogue: 0,0:00:02.00,0:00:04.00,Default,,0,0,0,,stays
Dialogue: 0,nonsense,0:00:04.00,Default,,0,0,0,,never
Dialogue: 0"""
    assert [cue.text for cue in read_ass(body.encode())] == ["stays"]


def test_nothing_is_no_captions() -> None:
    with pytest.raises(NotCaptions):
        read_ass(HEAD.encode())


@UNHURRIED
@given(
    st.lists(
        st.sampled_from(
            (
                *("{", "}", "\\", "\\N", "\\h", "i1", "i0", "b1", "an7", "pos(1,1)", "p1", "p0"),
                *("c&H00FF00&", "{\\i1}", "{\\b1}", "{\\i0}", "{\\r}", "<b>", "&", "-->", ",", "x"),
            )
        )
        | st.text(max_size=3),
        max_size=25,
    ).map("".join)
)
def test_whatever_is_typed_what_is_served_is_valid(text: str) -> None:
    body = HEAD + f"Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{text}"
    try:
        cues = read_ass(body.encode("utf-8", "surrogatepass"))
    except NotCaptions:
        return
    assert read_webvtt(webvtt(cues))
