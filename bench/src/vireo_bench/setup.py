"""What the figures are measured on."""

from dataclasses import dataclass
from pathlib import Path

import requests

from vireo_bench.references import References
from vireo_bench.scale import Scale
from vireo_client import Client
from vireo_harness.testbed import Testbed
from vireo_harness.vireo import path_of

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

    @property
    def film(self) -> str:
        """The published film's file, below the public folder."""
        return path_of("videos", self.film_hash)

    @property
    def thumbnail(self) -> str:
        """Its thumbnail, below the public folder."""
        return path_of("thumbnails", self.film_hash)


def fetch(url: str, token: str = "") -> bytes:
    """The body of an answer that must be 200."""
    headers = {"Authorization": token} if token else {}
    answer = requests.get(url, headers=headers, timeout=_PATIENCE_SECONDS)
    assert answer.status_code == 200, f"{answer.status_code} from {url}: {answer.text[:300]}"
    return answer.content
