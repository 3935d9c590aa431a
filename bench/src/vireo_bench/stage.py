"""What is there before anything is measured."""

from dataclasses import dataclass
from pathlib import Path

import requests

from vireo_bench.references import References
from vireo_bench.scale import Scale
from vireo_bench.seed import Corpus
from vireo_bench.vireo import Vireo
from vireo_client import Client

_PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Stage:
    """A Vireo that is filled, the references beside it, and somebody who is signed in.

    ``film`` was uploaded by ``owner`` and is published under ``film_hash``; ``large`` is yet to be
    uploaded, and so is ``clip``. ``folder`` is for what a figure needs for a while.
    """

    scale: Scale
    folder: Path
    vireo: Vireo
    references: References
    corpus: Corpus
    owner: Client
    film_hash: str
    large: Path
    clip: Path

    @property
    def public(self) -> Path:
        """Where Vireo keeps what its gateway serves."""
        return self.vireo.layout.media / "public"

    @property
    def film(self) -> str:
        """The published film's file, below ``public``."""
        return f"videos/{self.film_hash[:2]}/{self.film_hash}.mp4"

    @property
    def thumbnail(self) -> str:
        """Its thumbnail, below ``public``."""
        return f"thumbnails/{self.film_hash[:2]}/{self.film_hash}.jpg"


def fetch(url: str, token: str = "") -> bytes:
    """The body of an answer that must be 200."""
    headers = {"Authorization": token} if token else {}
    answer = requests.get(url, headers=headers, timeout=_PATIENCE_SECONDS)
    assert answer.status_code == 200, f"{answer.status_code} from {url}: {answer.text[:300]}"
    return answer.content
