"""A copy is published on the word of its first pictures, and decoded to its end afterwards."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from vireo_common.worker import TryLater
from vireo_media.core.uploads import UploadState
from vireo_media.storage.blobs import Key
from vireo_media.tools.decode import decodes
from vireo_media.worker.steps.encode import NO_SOUND
from vireo_testing import kinds
from vireo_testing.clips import Library


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    path = tmp_path / "damaged.mp4"
    kinds.damaged(path)
    return path


def encode(stage: Any) -> None:
    stage.pipeline().encode(stage.claim_encode(), threading.Event())


def test_a_whole_copy_stays(stage: Any, library: Library) -> None:
    upload_id = stage.receive(library.path("plain.mp4"))
    stage.prepare()

    stage.verify()

    assert stage.state() is UploadState.PUBLISHED
    assert stage.left() == stage.published(upload_id)
    assert stage.jobs() == []


def test_a_film_that_is_moved_meanwhile_is_not_damaged(
    stage: Any, damaged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a moderator's decision moves it."""
    stage.receive(damaged)
    stage.prepare()
    video = stage.paths.video(stage.hash_path)
    aside = video.with_name("aside")
    fetch = stage.files.blobs.fetch

    @contextmanager
    def moved(key: Key) -> Iterator[Path]:
        with fetch(key) as path:
            path.rename(aside)
            yield path

    monkeypatch.setattr(stage.files.blobs, "fetch", moved)
    with pytest.raises(TryLater):
        stage.verify()
    assert stage.jobs() == [("verify", "running", 1)]
    assert stage.state() is UploadState.PUBLISHED


def test_a_damaged_copy_is_served_until_it_is_encoded(stage: Any, damaged: Path) -> None:
    upload_id = stage.receive(damaged)
    stage.prepare()
    video = stage.paths.video(stage.hash_path)
    assert not decodes(video, 4.0)

    stage.verify()
    assert video.exists()
    assert stage.jobs() == [("encode", "queued", 0)]
    # What is made of it is not a leftover, however long it takes.
    assert stage.state() is UploadState.STORED

    encode(stage)
    assert stage.state() is UploadState.PUBLISHED
    assert decodes(video, 4.0)
    assert stage.left() == stage.published(upload_id)
    assert stage.told()[-1] == "ready"
    assert stage.jobs() == []


def test_a_video_deleted_while_its_copy_is_decoded_leaves_nothing(
    stage: Any, library: Library
) -> None:
    stage.receive(library.path("plain.mp4"))
    stage.prepare()

    stage.delete()

    assert stage.left() == set()
    assert stage.jobs() == []


def test_pictures_that_an_encode_copied_are_decoded_too(stage: Any, library: Library) -> None:
    stage.receive(library.path("film.mkv"))
    stage.prepare()
    encode(stage)
    assert stage.jobs() == [("verify", "queued", 0)]

    stage.verify()
    assert stage.jobs() == []


def test_the_owner_is_told_of_sound_that_is_missing(stage: Any, tmp_path: Path) -> None:
    path = tmp_path / "unknown.mov"
    kinds.unknown_sound(path)
    stage.receive(path)
    stage.prepare()
    encode(stage)

    report = stage.catalog.calls[-1].body
    assert (report["state"], report["reason"]) == ("ready", NO_SOUND)
