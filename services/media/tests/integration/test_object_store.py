"""The worker on a store that can only put, get and delete whole blobs: no path, rename or link."""

import threading
from typing import Any

import pytest

from vireo_media.core.uploads import UploadState
from vireo_media.storage.blobs import original, thumbnail, video
from vireo_media.storage.files import MediaFiles
from vireo_testing.clips import Library


@pytest.fixture
def stage(stage: Any, object_store: Any) -> Any:
    """With that store in place of the media folder's."""
    stage.files = MediaFiles(stage.files.staging, object_store)
    return stage


def test_from_a_body_to_a_published_copy(stage: Any, object_store: Any, library: Library) -> None:
    clip = library.path("plain.mp4")
    upload_id = stage.receive(clip)
    stage.prepare()

    assert stage.state() is UploadState.PUBLISHED
    assert stage.left() == set(), "no local file stays"
    kept = original(stage.hash_path, upload_id)
    assert set(object_store.blobs) == {
        kept,
        video(stage.hash_path),
        thumbnail(stage.hash_path),
    }
    assert object_store.blobs[kept].content == clip.read_bytes()
    assert object_store.done[-4:] == [
        "transfer video",
        "transfer thumbnail",
        "commit thumbnail",
        "commit video",
    ], "what takes long before what is in the transaction"
    version = stage.catalog.calls[-1].body["thumbnail_version"]
    assert version == object_store.version(thumbnail(stage.hash_path))
    stage.verify()
    assert stage.state() is UploadState.PUBLISHED


def test_from_an_original_to_a_published_film(
    stage: Any, object_store: Any, library: Library
) -> None:
    stage.receive(library.path("vp8.webm"))
    stage.prepare()
    assert stage.left() == set()
    assert stage.state() is UploadState.STORED
    stage.pipeline().encode(stage.claim_encode(), threading.Event())
    assert stage.state() is UploadState.PUBLISHED
    assert stage.left() == set()
    assert object_store.blobs[video(stage.hash_path)].content[4:8] == b"ftyp"


def test_a_job_that_is_done_again_finds_the_body_in_the_store(
    stage: Any, object_store: Any, library: Library
) -> None:
    upload_id = stage.receive(library.path("plain.mp4"))
    stage.files.keep(stage.hash_path, upload_id)
    stage.files.staging.discard(stage.hash_path, upload_id)
    stage.prepare()
    assert stage.state() is UploadState.PUBLISHED


def test_a_deletion_and_a_sweep_leave_nothing(
    stage: Any, object_store: Any, library: Library
) -> None:
    stage.receive(library.path("plain.mp4"))
    stage.prepare()
    stage.sweep()
    assert len(object_store.blobs) == 3
    stage.clean.query("DELETE FROM Uploads")
    stage.sweep()
    assert object_store.blobs == {}
    stage.receive(library.path("plain.mp4"))
    stage.prepare()
    stage.delete()
    assert (object_store.blobs, stage.left()) == ({}, set())
