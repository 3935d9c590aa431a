"""Whether a file is encrypted in a way that ffprobe does not print (of MP4 it does).

ffmpeg 5.1 and 7.1 decode what is encrypted in these as noise, or as frames with holes. Only the
beginning is read, in this process and in bounded memory.
"""

from pathlib import Path

from vireo_media.core.formats import FileFormat
from vireo_media.tools.matroska_header import has_encrypted_track

_HEAD_BYTES = 4 << 20
# Content Encryption, Extended and Advanced Content Encryption (ASF 3.14 to 3.16).
_ASF_OBJECTS = tuple(
    bytes.fromhex(each)
    for each in (
        "fbb3112223bdd211b4b700a0c955fc6e",
        "14e68a292226174cb935dae07ee9289c",
        "338505438169e6499b74ad12cb86d58c",
    )
)
_SYNC, _STRIDES = 0x47, (188, 192, 204)
# The sectors of a DVD, each a pack of its own.
_SECTOR, _PACK, _PACKET = 2048, b"\x00\x00\x01\xba", b"\x00\x00\x01"
# Private stream 1 (AC-3, subtitles), sound and video.
_SCRAMBLED = frozenset({0xBD, *range(0xC0, 0xF0)})
# A lone packet with such a mark is damage.
_LEAST_SHARE = 0.05


def is_encrypted(path: Path, file_format: FileFormat) -> bool:
    """Return whether a file says that what it holds is encrypted.

    Raises OSError: the file can't be read.
    """
    if file_format.name not in _LOOKS:
        return False
    with path.open("rb") as file:
        file.seek(file_format.leading_zeros)
        return _LOOKS[file_format.name](file.read(_HEAD_BYTES))


def _asf(data: bytes) -> bool:
    header = data[: int.from_bytes(data[16:24], "little")]
    return any(each in header for each in _ASF_OBJECTS)


def _transport_stream(data: bytes) -> bool:
    """Look at transport_scrambling_control (ISO/IEC 13818-1, 2.4.3.2) of all packets."""
    for stride in _STRIDES:
        for start in range(stride):
            marks = data[start : start + 5 * stride : stride]
            if len(marks) == 5 and set(marks) == {_SYNC}:
                controls = data[start + 3 :: stride]
                marked = sum(1 for each in controls if each >> 6)
                return marked > _LEAST_SHARE * len(controls)
    return False


def _program_stream(data: bytes) -> bool:
    """Look at PES_scrambling_control (ISO/IEC 13818-1, 2.4.3.7) of the packets of a DVD."""
    packets = marked = 0
    for at in range(0, len(data) - 21, _SECTOR):
        # A pack of MPEG-2 without stuffing, and in it a packet with a header of MPEG-2.
        pack, packet, name = data[at : at + 4], data[at + 14 : at + 17], data[at + 17]
        if pack != _PACK or data[at + 4] >> 6 != 1 or packet != _PACKET:
            continue
        if name not in _SCRAMBLED or data[at + 20] >> 6 != 2:
            continue
        packets += 1
        marked += bool(data[at + 20] & 0x30)
    return marked > _LEAST_SHARE * packets


_LOOKS = {
    "asf": _asf,
    "matroska": has_encrypted_track,
    "mpeg": _program_stream,
    "mpegts": _transport_stream,
}
