"""The step that keeps a body: what is answered with 200 is on the disk, and catalog knows."""

import threading
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from vireo_common.events import VideoStateChanged
from vireo_common.jobs import LeaseLost
from vireo_media.core.uploads import UploadState
from vireo_media.worker.steps.keep import Early, Keep
from vireo_media.worker.steps.work import Work
from vireo_testing.neighbours import Call
from vireo_testing.person import eventually

WAITING = VideoStateChanged("aB3dE6g", "waiting")


@pytest.fixture
def body(tmp_path: Path) -> Path:
    path = tmp_path / "body"
    path.write_bytes(b"x" * 1000)
    return path


def keep(stage: Any, early: Early | None = None) -> Keep:
    return Keep(stage.media, stage.uploads, stage.files, stage.reports(), early or Early())


def received(stage: Any, body: Path) -> Work:
    """An upload whose job was claimed."""
    upload_id = stage.receive(body)
    job, upload = stage.claim(), stage.uploads.find(stage.hash_path)
    results = stage.files.staging.results(stage.hash_path, upload_id, job.lease)
    source = stage.files.staging.body(stage.hash_path, upload_id)
    return Work(job, upload, source, results, threading.Event())


def synced() -> "Future[None]":
    done: Future[None] = Future()
    done.set_result(None)
    return done


def test_a_body_is_found_before_and_after_it_is_kept(stage: Any, body: Path) -> None:
    work, step = received(stage, body), keep(stage)
    with step.body(work.upload) as found:
        assert found == work.source
    step.keep(work.upload)
    original = stage.paths.original(stage.hash_path, work.upload.upload_id)
    assert original.samefile(work.source), "a program may be about to open it"
    step.keep(work.upload)
    stage.files.staging.discard(stage.hash_path, work.upload.upload_id)
    step.keep(work.upload)
    with step.body(work.upload) as found:
        assert found is not None
        assert found.read_bytes() == original.read_bytes() == body.read_bytes()
    stage.files.drop(stage.hash_path, work.upload.upload_id)
    with step.body(work.upload) as found:
        assert found is None


def test_what_is_left_to_the_encoder_is_answered(stage: Any, body: Path) -> None:
    work = received(stage, body)
    states: list[UploadState] = []
    reply = stage.catalog.reply

    def look(call: Call) -> tuple[int, Any]:
        states.append(stage.state())
        return reply(call)

    stage.catalog.reply = look
    keep(stage).leave_to_encode(work.job, work.upload, WAITING, 123, may_copy=False)

    assert (stage.told(), states) == (["waiting"], [UploadState.RECEIVED])
    assert stage.state() is UploadState.STORED
    assert stage.left() == stage.stored(work.upload.upload_id)
    ((turn_of, cost),) = stage.clean.query("SELECT TurnOf, Cost FROM Jobs")
    assert (turn_of, cost) == ("7", 123)
    assert stage.claim_encode().payload == {
        "upload_id": work.upload.upload_id,
        "may_copy": False,
        "is_watched": False,
    }


@pytest.mark.parametrize("lost", ["withdrawn", "deleted", "taken by another"])
def test_who_lost_it_answers_nothing(stage: Any, body: Path, lost: str) -> None:
    work = received(stage, body)
    if lost == "withdrawn":
        stage.uploads.withdraw(stage.hash_path, work.upload.upload_id)
    elif lost == "deleted":
        stage.delete()
        # It was linked in the moment before.
        work.source.write_bytes(b"x")
    else:
        stage.expire_leases()
        stage.claim()

    with pytest.raises(LeaseLost):
        keep(stage).leave_to_encode(work.job, work.upload, WAITING)

    assert stage.told() == []
    if lost == "taken by another":
        assert stage.state() is UploadState.RECEIVED
        assert stage.stored(work.upload.upload_id) < stage.left()
        assert stage.jobs() == [("prepare", "running", 2)]
    else:
        assert (stage.left(), stage.jobs()) == (set(), [])


@pytest.mark.parametrize(
    ("large", "state", "early"),
    [
        (1000, UploadState.RECEIVED, True),
        (1001, UploadState.RECEIVED, False),
        (1000, UploadState.STORED, False),
        (1000, UploadState.PUBLISHED, False),
    ],
)
def test_what_is_answered_early(
    stage: Any, body: Path, large: int, state: UploadState, early: bool
) -> None:
    work = received(stage, body)
    work = replace(work, upload=replace(work.upload, state=state))
    assert keep(stage, Early(large_bytes=large)).is_early(work) is early


def test_an_early_answer_waits_for_most_of_the_copy(stage: Any, body: Path, fakes: Any) -> None:
    work, ended = received(stage, body), threading.Event()
    step = keep(stage, Early(missing_bytes=10))
    work.results.video.write_bytes(b"x" * 989)
    thread = threading.Thread(target=step.acknowledge, args=(work, fakes.found, synced(), ended))
    thread.start()
    original = stage.paths.original(stage.hash_path, work.upload.upload_id)
    eventually(original.exists)
    assert stage.state() is UploadState.RECEIVED

    with work.results.video.open("ab") as file:
        file.write(b"x")
    eventually(lambda: stage.state() is UploadState.STORED)
    thread.join()
    assert not ended.is_set()
    assert stage.told() == ["processing"]
    assert stage.jobs() == [("prepare", "running", 1)], "its copy is still made"


def test_an_early_answer_waits_no_longer_than_for_the_end(
    stage: Any, body: Path, fakes: Any
) -> None:
    work, ended = received(stage, body), threading.Event()
    ended.set()
    keep(stage, Early(missing_bytes=0)).acknowledge(work, fakes.found, synced(), ended)
    assert stage.state() is UploadState.STORED


def test_what_is_not_on_the_disk_is_not_answered(stage: Any, body: Path, fakes: Any) -> None:
    work = received(stage, body)
    broken: Future[None] = Future()
    broken.set_exception(OSError(5, "Input/output error"))
    with pytest.raises(OSError, match="Input/output"):
        keep(stage).acknowledge(work, fakes.found, broken, threading.Event())
    assert (stage.state(), stage.told()) == (UploadState.RECEIVED, [])
    assert not stage.paths.original(stage.hash_path, work.upload.upload_id).exists()
