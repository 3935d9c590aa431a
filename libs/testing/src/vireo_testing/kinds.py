"""Clips of the kinds that video services get wrong, each made with ffmpeg's own sources.

Reports of each kind are named in docs/media.md. They are small: a second or two, where the kind
allows it.
"""

import struct
from collections.abc import Sequence
from pathlib import Path

from vireo_testing.clips import AAC, ffmpeg

QUICK = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
HEVC = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error"]
VP8 = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "200k"]
VP9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "1M"]
BARS = (
    *((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255)),
    *((224, 172, 140), (128, 128, 128), (255, 255, 255)),
)
_ONE = 1 << 16


def lavfi(source: str) -> list[str]:
    """Input arguments: one of ffmpeg's sources."""
    return ["-f", "lavfi", "-i", source]


def joined(path: Path, parts: Sequence[Path]) -> None:
    """Write files one after the other."""
    path.write_bytes(b"".join(part.read_bytes() for part in parts))


# Times


def slow_then_fast(
    path: Path, *output: str, rate: int, slow: int, every: int, seconds: int
) -> None:
    """A recording of `rate` pictures a second, the first `slow` seconds with one of `every`."""
    chosen = f"select='if(lt(t,{slow}),not(mod(n,{every})),1)'"
    source = lavfi(f"testsrc2=s=64x36:r={rate}:d={seconds}")
    ffmpeg(*source, "-vf", chosen, "-fps_mode", "passthrough", *output, str(path))


def without_default_duration(path: Path) -> None:
    """Make a WebM look as a browser's recorder writes it: no rate in its header."""
    data = bytearray(path.read_bytes())
    at = data.find(b"\x23\xe3\x83")
    size = 4 + (data[at + 3] & 0x7F)
    data[at : at + size] = bytes([0xEC, 0x80 | (size - 2)]) + bytes(size - 2)
    path.write_bytes(data)


# Sound


def channels_change(path: Path, codec: str, before: str, after: str) -> None:
    """A broadcast whose sound goes from one layout to another at 2 s; 400 Hz, then 800 Hz.

    A flash and a beep come together at 3 s.
    """
    first, second = path.with_suffix(".1.ts"), path.with_suffix(".2.ts")
    flash = "drawbox=c=white:t=fill:enable='between(t,1,1.19)'"
    beep = "aevalsrc='if(between(t,1,1.2),0.6,0.1)*sin(2*PI*800*t)':d=3:s=48000"
    for part, picture, tone, layout, offset in (
        (first, "testsrc2=s=64x36:r=25:d=2", "sine=400:d=2:r=48000", before, "0"),
        (second, f"testsrc2=s=64x36:r=25:d=3,{flash}", beep, after, "2"),
    ):
        ffmpeg(
            *(*lavfi(picture), *lavfi(f"{tone},aformat=channel_layouts={layout}"), *QUICK),
            *("-g", "25", "-c:a", codec, "-b:a", "128k", "-output_ts_offset", offset, str(part)),
        )
    joined(path, [first, second])


def many_channels(path: Path, channels: int) -> None:
    """A QuickTime file with so many channels, which have no names."""
    raw = path.with_suffix(".pcm")
    step = struct.Struct(f"<{channels}h")
    raw.write_bytes(b"".join(step.pack(*([(n % 24 - 12) * 250] * channels)) for n in range(12_000)))
    ffmpeg(
        *(*lavfi("testsrc2=s=64x36:r=10:d=1"), "-f", "s16le", "-ar", "12000"),
        *("-ac", str(channels), "-i", str(raw), "-map", "0", "-map", "1", *QUICK),
        *("-c:a", "pcm_s16le", str(path)),
    )


def mono(path: Path, *output: str) -> None:
    """A tone of 0.25 in one channel: root mean square 0.177."""
    tone = "aevalsrc='0.25*sin(2*PI*500*t)':s=48000:d=2:c=mono"
    ffmpeg(*lavfi("testsrc2=s=64x36:r=10:d=2"), *lavfi(tone), *output, str(path))


def unknown_sound(path: Path) -> None:
    """A QuickTime film whose sound is of a codec that nobody knows."""
    ffmpeg(
        *(*lavfi("testsrc2=s=64x36:r=10:d=1"), *lavfi("sine=400:d=1"), *QUICK),
        *("-c:a", "pcm_s16le", str(path)),
    )
    path.write_bytes(path.read_bytes().replace(b"sowt", b"zzzz"))


# Edit lists


def with_edits(
    path: Path, edits: dict[bytes, Sequence[tuple[float, float]]], *, seconds: int = 6
) -> None:
    """A clip whose edit lists show (seconds, from) of each track, by the kind of its handler.

    A flash and a beep come at 3 s of what was filmed. `from` -1 shows nothing.
    """
    flash = "drawbox=c=white:t=fill:enable='between(t,3,3.19)'"
    beep = f"aevalsrc='if(between(t,3,3.2),0.5*sin(2*PI*1000*t),0)':s=48000:d={seconds}"
    ffmpeg(
        *(*lavfi(f"testsrc2=s=64x36:r=25:d={seconds},{flash}"), *lavfi(beep), *QUICK),
        *("-preset", "veryfast", "-bf", "2", "-g", "100", *AAC, str(path)),
    )
    data = bytearray(path.read_bytes())
    film_scale = _number(data, data.index(b"mvhd") + 16)
    at = data.index(b"moov")
    for _ in edits:
        at = data.index(b"trak", at + 4)
        edts = data.index(b"edts", at)
        header = data.index(b"mdhd", at)
        kind = bytes(data[data.index(b"hdlr", at) + 12 :][:4])
        scale, first = _number(data, header + 16), _number(data, edts + 24)
        rows = b"".join(
            struct.pack(
                ">IiI",
                round(shown * film_scale),
                -1 if begins < 0 else round(begins * scale) + first,
                _ONE,
            )
            for shown, begins in edits[kind]
        )
        body = struct.pack(">I4sII", 16 + len(rows), b"elst", 0, len(edits[kind])) + rows
        old = _number(data, edts - 4)
        data[edts + 4 : edts - 4 + old] = body
        grown = len(body) + 8 - old
        for box in (edts - 4, at - 4, data.index(b"moov") - 4):
            data[box : box + 4] = struct.pack(">I", _number(data, box) + grown)
    path.write_bytes(data)


def _number(data: bytearray, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")


def live_fragments(path: Path, *, unknown_length: bool = False) -> None:
    """Fragments that begin at an hour, or whose header does not know how long they are."""
    ffmpeg(
        *(*lavfi("testsrc2=s=64x36:r=25:d=3"), *lavfi("sine=400:d=3"), *QUICK, "-g", "25", *AAC),
        *("-movflags", "frag_keyframe+empty_moov+default_base_moof", str(path)),
    )
    data = bytearray(path.read_bytes())
    scales = _scales(data)
    at = data.find(b"tfdt")
    while at >= 0 and not unknown_length:
        track = _number(data, data.rfind(b"tfhd", 0, at) + 8)
        size, layout = (8, ">Q") if data[at + 4] else (4, ">I")
        value = int.from_bytes(data[at + 8 : at + 8 + size], "big")
        data[at + 8 : at + 8 + size] = struct.pack(layout, value + 3600 * scales[track])
        at = data.find(b"tfdt", at + 4)
    at = data.find(b"mdhd")
    while at >= 0 and unknown_length:
        data[at + 20 : at + 24] = b"\xff\xff\xff\xff"
        at = data.find(b"mdhd", at + 4)
    path.write_bytes(data)


def _scales(data: bytearray) -> dict[int, int]:
    """Time scale by track."""
    scales = {}
    at = data.find(b"tkhd")
    while at >= 0:
        scales[_number(data, at + 16)] = _number(data, data.find(b"mdhd", at) + 16)
        at = data.find(b"tkhd", at + 4)
    return scales


# Colour


def bars(path: Path, *output: str, filters: str = "null", size: str = "1280x720") -> None:
    """Eight bars of known colours, `BARS`, for two pictures."""
    width, height = map(int, size.split("x"))
    picture = path.with_suffix(".ppm")
    row = b"".join(bytes(colour) * (width // 8) for colour in BARS)
    picture.write_bytes(b"P6 %d %d 255\n" % (width, height) + row * height)
    still = ["-loop", "1", "-framerate", "5", "-t", "0.4", "-i", str(picture)]
    ffmpeg(*still, "-vf", filters, *output, str(path))


def hdr(path: Path, transfer: str) -> None:
    """The bars in BT.2020 with PQ or HLG, 10 bits."""
    linear = (
        "format=gbrp,setparams=color_primaries=bt709:color_trc=bt709:colorspace=gbr:range=pc,"
        "zscale=t=linear:npl=203,format=gbrpf32le,"
        f"zscale=p=bt2020:t={transfer}:m=bt2020nc:r=tv:npl=203,format=yuv420p10le"
    )
    tags = f"colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc"
    names = ["-color_primaries", "bt2020", "-color_trc", transfer, "-colorspace", "bt2020nc"]
    output = [*HEVC[:-1], f"log-level=error:{tags}", *names, "-tag:v", "hvc1", "-crf", "20"]
    bars(path, *output, filters=linear)


def transparent(path: Path, *output: str) -> None:
    """A green square on what is transparent, and magenta below that."""
    inside = "between(X,100,220)*between(Y,50,130)"
    source = (
        "color=magenta:s=320x180:r=5:d=0.4,format=argb,"
        f"geq=r='if({inside},0,255)':g='if({inside},255,0)':b='if({inside},0,255)'"
        f":a='if({inside},255,0)'"
    )
    ffmpeg(*lavfi(source), *output, str(path))


# Interlaced


def interlaced(path: Path, *output: str, size: str = "352x288", top: bool = True) -> None:
    """A bar that moves between the two fields of each picture."""
    weave = "interleave_top,fieldorder=tff" if top else "interleave_bottom,fieldorder=bff"
    source = (
        f"color=gray:s={size}:r=50:d=0.4[b];color=white:s=60x200:r=50:d=0.4[w];"
        f"[b][w]overlay=x='mod(n*8,W)':y=30,tinterlace={weave},format=yuv420p"
    )
    ffmpeg(*lavfi(source), *output, str(path))


# Shape


def mirrored(path: Path) -> None:
    """A film that its header mirrors: red and green above, blue and white below, as filmed."""
    ffmpeg(*lavfi(corners("320x180")), *QUICK, "-g", "25", str(path))
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40
    matrix = (-_ONE, 0, 0, 0, _ONE, 0, 320 << 16, 0, 1 << 30)
    data[at : at + 36] = struct.pack(">9i", *matrix)
    path.write_bytes(data)


def corners(size: str) -> str:
    """A source with a colour in each corner: red, green, blue, white."""
    width, height = map(int, size.split("x"))
    w, h = width // 4, height // 4
    boxes = (
        (0, 0, "red"),
        (width - w, 0, "lime"),
        (0, height - h, "blue"),
        (width - w, height - h, "white"),
    )
    drawn = ",".join(f"drawbox=x={x}:y={y}:w={w}:h={h}:c={c}:t=fill" for x, y, c in boxes)
    return f"testsrc2=s={size}:r=25:d=1,{drawn}"


def sizes_change(path: Path, *sources: str) -> None:
    """A WebM of a call: sources one after the other, in whatever sizes."""
    names = []
    for number, source in enumerate(sources):
        part = path.with_name(f"{path.stem}-{number}.webm")
        ffmpeg(*lavfi(source), *VP8, str(part))
        names.append(f"file {part.name}\n")
    listed = path.with_suffix(".txt")
    listed.write_text("".join(names))
    ffmpeg("-f", "concat", "-i", str(listed), "-c", "copy", str(path))


def cropped(path: Path) -> None:
    """A Matroska file of 320x240 whose header cuts 30 lines off above and below."""
    red = "color=black:s=320x240:r=10:d=1,drawbox=x=0:y=30:w=320:h=180:c=red:t=fill"
    ffmpeg(*lavfi(red), *VP9, "-f", "matroska", str(path))
    data = bytearray(path.read_bytes())
    sizes: list[tuple[int, int, int]] = []
    start, end = 0, len(data)
    # EBML header, then Segment, Tracks, TrackEntry, Video: the size of each grows.
    for wanted in (b"\x18\x53\x80\x67", b"\x16\x54\xae\x6b", b"\xae", b"\xe0"):
        start, end = _element(data, start, end, wanted, sizes)
    added = b"".join(
        name + b"\x82" + value.to_bytes(2, "big")
        for name, value in (
            *((b"\x54\xbb", 30), (b"\x54\xaa", 30)),
            *((b"\x54\xb0", 320), (b"\x54\xba", 180)),
        )
    )
    # The display size that the muxer wrote becomes a Void: the last one would count.
    video = data[start:end].replace(b"\x54\xb0", b"\xec\x40").replace(b"\x54\xba", b"\xec\x40")
    assert len(video) == end - start
    data[end:end] = added
    for at, length, value in sizes:
        data[at : at + length] = (value + len(added) | 1 << 7 * length).to_bytes(length, "big")
    path.write_bytes(data)


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


# Parts, tracks, damage


def new_pids(path: Path) -> None:
    """A broadcast of 5 s whose PIDs change after 2 s."""
    first, second = path.with_suffix(".1.ts"), path.with_suffix(".2.ts")
    for part, seconds, pids, offset in (
        (first, 2, ("256", "257"), "0"),
        (second, 3, ("300", "301"), "2"),
    ):
        ffmpeg(
            *(
                *lavfi(f"testsrc2=s=64x36:r=25:d={seconds}"),
                *lavfi(f"sine=400:d={seconds}:r=48000"),
            ),
            *(*QUICK, "-g", "25", "-c:a", "mp2", "-output_ts_offset", offset),
            *("-streamid", f"0:{pids[0]}", "-streamid", f"1:{pids[1]}", str(part)),
        )
    joined(path, [first, second])


def chained(path: Path) -> None:
    """Two Ogg films in one file."""
    parts = [path.with_suffix(f".{number}.ogv") for number in (1, 2)]
    for number, part in enumerate(parts):
        ffmpeg(
            *(*lavfi("testsrc2=s=64x48:r=25:d=1"), *lavfi(f"sine={400 + 400 * number}:d=1")),
            *(
                "-c:v",
                "libtheora",
                "-c:a",
                "libvorbis",
                "-serial_offset",
                str(10 * number),
                str(part),
            ),
        )
    joined(path, parts)


def with_a_larger_still(path: Path, *, stills: int) -> None:
    """A film of 160x90 beside a track of a few larger pictures."""
    ffmpeg(
        *lavfi("testsrc2=s=160x90:r=25:d=1"),
        *lavfi(f"testsrc=s=640x360:r={stills}:d=1"),
        *("-map", "1", "-map", "0", "-c:v:0", "mjpeg", "-q:v:0", "9", "-c:v:1", "libx264"),
        *("-preset", "ultrafast", "-pix_fmt:v:1", "yuv420p", "-disposition:v:0", "0", str(path)),
    )


def damaged(path: Path) -> None:
    """An MP4 with rubbish in one packet in its middle."""
    ffmpeg(*lavfi("testsrc2=s=320x180:r=25:d=4"), *QUICK, "-g", "25", "-qp", "20", str(path))
    data = bytearray(path.read_bytes())
    middle = data.index(b"mdat") + (data.index(b"moov") - data.index(b"mdat")) // 2
    data[middle : middle + 3000] = bytes((each * 89 + 7) % 251 for each in range(3000))
    path.write_bytes(data)


def encrypted(path: Path) -> None:
    """An MP4 that is encrypted as DASH players expect it."""
    key = "00112233445566778899aabbccddeeff"
    ffmpeg(
        *(*lavfi("testsrc2=s=64x36:r=25:d=1"), *lavfi("sine=400:d=1"), *QUICK, *AAC),
        *("-encryption_scheme", "cenc-aes-ctr", "-encryption_key", key),
        *("-encryption_kid", key, str(path)),
    )


def lying_avi(path: Path) -> None:
    """An AVI whose header says that its sound is a hundred times as fast as it is."""
    ffmpeg(
        *(*lavfi("testsrc2=s=64x36:r=25:d=2"), *lavfi("sine=400:d=2:r=44100")),
        *("-c:v", "mpeg4", "-c:a", "libmp3lame", str(path)),
    )
    data = bytearray(path.read_bytes())
    at = data.index(b"auds") + 24
    data[at : at + 4] = (int.from_bytes(data[at : at + 4], "little") * 100).to_bytes(4, "little")
    path.write_bytes(data)


def amr_packets(path: Path, *, seconds: int, frames: int = 50) -> None:
    """A phone's 3GP with so many frames of AMR in a packet, each frame 20 ms of noise."""
    sound = path.with_suffix(".amr")
    noise = bytes((each * 73 + 41) % 256 for each in range(31 * 50 * seconds))
    spoken = [b"\x3c" + noise[at : at + 31] for at in range(0, len(noise), 31)]
    sound.write_bytes(b"#!AMR\n" + b"".join(spoken))
    ffmpeg(
        *(*lavfi(f"testsrc2=s=176x144:r=15:d={seconds}"), "-f", "amr", "-i", str(sound)),
        *("-c:v", "h263", "-c:a", "copy", "-f", "3gp", str(path)),
    )
    data = path.read_bytes()
    index = data.index(b"moov") - 4
    packets = [b"".join(spoken[at : at + frames]) for at in range(0, len(spoken), frames)]
    # The packets come last in the file, so that nothing else in it moves.
    size = sum(map(len, packets))
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
    path.write_bytes(
        data[:index]
        + rebuilt(index + len(moov) + 8)
        + struct.pack(">I4s", 8 + size, b"mdat")
        + b"".join(packets)
    )


def _with_tables(data: bytes, tables: dict[bytes, bytes], *, sound: bool = False) -> bytes:
    """Boxes one after the other, with other tables in the track of the sound."""
    made = b""
    while data:
        size, name = struct.unpack(">I4s", data[:8])
        body, data = data[8:size], data[size:]
        if name in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
            body = _with_tables(body, tables, sound=sound or (name == b"trak" and b"soun" in body))
        elif sound and name in tables:
            body = tables[name]
        made += struct.pack(">I4s", 8 + len(body), name) + body
    return made
