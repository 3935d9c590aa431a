"""What a file's first bytes say."""

import pytest

from vireo_media.core.formats import (
    ASF,
    AVI,
    FLV,
    HEAD_BYTES,
    MATROSKA,
    MP4,
    MPEG_PS,
    MPEG_TS,
    OGG,
    FileFormat,
    recognise,
)
from vireo_media.core.refused import Refused

PACKET = b"\x47" + bytes(187)


@pytest.mark.parametrize(
    ("head", "file_format"),
    [
        (b"\x00\x00\x00\x20ftypisom", MP4),
        (b"\x00\x00\x00\x08wide\x00\x00\x00\x00mdat", MP4),
        (b"\x00\x10\x00\x00moov", MP4),
        (b"\x1aE\xdf\xa3\x01", MATROSKA),
        (b"RIFF\x00\x00\x00\x00AVI LIST", AVI),
        (b"\x00\x00\x01\xba\x44", MPEG_PS),
        (b"FLV\x01\x05", FLV),
        (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), ASF),
        (b"OggS\x00\x02", OGG),
        (PACKET * 10, MPEG_TS),
        (b"tail of a packet" + PACKET * 10, MPEG_TS),
        ((bytes(4) + PACKET) * 10, MPEG_TS),
    ],
)
def test_formats_that_are_taken(head: bytes, file_format: FileFormat) -> None:
    assert recognise(head[:HEAD_BYTES]) == file_format


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (b"", "empty"),
        (b"#EXTM3U\n", "playlist"),
        (b"ffconcat version 1.0\n", "playlist"),
        (b"\x89PNG\r\n", "picture"),
        (b"\x00\x00\x00\x20ftypavif", "picture"),
        (b"ID3\x03", "sound"),
        (b"PK\x03\x04", "archive"),
        (b"<?xml", "document"),
        (b"RIFF\x00\x00\x00\x00WEBP", "no video"),
        (b"RIFF\x00\x00\x00\x00WAVE", "no video"),
        (PACKET * 4, "no video"),
        (bytes(HEAD_BYTES), "no video"),
    ],
)
def test_everything_else_is_refused_with_a_reason(head: bytes, word: str) -> None:
    with pytest.raises(Refused) as refused:
        recognise(head)
    assert refused.value.code == "unsupported_media"
    assert word in refused.value.reason
