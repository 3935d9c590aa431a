"""Whether memory is flat."""

import os
import random
import subprocess

from vireo_harness import processes
from vireo_load import memory
from vireo_load.memory import DATABASE, MIB, MIB_MORE, SHARE_MORE, TOOLS, VIREO, Sample, Trend

SECONDS = 160


def judged(sizes: list[float], *, judge: bool = True, last: int = SECONDS) -> Trend:
    """The trend of one size in MiB for each second of a day."""
    points = [(1000.0 + n, int(size * MIB)) for n, size in enumerate(sizes)]
    return memory.trend("auth", points, 1000.0, 1000.0 + last, judge=judge)


def test_what_stays_the_same_is_flat() -> None:
    chance = random.Random(3)
    found = judged([100 + chance.uniform(-2, 2) for _ in range(SECONDS)])
    assert found.flat is True
    assert abs(found.slope) < 1
    assert found.allowed == found.second * (1 + SHARE_MORE) + MIB_MORE


def test_what_grows_all_the_time_is_not_flat() -> None:
    # From the second quarter's middle to the last one's are 80 s.
    per_second = (100 * SHARE_MORE + MIB_MORE + 3) / 80
    found = judged([100 + per_second * n for n in range(SECONDS)])
    assert found.flat is False
    assert 0.9 < found.slope / (per_second * 60) < 1.1


def test_what_grew_at_first_is_flat() -> None:
    warm = SECONDS // 4
    found = judged([40 + n for n in range(warm)] + [80 + n * 0.01 for n in range(SECONDS - warm)])
    assert found.flat is True
    assert found.first < found.second


def test_a_step_late_in_the_day_is_not_flat() -> None:
    late = SECONDS * 3 // 4
    assert judged([100.0] * late + [130.0] * (SECONDS - late)).flat is False


def test_one_peak_is_told_and_not_judged() -> None:
    found = judged([100.0] * 150 + [400.0] + [100.0] * 9)
    assert (found.flat, found.most) == (True, 400.0)


def test_the_limit_itself_is_allowed() -> None:
    half = SECONDS // 2
    most = 100 * (1 + SHARE_MORE) + MIB_MORE
    assert judged([100.0] * half + [most - 0.01] * half).flat is True
    assert judged([100.0] * half + [most + 0.01] * half).flat is False


def test_who_did_not_look_has_not_seen_that_it_is_flat() -> None:
    assert judged([100.0] * 10, last=10).flat is False
    # Nobody looked in the last quarter.
    assert judged([100.0] * 100).flat is False


def test_the_short_form_judges_nothing() -> None:
    assert judged([float(n) for n in range(SECONDS)], judge=False).flat is None


def samples() -> list[Sample]:
    """auth stays; the database fills its pool; a tool comes for a moment."""
    found = []
    for n in range(SECONDS):
        programs = {"auth": 100 * MIB, "gateway": 10 * MIB, DATABASE: (100 + n) * MIB}
        if n % 20 == 0:
            programs[TOOLS] = 500 * MIB
        found.append(Sample(1000.0 + n, programs))
    return found


def test_the_database_and_tools_are_told_and_not_judged() -> None:
    found = {one.program: one for one in memory.trends(samples(), 1000, 1000 + SECONDS, judge=True)}
    assert list(found) == ["auth", "gateway", VIREO, DATABASE, TOOLS]
    assert found[VIREO].last == 110
    assert found[VIREO].most == 110
    assert [one.flat for one in found.values()] == [True, True, True, None, None]
    assert found[DATABASE].slope > 50


def test_what_was_before_and_after_the_load_does_not_count() -> None:
    before = [Sample(900.0 + n, {"auth": 9000 * MIB}) for n in range(100)]
    after = [Sample(1000.0 + SECONDS + n, {"auth": 9000 * MIB}) for n in range(100)]
    inside = samples()
    assert memory.trends([*before, *inside, *after], 1000, 1000 + SECONDS, judge=True) == (
        memory.trends(inside, 1000, 1000 + SECONDS, judge=True)
    )


def test_without_samples_there_is_nothing_to_tell() -> None:
    assert memory.trends([], 0, 100, judge=True) == []


def test_a_straight_line_has_its_slope() -> None:
    assert memory.slope([(0, 1), (1, 3), (2, 5)]) == 2
    assert memory.slope([(1, 5)]) == memory.slope([]) == 0


def test_a_process_has_memory_until_it_ends() -> None:
    # Not judged is how much: only that both ways see a process, and none that has ended.
    assert 0 < processes.pss(os.getpid()) <= processes.rss(os.getpid()) + MIB
    ended = subprocess.Popen(["true"])
    ended.wait()
    assert processes.pss(ended.pid) == processes.rss(ended.pid) == 0
    processes.reset_peak(ended.pid)
    assert processes.peak_rss(ended.pid) == 0
    assert (processes.below(ended.pid), processes.command(ended.pid)) == ([], "")
