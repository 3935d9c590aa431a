"""Clips of the kinds that video services get wrong, each made with ffmpeg's own sources.

Reports of each kind are named in docs/media.md. They are small: a second or two, where the kind
allows it.
"""

import struct
from collections.abc import Sequence
from pathlib import Path

from vireo_ops.clips import AAC, QUICK, ffmpeg, lavfi
from vireo_testing.mp4_boxes import edited, places

HEVC = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=error"]
VP8 = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "200k"]
VP9 = ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "1M"]
BARS = (
    *((255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 0), (0, 255, 255)),
    *((224, 172, 140), (128, 128, 128), (255, 255, 255)),
)


def joined(path: Path, parts: Sequence[Path]) -> None:
    """Write files one after the other."""
    path.write_bytes(b"".join(part.read_bytes() for part in parts))


# Times


def slow_then_fast(
    path: Path, *output: str, rate: int, slow: int, every: int, seconds: int
) -> None:
    """A recording of `rate` frames a second, the first `slow` seconds with one of `every`."""
    chosen = f"select='if(lt(t,{slow}),not(mod(n,{every})),1)'"
    filters = ["-vf", chosen, "-fps_mode", "passthrough"]
    ffmpeg(*lavfi(f"testsrc2=s=64x36:r={rate}:d={seconds}"), *filters, *output, path)


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
            *(*lavfi(picture, f"{tone},aformat=channel_layouts={layout}"), *QUICK),
            *("-g", "25", "-c:a", codec, "-b:a", "128k", "-output_ts_offset", offset, part),
        )
    joined(path, [first, second])


def many_channels(path: Path, channels: int) -> None:
    """A QuickTime file with this many audio channels, without a layout."""
    raw = path.with_suffix(".pcm")
    step = struct.Struct(f"<{channels}h")
    raw.write_bytes(b"".join(step.pack(*([(n % 24 - 12) * 250] * channels)) for n in range(12_000)))
    ffmpeg(
        *(*lavfi("testsrc2=s=64x36:r=10:d=1"), "-f", "s16le", "-ar", "12000"),
        *("-ac", str(channels), "-i", raw, "-map", "0", "-map", "1", *QUICK),
        *("-c:a", "pcm_s16le", path),
    )


def mono(path: Path, *output: str) -> None:
    """A tone of 0.25 in one channel: root mean square 0.177."""
    tone = "aevalsrc='0.25*sin(2*PI*500*t)':s=48000:d=2:c=mono"
    ffmpeg(*lavfi("testsrc2=s=64x36:r=10:d=2", tone), *output, path)


def unknown_sound(path: Path) -> None:
    """A QuickTime film whose audio codec nobody knows."""
    sources = lavfi("testsrc2=s=64x36:r=10:d=1", "sine=400:d=1")
    ffmpeg(*sources, *QUICK, "-c:a", "pcm_s16le", path)
    with edited(path) as data:
        for at in places(data, b"sowt"):
            data[at : at + 4] = b"zzzz"


# Colour


def bars(path: Path, *output: str, filters: str = "null", size: str = "1280x720") -> None:
    """Eight bars of known colours, `BARS`, for two frames."""
    width, height = map(int, size.split("x"))
    picture = path.with_suffix(".ppm")
    row = b"".join(bytes(colour) * (width // 8) for colour in BARS)
    picture.write_bytes(b"P6 %d %d 255\n" % (width, height) + row * height)
    still = ["-loop", "1", "-framerate", "5", "-t", "0.4", "-i", str(picture)]
    ffmpeg(*still, "-vf", filters, *output, path)


def _converted(
    path: Path, primaries: str, transfer: str, matrix: str, pixels: str, *output: str, nits: int = 0
) -> None:
    """The bars as HEVC in another colour space; `nits` is the luminance of white, for HDR."""
    linear = f":npl={nits}" if nits else ""
    space = "gbr:r=pc" if matrix == "rgb" else f"{matrix}:r=tv"
    filters = (
        "format=gbrp,setparams=color_primaries=bt709:color_trc=bt709:colorspace=gbr:range=pc,"
        f"zscale=t=linear{linear},format=gbrpf32le,"
        f"zscale=p={primaries}:t={transfer}:m={space}{linear},format={pixels}"
    )
    names = ["-color_primaries", primaries, "-color_trc", transfer, "-colorspace", matrix]
    bars(path, *HEVC, *names, *output, filters=filters)


def hdr(path: Path, transfer: str) -> None:
    """The bars in BT.2020 with PQ or HLG, 10 bits."""
    tags = f"log-level=error:colorprim=bt2020:transfer={transfer}:colormatrix=bt2020nc"
    output = ["-x265-params", tags, "-tag:v", "hvc1", "-crf", "20"]
    _converted(path, "bt2020", transfer, "bt2020nc", "yuv420p10le", *output, nits=203)


def wide_gamut(path: Path) -> None:
    """The bars in the colours of P3, as phones film them."""
    output = ["-tag:v", "hvc1", "-crf", "12"]
    _converted(path, "smpte432", "bt709", "bt709", "yuv420p10le", *output)


def hdr_in_rgb(path: Path) -> None:
    """The bars in BT.2020 with PQ, as RGB of 10 bits."""
    _converted(path, "bt2020", "smpte2084", "rgb", "gbrp10le", "-crf", "18", nits=203)


def transparent(path: Path, *output: str) -> None:
    """A green square on a transparent background, whose colour is magenta."""
    inside = "between(X,100,220)*between(Y,50,130)"
    source = (
        "color=magenta:s=320x180:r=5:d=0.4,format=argb,"
        f"geq=r='if({inside},0,255)':g='if({inside},255,0)':b='if({inside},0,255)'"
        f":a='if({inside},255,0)'"
    )
    ffmpeg(*lavfi(source), *output, path)


# Interlaced


def interlaced(path: Path, *output: str, size: str = "352x288", top: bool = True) -> None:
    """A bar that moves between the two fields of each frame."""
    weave = "interleave_top,fieldorder=tff" if top else "interleave_bottom,fieldorder=bff"
    source = (
        f"color=gray:s={size}:r=50:d=0.4[b];color=white:s=60x200:r=50:d=0.4[w];"
        f"[b][w]overlay=x='mod(n*8,W)':y=30,tinterlace={weave},format=yuv420p"
    )
    ffmpeg(*lavfi(source), *output, path)


# Shape


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
    """A WebM of a video call: sources one after the other, each in its size."""
    names = []
    for number, source in enumerate(sources):
        part = path.with_name(f"{path.stem}-{number}.webm")
        ffmpeg(*lavfi(source), *VP8, part)
        names.append(f"file {part.name}\n")
    listed = path.with_suffix(".txt")
    listed.write_text("".join(names))
    ffmpeg("-f", "concat", "-i", listed, "-c", "copy", path)


# Parts, tracks, damage


def grows_within(path: Path) -> None:
    """An MP4 of H.264 whose frames are four times as large after a second."""
    parts = [path.with_suffix(f".{number}.h264") for number in (1, 2)]
    for part, size, seconds in zip(parts, ("160x90", "320x180"), (1, 2), strict=True):
        ffmpeg(*lavfi(f"testsrc2=s={size}:r=25:d={seconds}"), *QUICK, "-bf", "0", part)
    whole = path.with_suffix(".h264")
    joined(whole, parts)
    ffmpeg("-r", "25", "-i", whole, "-c", "copy", path)


def held(path: Path) -> None:
    """Three slides without sound, of which the last one is shown for five seconds."""
    names = []
    for number, seconds in enumerate((1, 2, 5)):
        slide = path.with_name(f"{path.stem}-{number}.png")
        ffmpeg(*lavfi(f"testsrc2=s=160x90:r=1:d=3,select=eq(n\\,{number})"), slide)
        names.append(f"file {slide.name}\nduration {seconds}\n")
    listed = path.with_suffix(".txt")
    listed.write_text("ffconcat version 1.0\n" + "".join(names))
    times = ["-fps_mode", "vfr", "-enc_time_base", "1/1000"]
    ffmpeg("-f", "concat", "-i", listed, *times, *HEVC, "-pix_fmt", "yuv420p", path)


def two_programs(path: Path) -> None:
    """Two programs: small frames with stereo, larger ones with mono of 800 Hz."""
    small = ["testsrc2=s=64x36:r=25:d=2", "sine=400:d=2,aformat=channel_layouts=stereo"]
    larger = ["testsrc2=s=128x72:r=25:d=2", "sine=800:d=2"]
    maps = [word for number in "0123" for word in ("-map", number)]
    programs = ["-program", "title=a:st=0:st=1", "-program", "title=b:st=2:st=3"]
    ffmpeg(*lavfi(*small, *larger), *maps, *QUICK, "-c:a", "mp2", *programs, path)


def new_pids(path: Path) -> None:
    """A broadcast of 5 s whose PIDs change after 2 s."""
    first, second = path.with_suffix(".1.ts"), path.with_suffix(".2.ts")
    for part, seconds, pids, offset in (
        (first, 2, ("256", "257"), "0"),
        (second, 3, ("300", "301"), "2"),
    ):
        sources = lavfi(f"testsrc2=s=64x36:r=25:d={seconds}", f"sine=400:d={seconds}:r=48000")
        ids = ["-streamid", f"0:{pids[0]}", "-streamid", f"1:{pids[1]}"]
        encoded = [*QUICK, "-g", "25", "-c:a", "mp2"]
        ffmpeg(*sources, *encoded, "-output_ts_offset", offset, *ids, part)
    joined(path, [first, second])


def chained(path: Path) -> None:
    """Two Ogg films in one file."""
    parts = [path.with_suffix(f".{number}.ogv") for number in (1, 2)]
    for number, part in enumerate(parts):
        sources = lavfi("testsrc2=s=64x48:r=25:d=1", f"sine={400 + 400 * number}:d=1")
        codecs = ["-c:v", "libtheora", "-c:a", "libvorbis"]
        ffmpeg(*sources, *codecs, "-serial_offset", str(10 * number), part)
    joined(path, parts)


def with_a_larger_still(path: Path, *, stills: int) -> None:
    """A film of 160x90 beside a track of a few larger stills."""
    ffmpeg(
        *lavfi("testsrc2=s=160x90:r=25:d=1", f"testsrc=s=640x360:r={stills}:d=1"),
        *("-map", "1", "-map", "0", "-c:v:0", "mjpeg", "-q:v:0", "9", "-c:v:1", "libx264"),
        *("-preset", "ultrafast", "-pix_fmt:v:1", "yuv420p", "-disposition:v:0", "0", path),
    )


def damaged(path: Path) -> None:
    """An MP4 with rubbish in one packet in its middle."""
    ffmpeg(*lavfi("testsrc2=s=320x180:r=25:d=4"), *QUICK, "-g", "25", "-qp", "20", path)
    with edited(path) as data:
        middle = data.index(b"mdat") + (data.index(b"moov") - data.index(b"mdat")) // 2
        data[middle : middle + 3000] = bytes((each * 89 + 7) % 251 for each in range(3000))


def encrypted(path: Path) -> None:
    """An MP4 that is encrypted as DASH players expect it."""
    key = "00112233445566778899aabbccddeeff"
    sources = lavfi("testsrc2=s=64x36:r=25:d=1", "sine=400:d=1")
    cipher = ["-encryption_scheme", "cenc-aes-ctr", "-encryption_key", key, "-encryption_kid", key]
    ffmpeg(*sources, *QUICK, *AAC, *cipher, path)
