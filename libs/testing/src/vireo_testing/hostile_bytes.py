"""Hostile files that need no encoder: playlists, archives, documents, headers of images, noise."""

import gzip
import io
import json
import lzma
import random
import sys
import tarfile
import zipfile
from pathlib import Path

from PIL import Image

from vireo_testing.bait import MARKER, Bait
from vireo_testing.hostile_entry import Builder, Entry, raw

_HLS = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:0\n"
_HLS_END = "#EXT-X-ENDLIST\n"


def _text(template: str) -> Builder:
    """Write a text in which {video}, {stream}, {text}, {key}, {folder}, {url} name the bait."""

    def build(path: Path, bait: Bait) -> None:
        names = ("folder", "video", "stream", "text", "key", "url")
        filled = template
        for name in names:
            filled = filled.replace("{" + name + "}", str(getattr(bait, name)))
        path.write_text(filled, newline="")

    return build


def _hls(segment: str, before: str = "") -> Builder:
    return _text(f"{before}{_HLS}#EXTINF:2.0,\n{segment}\n{_HLS_END}")


def _relative_hls(path: Path, bait: Bait) -> None:
    """Name a segment beside the file, which exists: a link to the private stream."""
    segment = path.with_name("segment.ts")
    segment.unlink(missing_ok=True)
    segment.symlink_to(bait.stream)
    path.write_text(f"{_HLS}#EXTINF:2.0,\nsegment.ts\n{_HLS_END}")


def _dash(before: str) -> str:
    return f"""{before}<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"
 mediaPresentationDuration="PT2S" minBufferTime="PT1S"
 profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet mimeType="video/mp4">
<Representation id="1" bandwidth="9000" width="320" height="180"><BaseURL>file://{{video}}</BaseURL></Representation>
</AdaptationSet></Period></MPD>
"""


_SMIL = '<smil><body><seq><video src="file://{video}"/></seq></body></smil>'
_XSPF = (
    '<?xml version="1.0"?><playlist version="1" xmlns="http://xspf.org/ns/0/"><trackList>'
    "<track><location>file://{video}</location></track></trackList></playlist>"
)
_ASX = '<asx version="3.0"><entry><ref href="file://{video}"/></entry></asx>'
_SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=video 5004 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
)
_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="99" height="99">'
    '<image href="{url}/x.png"/></svg>'
)
_XXE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file://{text}">]><x>&e;</x>'
_HTML = "<!DOCTYPE html><html><body><video src='{url}/x.mp4'></video></body></html>"
_SRT = "1\n00:00:00,000 --> 00:00:02,000\nHello\n"
_ASS = (
    "[Script Info]\nScriptType: v4.00+\n[Events]\n"
    "Dialogue: 0,0:00:00.00,0:00:02.00,x,,0,0,0,,Hello\n"
)
_CUE = 'FILE "{video}" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n'
_ID3 = "ID3\x03\x00\x00\x00\x00\x00\x00"
_IMF = (
    '<?xml version="1.0"?><AssetMap><AssetList><Asset><Path>{video}</Path></Asset></AssetList>'
    "</AssetMap>"
)
_AVISYNTH = 'AVISource("{video}")\n'
_FFMETADATA = ";FFMETADATA1\ntitle=x\n"


def _image(kind: str, width: int = 64, height: int = 64, mode: str = "RGB") -> Builder:
    """A real image, all black: it compresses well."""
    return lambda path, _: Image.new(mode, (width, height)).save(path, kind)


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("video.mp4", MARKER)
    return packed.getvalue()


def _tar() -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        entry = tarfile.TarInfo("video.mp4")
        entry.size = len(MARKER)
        archive.addfile(entry, io.BytesIO(MARKER))
    return packed.getvalue()


def _iso() -> bytes:
    return bytes(16 * 2048) + b"\x01CD001\x01\x00" + bytes(2040)


def _interpreter(path: Path, bait: Bait) -> None:
    with Path(sys.executable).open("rb") as program:
        path.write_bytes(program.read(200_000))


_PLAYLISTS = (
    Entry("hls-absolute.mp4", _hls("{stream}")),
    Entry("hls-file-url.mp4", _hls("file://{stream}")),
    Entry("hls-relative.mp4", _relative_hls),
    Entry("hls-http.mp4", _hls("{url}/segment.ts")),
    Entry("hls-concat.mp4", _hls("concat:{text}|{stream}")),
    Entry("hls-key.mp4", _hls('#EXT-X-KEY:METHOD=AES-128,URI="{key}"\n{stream}')),
    Entry("hls-map.mp4", _hls('#EXT-X-MAP:URI="{video}"\n{video}')),
    Entry("hls-after-mark.mp4", _hls("{stream}", before="\ufeff")),
    Entry("hls-after-id3.mp4", _hls("{stream}", before=_ID3)),
    Entry("hls-after-lines.ts", _hls("{stream}", before="\r\n\r\n")),
    Entry("hls-master.m3u8", _text("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{url}/list.m3u8\n")),
    Entry("dash.mp4", _text(_dash(""))),
    Entry("dash-declared.mp4", _text(_dash('<?xml version="1.0"?>\n'))),
    Entry("concat-1.0.mp4", _text("ffconcat version 1.0\nfile '{video}'\n")),
    Entry("concat-spaced.mp4", _text("ffconcat  version   1.0\r\nfile file://{video}\r\n")),
    Entry("concat-bare.mp4", _text("file '{video}'\nfile '{text}'\n")),
    Entry("concat-http.avi", _text("ffconcat version 1.0\nfile '{url}/x.mp4'\nduration 2\n")),
    Entry("session.mp4", _text(_SDP)),
    Entry("smil.mp4", _text(_SMIL)),
    Entry("xspf.mp4", _text(_XSPF)),
    Entry("asx.wmv", _text(_ASX)),
    Entry("pls.mp4", _text("[playlist]\nFile1={video}\nNumberOfEntries=1\nVersion=2\n")),
    Entry("cue.mkv", _text(_CUE)),
    Entry("imf.mp4", _text(_IMF)),
    Entry("avisynth.avi", _text(_AVISYNTH)),
    Entry("ffmetadata.mp4", _text(_FFMETADATA)),
    Entry("bare-path.mp4", _text("{video}\n")),
    Entry("bare-url.mov", _text("RTSPtext\n{url}/x.mov\n")),
)

_DOCUMENTS = (
    Entry("text.mp4", _text("This is not a video.\n" * 50)),
    Entry("page.mp4", _text(_HTML)),
    Entry("entity.mp4", _text(_XXE)),
    Entry("data.mp4", raw(json.dumps({"video": True}).encode())),
    Entry("script.mp4", _text("#!/usr/bin/env python3\nprint('{text}')\n")),
    Entry("document.mp4", raw(b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n%%EOF\n")),
    Entry("program.mp4", _interpreter),
    Entry("database.mp4", raw(b"SQLite format 3\x00" + bytes(4080))),
    Entry("subtitles.mp4", _text(_SRT)),
    Entry("subtitles.mkv", _text(_ASS)),
    Entry("subtitles.webm", _text("WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n")),
)

_ARCHIVES = (
    Entry("zip.mp4", raw(_zip())),
    Entry("tar.mp4", raw(_tar())),
    Entry("gzip.mp4", raw(gzip.compress(MARKER * 1000))),
    Entry("xz.mp4", raw(lzma.compress(MARKER * 1000))),
    Entry("7z.mp4", raw(b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(200))),
    Entry("rar.mp4", raw(b"Rar!\x1a\x07\x01\x00" + bytes(200))),
    Entry("disc.mp4", raw(_iso())),
)

_PICTURES = (
    Entry("png.mp4", _image("PNG")),
    Entry("png-bomb.mp4", _image("PNG", 30_000, 1_000, "L")),
    Entry("bmp.mp4", _image("BMP")),
    Entry("ppm.mp4", _image("PPM")),
    Entry("svg.mp4", _text(_SVG)),
    Entry("ico.mp4", raw(b"\x00\x00\x01\x00\x01\x00" + bytes(1000))),
    Entry("heic.mp4", raw(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(500))),
    Entry("photoshop.mp4", raw(b"8BPS\x00\x01" + bytes(500))),
    Entry("y4m.mp4", raw(b"YUV4MPEG2 W16 H16 F25:1 C420\nFRAME\n" + bytes(384))),
)

_NOTHING = (
    Entry("empty.mp4", raw(b"")),
    Entry("one-byte.mp4", raw(b"\x00")),
    Entry("newline.mp4", raw(b"\n")),
    Entry("zeros.mp4", raw(bytes(1 << 20))),
    Entry("ones.mp4", raw(b"\xff" * (1 << 20))),
    Entry("noise.mp4", raw(random.Random(7).randbytes(1 << 20))),
    Entry("sync-bytes.ts", raw(b"\x47" * (1 << 18))),
    Entry("riff.avi", raw(b"RIFF\xff\xff\xff\xffAVI ")),
    Entry("flv-header.flv", raw(b"FLV\x01\x05\x00\x00\x00\x09\x00\x00\x00\x00")),
    Entry("pack-header.mpg", raw(b"\x00\x00\x01\xba\x44\x00\x04\x00\x04\x01" + bytes(100))),
    Entry("ogg-header.ogv", raw(b"OggS\x00\x02" + bytes(300))),
    Entry("asf-header.wmv", raw(bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c") + bytes(300))),
    Entry("flash.flv", raw(b"FWS\x09" + bytes(300))),
)

ENTRIES: tuple[Entry, ...] = (*_PLAYLISTS, *_DOCUMENTS, *_ARCHIVES, *_PICTURES, *_NOTHING)
