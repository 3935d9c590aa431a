"""How long a video may keep the encoder: every honest film, and no bomb."""

from dataclasses import replace

import pytest

from vireo_media.core.encoding import check_cost, cost_of
from vireo_media.core.formats import MATROSKA
from vireo_media.core.inspection import Inspection, Timing
from vireo_media.core.refused import Refused
from vireo_media.core.streams import Crop, Stream

HOUR = 3600.0


def inspection(width: int, height: int, frame_rate: float, duration: float) -> Inspection:
    return Inspection(
        file_format=MATROSKA,
        video=Stream(index=0, kind="video", codec="vp9", width=width, height=height),
        audio=None,
        video_span=Timing(0.0, duration, 400, frame_rate),
        audio_span=None,
        duration=duration,
        video_copies=False,
        audio_copies=True,
    )


@pytest.mark.parametrize(
    ("width", "height", "frame_rate", "hours"),
    [
        (1920, 1080, 30, 12),
        (1920, 1080, 60, 7),
        (3840, 2160, 30, 6),
        (3840, 2160, 60, 3),
        (7680, 4320, 30, 1.5),
        (640, 480, 30, 12),
        (1920, 1080, 240, 1.5),
    ],
)
def test_honest_films(width: int, height: int, frame_rate: float, hours: float) -> None:
    check_cost(inspection(width, height, frame_rate, hours * HOUR))


def test_what_is_decoded_counts_and_not_what_is_shown() -> None:
    found = inspection(8192, 4352, 30, 2 * HOUR)
    narrow = replace(found, video=replace(found.video, aspect=1 / 8, crop=Crop(top=4000)))
    with pytest.raises(Refused):
        check_cost(narrow)
    small = inspection(320, 180, 30, 12 * HOUR)
    check_cost(small)
    with pytest.raises(Refused):
        check_cost(small, pixels=8192 * 4352)


@pytest.mark.parametrize(
    ("width", "height", "frame_rate", "hours"),
    [(8192, 4352, 30, 12), (3840, 2160, 60, 6), (4096, 2176, 300, 1), (8192, 8, 300, 130)],
)
def test_what_would_keep_the_encoder_for_days(
    width: int, height: int, frame_rate: float, hours: float
) -> None:
    with pytest.raises(Refused) as caught:
        check_cost(inspection(width, height, frame_rate, hours * HOUR))
    assert caught.value.code == "too_large"
    assert f"{width} x {height}" in caught.value.reason
    assert "times the most" in caught.value.reason


def test_cost_is_pixels_times_frames() -> None:
    assert cost_of(inspection(100, 10, 25, 4)) == 100_000
