"""A copy is published on the word of its first pictures, and decoded to its end afterwards."""

import threading
from pathlib import Path
from typing import Any

import pytest

from vireo_common.worker import TryLater
from vireo_media.core.uploads import UploadState
from vireo_media.tools.decode import decodes
from vireo_media.worker.steps.encode import NO_SOUND
from vireo_media.worker.verification import WAIT_SECONDS
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


def test_what_is_watched_is_encoded_first(stage: Any, library: Library) -> None:
    """But nothing waits for ever."""
    now = [0.0]
    verifier = stage.verifier(is_encoding=lambda: True, clock=lambda: now[0])
    stage.receive(library.path("plain.mp4"))
    stage.prepare()
    job = stage.verifies.claim()
    with pytest.raises(TryLater):
        verifier.verify(job, threading.Event())
    now[0] += WAIT_SECONDS - 1
    with pytest.raises(TryLater):
        verifier.verify(job, threading.Event())
    now[0] += 1
    verifier.verify(job, threading.Event())
    assert stage.jobs() == []
    # Nor does the next one begin to wait anew.
    stage.receive(library.path("plain.mp4"), "nextone")
    stage.pipeline().prepare(stage.claim(), threading.Event())
    verifier.verify(stage.verifies.claim(), threading.Event())
    assert stage.jobs() == []


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
