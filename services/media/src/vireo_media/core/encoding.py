"""How long the encoder needs for a video, by what is decoded and encoded: pixels times frames."""

from vireo_media.core.inspection import Inspection
from vireo_media.core.refused import Refused

# 1920 x 1080 for as long as anything may last (twelve hours at 30 a second, seven at 60); 3840 x
# 2160 for six hours at 30 or three at 60; 7680 x 4320 for an hour and a half at 30. Without it a
# file of few bytes could keep the encoder for days.
MAX_COST = 6 * 10**12


def cost_of(inspection: Inspection, pixels: int = 0) -> int:
    """Pixels times frames, as they are decoded; ``pixels``: of the largest frame there is."""
    video, span = inspection.video, inspection.video_span
    frames = span.frame_rate * span.seconds
    return int(max(pixels, video.width * video.height) * frames)


def check_cost(inspection: Inspection, pixels: int = 0, *, most: int = MAX_COST) -> None:
    """Whether a video that must be encoded can be, in a bounded time: it costs no more than `most`.

    Raises Refused.
    """
    cost = cost_of(inspection, pixels)
    if cost > most:
        share, video = cost / most, inspection.video
        raise Refused(
            "too_large",
            f"The video would keep the encoder too long: {video.width} x {video.height} "
            f"pixels for {inspection.duration / 3600:,.1f} hours at "
            f"{inspection.video_span.frame_rate:,.0f} "
            f"frames a second is {share:,.1f} times the most.",
        )
