"""How much memory the programs of a Vireo use over time, and whether it grows."""

import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

from vireo_harness.processes import command, pss, rss
from vireo_harness.threads import running_threads
from vireo_harness.vireo import Vireo

MIB = 1 << 20
DATABASE = "MariaDB"
# Programs that end within seconds: ffmpeg, ffprobe, and the decoder of images.
TOOLS = "tools of the media worker"
VIREO = "Vireo"
_NAMES = {
    "mariadbd": DATABASE,
    "nginx": "gateway",
    "vireo_auth.app": "auth",
    "vireo_catalog.app": "catalog",
    "vireo_community.app": "community",
    "vireo_media.app": "media",
    "vireo_auth.worker": "auth worker",
    "vireo_catalog.worker": "catalog worker",
    "vireo_community.worker": "community worker",
    "vireo_community.stream": "community stream",
    "vireo_courier": "courier",
    "vireo_media.worker": "media worker",
    "vireo_media.spool": "spool",
}
_SUPERVISOR = "supervisor"
# By how much a program may be larger in the last quarter of a load than in the second: a share, for
# what is kept for each connection, thread and key; and some MiB, for what the allocator retains and
# for a worker that does something late for the first time (auth grew by six MiB in minute three).
SHARE_MORE, MIB_MORE = 0.02, 8.0
_LEAST_SAMPLES = 16


@dataclass(frozen=True)
class Sample:
    """Bytes of each program at one moment (seconds since the epoch)."""

    at: float
    programs: dict[str, int]

    @property
    def vireo(self) -> int:
        """All of Vireo's long-running programs, without the database."""
        others = {DATABASE, TOOLS}
        return sum(size for name, size in self.programs.items() if name not in others)


@dataclass(frozen=True)
class Trend:
    """The memory of a program over time, in MiB: medians of quarters, the peak, and the slope.

    The slope, in MiB a minute, is the linear regression's over all quarters but the first.
    ``flat`` is None where it is not judged.
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
    """Samples of all processes; ``measure`` is PSS or RSS."""

    measure: str
    samples: list[Sample] = field(default_factory=list)


@contextmanager
def watched(vireo: Vireo, every: float) -> Iterator[Watch]:
    """Sample every so many seconds until the end of the ``with``, in a thread of its own."""
    watch = Watch("PSS" if _readable(vireo) else "RSS")
    read = pss if watch.measure == "PSS" else rss

    def look(_: int, stop: threading.Event) -> None:
        while not stop.wait(every):
            programs: Counter[str] = Counter()
            for pid, program in vireo.processes().items():
                programs[_name(pid, program)] += read(pid)
            watch.samples.append(Sample(time.time(), dict(programs)))

    with running_threads(1, look):
        yield watch


def _name(pid: int, program: str) -> str:
    """What a process belongs to; ``program`` is the command under the supervisor."""
    found = next((name for word, name in _NAMES.items() if word in program), _SUPERVISOR)
    if found == "media worker" and "vireo_media.worker" not in command(pid):
        return TOOLS
    return found


def _readable(vireo: Vireo) -> bool:
    """Whether PSS can be read: not of another user's processes."""
    try:
        for pid in vireo.processes():
            pss(pid)
    except psutil.AccessDenied:
        return False
    return True


def trends(samples: Sequence[Sample], began: float, ended: float, *, judge: bool) -> list[Trend]:
    """The trend of each program, and of Vireo as a whole, while the load was there.

    MariaDB is reported and not judged: it keeps pages that it has read until its pool is full,
    which is a setting. Tools come and go.
    """
    within = [sample for sample in samples if began <= sample.at < ended]
    if len(within) < 4:
        return []
    names = sorted({name for sample in within for name in sample.programs})
    others = [name for name in (DATABASE, TOOLS) if name in names]
    judged = [*(name for name in names if name not in others), VIREO]

    def sizes(name: str) -> list[tuple[float, int]]:
        return [(s.at, s.vireo if name == VIREO else s.programs.get(name, 0)) for s in within]

    return [
        trend(name, sizes(name), began, ended, judge=judge and name in judged)
        for name in [*judged, *others]
    ]


def trend(
    program: str,
    sizes: Sequence[tuple[float, int]],
    began: float,
    ended: float,
    *,
    judge: bool,
) -> Trend:
    """The trend of one program; ``sizes`` are moments and bytes, in their order."""
    quarter = (ended - began) / 4
    quarters: list[list[float]] = [[], [], [], []]
    for at, size in sizes:
        quarters[min(3, int((at - began) / quarter))].append(size / MIB)
    first, second, _, last = (statistics.median(part) if part else 0.0 for part in quarters)
    allowed = second * (1 + SHARE_MORE) + MIB_MORE
    settled = [(at, size / MIB) for at, size in sizes if at >= began + quarter]
    enough = len(sizes) >= _LEAST_SAMPLES and all(quarters)
    return Trend(
        program=program,
        first=first,
        second=second,
        last=last,
        most=max(size for _, size in sizes) / MIB,
        slope=slope(settled) * 60,
        allowed=allowed,
        # With too few samples to judge, it counts as not flat.
        flat=(enough and last <= allowed) if judge else None,
    )


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The slope of the linear regression of the points."""
    if len({x for x, _ in points}) < 2:
        return 0.0
    return statistics.linear_regression([x for x, _ in points], [y for _, y in points]).slope
