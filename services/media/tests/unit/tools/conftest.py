"""Hostile files for the tests of the media tools."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from vireo_testing.bait import Bait


@pytest.fixture(scope="session")
def hostile_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This process's own folder: hostile files name this process's bait."""
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="session")
def bait(hostile_folder: Path) -> Iterator[Bait]:
    with Bait(hostile_folder / "private") as laid:
        yield laid
