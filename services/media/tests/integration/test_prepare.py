"""From a body that has arrived to a stored, refused or published upload."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from vireo_common.errors import Code
from vireo_common.jobs import LeaseLost
from vireo_common.worker import TryLater
from vireo_media.core.uploads import UploadState
from vireo_media.storage.files import MediaFiles
from vireo_media.storage.staging import Results, Staging
from vireo_media.worker.pipeline import Pipeline
from vireo_testing.clips import Library
from vireo_testing.neighbours import Call, Neighbour


class FullDisk(Staging):
    """A folder on which no result has room."""

    def results(self, hash_path: str, upload_id: str, lease: str) -> Results:
        made = super().results(hash_path, upload_id, lease)
        if not made.video.is_symlink():
            made.video.symlink_to("/dev/full")
        return made


def full_disk(stage: Any) -> Pipeline:
    """A worker's pipeline there."""
    pipeline: Pipeline = stage.pipeline(files=MediaFiles(FullDisk(stage.root), stage.files.blobs))
    return pipeline


@pytest.fixture
def text(tmp_path: Path) -> Path:
    path = tmp_path / "text.mp4"
    path.write_text("no video " * 1000)
    return path


def test_what_a_browser_plays_is_published(stage: Any, library: Library) -> None:
    clip = library.path("plain.mp4")
    upload_id = stage.receive(clip)

    stage.prepare()

    assert stage.state() is UploadState.PUBLISHED
    assert stage.left() == stage.published(upload_id)
    assert stage.paths.original(stage.hash_path, upload_id).read_bytes() == clip.read_bytes()
    [report] = [call.body for call in stage.catalog.calls]
    assert (report["state"], report["width"], report["height"]) == ("ready", 320, 180)
    assert report["duration"] == pytest.approx(2.0, abs=0.1)
    picture = stage.paths.thumbnail(stage.hash_path).stat()
    assert report["thumbnail_version"] == f"{int(picture.st_mtime):x}-{picture.st_size:x}"
    assert stage.jobs() == [("verify", "queued", 0)]


def test_what_a_browser_does_not_play_is_stored_and_encoded(stage: Any, library: Library) -> None:
    upload_id = stage.receive(library.path("vp8.webm"))

    stage.prepare()
    assert stage.state() is UploadState.STORED
    assert stage.left() == stage.stored(upload_id)

    stage.pipeline().encode(stage.claim_encode(), threading.Event())
    assert stage.state() is UploadState.PUBLISHED
    assert stage.left() == stage.published(upload_id)
    assert stage.told() == ["waiting", "processing", "ready"]
    assert stage.jobs() == []


def test_catalog_knows_what_is_stored_before_its_owner_does(
    stage: Any, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it is stored the upload is answered, and whoever gets the answer may look at once."""
    states = []
    reply = stage.catalog.reply

    def look(call: Call) -> tuple[int, Any]:
        states.append(stage.state())
        return reply(call)

    monkeypatch.setattr(stage.catalog, "reply", look)
    stage.receive(library.path("vp8.webm"))

    stage.prepare()

    assert stage.told() == ["waiting"]
    assert states == [UploadState.RECEIVED]
    assert stage.state() is UploadState.STORED


def test_what_is_no_video_leaves_nothing(stage: Any, text: Path) -> None:
    stage.receive(text)

    stage.prepare()

    upload = stage.uploads.find(stage.hash_path)
    assert upload is not None
    assert (upload.state, upload.code) == (UploadState.REFUSED, Code.UNSUPPORTED_MEDIA)
    assert stage.left() == set()
    assert stage.jobs() == []
    assert stage.catalog.calls == []


def test_after_a_refusal_the_next_upload_counts(stage: Any, library: Library, text: Path) -> None:
    stage.receive(text)
    stage.prepare()

    upload_id = stage.receive(library.path("plain.mp4"))
    stage.prepare()

    assert stage.left() == stage.published(upload_id)


def test_a_body_that_was_taken_back_is_refused(stage: Any, library: Library) -> None:
    upload_id = stage.receive(library.path("plain.mp4"))
    stage.files.drop(stage.hash_path, upload_id)

    stage.prepare()

    upload = stage.uploads.find(stage.hash_path)
    assert upload is not None
    assert (upload.state, upload.code) == (UploadState.REFUSED, Code.NO_BYTES)


def test_a_full_disk_refuses_at_once(stage: Any, library: Library) -> None:
    stage.receive(library.path("plain.mp4"))

    full_disk(stage).prepare(stage.claim(), threading.Event())

    upload = stage.uploads.find(stage.hash_path)
    assert upload is not None
    assert (upload.state, upload.code) == (UploadState.REFUSED, Code.DISK_FULL)
    assert stage.left() == set()


def test_a_full_disk_makes_an_encode_wait(stage: Any, library: Library) -> None:
    upload_id = stage.receive(library.path("vp8.webm"))
    stage.prepare()

    with pytest.raises(TryLater):
        full_disk(stage).encode(stage.claim_encode(), threading.Event())

    assert stage.state() is UploadState.STORED
    assert stage.left() == stage.stored(upload_id)


@pytest.mark.parametrize("status", [None, 503])
def test_whether_or_not_catalog_is_there_an_event_tells(
    stage: Any, library: Library, catalog: Neighbour, status: int | None
) -> None:
    upload_id = stage.receive(library.path("plain.mp4"))
    catalog.status = status

    stage.prepare()
    assert stage.state() is UploadState.PUBLISHED
    assert stage.left() == stage.published(upload_id)

    assert stage.changes() == ["ready"]


def test_a_video_deleted_before_its_turn_leaves_nothing(stage: Any, library: Library) -> None:
    stage.receive(library.path("plain.mp4"))
    job = stage.claim()
    stage.delete()

    with pytest.raises(LeaseLost):
        stage.pipeline().prepare(job, threading.Event())

    assert stage.left() == set()


@pytest.mark.parametrize("clip", ["plain.mp4", "vp8.webm"])
def test_a_video_deleted_while_it_is_kept_leaves_nothing(
    stage: Any, library: Library, clip: str
) -> None:
    stage.receive(library.path(clip))
    pipeline = stage.pipeline(files=stage.after_keeping(stage.delete))

    with pytest.raises(LeaseLost):
        pipeline.prepare(stage.claim(), threading.Event())

    assert stage.left() == set()
    assert stage.jobs() == []
    assert stage.state() is None


def test_a_video_that_catalog_does_not_know_any_more_leaves_nothing(
    stage: Any, library: Library, deleted: set[str]
) -> None:
    stage.receive(library.path("plain.mp4"))
    deleted.add(stage.hash_path)

    with pytest.raises(LeaseLost):
        stage.pipeline().prepare(stage.claim(), threading.Event())

    assert stage.left() == set()
    assert stage.state() is None


@pytest.mark.parametrize("clip", ["plain.mp4", "vp8.webm"])
def test_an_upload_withdrawn_meanwhile_leaves_nothing(
    stage: Any, library: Library, clip: str
) -> None:
    upload_id = stage.receive(library.path(clip))
    job = stage.claim()
    pipeline = stage.pipeline(
        files=stage.after_keeping(lambda: stage.uploads.withdraw(stage.hash_path, upload_id))
    )

    with pytest.raises(LeaseLost):
        pipeline.prepare(job, threading.Event())

    assert stage.left() == set()
    assert stage.catalog.calls == []


def test_a_placed_upload_is_not_withdrawn(stage: Any, library: Library) -> None:
    """Its files are served from that moment on: whoever waits is told that it is stored."""
    upload_id = stage.receive(library.path("plain.mp4"))
    stage.clean.query("UPDATE Uploads SET State = 'placed'")

    assert not stage.uploads.withdraw(stage.hash_path, upload_id)


def test_a_worker_that_lost_its_job_changes_nothing(stage: Any, library: Library) -> None:
    """Two workers with one upload: the first stood still for longer than its lease."""
    clip = library.path("plain.mp4")
    upload_id = stage.receive(clip)
    job = stage.claim()

    def another_takes_over() -> None:
        stage.expire_leases()
        stage.prepare()

    slow = stage.pipeline(files=stage.after_keeping(another_takes_over))
    with pytest.raises(LeaseLost):
        slow.prepare(job, threading.Event())

    assert stage.state() is UploadState.PUBLISHED
    assert stage.published(upload_id) <= stage.left()
    assert stage.told() == ["ready"]


@pytest.mark.parametrize("first", ["plain.mp4", "vp8.webm", "text"])
def test_a_worker_that_lost_its_job_spares_a_second_upload(
    stage: Any, library: Library, text: Path, first: str
) -> None:
    """The first upload was given up without this worker knowing, and a second one published."""
    first_id = stage.receive(text if first == "text" else library.path(first))
    job = stage.claim()
    second: list[str] = []

    def meanwhile() -> None:
        stage.uploads.withdraw(stage.hash_path, first_id)
        second.append(stage.receive(library.path("silent.mp4")))
        stage.prepare()

    slow = stage.pipeline(uploads=stage.after_reading(meanwhile))
    with pytest.raises(LeaseLost):
        slow.prepare(job, threading.Event())

    assert stage.state() is UploadState.PUBLISHED
    assert stage.published(second[0]) <= stage.left()
    served = stage.paths.video(stage.hash_path).read_bytes()
    assert b"mp4a" not in served, "the first upload has sound, the second has none"
    assert not {path for path in stage.left() if first_id in path and "originals" in path}


def test_giving_up_spares_a_second_upload(stage: Any, library: Library) -> None:
    first_id = stage.receive(library.path("plain.mp4"))
    job = replace(stage.claim(), attempt=4)
    second: list[str] = []

    def meanwhile() -> None:
        stage.uploads.withdraw(stage.hash_path, first_id)
        second.append(stage.receive(library.path("silent.mp4")))
        stage.prepare()

    slow = stage.pipeline(uploads=stage.after_reading(meanwhile))
    with pytest.raises(LeaseLost):
        slow.give_up_prepare(job, "every worker that took it died")

    assert stage.published(second[0]) <= stage.left()


def test_an_upload_that_kills_its_workers_is_refused(stage: Any, library: Library) -> None:
    stage.receive(library.path("plain.mp4"))
    for _ in range(3):
        stage.claim()
        stage.expire_leases()
    job = stage.claim()
    assert job.exhausted

    stage.pipeline().give_up_prepare(job, "every worker that took it died")

    upload = stage.uploads.find(stage.hash_path)
    assert upload is not None
    assert (upload.state, upload.code) == (UploadState.REFUSED, Code.UNSUPPORTED_MEDIA)
    assert stage.left() == set()
    assert stage.jobs() == [("prepare", "quarantined", 4)]


def test_an_acknowledged_upload_is_never_thrown_away(stage: Any, library: Library) -> None:
    """Its worker died after the answer: whatever goes wrong now, the original stays."""
    upload_id = stage.receive(library.path("plain.mp4"))
    for _ in range(3):
        stage.claim()
        stage.expire_leases()
    stage.files.keep(stage.hash_path, upload_id)
    stage.clean.query("UPDATE Uploads SET State = 'published'")

    stage.pipeline().give_up_prepare(stage.claim(), "every worker that took it died")

    assert stage.left() == stage.stored(upload_id)
    assert [kind for kind, _, _ in stage.jobs()] == ["prepare"]
    assert stage.changes() == ["failed"], "its owner hears that it failed"


def test_a_worker_that_died_after_publishing_is_followed(stage: Any, library: Library) -> None:
    """The disk may not have what it published: it is made again from the original."""
    upload_id = stage.receive(library.path("plain.mp4"))
    stage.files.keep(stage.hash_path, upload_id)
    stage.files.staging.discard(stage.hash_path, upload_id)
    stage.clean.query("UPDATE Uploads SET State = 'published'")
    video = stage.paths.video(stage.hash_path)
    video.parent.mkdir()
    video.write_bytes(b"half a video")

    stage.prepare()

    assert stage.left() == stage.published(upload_id)
    assert video.stat().st_size > 1000


def test_an_encode_that_fails_keeps_the_original(stage: Any, library: Library, text: Path) -> None:
    upload_id = stage.receive(library.path("vp8.webm"))
    stage.prepare()
    stage.paths.original(stage.hash_path, upload_id).write_bytes(text.read_bytes())

    stage.pipeline().encode(stage.claim_encode(), threading.Event())

    assert stage.left() == stage.stored(upload_id)
    assert stage.changes() == ["waiting", "processing", "failed"]
    assert stage.published_events()[-1]["reason"]


def test_an_encode_that_kills_its_workers_has_failed(stage: Any, library: Library) -> None:
    upload_id = stage.receive(library.path("vp8.webm"))
    stage.prepare()
    for _ in range(3):
        stage.claim_encode()
        stage.expire_leases()
    job = stage.claim_encode()
    assert job.exhausted

    stage.pipeline().give_up_encode(job, "every worker that took it died")

    assert stage.left() == stage.stored(upload_id)
    assert [kind for kind, _, _ in stage.jobs()] == ["encode"]
    assert stage.changes() == ["waiting", "failed"]
