"""How much memory the programs of a Vireo have over time, and whether it stays so."""

import statistics
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vireo_bench.vireo import Vireo, command

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


class Watch:
    """Looks at every process again and again, in a thread of its own, until it is left."""

    def __init__(self, vireo: Vireo, every: float) -> None:
        self._vireo = vireo
        self._every = every
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._problem: BaseException | None = None
        self.samples: list[Sample] = []
        self.measure = ""

    def __enter__(self) -> "Watch":
        self.measure = "PSS" if _readable(self._vireo) else "RSS"
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        if self._problem is not None:
            raise self._problem

    def _look(self) -> None:
        try:
            while not self._ended.wait(self._every):
                self.samples.append(sample(self._vireo, proportional=self.measure == "PSS"))
        except (OSError, ValueError) as problem:
            # A Vireo without a supervisor, for one; who waits for the load hears of it at its end.
            self._problem = problem


def sample(vireo: Vireo, *, proportional: bool) -> Sample:
    """Look once."""
    programs: dict[str, int] = {}
    for pid, of in vireo.processes().items():
        name = _name(pid, of)
        read = pss if proportional else rss
        programs[name] = programs.get(name, 0) + read(pid)
    return Sample(time.time(), programs)


def _name(pid: int, of: str) -> str:
    """The program that a process belongs to; ``of`` is the command under the supervisor."""
    found = next((name for word, name in _NAMES.items() if word in of), _SUPERVISOR)
    if found == "media worker" and "vireo_media.worker" not in command(pid):
        return TOOLS
    return found


def _readable(vireo: Vireo) -> bool:
    """Whether shared pages can be told apart: not of another user's processes."""
    try:
        for pid in vireo.processes():
            pss(pid)
    except PermissionError:
        return False
    return True


def pss(pid: int) -> int:
    """Bytes, a page that several have shared out among them; 0 where the process has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def rss(pid: int) -> int:
    """Bytes, a shared page in each that has it; 0 where the process has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:"))


def courses(samples: Sequence[Sample], began: float, ended: float, *, judge: bool) -> list[Course]:
    """The course of each program, and of Vireo as a whole, while the load was there.

    What MariaDB has is told and not judged: it keeps pages that it has read until its pool is full,
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
