"""How much memory the programs of a Vireo have over time, and whether it stays so."""

import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

from vireo_harness.crowd import crowd
from vireo_harness.processes import command, pss, rss
from vireo_harness.vireo import Vireo

MIB = 1 << 20
DATABASE = "MariaDB"
# Programs that end by themselves, in seconds: ffmpeg, ffprobe, and the reader of pictures.
TOOLS = "tools of the media worker"
VIREO = "Vireo"
_NAMES = {
    "mariadbd": DATABASE,
    "nginx": "gateway",
    "vireo_auth.app": "auth",
    "vireo_catalog.app": "catalog",
    "vireo_media.app": "media",
    "vireo_auth.worker": "auth worker",
    "vireo_courier": "courier",
    "vireo_media.worker": "media worker",
    "vireo_media.spool": "spool",
}
_SUPERVISOR = "supervisor"
# What a program may have more in the last quarter of a load than in the second one. A share, for
# what is kept of every connection, thread and key; and some MiB, for what the allocator holds back.
# A worker that comes late to what it has not done before takes some MiB once: six, in auth, in the
# third minute, were seen.
SHARE_MORE, MIB_MORE = 0.02, 8.0
_LEAST_SAMPLES = 16


@dataclass(frozen=True)
class Sample:
    """Bytes of each program at one moment (seconds since the epoch)."""

    at: float
    programs: dict[str, int]

    @property
    def vireo(self) -> int:
        """All of Vireo's lasting programs, without the database."""
        others = {DATABASE, TOOLS}
        return sum(size for name, size in self.programs.items() if name not in others)


@dataclass(frozen=True)
class Course:
    """How the memory of a program went, in MiB: medians of quarters, the most, and the slope.

    The slope, in MiB a minute, is that of the straight line that lies nearest to the samples of all
    quarters but the first. ``flat`` is None where it is not judged.
    """

    program: str
    first: float
    second: float
    last: float
    most: float
    slope: float
    allowed: float
    flat: bool | None


@dataclass
class Watch:
    """What was seen of all processes; ``measure`` is PSS or RSS."""

    measure: str
    samples: list[Sample] = field(default_factory=list)


@contextmanager
def watched(vireo: Vireo, every: float) -> Iterator[Watch]:
    """Look every so many seconds until the end of the ``with``, in a thread of its own."""
    watch = Watch("PSS" if _readable(vireo) else "RSS")
    read = pss if watch.measure == "PSS" else rss

    def look(_: int, stop: threading.Event) -> None:
        while not stop.wait(every):
            programs: Counter[str] = Counter()
            for pid, program in vireo.processes().items():
                programs[_name(pid, program)] += read(pid)
            watch.samples.append(Sample(time.time(), dict(programs)))

    with crowd(1, look):
        yield watch


def _name(pid: int, program: str) -> str:
    """What a process belongs to; ``program`` is the command under the supervisor."""
    found = next((name for word, name in _NAMES.items() if word in program), _SUPERVISOR)
    if found == "media worker" and "vireo_media.worker" not in command(pid):
        return TOOLS
    return found


def _readable(vireo: Vireo) -> bool:
    """Whether shared pages can be told apart: not of another user's processes."""
    try:
        for pid in vireo.processes():
            pss(pid)
    except psutil.AccessDenied:
        return False
    return True


def courses(samples: Sequence[Sample], began: float, ended: float, *, judge: bool) -> list[Course]:
    """The course of each program, and of Vireo as a whole, while the load was there.

    MariaDB is reported and not judged: it keeps pages that it has read until its pool is full,
    which is a setting. Tools come and go.
    """
    within = [sample for sample in samples if began <= sample.at < ended]
    if len(within) < 4:
        return []
    names = sorted({name for sample in within for name in sample.programs})
    found = []
    for name in [*(name for name in names if name not in {DATABASE, TOOLS}), VIREO]:
        sizes = [(s.at, s.vireo if name == VIREO else s.programs.get(name, 0)) for s in within]
        found.append(course(name, sizes, began, ended, judge=judge))
    for name in (DATABASE, TOOLS):
        if name in names:
            sizes = [(sample.at, sample.programs.get(name, 0)) for sample in within]
            found.append(course(name, sizes, began, ended, judge=False))
    return found


def course(
    program: str,
    sizes: Sequence[tuple[float, int]],
    began: float,
    ended: float,
    *,
    judge: bool,
) -> Course:
    """The course of one program; ``sizes`` are moments and bytes, in their order."""
    quarter = (ended - began) / 4
    quarters: list[list[float]] = [[], [], [], []]
    for at, size in sizes:
        quarters[min(3, int((at - began) / quarter))].append(size / MIB)
    first, second, _, last = (statistics.median(part) if part else 0.0 for part in quarters)
    allowed = second * (1 + SHARE_MORE) + MIB_MORE
    settled = [(at, size / MIB) for at, size in sizes if at >= began + quarter]
    enough = len(sizes) >= _LEAST_SAMPLES and all(quarters)
    return Course(
        program=program,
        first=first,
        second=second,
        last=last,
        most=max(size for _, size in sizes) / MIB,
        slope=slope(settled) * 60,
        allowed=allowed,
        # Where it should be judged and can't be, it is not flat: nobody has seen that it is.
        flat=(enough and last <= allowed) if judge else None,
    )


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The slope of the straight line that lies nearest to the points, by least squares."""
    if len({x for x, _ in points}) < 2:
        return 0.0
    return statistics.linear_regression([x for x, _ in points], [y for _, y in points]).slope
