"""Large uploads are answered when they are validated and on the disk, while their copy is made."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from vireo_common.jobs import LeaseLost
from vireo_common.worker import TryLater
from vireo_media.core.uploads import UploadState
from vireo_media.tools.encoder import DiskFull, TranscodeFailed
from vireo_media.worker.steps.keep import LOOK_SECONDS, Early
from vireo_media.worker.steps.tools import Tools
from vireo_testing.clips import Library
from vireo_testing.person import eventually

REAL = Tools()
# Every clip counts as large.
LARGE = Early(large_bytes=1)


@pytest.fixture
def clip(library: Library) -> Path:
    return library.path("plain.mp4")


def while_copying(happens: Callable[[], object]) -> Tools:
    """Lets something happen before the copy is made."""

    def copy(*arguments: Any, **options: Any) -> None:
        happens()
        REAL.copy_streams(*arguments, **options)

    return replace(REAL, copy_streams=copy)


def stored(stage: Any) -> Callable[[], None]:
    """Wait until the upload may be answered."""
    return lambda: eventually(lambda: stage.state() is UploadState.STORED, seconds=20)


def test_it_is_stored_before_its_copy_is_there(stage: Any, clip: Path) -> None:
    upload_id = stage.receive(clip)
    original = stage.paths.original(stage.hash_path, upload_id)
    kept: list[bytes] = []

    def look() -> None:
        stored(stage)()
        kept.append(original.read_bytes())

    stage.prepare(tools=while_copying(look), early=LARGE)

    assert kept == [clip.read_bytes()]
    assert stage.state() is UploadState.PUBLISHED
    assert stage.left() == stage.published(upload_id)
    assert stage.told() == ["processing", "ready"]
    assert stage.jobs() == [("verify", "queued", 0)]


def test_what_is_smaller_is_published_first(stage: Any, library: Library) -> None:
    stage.receive(library.path("plain.mp4"))
    seen: list[UploadState] = []

    stage.prepare(tools=while_copying(lambda: seen.append(stage.state())))

    assert seen == [UploadState.RECEIVED]
    assert stage.told() == ["ready"]


def test_it_is_not_stored_before_it_is_synced(stage: Any, clip: Path) -> None:
    upload_id = stage.receive(clip)
    seen: list[UploadState] = []
    finish = threading.Event()

    def slow(path: Path) -> None:
        assert finish.wait(20)
        REAL.sync(path)

    def look() -> None:
        seen.append(stage.state())
        finish.set()
        stored(stage)()

    stage.prepare(tools=replace(while_copying(look), sync=slow), early=LARGE)

    assert seen == [UploadState.RECEIVED]
    assert stage.left() == stage.published(upload_id)


def test_what_can_not_be_synced_is_never_acknowledged(stage: Any, clip: Path) -> None:
    stage.receive(clip)

    def broken(_: Path) -> None:
        raise OSError(5, "Input/output error")

    with pytest.raises(OSError, match="Input/output"):
        stage.prepare(tools=replace(REAL, sync=broken), early=LARGE)

    assert stage.state() is UploadState.RECEIVED
    assert stage.catalog.calls == []


def test_much_of_the_copy_is_waited_for(stage: Any, clip: Path) -> None:
    """Of a very large one: it can be watched about a second after the answer."""
    stage.receive(clip)
    seen: list[UploadState] = []
    looked = threading.Event()

    def look() -> None:
        # Longer than it takes to look again.
        looked.wait(10 * LOOK_SECONDS)
        seen.append(stage.state())

    stage.prepare(tools=while_copying(look), early=replace(LARGE, missing_bytes=0))

    assert seen == [UploadState.RECEIVED]
    assert stage.told() == ["processing", "ready"]


@pytest.mark.parametrize("missing", [0, 1 << 30])
def test_a_copy_that_fails_is_encoded(stage: Any, clip: Path, missing: int) -> None:
    upload_id = stage.receive(clip)

    def fail() -> None:
        raise TranscodeFailed("a packet without a time")

    stage.prepare(tools=while_copying(fail), early=replace(LARGE, missing_bytes=missing))

    assert stage.state() is UploadState.STORED
    assert stage.left() == stage.stored(upload_id)
    assert stage.jobs() == [("encode", "queued", 0)]


def test_a_disk_that_is_full_then_is_waited_for(stage: Any, clip: Path) -> None:
    """It was acknowledged: it is not refused any more, and published when there is room."""
    upload_id = stage.receive(clip)

    def fail() -> None:
        raise DiskFull("staging")

    with pytest.raises(TryLater):
        stage.prepare(tools=while_copying(fail), early=LARGE)
    assert stage.state() is UploadState.STORED

    stage.expire_leases()
    stage.prepare(early=LARGE)
    assert stage.left() == stage.published(upload_id)


class Killed(BaseException):
    """The worker's end."""


def test_a_worker_that_dies_after_the_answer_is_followed(stage: Any, clip: Path) -> None:
    upload_id = stage.receive(clip)

    def die() -> None:
        stored(stage)()
        raise Killed

    with pytest.raises(Killed):
        stage.prepare(tools=while_copying(die), early=LARGE)
    assert stage.stored(upload_id) <= stage.left()

    stage.expire_leases()
    stage.prepare(early=LARGE)
    assert stage.state() is UploadState.PUBLISHED
    assert stage.left() == stage.published(upload_id)


def test_a_deletion_after_the_answer_leaves_nothing(stage: Any, clip: Path) -> None:
    stage.receive(clip)

    def delete(*arguments: Any, **options: Any) -> None:
        REAL.thumbnail(*arguments, **options)
        stored(stage)()
        stage.delete()

    with pytest.raises(LeaseLost):
        stage.prepare(tools=replace(REAL, thumbnail=delete), early=LARGE)

    assert stage.left() == set()
    assert stage.jobs() == []


def test_an_upload_withdrawn_before_it_is_stored_leaves_nothing(stage: Any, clip: Path) -> None:
    upload_id = stage.receive(clip)
    stage_files = stage.after_keeping(lambda: stage.uploads.withdraw(stage.hash_path, upload_id))

    with pytest.raises(LeaseLost):
        stage.pipeline(files=stage_files, early=LARGE).prepare(stage.claim(), threading.Event())

    assert stage.left() == set()
    assert stage.catalog.calls == []
