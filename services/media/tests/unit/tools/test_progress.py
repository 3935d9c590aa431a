"""How far an encode is, by what ffmpeg reports, and when it has stalled."""

import pytest

from vireo_media.tools.progress import Progress, Stalled


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def report(progress: Progress, frame: int, out_time: str) -> None:
    for line in (f"frame={frame}", f"out_time_us={out_time}", "speed=1.5x", "progress=continue"):
        progress.take(line.encode())


def test_the_share_that_is_done_is_told_and_never_goes_back() -> None:
    told: list[float] = []
    progress = Progress(10.0, told.append)
    for out_time in ("N/A", "0", "2500000", "2500000", "1000000", "5000000", "99000000"):
        report(progress, 1, out_time)
    assert told == [0.25, 0.5, 1.0]


def test_who_makes_no_frame_for_too_long_has_stalled() -> None:
    clock = Clock()
    progress = Progress(10.0, lambda share: None, patience=60.0, clock=clock)
    for second in range(50):
        clock.now += 50
        # A stretch without an output, as of a film whose first minute is dropped, moves too.
        report(progress, second, "0")
        progress.check()
    clock.now += 61
    report(progress, 49, "0")
    with pytest.raises(Stalled):
        progress.check()
