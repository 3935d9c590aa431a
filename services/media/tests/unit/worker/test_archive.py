"""The ZIP that grows in pieces."""

import itertools
import stat
import zipfile
from pathlib import Path

import pytest

from vireo_media.worker.archive import new_archive


class Full(Exception):
    """The disk has no room any more."""


def nothing() -> None:
    """Go on."""


def test_entries_come_back_and_are_stored_as_they_are(tmp_path: Path) -> None:
    body = tmp_path / "body"
    body.write_bytes(bytes(range(256)) * 9000)
    path = tmp_path / "a.zip"
    with new_archive(path, nothing) as made:
        made.add_text("README.txt", "hällo\n")
        made.add_json("account.json", {"fname": "Zoë"})
        with body.open("rb") as source:
            begun = source.read(5)
            made.add_file("videos/1 漢字.mp4", source, body.stat().st_size, begun)
    assert made.size == path.stat().st_size
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    with zipfile.ZipFile(path) as found:
        assert found.testzip() is None
        assert {entry.compress_type for entry in found.infolist()} == {zipfile.ZIP_STORED}
        assert found.read("README.txt").decode() == "hällo\n"
        assert found.read("account.json").decode() == '{\n  "fname": "Zoë"\n}\n'
        assert found.read("videos/1 漢字.mp4") == body.read_bytes()


def test_what_is_longer_than_a_plain_zip_can_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 4 GiB made small; a reader that knows the real limit reads it."""
    body, path = tmp_path / "body", tmp_path / "a.zip"
    body.write_bytes(b"x" * 5000)
    with monkeypatch.context() as patch:
        patch.setattr(zipfile, "ZIP64_LIMIT", 1000)
        with new_archive(path, nothing) as made:
            for number in range(3):
                with body.open("rb") as source:
                    made.add_file(f"{number}.mp4", source, body.stat().st_size)
    with zipfile.ZipFile(path) as found:
        assert found.testzip() is None
        assert [found.read(entry) for entry in found.infolist()] == [body.read_bytes()] * 3
    assert b"PK\x06\x06" in path.read_bytes(), "the end record of ZIP64"


def test_it_asks_before_each_piece_and_holds_no_more_than_one(tmp_path: Path) -> None:
    body, path = tmp_path / "body", tmp_path / "a.zip"
    body.write_bytes(b"x" * 5500)
    sizes: list[int] = []

    def pause() -> None:
        sizes.append(path.stat().st_size)
        if len(sizes) == 4:
            raise Full

    with (
        pytest.raises(Full),
        body.open("rb") as source,
        new_archive(path, pause, piece_bytes=1000, sync_bytes=1) as made,
    ):
        made.add_file("1.mp4", source, body.stat().st_size)
    assert [later - earlier for earlier, later in itertools.pairwise(sizes[1:])] == [1000, 1000]


def test_nothing_is_written_over(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_text("somebody else's")
    with pytest.raises(FileExistsError), new_archive(path, nothing):
        pass
    assert path.read_text() == "somebody else's"
