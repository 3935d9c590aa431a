"""Every hostile file has its outcome, in time, in bounds, and leaves the bait alone."""

import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from vireo_media.core.refused import Refused
from vireo_media.tools import sandbox
from vireo_media.tools.encoder import TranscodeFailed
from vireo_media.tools.probe import inspect
from vireo_media.worker.steps.encode import make_film
from vireo_media.worker.steps.tools import Tools
from vireo_testing.bait import Bait
from vireo_testing.hostile_files import HOSTILE_FILES, Entry, Outcome, make

MEMORY = 1 << 30


class Children:
    """What the real sandbox says of each child: its peak memory, and whether its time ran out."""

    def __init__(self) -> None:
        self.peaks: list[int] = []
        self.out_of_time: list[sandbox.TimeLimit] = []

    def run(self, *arguments: Any, **named: Any) -> sandbox.Completed:
        try:
            done = sandbox.run(*arguments, **named)
        except sandbox.TimeLimit as error:
            self.out_of_time.append(error)
            raise
        self.peaks.append(done.peak_memory)
        return done


def outcome(path: Path, children: Children) -> str:
    try:
        inspect(path, run=children.run)
    except Refused as refused:
        assert refused.reason.endswith(".")
        return refused.code
    return "taken"


@pytest.mark.parametrize("entry", HOSTILE_FILES, ids=lambda entry: entry.name)
def test_outcome(entry: Entry, hostile_folder: Path, bait: Bait) -> None:
    path = make(entry, hostile_folder, bait)
    bait.touched()
    children = Children()
    found = outcome(path, children)
    assert children.out_of_time == []
    allowed = {
        Outcome.UNSUPPORTED: {"unsupported_media"},
        Outcome.TOO_LARGE: {"too_large"},
        Outcome.REFUSED: {"unsupported_media", "too_large"},
        Outcome.EITHER: {"unsupported_media", "too_large", "taken"},
    }
    assert found in allowed[entry.outcome]
    assert max(children.peaks, default=0) < MEMORY
    assert bait.touched() == []


@pytest.mark.parametrize(
    "entry",
    [entry for entry in HOSTILE_FILES if entry.outcome is Outcome.EITHER],
    ids=lambda entry: entry.name,
)
def test_what_is_taken_is_encoded_without_touching_the_bait(
    entry: Entry, hostile_folder: Path, bait: Bait, tmp_path: Path
) -> None:
    path = make(entry, hostile_folder, bait)
    bait.touched()
    target = tmp_path / "out.mp4"
    try:
        make_film(path, target, Tools())
    except (Refused, TranscodeFailed, sandbox.LimitExceeded):
        assert not target.exists()
    assert bait.touched() == []


def test_the_bait_notices(bait: Bait) -> None:
    """Otherwise the tests above could not fail."""
    bait.touched()
    bait.video.read_bytes()
    assert bait.touched() == ["opened private.mp4"]
    address = urlsplit(bait.url)
    socket.create_connection((address.hostname, address.port), 5).close()
    assert bait.touched() == ["connected"]


def test_names_are_unique() -> None:
    assert len({entry.name for entry in HOSTILE_FILES}) == len(HOSTILE_FILES)
