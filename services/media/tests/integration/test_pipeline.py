"""The order of the steps, and what becomes of an upload of which one refuses or fails."""

import threading
from pathlib import Path
from typing import Any

import pytest

from vireo_common.errors import Code
from vireo_common.worker import TryLater
from vireo_media.core.refused import Refused
from vireo_media.core.uploads import UploadState
from vireo_media.tools.encoder import DiskFull, TranscodeFailed
from vireo_media.tools.measure import NotMade
from vireo_media.tools.sandbox import MemoryLimit, Stopped
from vireo_media.tools.thumbnail import NoFrame
from vireo_media.worker.pipeline import OF_FILM, UNREADABLE, Pipeline
from vireo_media.worker.steps.keep import Early
from vireo_media.worker.steps.tools import Tools
from vireo_media.worker.steps.work import Film, Work

UNFIT = [
    ("copy_streams", TranscodeFailed("a packet without a time")),
    ("copy_streams", MemoryLimit("ffmpeg")),
    ("measure", NotMade("no picture")),
    ("thumbnail", NoFrame("no frame")),
]


@pytest.fixture
def upload_id(stage: Any, tmp_path: Path) -> str:
    body = tmp_path / "body"
    body.write_bytes(b"body")
    received: str = stage.receive(body)
    return received


def encode(stage: Any, fakes: Any) -> None:
    """Claim the job that encodes, and do it."""
    stage.pipeline(tools=fakes.tools()).encode(stage.claim_encode(), threading.Event())


def to_encode(stage: Any, fakes: Any) -> None:
    """Have the upload left to the encoder."""
    fakes.needs_encoder()
    stage.prepare(tools=fakes.tools())
    fakes.calls.clear()


def test_what_is_playable_is_copied(stage: Any, upload_id: str, fakes: Any) -> None:
    stage.prepare(tools=fakes.tools())
    assert fakes.calls == ["inspect", "copy_streams", "measure", "thumbnail"]
    assert stage.told() == ["ready"]
    assert stage.left() == stage.published(upload_id)
    assert stage.paths.video(stage.hash_path).read_bytes() == b"body"
    assert stage.paths.thumbnail(stage.hash_path).read_bytes() == b"frame of body"
    assert fakes.matrices == ["smpte170m"]


def test_any_other_is_encoded(stage: Any, upload_id: str, fakes: Any) -> None:
    fakes.needs_encoder()
    stage.prepare(tools=fakes.tools())
    assert fakes.calls == ["inspect"]
    assert stage.told() == ["waiting"]
    fakes.calls.clear()
    encode(stage, fakes)
    taken_apart = ["beginnings", "split", "fragments", "fragments"]
    assert fakes.calls == ["inspect", "survey", "encode", "measure", "still", *taken_apart]
    assert stage.told() == ["waiting", "processing", "ready"]
    assert stage.left() == stage.published(upload_id)
    assert stage.paths.video(stage.hash_path).read_bytes() == b"encoded"
    assert stage.paths.thumbnail(stage.hash_path).read_bytes() == b"still of body"


def test_where_no_frame_of_an_original_shows_something_the_film_has_the_thumbnail(
    stage: Any, upload_id: str, fakes: Any
) -> None:
    fakes.shows_nothing = True
    to_encode(stage, fakes)
    encode(stage, fakes)
    assert stage.paths.thumbnail(stage.hash_path).read_bytes() == b"frame of encoded"
    assert fakes.matrices == ["bt709"]


@pytest.mark.parametrize("early", [Early(), Early(large_bytes=1)])
@pytest.mark.parametrize(("tool", "error"), UNFIT)
def test_what_can_not_be_copied_is_left_to_the_encoder(
    stage: Any, upload_id: str, fakes: Any, tool: str, error: Exception, early: Early
) -> None:
    fakes.errors[tool] = [error]
    stage.prepare(tools=fakes.tools(), early=early)
    assert stage.state() is UploadState.STORED
    assert stage.left() == stage.stored(upload_id)
    assert stage.claim_encode().payload["may_copy"] is False
    assert stage.told()[-1] == "waiting"


@pytest.mark.parametrize(
    ("tool", "error"), [("encode", UNFIT[0][1]), ("survey", UNFIT[1][1]), *UNFIT[2:]]
)
def test_what_can_not_be_encoded_has_failed(
    stage: Any, upload_id: str, fakes: Any, tool: str, error: Exception
) -> None:
    to_encode(stage, fakes)
    fakes.shows_nothing = True
    fakes.errors[tool] = [error] * 3
    encode(stage, fakes)
    assert stage.left() == stage.stored(upload_id)
    assert stage.changes() == ["waiting", "processing", "failed"]
    *_, event = stage.published_events()
    assert (event["kind"], event["hash_path"]) == ("video_state_changed", stage.hash_path)
    assert (event["state"], event["reason"]) == ("failed", UNREADABLE)
    assert stage.jobs() == []


def test_a_refusal_says_why(stage: Any, upload_id: str, fakes: Any) -> None:
    fakes.errors["inspect"] = [Refused("too_large", "It is too long.")]
    stage.prepare(tools=fakes.tools())
    upload = stage.uploads.find(stage.hash_path)
    assert (upload.state, upload.code) == (UploadState.REFUSED, "too_large")
    assert upload.reason == "It is too long."
    assert (stage.left(), stage.told(), stage.jobs()) == (set(), [], [])


def test_what_was_acknowledged_is_not_refused_any_more(
    stage: Any, upload_id: str, fakes: Any
) -> None:
    stage.clean.query("UPDATE Uploads SET State = 'stored'")
    fakes.errors["inspect"] = [Refused("too_large", "It is too long.")] * 2
    stage.prepare(tools=fakes.tools())
    assert stage.left() == stage.stored(upload_id)
    encode(stage, fakes)
    *_, event = stage.published_events()
    assert event["reason"] == "It is too long."
    assert stage.left() == stage.stored(upload_id)


@pytest.mark.parametrize("tool", ["copy_streams", "thumbnail"])
def test_a_full_disk_refuses_what_was_not_answered(
    stage: Any, upload_id: str, fakes: Any, tool: str
) -> None:
    fakes.errors[tool] = [DiskFull("staging")]
    stage.prepare(tools=fakes.tools())
    assert stage.uploads.find(stage.hash_path).code == Code.DISK_FULL
    assert stage.left() == set()


@pytest.mark.parametrize("tool", ["copy_streams", "thumbnail"])
@pytest.mark.parametrize("answered", ["now", "before"])
def test_a_full_disk_is_waited_for_by_what_was_answered(
    stage: Any, upload_id: str, fakes: Any, tool: str, answered: str
) -> None:
    if answered == "before":
        stage.clean.query("UPDATE Uploads SET State = 'stored'")
    early = Early(large_bytes=1 if answered == "now" else 1 << 30)
    fakes.errors[tool] = [DiskFull("staging")]
    with pytest.raises(TryLater):
        stage.prepare(tools=fakes.tools(), early=early)
    assert stage.state() is UploadState.STORED
    assert stage.files.staging.body(stage.hash_path, upload_id).exists()
    assert not [name for name in stage.left() if name.endswith((".mp4", ".jpg"))]


@pytest.mark.parametrize("tool", ["encode", "thumbnail"])
def test_a_full_disk_makes_an_encode_wait(
    stage: Any, upload_id: str, fakes: Any, tool: str
) -> None:
    to_encode(stage, fakes)
    fakes.shows_nothing = True
    fakes.errors[tool] = [DiskFull("staging")]
    with pytest.raises(TryLater):
        encode(stage, fakes)
    # What was made of it would fill the disk for the next attempt.
    assert stage.left() == stage.stored(upload_id)
    assert stage.jobs() == [("encode", "running", 1)]


@pytest.mark.parametrize("tool", ["inspect", "copy_streams", "measure", "thumbnail"])
@pytest.mark.parametrize("error", [OSError(5, "Input/output error"), Stopped("stopped")])
def test_a_machine_in_trouble_or_a_stop_says_nothing_about_a_file(
    stage: Any, upload_id: str, fakes: Any, tool: str, error: Exception
) -> None:
    fakes.errors[tool] = [error]
    with pytest.raises(type(error)):
        stage.prepare(tools=fakes.tools())
    assert stage.state() is UploadState.RECEIVED
    assert stage.jobs() == [("prepare", "running", 1)]
    assert stage.files.staging.body(stage.hash_path, upload_id).exists()
    assert stage.told() == []
    assert not stage.paths.video(stage.hash_path).exists()


class Captions:
    """One more step; it may fail."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.seen: list[tuple[bytes, bool]] = []

    def __call__(self, work: Work, film: Film, tools: Tools) -> None:
        pictures = work.results.thumbnail.exists()
        self.seen.append((work.results.video.read_bytes(), pictures))
        if self.error:
            raise self.error


def longer(stage: Any, fakes: Any, more: Captions) -> Pipeline:
    """A pipeline with one more step."""
    reports, queues = stage.reports(), (stage.media, stage.encodes)
    parts = (stage.uploads, stage.files, reports, fakes.tools(), Early(), stage.renditions)
    return Pipeline(*queues, *parts, of_film=(*OF_FILM, more))


def test_one_more_step_has_its_turn_before_the_video_is_published(
    stage: Any, upload_id: str, fakes: Any
) -> None:
    more = Captions()
    longer(stage, fakes, more).prepare(stage.claim(), threading.Event())
    assert more.seen == [(b"body", True)]
    assert stage.left() == stage.published(upload_id)


def test_one_more_step_has_its_turn_after_the_encoder_too(
    stage: Any, upload_id: str, fakes: Any
) -> None:
    more = Captions()
    to_encode(stage, fakes)
    longer(stage, fakes, more).encode(stage.claim_encode(), threading.Event())
    assert more.seen == [(b"encoded", True)]
    assert stage.left() == stage.published(upload_id)


def test_one_more_step_that_fails_fails_as_the_others(
    stage: Any, upload_id: str, fakes: Any
) -> None:
    pipeline = longer(stage, fakes, Captions(TranscodeFailed("no words")))
    pipeline.prepare(stage.claim(), threading.Event())
    assert stage.left() == stage.stored(upload_id)
    pipeline.encode(stage.claim_encode(), threading.Event())
    assert stage.left() == stage.stored(upload_id)
    assert (stage.jobs(), stage.changes()) == ([], ["waiting", "processing", "failed"])
