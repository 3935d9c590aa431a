"""What is made of files of captions, whoever wrote them."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from vireo_media.core.caption_files import read_captions
from vireo_media.core.cue_texts import clean
from vireo_media.core.cues import LONGEST_CUE, MOST_CUES, NotCaptions, webvtt
from vireo_testing.generated import UNHURRIED
from vireo_testing.webvtt import ReadCue, read_webvtt

RUSSIAN = "Здравствуйте, как ваши дела? Сегодня хорошая погода."
CZECH = "Příliš žluťoučký kůň úpěl ďábelské ódy, říkal šťastný žák."


def made(body: str | bytes, language: str = "", *, lenient: bool = False) -> list[ReadCue]:
    """What is served of a file, which is valid whatever the file."""
    body = body if isinstance(body, bytes) else body.encode()
    return read_webvtt(webvtt(read_captions(body, language, lenient=lenient)))


def text_of(cue_text: str, *, head: str = "WEBVTT\n\n") -> str:
    (cue,) = made(f"{head}00:01.000 --> 00:09.000\n{cue_text}\n")
    return cue.text


def test_webvtt() -> None:
    body = """WEBVTT - a title
Kind: captions

STYLE
::cue { background: url(https://tracker.example/x) }

REGION
id:top width:40%

NOTE
what is said here is nobody's business

first
00:01.000 --> 00:02.500 region:top line:0 position:10%,line-left align:middle size:500%
<v.loud Esme>It&apos;s <c.yellow.odd>late</c></v>

01:00:03.000 --> 01:00:04.000
next
"""
    first, second = made(body)
    assert (first.start, first.end) == (1.0, 2.5)
    assert first.settings == "line:0 position:10%,line-left align:center"
    assert first.text == "<v Esme>It's <c.yellow>late</c></v>"
    assert (second.start, second.text) == (3603.0, "next")
    served = webvtt(read_captions(body.encode()))
    assert not any(word in served for word in ("STYLE", "REGION", "NOTE", "tracker", "business"))


@pytest.mark.parametrize(
    ("times", "start", "end"),
    [
        ("00:00:01,500 --> 00:00:02,000", 1.5, 2.0),
        ("00:00:01.500 --> 00:00:02.000", 1.5, 2.0),
        ("00:01,5 --> 00:02", 1.5, 2.0),
        ("0:0:1,500-->0:0:2,000", 1.5, 2.0),
        ("00 : 00 : 01 , 500  -->  00:00:02,000  X1:10 X2:20 Y1:1 Y2:2", 1.5, 2.0),
        ("00:00:01:500 --> 00:00:02:000", 1.5, 2.0),
        ("99:59:58,000 --> 99:59:59,000", 359_998.0, 359_999.0),
    ],
)
def test_times_as_people_write_them(times: str, start: float, end: float) -> None:
    (cue,) = made(f"1\n{times}\nHello\n")
    assert (cue.start, cue.end, cue.text) == (start, end, "Hello")


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("between", [1, 2, 4])
def test_srt_with_any_line_ends_and_missing_empty_lines(line_end: str, between: int) -> None:
    cues = [f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\nLine {n}\n10" for n in range(1, 4)]
    body = ("\n" * between).join(cues).replace("\n", line_end)
    assert [cue.text for cue in made(body)] == [f"Line {n}\n10" for n in range(1, 4)]


def test_an_empty_line_in_a_cue_of_srt_does_not_end_it() -> None:
    body = "1\n00:00:01,000 --> 00:00:02,000\nOne\n\nTwo --> three\n\n2\n00:03,000 --> 00:04,000\nx"
    assert [cue.text for cue in made(body)] == ["One\nTwo --&gt; three", "x"]


def test_cues_in_any_order_that_overlap_or_run_backwards() -> None:
    body = (
        "1\n00:00:05,000 --> 00:00:09,000\nsecond\n\n"
        "2\n00:00:01,000 --> 00:00:06,000\nfirst\n\n"
        "3\n00:00:08,000 --> 00:00:07,000\nnever\n\n"
        "4\n00:00:08,000 --> 00:00:08,000\nneither\n"
    )
    assert [cue.text for cue in made(body)] == ["first", "second"]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("AT&T &amp; <3 a < b > c", "AT&amp;T &amp; &lt;3 a &lt; b &gt; c"),
        ("<b>bold<i>both</b>slanted", "<b>bold<i>both</i></b><i>slanted</i>"),
        ("<em>a</em> <STRONG>b</STRONG>", "<i>a</i> <b>b</b>"),
        ("a</i>b</c></v>", "ab"),
        ('<font color="#00ff00">green</font>', "<c.lime>green</c>"),
        ("<font color=white face='x'>white</font>", "white"),
        ("<c.evil.bg_red>x</c>", "<c.bg_red>x</c>"),
        ("<ruby>漢<rt>kan</ruby>", "<ruby>漢<rt>kan</rt></ruby>"),
        ("<rt>alone</rt>", "alone"),
        ("<lang EN-gb>x</lang> <lang ?>y</lang>", "<lang en-GB>x</lang> y"),
        ("<v>nobody</v> <v A & B>x", "nobody <v A &amp; B>x</v>"),
        ("<00:05.000>x<00:02.000>y<00:20.000>z", "<00:05.000>xyz"),
        ("<script>alert(1)</script>x<style>y</style>", "x"),
        ("<img src=x onerror=alert(1)>x<svg/onload=y>", "x"),
        ("<a href='javascript:x'>link</a><!-- y -->", "link"),
        ("one<br/>two<br>three", "one\ntwo\nthree"),
        ("<laughs> <Door opens>", "&lt;laughs&gt; &lt;Door opens&gt;"),
        ("a\tb\x00\x1b[1m\x85c\u2028d\ufeff", "a b[1mc d"),
        ("{\\an8}{\\i1}top", "top"),
        ("&lt;b&gt; &#60;i&#62; &#0; &#xD800;", "&lt;b&gt; &lt;i&gt; \ufffd \ufffd"),
        ("مرحبا \u200f(1)", "مرحبا \u200f(1)"),
    ],
)
def test_texts(typed: str, shown: str) -> None:
    assert text_of(typed) == shown


def test_a_colour_far_behind_its_name() -> None:
    """The pattern passes what stands between once."""
    typed = "<font color=" + 1000 * " " + '"' + 1000 * " "
    assert clean(typed + '"red">hi</font>').text == "<c.red>hi</c>"
    assert clean(typed + "!>hi</font>").text == "hi"


def test_places_of_srt() -> None:
    (cue,) = made("1\n00:00:01,000 --> 00:00:02,000\n{\\an8}Top\n")
    assert (cue.settings, cue.text) == ("line:0", "Top")
    (cue,) = made("1\n00:00:01,000 --> 00:00:02,000\n{\\an1}Left\n")
    assert cue.settings == "position:5% align:left"


@pytest.mark.parametrize(
    ("body", "line", "reason"),
    [
        ("", 1, "there are no times"),
        ("Just words.\nAnd more.", 1, "there are no times"),
        ("WEBVTT\n\nno cue", 1, "there are no times"),
        (
            "1\n00:00:01,000 --> 00:00:02,000\nx\n\n2\n00:00:xx --> 3\ny",
            6,
            "the times can't be read",
        ),
        ("WEBVTT\n\n00:01.000 --> \nx", 3, "the times can't be read"),
        ("1\n999:00:01,000 --> 999:00:02,000\nx", 2, "the times can't be read"),
        ("\n\n1\n00:00:02,000 --> 00:00:01,000\nx", 4, "no cue of it is ever shown"),
        ("1\n00:00:01,000 --> 00:00:02,000\n<i></i>", 2, "no cue of it is ever shown"),
        (
            f"1\n00:00:01,000 --> 00:00:02,000\n{'x' * (LONGEST_CUE + 1)}",
            2,
            "a cue has more than 4,000 characters",
        ),
        (
            "00:01.0 --> 00:02.0\nx\n" * (MOST_CUES + 1),
            2 * MOST_CUES + 1,
            "there are more than 20,000 cues",
        ),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_refused_and_where(body: str, line: int, reason: str) -> None:
    with pytest.raises(NotCaptions) as refused:
        read_captions(body.encode())
    assert (refused.value.line, refused.value.reason) == (line, reason)


def test_what_comes_from_a_film_is_taken_as_far_as_it_can_be_read() -> None:
    body = f"1\n00:00:xx --> 3\ny\n\n2\n00:00:01,000 --> 00:00:02,000\n{'x' * 5000}"
    (cue,) = made(body, lenient=True)
    assert cue.text == "x" * LONGEST_CUE


@pytest.mark.parametrize(
    ("encoding", "language", "text"),
    [
        ("utf-8", "", RUSSIAN),
        ("utf-8-sig", "ru", RUSSIAN),
        ("utf-16", "ru", RUSSIAN),
        ("utf-16-le", "ru", RUSSIAN),
        ("utf-16-be", "", RUSSIAN),
        ("utf-32", "", RUSSIAN),
        ("cp1251", "", RUSSIAN),
        ("cp1251", "ru", RUSSIAN),
        ("koi8_r", "ru", RUSSIAN),
        ("cp866", "ru", RUSSIAN),
        ("cp1251", "uk", "Привіт, як справи? Її ґрунт."),
        ("cp1250", "cs", CZECH),
        ("iso8859_2", "cs", CZECH),
        ("cp852", "cs", CZECH),
        ("cp1250", "pl", "Zażółć gęślą jaźń, powiedział źle."),
        ("cp1252", "fr", "J’ai été très étonné, où êtes-vous ? Ça va…"),  # noqa: RUF001
        ("cp1252", "de", "Grüß Gott, schönes Wetter heute! Ärger, Öl."),
        ("cp1253", "el", "Καλημέρα, τι κάνετε; Αυτό είναι ένα τεστ."),
        ("cp1254", "tr", "Günaydın, nasılsınız? Şimdi çok güzel bir gün."),  # noqa: RUF001
        ("cp1255", "he", "שלום, מה שלומך? זה מבחן של קידוד."),
        ("cp1256", "ar", "مرحبا كيف حالك؟ هذا اختبار للترميز."),
        ("cp1257", "lt", "Laba diena, kaip sekasi? Šiandien gražus oras."),
        ("cp874", "th", "สวัสดีครับ คุณสบายดีไหม นี่คือการทดสอบ"),
        ("cp932", "ja", "こんにちは、お元気ですか。これはテストです。"),
        ("euc_jp", "ja", "こんにちは、お元気ですか。これはテストです。"),
        ("cp949", "ko", "안녕하세요, 어떻게 지내세요? 이것은 시험입니다."),
        ("gb18030", "zh", "你好，你最近怎么样？这是一个编码测试。"),  # noqa: RUF001  # noqa: RUF001
        ("big5", "zh-Hant", "你好，你最近怎麼樣？這是一個編碼測試。"),  # noqa: RUF001
    ],
)
def test_encodings(encoding: str, language: str, text: str) -> None:
    body = f"1\r\n00:00:01,000 --> 00:00:02,000\r\n{text}\r\n".encode(encoding)
    (cue,) = made(body, language)
    assert cue.text == text


def test_a_damaged_letter_does_not_make_it_another_encoding() -> None:
    text = unicodedata.normalize("NFC", f"{RUSSIAN} {CZECH} " * 5)
    body = f"1\n00:00:01,000 --> 00:00:02,000\n{text}".encode() + b"\xd0"
    (cue,) = made(body, "ru")
    assert cue.text == f"{text.strip()} \ufffd"


PIECES = st.sampled_from(
    (
        *("<", ">", "&", "-->", "</", "<b>", "</b>", "<i>", "</i>", "<v ", "<c.red>", "</c>"),
        *("<ruby>", "<rt>", "</ruby>", "<00:00:01.500>", "<lang en>", "<font color=#f00>"),
        *("<script>", "</script>", "<!--", "\n", "\n\n", "\r", "\x00", "{\\an8}", "{\\an", "&amp;"),
        *("&#x3c;", "&#0;", "WEBVTT", "NOTE", "STYLE", "00:01.000 --> 00:02.000", "1", "\u2028"),
        *("\u200f", "\ufeff", "\U0001f600", "=", "x", " ", "\t", "'", '"', "{", "}", "line:0"),
    )
)
TEXTS = st.lists(PIECES | st.text(max_size=3), max_size=30).map("".join)


@UNHURRIED
@given(TEXTS, st.booleans(), st.booleans())
@example("\n\n00:00.000 --> 00:00.000 ", True, True)
@example("<v 00:01.000 --> 00:02.000", False, True)
@example("<b><ruby><i></b><rt></ruby>x", False, False)
def test_whatever_is_typed_what_is_served_is_valid(
    typed: str, is_webvtt: bool, lenient: bool
) -> None:
    head = "WEBVTT\n\n" if is_webvtt else "1\n"
    body = f"{head}00:00:01.000 --> 00:00:09.000\n{typed}".encode("utf-8", "surrogatepass")
    try:
        cues = read_captions(body, lenient=lenient)
    except NotCaptions as refused:
        assert 1 <= refused.line <= body.count(b"\n") + body.count(b"\r") + 1
        return
    assert read_webvtt(webvtt(cues))


@UNHURRIED
@given(st.binary(max_size=400), st.sampled_from(["", "ru", "cs", "zh", "en"]))
def test_whatever_bytes_come_what_is_served_is_valid(body: bytes, language: str) -> None:
    body = b"1\n00:00:01,000 --> 00:00:09,000\n" + body
    try:
        cues = read_captions(body, language, lenient=True)
    except NotCaptions:
        return
    assert read_webvtt(webvtt(cues))


@UNHURRIED
@given(TEXTS)
def test_what_is_served_is_served_again_as_it_is(typed: str) -> None:
    try:
        once = webvtt(read_captions(f"1\n00:00:01,000 --> 00:00:09,000\n{typed}".encode()))
    except (NotCaptions, UnicodeEncodeError):
        return
    assert webvtt(read_captions(once.encode())) == once
