"""How long the film is that was made, and how large: what its own index says."""

import threading
from dataclasses import dataclass
from pathlib import Path

from vireo_media.core.formats import MP4
from vireo_media.tools import sandbox
from vireo_media.tools.ffmpeg import quiet, source
from vireo_media.tools.packets import Probe

_LIMITS = sandbox.Limits(1 << 30, 60, 120.0, file_bytes=0)


class NotMade(Exception):
    """The file has no frame."""


@dataclass(frozen=True)
class Made:
    """A film of ours. Times are seconds, sizes pixels as displayed.

    `duration` is what a player shows; `starts_at` when the first frame is shown in it.
    """

    width: int
    height: int
    duration: float
    starts_at: float
    video_seconds: float
    sound_seconds: float


def measure(path: Path, *, stop: threading.Event | None = None) -> Made:
    """Read the index of an MP4 that `transcode` made.

    Raises NotMade, and the errors of `sandbox`.
    """
    seen = Probe()
    argv = [
        *(*quiet("ffprobe"), "-of", "compact", "-show_entries"),
        "format=duration:stream=index,codec_type,width,height,sample_aspect_ratio,start_time,"
        "duration,channels:stream_side_data=rotation",
        *source(path, MP4),
    ]
    files = sandbox.Files(reads=[path])
    sandbox.run(argv, _LIMITS, files=files, stop=stop, on_line=seen.take)
    videos = [each for each in seen.streams if each.kind == "video" and each.width]
    if not videos:
        raise NotMade("no frame")
    [video, *_] = videos
    width, height = video.displayed
    sounds = [each for each in seen.streams if each.kind == "audio"]
    return Made(
        width=width,
        height=height,
        duration=seen.duration,
        starts_at=video.start - min(each.start for each in (video, *sounds)),
        video_seconds=video.duration,
        sound_seconds=max((each.duration for each in sounds), default=0.0),
    )
