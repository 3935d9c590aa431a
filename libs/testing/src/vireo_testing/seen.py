"""What a viewer would see and hear of a file: frames, their times, colours, shape and sound.

Arrays are decoded by the machine's own ffmpeg, outside of any sandbox: these are clips of ours.
"""

import json
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from vireo_ops.clips import ffmpeg

RATE = 48_000
Array = npt.NDArray[Any]


def _probe(path: Path, *arguments: str) -> bytes:
    command = ["ffprobe", "-v", "error", *arguments, str(path)]
    return subprocess.run(command, check=True, timeout=120, capture_output=True).stdout


def streams(path: Path) -> list[dict[str, Any]]:
    """What ffprobe says of the streams."""
    file = path.stat()
    found: list[dict[str, Any]] = json.loads(_said(path, file.st_mtime_ns, file.st_size))["streams"]
    return found


@lru_cache
def _said(path: Path, changed: int, size: int) -> bytes:
    # Once for each file as it is: to start ffprobe takes a tenth of a second.
    return _probe(path, "-show_streams", "-of", "json")


def video_stream(path: Path) -> dict[str, Any]:
    """What ffprobe says of the first video stream."""
    return next(each for each in streams(path) if each["codec_type"] == "video")


def times(path: Path) -> list[float]:
    """Presentation times of all frames, in seconds."""
    entries = ["-select_streams", "v:0", "-show_entries", "frame=best_effort_timestamp_time"]
    lines = _probe(path, *entries, "-of", "csv=p=0").split()
    return [float(line.split(b",")[0]) for line in lines]


def frames(path: Path, width: int, height: int, matrix: str = "bt709") -> Array:
    """All frames as RGB, shape (frames, height, width, 3).

    Args:
        matrix: what a player takes where the file names none, as ffmpeg's ``scale`` calls it.
    """
    shape = f"scale={width}:{height}:flags=accurate_rnd+full_chroma_int+full_chroma_inp"
    video = video_stream(path)
    if not _complete(video):
        shape += f":in_color_matrix={matrix}"
    filters = ["-vf", f"{shape},format=rgb24", "-fps_mode", "passthrough"]
    data = ffmpeg("-i", path, "-map", "0:v:0", *filters, "-f", "rawvideo", "-")
    return np.frombuffer(data, np.uint8).reshape(-1, height, width, 3).astype(int)


def _complete(video: dict[str, Any]) -> bool:
    """Chromium 156 believes a matrix only where primaries and transfer are named too."""
    return all(
        video.get(name, "unknown") != "unknown"
        for name in ("color_space", "color_transfer", "color_primaries")
    )


def sound(path: Path) -> Array:
    """All sound at 48 kHz, shape (samples, channels)."""
    channels = next(each["channels"] for each in streams(path) if each["codec_type"] == "audio")
    data = ffmpeg("-i", path, "-map", "0:a:0", "-ar", str(RATE), "-f", "f32le", "-")
    return np.frombuffer(data, np.float32).reshape(-1, channels)


def loudness(samples: Array) -> list[float]:
    """Root mean square of each channel."""
    return [float(each) for each in np.sqrt((samples.astype(float) ** 2).mean(axis=0))]


def pitch(samples: Array) -> float:
    """Frequency of the strongest tone of the first channel, in Hz."""
    wave = samples[:, 0] * np.hanning(len(samples))
    return float(np.argmax(np.abs(np.fft.rfft(wave))) * RATE / len(samples))


def first_loud(path: Path, level: float = 0.3) -> float:
    """Seconds until the sound is louder than `level` for the first time."""
    return float(np.argmax(np.abs(sound(path)[:, 0]) > level) / RATE)


def first_bright(path: Path) -> float:
    """Seconds until a frame is nearly white for the first time."""
    means = frames(path, 32, 18).mean(axis=(1, 2, 3))
    return times(path)[int(np.argmax(means > 225))]


def combs(path: Path, *, turned: bool = False) -> float:
    """How much neighbouring lines differ: above 1 where two fields are woven into one frame.

    `turned`: what were lines are columns.
    """
    video = video_stream(path)
    grey = frames(path, int(video["width"]), int(video["height"])).mean(axis=3)
    if turned:
        grey = grey.transpose(0, 2, 1)
    lines = np.abs(2 * grey[:, 61:-61] - grey[:, 60:-62] - grey[:, 62:-60])
    return float(lines.mean())
