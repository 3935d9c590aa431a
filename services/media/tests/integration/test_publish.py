"""The step that publishes: files before rows, and nothing for who lost the job."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vireo_common.jobs import LeaseLost
from vireo_media.core.uploads import UploadState
from vireo_media.storage.files import MediaFiles, TransferredFilm
from vireo_media.storage.staging import Results, Staging
from vireo_media.worker.steps.publish import Publish
from vireo_media.worker.steps.work import Film, Work
from vireo_testing.neighbours import Call


@pytest.fixture
def work(stage: Any, tmp_path: Path) -> Work:
    """An upload that was kept, and whose film and thumbnail are made."""
    body = tmp_path / "body"
    body.write_bytes(b"body")
    upload_id = stage.receive(body)
    stage.files.keep(stage.hash_path, upload_id)
    job, upload = stage.claim(), stage.uploads.find(stage.hash_path)
    results = stage.files.staging.results(stage.hash_path, upload_id, job.lease)
    results.video.write_bytes(b"film")
    results.thumbnail.write_bytes(b"picture")
    return Work(job, upload, body, results, threading.Event())


class Discarding(Staging):
    """Notes when it is cleared."""

    def __init__(self, root: Path, note: Callable[[str], None]) -> None:
        super().__init__(root)
        self._note = note

    def discard_body(self, hash_path: str, upload_id: str) -> None:
        super().discard_body(hash_path, upload_id)
        self._note("discard")


class Ordered(MediaFiles):
    """Notes what is done to files, and the upload's state at that time."""

    def __init__(self, stage: Any) -> None:
        super().__init__(Discarding(stage.root, self.note), stage.files.blobs)
        self._stage = stage
        self.done: list[tuple[str, UploadState | None, int]] = []

    def note(self, what: str) -> None:
        self.done.append((what, self._stage.state(), len(self._stage.jobs())))

    def transfer(self, hash_path: str, results: Results) -> TransferredFilm:
        done = super().transfer(hash_path, results)
        self.note("transfer")
        return done

    def publish(
        self, film: TransferredFilm, *, hidden: bool = False, keep_thumbnail: bool = False
    ) -> str:
        version = super().publish(film, hidden=hidden, keep_thumbnail=keep_thumbnail)
        self.note("publish")
        return version

    def settle(self, hash_path: str) -> None:
        super().settle(hash_path)
        self.note("settle")


def publish(stage: Any, work: Work, fakes: Any, *, copied: bool = False, note: str = "") -> None:
    step = Publish(stage.uploads, stage.files, stage.reports())
    step(stage.media, work, Film(fakes.made, note, copied=copied))


def test_files_are_in_place_before_the_rows_say_so(stage: Any, work: Work, fakes: Any) -> None:
    files = Ordered(stage)
    reply = stage.catalog.reply

    def hear(call: Call) -> tuple[int, Any]:
        files.note("notify")
        return reply(call)

    stage.catalog.reply = hear
    step = Publish(stage.uploads, files, stage.reports())
    step(stage.media, work, Film(fakes.made, "", copied=False))

    assert files.done == [
        ("transfer", UploadState.RECEIVED, 1),
        ("publish", UploadState.RECEIVED, 1),
        ("notify", UploadState.PLACED, 1),
        ("settle", UploadState.PUBLISHED, 1),
        ("discard", UploadState.PUBLISHED, 0),
    ]
    assert stage.left() == stage.published(work.upload.upload_id)
    assert stage.paths.video(stage.hash_path).read_bytes() == b"film"
    assert stage.paths.thumbnail(stage.hash_path).read_bytes() == b"picture"


def test_catalog_is_told_what_was_made(stage: Any, work: Work, fakes: Any) -> None:
    publish(stage, work, fakes, note="A part is missing.")
    [report] = [call.body for call in stage.catalog.calls]
    found = stage.paths.thumbnail(stage.hash_path).stat()
    assert report == {
        "state": "ready",
        "reason": "A part is missing.",
        "duration": 10.0,
        "width": 320,
        "height": 180,
        "thumbnail_version": f"{int(found.st_mtime):x}-{found.st_size:x}",
        "sha256": "",
        "event_id": stage.clean.query("SELECT MAX(EventID) FROM Events")[0][0],
    }


@pytest.mark.parametrize("copied", [True, False])
def test_only_copies_are_verified(stage: Any, work: Work, fakes: Any, copied: bool) -> None:
    publish(stage, work, fakes, copied=copied)
    found = stage.clean.query(
        "SELECT Kind, TurnOf, Cost FROM Jobs WHERE Kind <> 'render' ORDER BY JobID"
    )
    pictures, verify = (("make_pictures", "7", 576_000), ("verify", "7", 10 * 320 * 180))
    assert list(found) == ([pictures, verify] if copied else [pictures])


def test_what_catalog_is_told_is_an_event_before(stage: Any, work: Work, fakes: Any) -> None:
    """A worker that dies at any moment then leaves it to the log."""
    there: list[Any] = []
    reply = stage.catalog.reply

    def hear(call: Call) -> tuple[int, Any]:
        there.append(stage.published_events())
        return reply(call)

    stage.catalog.reply = hear
    publish(stage, work, fakes)
    asked = {**stage.catalog.calls[-1].body}
    del asked["event_id"]
    event = {"kind": "video_state_changed", "hash_path": stage.hash_path, **asked}
    assert (there, stage.published_events()) == ([[event]], [event])
    assert (asked["state"], bool(asked["thumbnail_version"])) == ("ready", True)


def test_who_lost_the_job_publishes_nothing(stage: Any, work: Work, fakes: Any) -> None:
    stage.expire_leases()
    stage.claim()
    with pytest.raises(LeaseLost):
        publish(stage, work, fakes)
    assert not stage.paths.video(stage.hash_path).exists()
    assert stage.stored(work.upload.upload_id) < stage.left()
    assert (stage.state(), stage.told()) == (UploadState.RECEIVED, [])


def test_of_a_deleted_video_nothing_is_published(stage: Any, work: Work, fakes: Any) -> None:
    stage.clean.query("DELETE FROM Uploads")
    with pytest.raises(LeaseLost):
        publish(stage, work, fakes)
    assert (stage.left(), stage.told()) == (set(), [])


def test_a_deletion_that_catalog_tells_of_leaves_nothing(
    stage: Any, work: Work, fakes: Any, deleted: set[str]
) -> None:
    deleted.add(stage.hash_path)
    with pytest.raises(LeaseLost):
        publish(stage, work, fakes)
    assert (stage.left(), stage.state(), stage.jobs()) == (set(), None, [])


def test_who_was_replaced_spares_what_came_after(
    stage: Any, work: Work, fakes: Any, tmp_path: Path
) -> None:
    """Its upload was withdrawn, and there is a second one for the hash path."""
    stage.uploads.withdraw(stage.hash_path, work.upload.upload_id)
    second = stage.receive(work.source)
    stage.files.keep(stage.hash_path, second)
    stage.files.staging.discard(stage.hash_path, second)
    with pytest.raises(LeaseLost):
        publish(stage, work, fakes)
    assert stage.left() == stage.stored(second)
