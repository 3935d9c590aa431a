"""Channels take turns, and what would keep the encoder too long is refused."""

import threading
from typing import Any

from vireo_media.core.uploads import UploadState
from vireo_media.worker.steps.tools import Tools
from vireo_testing.clips import Library

# With which nothing may be encoded.
SHORT = Tools(max_cost=1)


def rows(stage: Any) -> list[tuple[Any, ...]]:
    found = stage.clean.query("SELECT Kind, Subject, TurnOf, Cost FROM Jobs ORDER BY JobID")
    return [tuple(row) for row in found]


def test_a_channels_jobs_are_its_own(stage: Any, library: Library) -> None:
    clip = library.path("old-camera.avi")
    stage.receive(clip)
    assert rows(stage) == [("prepare", stage.hash_path, "7", clip.stat().st_size)]
    stage.prepare()
    ((kind, subject, turn_of, cost),) = rows(stage)
    assert (kind, subject, turn_of) == ("encode", stage.hash_path, "7")
    told = stage.catalog.calls[-1].body
    pixels = told["width"] * told["height"]
    # From 10 to 60 pictures a second.
    assert 10 * pixels * told["duration"] < cost < 60 * pixels * told["duration"]


def test_uploads_of_one_keep_no_other_waiting(stage: Any, library: Library) -> None:
    clip = library.path("plain.mp4")
    for number in range(20):
        stage.uploads.begin(f"busy0{number:02}", "0" * 32, 8, 1000)
    stage.claim()
    stage.receive(clip)
    assert stage.claim().subject == stage.hash_path


def test_what_would_keep_the_encoder_too_long_is_refused(stage: Any, library: Library) -> None:
    stage.receive(library.path("old-camera.avi"))
    stage.prepare(tools=SHORT)
    upload = stage.uploads.find(stage.hash_path)
    assert (upload.state, upload.code) == (UploadState.REFUSED, "too_large")
    assert "keep the encoder too long" in upload.reason
    assert stage.left() == set()
    assert stage.jobs() == []


def test_what_needs_no_encoder_may_be_of_any_size(stage: Any, library: Library) -> None:
    stage.receive(library.path("plain.mp4"))
    stage.prepare(tools=SHORT)
    assert stage.state() is UploadState.PUBLISHED


def test_what_was_taken_before_fails_with_the_reason(stage: Any, library: Library) -> None:
    stage.receive(library.path("old-camera.avi"))
    stage.prepare()
    stage.pipeline(tools=SHORT).encode(stage.claim_encode(), threading.Event())
    *_, event = stage.published_events()
    assert "keep the encoder too long" in event["reason"]
