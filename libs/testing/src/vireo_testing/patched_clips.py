"""Clips of odd kinds that ffmpeg does not write: it makes the clip, and some bytes are changed."""

import struct
from collections.abc import Sequence
from pathlib import Path

from vireo_ops.clips import AAC, QUICK, ffmpeg, lavfi
from vireo_testing.kinds import VP9, corners
from vireo_testing.mp4_boxes import ONE, add, box, edited, number, places, put, turn

_CONTAINERS = (b"stbl", b"minf", b"mdia", b"trak", b"moov")


def without_default_duration(path: Path) -> None:
    """Make a WebM what a browser's recorder writes: no frame rate in its header."""
    with edited(path) as data:
        at = data.find(b"\x23\xe3\x83")
        size = 4 + (data[at + 3] & 0x7F)
        data[at : at + size] = bytes([0xEC, 0x80 | (size - 2)]) + bytes(size - 2)


def with_edits(
    path: Path,
    edits: dict[bytes, Sequence[tuple[float, float]]],
    *,
    seconds: int = 6,
    speed: float = 1.0,
) -> None:
    """A clip whose edit lists show (seconds, from) of each track, by the kind of its handler.

    A flash and a beep come at 3 s of what was filmed. `from` -1 shows nothing.
    """
    flash = "drawbox=c=white:t=fill:enable='between(t,3,3.19)'"
    beep = f"aevalsrc='if(between(t,3,3.2),0.5*sin(2*PI*1000*t),0)':s=48000:d={seconds}"
    sources = lavfi(f"testsrc2=s=64x36:r=25:d={seconds},{flash}", beep)
    ffmpeg(*sources, *QUICK, "-preset", "veryfast", "-bf", "2", "-g", "100", *AAC, path)
    with edited(path) as data:
        film_scale = number(data, data.index(b"mvhd") + 16)
        at = data.index(b"moov")
        for _ in edits:
            at = data.index(b"trak", at + 4)
            edts = data.index(b"edts", at)
            header = data.index(b"mdhd", at)
            kind = bytes(data[data.index(b"hdlr", at) + 12 :][:4])
            scale, first = number(data, header + 16), number(data, edts + 24)
            rows = b"".join(
                struct.pack(
                    ">IiI",
                    round(shown * film_scale),
                    -1 if begins < 0 else round(begins * scale) + first,
                    round(speed * ONE),
                )
                for shown, begins in edits[kind]
            )
            body = struct.pack(">I4sII", 16 + len(rows), b"elst", 0, len(edits[kind])) + rows
            old = number(data, edts - 4)
            data[edts + 4 : edts - 4 + old] = body
            grown = len(body) + 8 - old
            for place in (edts - 4, at - 4, data.index(b"moov") - 4):
                add(data, place, grown)


def live_fragments(path: Path, *, unknown_length: bool = False) -> None:
    """Fragments whose timestamps begin at an hour, or whose duration the header does not have."""
    sources = lavfi("testsrc2=s=64x36:r=25:d=3", "sine=400:d=3")
    fragments = ["-movflags", "frag_keyframe+empty_moov+default_base_moof"]
    ffmpeg(*sources, *QUICK, "-g", "25", *AAC, *fragments, path)
    with edited(path) as data:
        media = list(places(data, b"mdhd"))
        if unknown_length:
            for at in media:
                put(data, at + 20, 0xFFFFFFFF)
        else:
            tracks = [number(data, at + 16) for at in places(data, b"tkhd")]
            scales = dict(zip(tracks, (number(data, at + 16) for at in media), strict=True))
            for at in places(data, b"tfdt"):
                track = number(data, data.rfind(b"tfhd", 0, at) + 8)
                size, layout = (8, ">Q") if data[at + 4] else (4, ">I")
                value = int.from_bytes(data[at + 8 : at + 8 + size], "big")
                struct.pack_into(layout, data, at + 8, value + 3600 * scales[track])


def mirrored(path: Path) -> None:
    """A film that its header mirrors: red and green above, blue and white below, as filmed."""
    ffmpeg(*lavfi(corners("320x180")), *QUICK, "-g", "25", path)
    turn(path, (-1, 0, 0, 1))


def cropped(path: Path) -> None:
    """A Matroska file of 320x240 whose header crops 30 lines above and below."""
    red = "color=black:s=320x240:r=10:d=1,drawbox=x=0:y=30:w=320:h=180:c=red:t=fill"
    ffmpeg(*lavfi(red), *VP9, "-f", "matroska", path)
    _add_shape(path, (0, 30, 0, 30), (320, 180))


def cropped_and_turned(path: Path, roll: int) -> None:
    """A Matroska file whose header crops each side by another width, and rotates the rest.

    320x180 with a colour in each corner; `roll` in degrees, counterclockwise.
    """
    source = f"{corners('320x180')},pad=400:240:16:20:magenta"
    ffmpeg(*lavfi(source), *VP9, "-f", "matroska", path)
    kind = b"\x76\x71\x81\x00"
    pose = kind + b"\x76\x75\x84" + struct.pack(">f", roll)
    projection = b"\x76\x70" + bytes([0x80 | len(pose)]) + pose
    _add_shape(path, (16, 20, 64, 40), (320, 180), projection)


def _add_shape(
    path: Path, crop: tuple[int, int, int, int], shown: tuple[int, int], more: bytes = b""
) -> None:
    with edited(path) as data:
        # The display size that the muxer wrote becomes a Void: the last one would count.
        start, end = _find(data, _VIDEO, [])
        video = data[start:end].replace(b"\x54\xb0", b"\xec\x40").replace(b"\x54\xba", b"\xec\x40")
        data[start:end] = video
    names = (b"\x54\xcc", b"\x54\xbb", b"\x54\xdd", b"\x54\xaa", b"\x54\xb0", b"\x54\xba")
    numbers = zip(names, (*crop, *shown), strict=True)
    added = b"".join(name + b"\x82" + value.to_bytes(2, "big") for name, value in numbers)
    add_to_element(path, _VIDEO, added + more)


# EBML header, then Segment, Tracks, TrackEntry, Video.
_VIDEO = (b"\x18\x53\x80\x67", b"\x16\x54\xae\x6b", b"\xae", b"\xe0")


def add_to_element(path: Path, way: Sequence[bytes], added: bytes) -> None:
    """Append bytes to an element of a Matroska file; `way` has the ids from the outermost on."""
    with edited(path) as data:
        sizes: list[tuple[int, int, int]] = []
        _, end = _find(data, way, sizes)
        data[end:end] = added
        grown = len(added)
        # From the inside out: a size that has no room in its bytes takes one more.
        for at, length, value in reversed(sizes):
            size = value + grown
            wide = length + (size >= (1 << 7 * length) - 1)
            data[at : at + length] = (size | 1 << 7 * wide).to_bytes(wide, "big")
            grown += wide - length


def _find(
    data: bytearray, way: Sequence[bytes], sizes: list[tuple[int, int, int]]
) -> tuple[int, int]:
    start, end = 0, len(data)
    for wanted in way:
        start, end = _element(data, start, end, wanted, sizes)
    return start, end


def _element(
    data: bytearray, start: int, end: int, wanted: bytes, sizes: list[tuple[int, int, int]]
) -> tuple[int, int]:
    """Find an element among its siblings, note where its size stands; return its body."""
    while start < end:
        length = 9 - data[start].bit_length()
        name, at = bytes(data[start : start + length]), start + length
        width = 9 - data[at].bit_length()
        value = int.from_bytes(data[at : at + width], "big") & (1 << 7 * width) - 1
        if name == wanted:
            sizes.append((at, width, value))
            return at + width, at + width + value
        start = at + width + value
    raise AssertionError(wanted)


def held_slide(path: Path, *, b_frames: int) -> None:
    """An MP4 of four frames, one a second, of which the last is shown for 5 s: 8 s in all."""
    encoder = ["-c:v", "libx264", "-bf", str(b_frames), "-pix_fmt", "yuv420p"]
    ffmpeg(*lavfi("testsrc2=s=64x36:r=1:d=4"), *encoder, path)
    with edited(path) as data:
        table = data.index(b"stts")
        _, entries, count, second = struct.unpack_from(">IIII", data, table + 4)
        assert (entries, count) == (1, 4)
        data[table + 8 : table + 20] = struct.pack(">IIIII", 2, 3, second, 1, 5 * second)
        for name in (b"stts", *_CONTAINERS):
            add(data, data.index(name) - 4, 8)
        # The headers of the film, the track and its media, and the edit list say the length too.
        film, media = data.index(b"mvhd"), data.index(b"mdhd")
        for at in (film + 20, data.index(b"tkhd") + 24, data.index(b"elst") + 12):
            add(data, at, 4 * number(data, film + 16))
        add(data, media + 20, 4 * number(data, media + 16))


def lying_avi(path: Path) -> None:
    """An AVI whose header says that its sound is a hundred times as fast as it is."""
    sources = lavfi("testsrc2=s=64x36:r=25:d=2", "sine=400:d=2:r=44100")
    ffmpeg(*sources, "-c:v", "mpeg4", "-c:a", "libmp3lame", path)
    with edited(path) as data:
        at = data.index(b"auds") + 24
        rate = int.from_bytes(data[at : at + 4], "little")
        data[at : at + 4] = (100 * rate).to_bytes(4, "little")


def amr_packets(path: Path, *, seconds: int, frames: int = 50) -> None:
    """A phone's 3GP with so many frames of AMR in a packet, each frame 20 ms of noise."""
    sound = path.with_suffix(".amr")
    noise = bytes((each * 73 + 41) % 256 for each in range(31 * 50 * seconds))
    spoken = [b"\x3c" + noise[at : at + 31] for at in range(0, len(noise), 31)]
    sound.write_bytes(b"#!AMR\n" + b"".join(spoken))
    pictures = lavfi(f"testsrc2=s=176x144:r=15:d={seconds}")
    output = ["-c:v", "h263", "-c:a", "copy", "-f", "3gp"]
    ffmpeg(*pictures, "-f", "amr", "-i", sound, *output, path)
    data = path.read_bytes()
    index = data.index(b"moov") - 4
    packets = [b"".join(spoken[at : at + frames]) for at in range(0, len(spoken), frames)]
    # The packets come last in the file, so that nothing else in it moves.
    tables = {
        b"stts": struct.pack(">IIII", 0, 1, len(packets), 160 * frames),
        b"stsc": struct.pack(">IIIII", 0, 1, 1, 1, 1),
        b"stsz": struct.pack(">III", 0, len(packets[0]), len(packets)),
    }

    def rebuilt(first: int) -> bytes:
        places = [first + number * len(packets[0]) for number in range(len(packets))]
        chunks = struct.pack(f">II{len(places)}I", 0, len(places), *places)
        return _with_tables(data[index:], {**tables, b"stco": chunks})

    moov = rebuilt(0)
    path.write_bytes(data[:index] + rebuilt(index + len(moov) + 8) + box(b"mdat", *packets))


def _with_tables(data: bytes, tables: dict[bytes, bytes], *, sound: bool = False) -> bytes:
    """Boxes one after the other, with other tables in the track of the sound."""
    made = b""
    while data:
        size, name = struct.unpack(">I4s", data[:8])
        body, data = data[8:size], data[size:]
        if name in _CONTAINERS:
            body = _with_tables(body, tables, sound=sound or (name == b"trak" and b"soun" in body))
        elif sound and name in tables:
            body = tables[name]
        made += box(name, body)
    return made
