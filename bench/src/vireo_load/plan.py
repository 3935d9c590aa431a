"""The input of the program that makes the traffic, which the command writes."""

from pathlib import Path

from pydantic import BaseModel

from vireo_load.scale import Scale


class Film(BaseModel):
    """A film that was uploaded before the load, and its files as the gateway serves them."""

    hash_path: str
    title: str
    file: Path
    thumbnail: Path


class Clip(BaseModel):
    """What members upload; sizes in pixels as displayed, ``seconds`` of length."""

    file: Path
    width: int
    height: int
    seconds: float


class Plan(Scale):
    """One run: its scale, and what is there.

    ``shown`` holds, for some hash paths, what ``GET /v/<hash>`` must say of them; ``words`` has for
    each band (rare, medium, common) words, and in how many videos they stand. ``public`` is where
    the gateway's files are. ``records`` is the file for what came of every request.
    """

    url: str
    seed: int
    films: list[Film]
    playable: Clip
    foreign: Clip
    shown: dict[str, dict[str, object]]
    words: dict[str, dict[str, int]]
    public: Path
    records: Path


# The shares of all videos in which a word of each band stands.
_BANDS = {"medium": (0.005, 0.05), "common": (0.2, 1.0)}
_RARE_TEXTS = (1, 40)
_WORDS_OF_A_BAND = 200


def words_of(texts_with: dict[str, int], videos: int) -> dict[str, dict[str, int]]:
    """Some words of each band, and in how many videos each stands."""
    bands = {name: (low * videos, high * videos) for name, (low, high) in _BANDS.items()}
    bands["rare"] = _RARE_TEXTS
    found: dict[str, dict[str, int]] = {}
    for name, (low, high) in bands.items():
        words = sorted(word for word, texts in texts_with.items() if low <= texts <= high)
        step = max(1, len(words) // _WORDS_OF_A_BAND)
        found[name] = {word: texts_with[word] for word in words[::step]}
        assert found[name], f"no word is {name}"
    return found
