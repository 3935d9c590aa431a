"""What the figures are measured on."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import requests

from vireo_bench.references import References
from vireo_bench.scale import Scale
from vireo_client import Client
from vireo_harness.processes import below, command
from vireo_harness.testbed import Testbed

_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Setup(Testbed):
    """A full Vireo, the references beside it, and somebody who is signed in.

    ``owner`` has published a film under ``film_hash``; ``large`` is yet to be uploaded, and so is
    ``clip``.
    """

    scale: Scale
    references: References
    owner: Client
    film_hash: str
    large: Path
    clip: Path


def idle(setup: Setup) -> None:
    """Wait until nothing is left to do of what was uploaded: it would be measured too."""
    until = time.monotonic() + _PATIENCE_SECONDS
    with setup.vireo.database() as connection, connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT COUNT(*) FROM Jobs WHERE State <> 'quarantined'")
            ((left,),) = cursor.fetchall()
            working = any("ffmpeg" in name for name in _children(setup))
            if not left and not working:
                return
            assert time.monotonic() < until, f"{left} jobs are left"
            time.sleep(0.05)


def _children(setup: Setup) -> Iterator[str]:
    """The commands of what the media workers have started."""
    for pid, program in setup.vireo.processes().items():
        if "media.worker" in program:
            yield from map(command, below(pid))


def leave_stream(setup: Setup) -> None:
    """Have no stream made of what was uploaded: it would take minutes, beside what is measured."""
    with setup.vireo.database() as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM Jobs WHERE Queue = 'renditions'")
    idle(setup)


def fetch(url: str, token: str = "") -> bytes:
    """The body of an answer that must be 200."""
    headers = {"Authorization": token} if token else {}
    answer = requests.get(url, headers=headers, timeout=_PATIENCE_SECONDS)
    assert answer.status_code == 200, f"{answer.status_code} from {url}: {answer.text[:300]}"
    return answer.content
