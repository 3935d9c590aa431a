"""Clips that say they are encrypted, each in its container's way; what they hold is not."""

from pathlib import Path

from vireo_ops.clips import QUICK, ffmpeg, lavfi
from vireo_testing.kinds import VP8
from vireo_testing.mp4_boxes import edited
from vireo_testing.patched_clips import add_to_element

_SOURCES = lavfi("testsrc2=s=64x36:r=25:d=1", "sine=400:d=1:r=48000")
_TRACK = (b"\x18\x53\x80\x67", b"\x16\x54\xae\x6b", b"\xae")


def _element(name: bytes, body: bytes) -> bytes:
    return name + bytes([0x80 | len(body)]) + body


def webm(path: Path) -> None:
    """The first track has a ContentEncryption, as for players with Widevine."""
    ffmpeg(*_SOURCES, *VP8, "-c:a", "libvorbis", path)
    key = _element(b"\x47\xe1", b"\5") + _element(b"\x47\xe2", b"0123456789abcdef")
    encoding = _element(b"\x50\x33", b"\1") + _element(b"\x50\x35", key)
    add_to_element(path, _TRACK, _element(b"\x6d\x80", _element(b"\x62\x40", encoding)))


def windows_media(path: Path) -> None:
    """The header has a Content Encryption Object."""
    ffmpeg(*_SOURCES, "-c:v", "wmv2", "-c:a", "wmav2", path)
    with edited(path) as data:
        size, objects = int.from_bytes(data[16:24], "little"), int.from_bytes(data[24:28], "little")
        added = bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e") + (40).to_bytes(8, "little")
        data[size:size] = added + bytes(16)
        data[16:24] = (size + 40).to_bytes(8, "little")
        data[24:28] = (objects + 1).to_bytes(4, "little")


def transport_stream(path: Path) -> None:
    """Packets of video and audio are marked as scrambled."""
    ffmpeg(*_SOURCES, *QUICK, "-c:a", "mp2", path)
    with edited(path) as data:
        for at in range(0, len(data), 188):
            if (data[at + 1] & 0x1F) << 8 | data[at + 2] in (256, 257):
                data[at + 3] |= 0x80


def dvd(path: Path) -> None:
    """Every other sector of a DVD is marked as scrambled."""
    ffmpeg(*_SOURCES, "-c:v", "mpeg2video", "-c:a", "ac3", "-f", "vob", path)
    with edited(path) as data:
        for at in range(2048, len(data) - 21, 4096):
            if data[at + 17] in (0xBD, 0xE0) and data[at + 20] >> 6 == 2:
                data[at + 20] |= 0x10
