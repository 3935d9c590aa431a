"""Which kind of file is this, by its first bytes alone.

No tool has seen the file yet, so this costs microseconds, and the refusal of what is no video says
what it is. The answer also names the one demuxer that may read the file: ffmpeg is never left to
guess, because its guess for a playlist named `x.mp4` is to open what the playlist names.
"""

from dataclasses import dataclass

from vireo_media.core.refused import Refused

# Enough for five MPEG-TS packets of the longest kind that start somewhere in the first one.
HEAD_BYTES = 2048


@dataclass(frozen=True)
class FileFormat:
    """A file format that is taken: its name here, and ffmpeg's demuxer for it.

    `leading_zeros`: so many bytes of nothing stand before it.
    """

    name: str
    demuxer: str
    leading_zeros: int = 0


MP4 = FileFormat("mp4", "mov")
MATROSKA = FileFormat("matroska", "matroska")
AVI = FileFormat("avi", "avi")
MPEG_TS = FileFormat("mpegts", "mpegts")
MPEG_PS = FileFormat("mpeg", "mpeg")
FLV = FileFormat("flv", "flv")
ASF = FileFormat("asf", "asf")
OGG = FileFormat("ogg", "ogg")

_STARTS: tuple[tuple[bytes, FileFormat], ...] = (
    (b"\x1aE\xdf\xa3", MATROSKA),
    (b"\x00\x00\x01\xba", MPEG_PS),
    (b"FLV\x01", FLV),
    (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), ASF),
    (b"OggS\x00", OGG),
)
# The first box of an MP4 or QuickTime file; those from before 2001 have no `ftyp`.
_FIRST_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_PICTURE_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"hevc", b"heim", b"mif1", b"msf1", b"crx ")

_NO_VIDEOS: tuple[tuple[bytes, str], ...] = (
    (b"#EXTM3U", "a playlist"),
    (b"ffconcat", "a playlist"),
    (b"[playlist]", "a playlist"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"BM", "a picture"),
    (b"II*\x00", "a picture"),
    (b"MM\x00*", "a picture"),
    (b"\x00\x00\x01\x00", "a picture"),
    (b"ID3", "sound alone"),
    (b"fLaC", "sound alone"),
    (b"PK", "an archive"),
    (b"\x1f\x8b", "an archive"),
    (b"7z\xbc\xaf", "an archive"),
    (b"Rar!", "an archive"),
    (b"BZh", "an archive"),
    (b"\xfd7zXZ", "an archive"),
    (b"%PDF", "a document"),
    (b"<", "a document"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"#!", "a program"),
)
TAKEN = "MP4, MOV, MKV, WebM, AVI, MPEG, TS, FLV, Ogg or WMV"

_TS_SYNC = 0x47
_TS_STRIDES = (188, 192, 204)
_TS_PACKETS = 5


def recognise(head: bytes) -> FileFormat:
    """Return the format that a file's first `HEAD_BYTES` bytes announce.

    Raises Refused for everything that is not one of the formats that are taken.
    """
    if not head:
        raise Refused("unsupported_media", "The file is empty.")
    for start, file_format in _STARTS:
        if head.startswith(start):
            return file_format
    if head[4:8] in _FIRST_BOXES:
        if head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS:
            raise Refused("unsupported_media", "The file is a picture, not a video.")
        return MP4
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return AVI
    if _is_transport_stream(head):
        return MPEG_TS
    for start, what in _NO_VIDEOS:
        if head.startswith(start):
            raise Refused("unsupported_media", f"The file is {what}, not a video.")
    raise Refused("unsupported_media", f"The file is no video; {TAKEN} is taken.")


def _is_transport_stream(head: bytes) -> bool:
    """Look for the sync byte at a constant distance; a recording may start in mid-packet."""
    for stride in _TS_STRIDES:
        for offset in range(stride):
            marks = head[offset : offset + stride * _TS_PACKETS : stride]
            if len(marks) == _TS_PACKETS and all(mark == _TS_SYNC for mark in marks):
                return True
    return False
