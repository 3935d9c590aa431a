"""Clips for the demonstration: video and audio from ffmpeg's own sources."""

from dataclasses import dataclass
from pathlib import Path

from vireo_ops.clips import ffmpeg, lavfi
from vireo_ops.errors import OperationError

_SECONDS = 8
_H264 = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p")
_AAC = ("-c:a", "aac", "-b:a", "96k")
_CHORD = "aevalsrc='0.15*(sin(2*PI*220*t)+sin(2*PI*277.2*t)+sin(2*PI*329.6*t))'"
_SIREN = "aevalsrc='0.2*sin(2*PI*(440*t+60*sin(2*PI*0.5*t)))'"
_PULSE = "aevalsrc='0.3*sin(2*PI*110*t)*exp(-6*mod(t,0.5))'"


def _tone(hertz: int) -> str:
    return f"sine=frequency={hertz}"


@dataclass(frozen=True)
class Clip:
    """One clip: its texts, ffmpeg sources of video and audio, container and encoding."""

    title: str
    description: str
    video: str
    audio: str
    suffix: str
    encoding: tuple[str, ...]


CLIPS = (
    Clip(
        "Into the Mandelbrot set",
        "A slow zoom into the seahorse valley. MP4 with H.264, plays as it is.",
        "mandelbrot=size=640x360:rate=25:end_scale=0.02",
        _CHORD,
        "mp4",
        (*_H264, *_AAC),
    ),
    Clip(
        "Game of life, first light",
        "Conway's cells from a random start, with traces of those that were. WebM with VP8.",
        "life=size=320x180:rate=12:ratio=0.3:mold=20:life_color=#a0ffb0:death_color=#103050"
        ":mold_color=#204060,scale=640:360:flags=neighbor",
        _PULSE,
        "webm",
        ("-c:v", "libvpx", "-deadline", "realtime", "-b:v", "1M", "-c:a", "libvorbis"),
    ),
    Clip(
        "Evening colours",
        "Gradients that wander. MOV as cameras make it.",
        "gradients=size=640x360:rate=25:speed=0.02:nb_colors=5:seed=7",
        _CHORD,
        "mov",
        (*_H264, *_AAC),
    ),
    Clip(
        "Test card with clock",
        "The picture that comes before every programme. Matroska with H.264 and FLAC.",
        "testsrc2=size=640x360:rate=25",
        _tone(1000),
        "mkv",
        (*_H264, "-c:a", "flac"),
    ),
    Clip(
        "Sierpinski carpet walk",
        "A walk over a carpet that never ends. AVI with MPEG-4 and MP3.",
        "sierpinski=size=640x360:rate=25:seed=3",
        _SIREN,
        "avi",
        ("-c:v", "mpeg4", "-q:v", "5", "-c:a", "libmp3lame"),
    ),
    Clip(
        "Rule 110",
        "One line of cells, one simple rule, a whole world. MPEG transport stream.",
        "cellauto=size=320x180:rate=25:rule=110,scale=640:360:flags=neighbor",
        _PULSE,
        "ts",
        (*_H264, *_AAC),
    ),
    Clip(
        "Colour bars and a tone",
        "Is the television still well? MPEG programme stream with MPEG-2.",
        "smptehdbars=size=640x360:rate=25",
        _tone(440),
        "mpeg",
        ("-c:v", "mpeg2video", "-q:v", "5", "-c:a", "mp2"),
    ),
    Clip(
        "Hue around the clock",
        "All colours once, and back. Flash video, for old times' sake.",
        "testsrc=size=640x360:rate=25,hue=h=45*t",
        _SIREN,
        "flv",
        ("-c:v", "flv", "-q:v", "5", "-c:a", "libmp3lame", "-ar", "44100"),
    ),
    Clip(
        "Upright: a tall gradient",
        "Filmed as one holds a phone. MP4.",
        "gradients=size=360x640:rate=30:speed=0.03:seed=21",
        _tone(330),
        "mp4",
        (*_H264, *_AAC),
    ),
    Clip(
        "Life in slow motion",
        "The same cells, fewer steps, more time to think. Ogg with Theora.",
        "life=size=160x90:rate=5:ratio=0.25:seed=11:life_color=#ffd080,"
        "scale=640:360:flags=neighbor,fps=25",
        _CHORD,
        "ogg",
        ("-c:v", "libtheora", "-q:v", "6", "-c:a", "libvorbis"),
    ),
    Clip(
        "Deeper into the Mandelbrot set",
        "The zoom goes on elsewhere. Windows Media.",
        "mandelbrot=size=640x360:rate=25:start_x=-0.1011:start_y=0.9563:end_scale=0.01",
        _PULSE,
        "wmv",
        ("-c:v", "wmv2", "-q:v", "5", "-c:a", "wmav2"),
    ),
    Clip(
        "Circles of colour",
        "Rings that change while they turn. WebM with VP9.",
        "gradients=size=640x360:rate=25:seed=5:type=circular:speed=0.02,hue=h=30*t",
        _tone(220),
        "webm",
        (
            "-c:v",
            "libvpx-vp9",
            "-deadline",
            "realtime",
            "-cpu-used",
            "8",
            "-b:v",
            "1M",
            "-c:a",
            "libopus",
        ),
    ),
)


def make_clip(clip: Clip, folder: Path) -> Path:
    """Generate one clip of a few seconds; the file.

    Raises:
        OperationError: ffmpeg failed, with its last lines.
    """
    path = folder / f"clip.{clip.suffix}"
    try:
        ffmpeg(*lavfi(clip.video, clip.audio), "-t", str(_SECONDS), *clip.encoding, path)
    except OperationError as failure:
        raise OperationError(f"The clip {clip.title!r} could not be made: {failure}") from failure
    return path
