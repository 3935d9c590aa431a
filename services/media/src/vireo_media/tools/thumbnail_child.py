"""Pick one frame of a video with OpenCV, and print when it is shown: a process of `thumbnail`.

Run as `python -I thumbnail_child.py <video> <seconds> <darkest> <brightest> <deviation>`, the last
three of 255: what a frame has that shows something. Prints seconds from the first frame on. Exit
code 0: printed. 3: no frame could be decoded.

It only looks: OpenCV takes colours without tags for BT.601, converts HDR by itself, and knows
nothing of pixels that are not square or of mirrored frames. ffmpeg makes the JPEG.

A random frame is taken; if it is black or empty, another one. Where random ones don't find a
good one (ten minutes of black before the first scene), frames spread evenly over the video are
looked at, finer and finer while the time lasts, and the best one seen is taken.
"""

import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

NO_FRAME = 3

_RANDOM_TRIES = 6
# Halves, quarters ... down to 1/64 of the video.
_FINEST_STEP = 64
# A short video is read through instead: no seeking, and nothing is missed.
_READ_THROUGH_FRAMES = 1500
_LOOKED_AT_SIDE = 160

Frame = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Thresholds:
    """Of the pixels of a frame that shows something, from 0 to 255."""

    darkest_mean: float
    brightest_mean: float
    least_deviation: float


def score(frame: Frame, shown: Thresholds) -> tuple[bool, float]:
    """Return whether a frame shows something, and how much: contrast, then sharpness."""
    height, width = frame.shape[:2]
    factor = _LOOKED_AT_SIDE / max(height, width)
    small = frame
    if factor < 1:
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        small = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.float64)
    mean, deviation = float(grey.mean()), float(grey.std())
    detail = float(np.abs(cv2.Laplacian(grey, cv2.CV_64F)).mean())
    good = shown.darkest_mean <= mean <= shown.brightest_mean
    good = good and deviation >= shown.least_deviation
    return good, deviation + min(detail, deviation)


class Picker:
    """Keeps the best frame seen, and knows when it may stop."""

    def __init__(self, seconds: float, shown: Thresholds) -> None:
        self._shown = shown
        self._end = time.monotonic() + seconds
        self._best_score = -1.0
        self.best: float | None = None

    @property
    def out_of_time(self) -> bool:
        return time.monotonic() > self._end

    def look(self, frame: Frame, at: float) -> bool:
        """Take a frame into account. Returns True if it is good enough to stop."""
        good, value = score(frame, self._shown)
        if good or value > self._best_score:
            self._best_score, self.best = value, at
        return good


def shown_at(video: cv2.VideoCapture) -> float:
    """Return when the frame that was read last is shown, in seconds from the first one on."""
    return float(video.get(cv2.CAP_PROP_POS_MSEC)) / 1000


def positions(count: int, pick: random.Random) -> Iterator[int]:
    """Yield frame numbers: random ones first, then an ever finer grid."""
    for _ in range(min(_RANDOM_TRIES, count)):
        yield pick.randrange(count)
    step = 2
    while step <= _FINEST_STEP:
        parts = list(range(1, step, 2))
        pick.shuffle(parts)
        yield from (count * part // step for part in parts)
        step *= 2


def pick_by_seeking(video: cv2.VideoCapture, count: int, picker: Picker) -> bool:
    """Look at frames here and there. Returns True once a good one is found."""
    for position in positions(count, random.SystemRandom()):
        if picker.out_of_time and picker.best is not None:
            return True
        video.set(cv2.CAP_PROP_POS_FRAMES, position)
        found, frame = video.read()
        if found and picker.look(frame, shown_at(video)):
            return True
    return False


def pick_by_reading(video: cv2.VideoCapture, picker: Picker) -> None:
    """Look at every frame from the start, until one is good or time is up."""
    video.set(cv2.CAP_PROP_POS_FRAMES, 0)
    for _ in range(_READ_THROUGH_FRAMES):
        found, frame = video.read()
        if not found or picker.look(frame, shown_at(video)) or picker.out_of_time:
            return


def main(source: str, seconds: float, shown: Thresholds) -> int:
    cv2.setNumThreads(1)
    video = cv2.VideoCapture(source, cv2.CAP_FFMPEG)
    if not video.isOpened():
        return NO_FRAME
    picker = Picker(seconds, shown)
    # A browser's recording has a negative number.
    count = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
    found = count > 0 and pick_by_seeking(video, count, picker)
    if not found and (count <= _READ_THROUGH_FRAMES or picker.best is None):
        pick_by_reading(video, picker)
    video.release()
    if picker.best is None:
        return NO_FRAME
    sys.stdout.write(f"{picker.best:.6f}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], float(sys.argv[2]), Thresholds(*map(float, sys.argv[3:]))))
