"""Who may upload, on stores in memory."""

from typing import Any

import pytest

from vireo_common.errors import Code, Failure
from vireo_media.core.uploads import UploadState

Media = Any
HASH_PATH, UNKNOWN = "aB3dE6g", "unknown"
OWNER, STRANGER = 7, 8
MAX_BYTES, RESERVE = 1000, 50
SIZE = 300


def no_grant(
    media: Media, hash_path: str = HASH_PATH, channel_id: int = OWNER, size: int | None = SIZE
) -> Failure:
    with pytest.raises(Failure) as caught:
        media.rules.open(hash_path, channel_id, "192.0.2.1", size)
    return caught.value


@pytest.mark.parametrize("size", [1, MAX_BYTES, None])
def test_the_owner_may_upload(media: Media, size: int | None) -> None:
    opened = media.rules.open(HASH_PATH, OWNER, "192.0.2.1", size)
    assert opened.size == (MAX_BYTES if size is None else size)
    assert list(media.open.rows) == [opened.open_id]
    assert not media.rules.is_partial(opened, size)
    assert media.asked == [HASH_PATH]
    assert media.done == []


def test_unknown_video(media: Media) -> None:
    assert no_grant(media, UNKNOWN).code is Code.NOT_FOUND


@pytest.mark.parametrize(
    "hash_path",
    ["", "aB3dE6", "aB3dE6gh", "aB3dE6g\n", "aB3dE6-", "../aB3d", "aB3dE6\u00e9", "aB3dE6\u0664"],
)
def test_catalog_is_not_asked_for_what_is_no_hash_path(media: Media, hash_path: str) -> None:
    assert no_grant(media, hash_path).code is Code.NOT_FOUND
    assert media.asked == []
    assert media.table.looks == 0


def test_a_stranger_does_not_learn_whether_there_is_an_upload(media: Media) -> None:
    assert no_grant(media, channel_id=STRANGER).code is Code.FORBIDDEN
    media.has(UploadState.STORED)
    assert no_grant(media, channel_id=STRANGER).code is Code.FORBIDDEN


@pytest.mark.parametrize("state", [each for each in UploadState if each != UploadState.REFUSED])
def test_bytes_are_uploaded_once(media: Media, state: UploadState) -> None:
    media.has(state)
    assert no_grant(media).code is Code.ALREADY_UPLOADED


def test_after_a_refusal_another_file_may_be_uploaded(media: Media) -> None:
    media.has(UploadState.REFUSED)
    opened = media.rules.open(HASH_PATH, OWNER, "192.0.2.1", SIZE)
    assert media.open.rows == {opened.open_id: opened}


def test_nothing_to_upload(media: Media) -> None:
    assert no_grant(media, size=0).code is Code.NO_BYTES


def test_a_body_that_is_too_large_is_told_the_limit(media: Media) -> None:
    media.folder.free = 0
    failure = no_grant(media, size=MAX_BYTES + 1)
    assert failure.code is Code.TOO_LARGE
    assert failure.details == {"limit": MAX_BYTES}


@pytest.mark.parametrize(
    ("size", "needed"), [(SIZE, 2 * SIZE + RESERVE), (1, 2 + RESERVE), (None, 2 * 63 + RESERVE)]
)
def test_room_for_the_body_its_results_and_the_reserve(
    media: Media, size: int | None, needed: int
) -> None:
    media.folder.free = needed
    opened = media.rules.open(HASH_PATH, OWNER, "192.0.2.1", size)
    # Without a length it may have a sixteenth of the largest, where there is no room for that.
    assert opened.size == (63 if size is None else size)
    assert media.rules.is_partial(opened, size) == (size is None)
    media.open.rows.clear()
    media.folder.free = needed - 1
    assert no_grant(media, size=size).code is Code.DISK_FULL
