"""Captions whose process dies on the way: nothing is half there, and nothing stays behind."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from vireo_common.database import Database
from vireo_media.core.captions import Source, Track
from vireo_media.storage.captions import CaptionTable
from vireo_media.storage.files import CaptionsTransfer, MediaFiles

FIRST, SECOND = (
    Track("en", "English", f"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\n{word}\n", 2000)
    for word in ("first", "second")
)


class Killed(BaseException):
    """What a process that is killed does not do any more."""


class DyingFiles(MediaFiles):
    """Dies once its files are in place, before the transaction is committed."""

    def publish_captions(self, made: CaptionsTransfer, *, unseen: bool) -> None:
        super().publish_captions(made, unseen=unseen)
        raise Killed


class StuckFiles(DyingFiles):
    """Dies before anything is in place."""

    def publish_captions(self, made: CaptionsTransfer, *, unseen: bool) -> None:
        raise Killed


@pytest.fixture
def stored(stage: Any, tmp_path: Path) -> Any:
    """A stage with a video that is ready."""
    body = tmp_path / "body"
    body.write_bytes(b"body")
    stage.receive(body)
    stage.clean.query("UPDATE Videos SET State = 'ready'")
    stage.clean.query("UPDATE Uploads SET State = 'published'")
    return stage


def die(stage: Any, database: Database, kind: type[MediaFiles], track: Track) -> None:
    table = CaptionTable(database, kind(stage.files.staging, stage.files.blobs))
    with pytest.raises(Killed):
        table.set(stage.hash_path, track)


def captions(stage: Any) -> Sequence[Path]:
    return sorted(path for path in stage.root.rglob("*captions*/**/*") if path.is_file())


@pytest.mark.parametrize("kind", [DyingFiles, StuckFiles])
def test_the_first_ones(stored: Any, media_database: Database, kind: type[MediaFiles]) -> None:
    die(stored, media_database, kind, FIRST)
    assert not stored.captions.has(stored.hash_path, "en")
    assert stored.published_events() == []
    for path in captions(stored):
        os.utime(path, times=(0, path.stat().st_mtime - 120))
    stored.sweep()
    assert captions(stored) == []
    stored.captions.set(stored.hash_path, SECOND)
    assert [path.suffix for path in captions(stored)] == [".m3u8", ".vtt"]


@pytest.mark.parametrize("kind", [DyingFiles, StuckFiles])
def test_in_place_of_others(stored: Any, media_database: Database, kind: type[MediaFiles]) -> None:
    stored.captions.set(stored.hash_path, FIRST)
    die(stored, media_database, kind, SECOND)
    # One of both, and whole; whoever sends it again has what was sent.
    *_, path = captions(stored)
    assert path.read_text() in {FIRST.text, SECOND.text}
    stored.sweep()
    assert len(captions(stored)) == 2
    stored.captions.set(stored.hash_path, SECOND)
    assert path.read_text() == SECOND.text
    rows = stored.clean.query("SELECT Language, Source FROM Captions")
    assert rows == (("en", Source.OWNER),)
