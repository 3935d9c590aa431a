"""Removing what media has of a video, on stores in memory."""

import pytest

from vireo_media.core.removal import Removal

HASH_PATH = "aB3dE6g"


class Shelf:
    """Uploads, or files, in memory; ``done`` is shared, so that it shows the order."""

    def __init__(self, name: str, done: list[tuple[str, str]], *kept: str) -> None:
        self._name = name
        self._done = done
        self.kept = set(kept)

    def forget(self, hash_path: str) -> None:
        self._done.append((self._name, hash_path))
        self.kept.discard(hash_path)

    remove = forget


def removal() -> tuple[Removal, Shelf, Shelf, list[tuple[str, str]]]:
    done: list[tuple[str, str]] = []
    uploads = Shelf("row", done, HASH_PATH, "another")
    files = Shelf("files", done, HASH_PATH, "another")
    return Removal(uploads, files), uploads, files, done


def test_the_row_goes_before_the_files() -> None:
    remove, uploads, files, done = removal()
    remove(HASH_PATH)
    assert done == [("row", HASH_PATH), ("files", HASH_PATH)]
    assert uploads.kept == files.kept == {"another"}


def test_twice_is_once() -> None:
    remove, uploads, files, _ = removal()
    remove(HASH_PATH)
    remove(HASH_PATH)
    assert uploads.kept == files.kept == {"another"}


def test_files_that_an_earlier_try_left_go_without_their_row() -> None:
    remove, uploads, files, _ = removal()
    uploads.kept.discard(HASH_PATH)
    remove(HASH_PATH)
    assert files.kept == {"another"}


@pytest.mark.parametrize(
    "hash_path",
    [
        "",
        "aB3dE6",
        "aB3dE6gh",
        "aB3dE6g\n",
        "aB3dE6*",
        "*",
        "../aB3d",
        "aB3dE6\u00e9",
        "aB3dE6\u0664",
    ],
)
def test_what_is_no_hash_path_touches_nothing(hash_path: str) -> None:
    remove, _, _, done = removal()
    remove(hash_path)
    assert done == []
