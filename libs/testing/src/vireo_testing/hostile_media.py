"""Hostile files made from real media: sound, pictures, cuts, lies in headers, bombs."""

import struct
from collections.abc import Callable
from pathlib import Path

from vireo_ops.clips import AAC, QUICK, ffmpeg, lavfi
from vireo_testing.bait import Bait
from vireo_testing.clips import H264, picture, tone
from vireo_testing.hostile_entry import Builder, Entry, Outcome, made, raw
from vireo_testing.mp4_boxes import add, box, edited, number, places, put

_FAST_START = ["-movflags", "+faststart"]
_MPEG2 = ["-c:v", "mpeg2video", "-c:a", "mp2"]
_DAYS = 2_147_483


def _sound(*output: str) -> Builder:
    return made(*tone(), *output)


def _with_cover(*output: str) -> Builder:
    """Sound with a cover picture, which shows up as a video stream."""

    def build(path: Path, bait: Bait) -> None:
        cover = path.with_suffix(".cover.jpg")
        ffmpeg(*picture(seconds=0.04), "-frames:v", "1", cover)
        maps = ["-map", "0:a", "-map", "1:v", "-c:v", "copy", "-disposition:v", "attached_pic"]
        ffmpeg(*tone(), "-i", cover, *maps, *output, path)
        cover.unlink()

    return build


def _still(*output: str) -> Builder:
    return made(*picture(seconds=0.04), "-frames:v", "1", *output)


def _moving(*output: str, size: str = "64x64", rate: str = "25", seconds: float = 2) -> Builder:
    return made(*picture(size, rate, seconds), *output)


def _changed(change: Callable[[bytearray], object], *output: str) -> Builder:
    """A good clip, then bytes changed. Without output arguments: a plain fast-start MP4."""

    def build(path: Path, bait: Bait) -> None:
        ffmpeg(*picture(), *tone(), *(output or (*H264, *AAC, *_FAST_START)), path)
        with edited(path) as data:
            change(data)

    return build


def _first(count: int) -> Callable[[bytearray], object]:
    def cut(data: bytearray) -> None:
        del data[count:]

    return cut


def _half(data: bytearray) -> None:
    del data[len(data) // 2 :]


def _index_alone(data: bytearray) -> None:
    """Everything before the media data of a fast-start MP4."""
    del data[data.index(b"mdat") - 4 :]


def _without_index(data: bytearray) -> None:
    """The media data of an MP4 whose index should have followed."""
    del data[data.index(b"moov") - 4 :]


def _overwritten(data: bytearray) -> None:
    """The media data replaced by bytes that decode to no frames."""
    start = data.index(b"mdat") + 4
    data[start:] = bytes((7 * i + 3) & 0xFF for i in range(len(data) - start))


def _offsets_beyond(data: bytearray) -> None:
    """Every chunk of every track lies far behind the end of the file."""
    for at in places(data, b"stco"):
        count = number(data, at + 8)
        put(data, at + 12, *(0x7FFF0000 + entry for entry in range(count)))


def _days_long(data: bytearray) -> None:
    """Movie and media headers that say 2,147,483 seconds."""
    for kind in (b"mvhd", b"mdhd"):
        for at in places(data, kind):
            put(data, at + 16, 1000, _DAYS * 1000 & 0xFFFFFFFF)


def _samples(count: int) -> Callable[[bytearray], object]:
    """A sample table that promises this many frames."""
    return lambda data: put(data, data.index(b"stsz") + 8, 4 if count else 0, count)


def _no_samples(data: bytearray) -> None:
    for kind, count_at in ((b"stts", 8), (b"stsc", 8), (b"stco", 8), (b"stsz", 12)):
        for at in places(data, kind):
            put(data, at + count_at, 0)


def _external_data(path: Path, bait: Bait) -> None:
    """A QuickTime reference movie: the media data lies in the bait."""
    source = bait.video.read_bytes()
    target = str(bait.video).encode()
    alias = bytes(150)
    name = struct.pack(">hh", 2, len(target)) + target + b"\x00" * (len(target) % 2)
    reference = box(b"alis", bytes(4), alias, name, struct.pack(">hh", -1, 0))
    table = box(b"dref", bytes(4), struct.pack(">I", 1), reference)
    at = source.index(b"dref") - 4
    length = number(source, at)
    index = source.index(b"moov") - 4
    patched = bytearray(source[:at] + table + source[at + length :])
    # The boxes around it have grown.
    for kind in (b"moov", b"trak", b"mdia", b"minf", b"dinf"):
        add(patched, patched.index(kind, index) - 4, len(table) - length)
    path.write_bytes(box(b"ftyp", b"qt  ", bytes(4), b"qt  ") + patched[index:])


def _deep(path: Path, bait: Bait) -> None:
    inner = b""
    for _ in range(20_000):
        inner = box(b"moov", inner)
    path.write_bytes(box(b"ftyp", b"isom", bytes(4)) + inner)


def _ebml(*elements: bytes) -> bytes:
    header = b"\x1aE\xdf\xa3\xa3B\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08"
    return header + b"B\x82\x88matroskaB\x87\x81\x04B\x85\x81\x02" + b"".join(elements)


def _long_header(data: bytearray) -> None:
    """A Matroska header that says 2,147,483 seconds."""
    struct.pack_into(">d", data, data.index(b"\x44\x89\x88") + 3, _DAYS * 1000.0)


def _attachments(path: Path, bait: Bait) -> None:
    attach = ["-attach", str(bait.text), "-metadata:s:t", "mimetype=application/x-truetype-font"]
    ffmpeg(*tone(), "-c:a", "libvorbis", *attach, "-f", "matroska", path)


def _subtitles(container: str, codec: str) -> Builder:
    def build(path: Path, bait: Bait) -> None:
        text = path.with_suffix(".srt")
        text.write_text("1\n00:00:00,000 --> 00:00:02,000\nHello\n")
        ffmpeg("-i", text, "-c:s", codec, "-f", container, path)
        text.unlink()

    return build


def _playlist_subtitles(path: Path, bait: Bait) -> None:
    """A real AVI with a GAB2 stream, inside of which lies a playlist: once a way to read files."""
    playlist = f"#EXTM3U\n#EXTINF:2,\n{bait.url}/a.ts\n#EXTINF:2,\n{bait.stream}\n#EXT-X-ENDLIST\n"
    gab2 = b"GAB2\x00\x02\x00" + struct.pack("<I", 2) + b"x\x00" + b"\x04\x00"
    body = gab2 + struct.pack("<I", len(playlist)) + playlist.encode()
    ffmpeg(*picture(), "-c:v", "mpeg4", "-f", "avi", path)
    chunk = b"01tx" + struct.pack("<I", len(body)) + body + b"\x00" * (len(body) % 2)
    header = b"strh" + struct.pack("<I", 56) + b"txts" + bytes(16) + struct.pack("<II", 1, 25)
    header += struct.pack("<II", 0, 50) + bytes(20)
    stream = b"LIST" + struct.pack("<I", len(header) + 12) + b"strl" + header + b"strf" + bytes(4)
    data = path.read_bytes()
    after_header = 20 + struct.unpack_from("<I", data, 16)[0]
    movie = data.index(b"movi")
    patched = bytearray(
        data[:after_header] + stream + data[after_header : movie + 4] + chunk + data[movie + 4 :]
    )
    struct.pack_into("<I", patched, 16, after_header - 20 + len(stream))
    struct.pack_into("<I", patched, patched.index(b"avih") + 8 + 24, 2)
    path.write_bytes(patched)


def _page_after_header(path: Path, bait: Bait) -> None:
    page = f"<html><script src='{bait.url}/x.js'></script></html>".encode()
    path.write_bytes(box(b"ftyp", b"isom", bytes(4), b"isom") + page)


def _page_before(data: bytearray) -> None:
    data[:0] = b"<!DOCTYPE html><!--"


def _archive_behind(data: bytearray) -> None:
    data.extend(b"PK\x03\x04" + bytes(18) + b"PK\x05\x06" + bytes(18))


def _pixel_bomb(*output: str) -> Builder:
    return made(*lavfi("color=red:size=12000x12000:rate=5"), "-frames:v", "1", *output)


_KEY = ["-encryption_scheme", "cenc-aes-ctr", "-encryption_key", "0123456789abcdef" * 2]
_ENCRYPTED = [*H264, *_KEY, "-encryption_kid", "0" * 32, "-f", "mp4"]
# Without this flag the cipher starts at random, and once in a while noise looks like a frame.
_BIT_EXACT = ["-fflags", "+bitexact", "-flags", "+bitexact"]
_MPEG4 = ["-c:v", "mpeg4"]
_ENDLESS_SEGMENT = b"\x18S\x80g\x01" + b"\xff" * 7
_TOO_LARGE, _REFUSED, _EITHER = Outcome.TOO_LARGE, Outcome.REFUSED, Outcome.EITHER

_SOUND = (
    Entry("sound.mp3", _sound("-c:a", "libmp3lame")),
    Entry("cover.mp3", _with_cover("-c:a", "libmp3lame", "-id3v2_version", "3")),
    Entry("sound.m4a", _sound(*AAC)),
    Entry("cover.m4a", _with_cover(*AAC)),
    Entry("cover.flac", _with_cover("-c:a", "flac")),
    Entry("sound.ogg", _sound("-c:a", "libvorbis")),
    Entry("sound.opus", _sound("-c:a", "libopus")),
    Entry("sound.wav", _sound("-c:a", "pcm_s16le")),
    Entry("sound.webm", _sound("-c:a", "libopus")),
    Entry("sound.ts", _sound("-c:a", "mp2")),
    Entry("sound.flv", _sound("-c:a", "libmp3lame", "-ar", "44100")),
    Entry("sound.wma", _sound("-c:a", "wmav2")),
    Entry("sound.aac", _sound(*AAC)),
    Entry("font.mkv", _attachments),
    Entry("titles.mkv", _subtitles("matroska", "ass")),
    Entry("titles.mp4", _subtitles("mp4", "mov_text")),
)

_PICTURES = (
    Entry("photo.mp4", _still("-f", "mjpeg")),
    Entry("gif.mp4", _still("-f", "gif")),
    Entry("gif-moving.mp4", _moving("-f", "gif")),
    Entry("webp.mp4", _still("-f", "webp")),
    Entry("tiff.mp4", _still("-c:v", "tiff", "-f", "image2", "-update", "1")),
    Entry("avif.mp4", _still("-c:v", "libaom-av1", "-cpu-used", "8", "-f", "avif")),
    Entry("apng.mp4", _moving("-f", "apng")),
    Entry("photo-inside.mov", _still("-c:v", "mjpeg", "-pix_fmt", "yuvj420p")),
    Entry("png-inside.mkv", _still("-c:v", "png")),
)

_CUT = (
    Entry("no-index.mp4", _changed(_without_index, *H264, *AAC)),
    Entry("index-alone.mp4", _changed(_index_alone)),
    Entry("cut-in-half.mp4", _changed(_half)),
    Entry("first-bytes.mp4", _changed(_first(32))),
    Entry("first-bytes.mkv", _changed(_first(300), *H264, *AAC)),
    Entry("first-bytes.avi", _changed(_first(600), *_MPEG4)),
    Entry("tables-alone.ts", _changed(_first(188 * 3), *H264, *AAC)),
    Entry("first-bytes.mpg", _changed(_first(100), *_MPEG2)),
    Entry("cut-in-half.avi", _changed(_half, *_MPEG4), _EITHER),
    Entry("cut-in-half.wmv", _changed(_half, "-c:v", "wmv2", "-c:a", "wmav2"), _EITHER),
    Entry("cut-in-half.webm", _changed(_half, "-c:v", "libvpx", "-deadline", "realtime"), _EITHER),
)

_LIES = (
    Entry("no-pictures.mp4", _changed(_overwritten)),
    Entry("beyond-the-end.mp4", _changed(_offsets_beyond)),
    Entry("zero-samples.mp4", _changed(_no_samples)),
    Entry("elsewhere.mov", _external_data),
    Entry("encrypted.mp4", made(*picture(), *_ENCRYPTED, *_BIT_EXACT)),
    Entry("deep.mp4", _deep),
    Entry("endless-box.mp4", raw(box(b"ftyp", b"isom", bytes(4)) + b"\x00\x00\x00\x00moov")),
    Entry("huge-box.mp4", raw(b"\x00\x00\x00\x01ftyp" + b"\xff" * 8 + bytes(64))),
    Entry("tiny-box.mp4", raw(box(b"ftyp", b"isom", bytes(4)) + b"\x00\x00\x00\x02moov" * 99)),
    Entry("garbage.mkv", raw(_ebml(_ENDLESS_SEGMENT, b"\x16T\xaek\x0f" + b"\xfe" * 99))),
    Entry("deep.mkv", raw(_ebml(_ENDLESS_SEGMENT * 20_000))),
    Entry("page-inside.mp4", _page_after_header),
    Entry("page-first.mp4", _changed(_page_before)),
    Entry("zip-behind.mp4", _changed(_archive_behind), _EITHER),
    Entry("playlist-inside.avi", _playlist_subtitles, _EITHER),
    Entry("animation.swf", _moving("-c:v", "flv1", "-f", "swf")),
    Entry("broadcast.mxf", _moving("-c:v", "mpeg2video", "-f", "mxf", size="720x576")),
    Entry("unlisted.nut", _moving("-c:v", "mpeg4", "-f", "nut")),
)

_BOMBS = (
    Entry("pixels.mp4", _pixel_bomb(*QUICK), _TOO_LARGE),
    Entry("pixels.avi", _pixel_bomb("-c:v", "mjpeg", "-pix_fmt", "yuvj420p"), _TOO_LARGE),
    Entry("pixels.mkv", _pixel_bomb("-c:v", "png"), _REFUSED),
    Entry("day.mp4", _moving(*_MPEG4, size="16x16", rate="1/60", seconds=86_400), _TOO_LARGE),
    Entry("day.mkv", _moving(*QUICK, size="16x16", rate="1/60", seconds=86_400), _TOO_LARGE),
    Entry("days-promised.mp4", _changed(_days_long), _TOO_LARGE),
    Entry("days-promised.mkv", _changed(_long_header, *H264, *AAC), _TOO_LARGE),
    Entry("rate.mkv", _moving(*QUICK, size="16x16", rate="1000", seconds=5), _TOO_LARGE),
    Entry("rate.mp4", _moving(*QUICK, size="16x16", rate="5000", seconds=2), _TOO_LARGE),
    Entry("pictures-promised.mp4", _changed(_samples(100_000_000)), _REFUSED),
    Entry("most-pictures-promised.mp4", _changed(_samples(0x7FFFFFFF)), _REFUSED),
)

ENTRIES: tuple[Entry, ...] = (*_SOUND, *_PICTURES, *_CUT, *_LIES, *_BOMBS)
