"""What becomes of a body that has arrived, on stores in memory."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from vireo_common.errors import Code, Failure
from vireo_media.core import uploads
from vireo_media.core.open_uploads import OpenUpload
from vireo_media.core.uploads import BodyCut, UploadState

Media = Any
MakeMedia = Callable[..., Media]
HASH_PATH, UNKNOWN = "aB3dE6g", "unknown"
OWNER, STRANGER = 7, 8
MAX_BYTES, RESERVE = 1000, 50
BODY, EMPTY, MISSING = "incoming/0001", "incoming/0002", "incoming/0003"
SIZE = 300


def not_taken(media: Media, body: str = BODY, hash_path: str = HASH_PATH) -> Failure:
    with pytest.raises(Failure) as caught:
        media.send(hash_path, body)
    return caught.value


def test_a_body_that_has_arrived_needs_no_room(media: Media) -> None:
    media.folder.free = 0
    media.rules.check_owner(HASH_PATH, OWNER)


@pytest.mark.parametrize("state", [UploadState.STORED, UploadState.PUBLISHED])
def test_taken_once_the_worker_says_so(media: Media, state: UploadState) -> None:
    media.table.meanwhile.append(media.table.becomes(state))
    media.send()
    assert media.done == ["adopt", "begin"]
    assert media.table.looks == 1
    row = media.table.rows[HASH_PATH]
    assert row.state is state
    assert media.table.sizes == {HASH_PATH: SIZE}
    assert media.folder.kept == {(HASH_PATH, row.upload_id)}


@pytest.mark.parametrize(
    ("for_room", "code"), [(False, Code.REQUEST_TIMEOUT), (True, Code.DISK_FULL)]
)
def test_a_body_that_was_cut(media: Media, for_room: bool, code: Code) -> None:
    media.folder.cut = BodyCut(for_room=for_room)
    with pytest.raises(Failure) as caught:
        media.send(take=True)
    assert caught.value.code is code
    assert media.done == []
    assert media.open.rows == {}


def test_a_body_comes_once(media: Media) -> None:
    """However often its grant is shown; and not after its time."""
    with pytest.raises(Failure) as caught:
        media.rules.receive(HASH_PATH, OWNER, "closed", BODY)
    assert caught.value.code is Code.REQUEST_TIMEOUT
    assert "2 KiB" in caught.value.message
    assert media.done == ["adopt", "drop"]


def test_no_room_for_the_results(media: Media) -> None:
    media.folder.free = RESERVE + SIZE - 1
    assert not_taken(media).code is Code.DISK_FULL
    assert media.done == ["adopt", "drop"]
    media.folder.free += 1
    media.table.meanwhile.append(media.table.becomes(UploadState.STORED))
    media.send()
    assert media.table.rows[HASH_PATH].state is UploadState.STORED


def test_room_is_held_for_results_until_the_answer(media: Media) -> None:
    seen: list[OpenUpload] = []
    stored = media.table.becomes(UploadState.STORED)
    media.table.meanwhile += [lambda: None, lambda: seen.extend(media.open.rows.values()), stored]
    media.send(take=True)
    (held,) = seen
    assert (held.arrived, held.size) == (True, SIZE)
    assert held.lease > uploads.VERDICT_SECONDS
    assert media.open.rows == {}


def test_an_answer_is_not_spoiled_by_a_database_that_went_away(media: Media) -> None:
    media.open.away = True
    media.table.meanwhile += [lambda: None, media.table.becomes(UploadState.STORED)]
    media.send(take=True)
    assert media.table.rows[HASH_PATH].state is UploadState.STORED
    assert media.done == ["adopt", "begin"]
    # What could not be closed is held until its lease ends.
    assert list(media.open.rows) == [HASH_PATH]


def test_a_body_that_was_permitted_is_taken_while_catalog_is_away(media: Media) -> None:
    media.catalog_away = True
    media.table.meanwhile += [lambda: None, media.table.becomes(UploadState.STORED)]
    media.send(take=True)
    assert media.table.rows[HASH_PATH].state is UploadState.STORED
    assert media.asked == [HASH_PATH]


def test_each_upload_has_an_id_of_its_own(make_media: MakeMedia) -> None:
    ids = set()
    for _ in range(3):
        media = make_media(1)
        media.table.meanwhile.append(media.table.becomes(UploadState.STORED))
        media.send()
        ids.add(media.table.rows[HASH_PATH].upload_id)
    assert len(ids) == 3
    # A file's name and a column of 32 characters hold it.
    assert all(len(each) == 32 and each.isalnum() for each in ids)


def test_placed_is_not_taken_yet(media: Media) -> None:
    table = media.table
    table.meanwhile += [
        table.becomes(UploadState.PLACED),
        lambda: None,
        table.becomes(UploadState.PUBLISHED),
    ]
    media.send()
    assert table.looks == 3


def test_the_gateway_wrote_no_body(media: Media) -> None:
    assert not_taken(media, MISSING).code is Code.NO_BYTES
    assert media.done == []


def test_an_empty_body(media: Media) -> None:
    assert not_taken(media, EMPTY).code is Code.NO_BYTES
    assert media.done == ["adopt", "drop"]
    assert media.folder.kept == set()


def test_another_upload_came_first(media: Media) -> None:
    media.has(UploadState.RECEIVED)
    assert not_taken(media).code is Code.ALREADY_UPLOADED
    assert media.done == ["adopt", "drop"]
    assert media.folder.kept == set()
    assert media.table.rows[HASH_PATH].upload_id == "earlier"


def test_no_database_to_begin_in(media: Media) -> None:
    media.table.away = True
    assert not_taken(media).code is Code.UNAVAILABLE
    assert media.done == ["adopt", "drop"]
    assert media.folder.kept == set()


@pytest.mark.parametrize("waiting", [1, 3])
def test_no_more_requests_wait_than_may(make_media: MakeMedia, waiting: int) -> None:
    """Each upload but the last waits for its verdict while the next one arrives."""
    media = make_media(waiting)
    codes: list[Code] = []
    hash_paths = [f"video{number:02}" for number in range(waiting + 1)]

    def arrive(number: int) -> None:
        hash_path = hash_paths[number]
        if number == waiting:
            codes.append(not_taken(media, hash_path=hash_path).code)
            return

        def next_one_arrives() -> None:
            arrive(number + 1)
            row = media.table.rows[hash_path]
            media.table.rows[hash_path] = replace(row, state=UploadState.STORED)

        media.table.meanwhile.append(next_one_arrives)
        media.send(hash_path)

    arrive(0)
    assert codes == [Code.UNAVAILABLE]
    assert sorted(media.table.rows) == hash_paths[:-1]
    assert sorted(hash_path for hash_path, _ in media.folder.kept) == hash_paths[:-1]


@pytest.mark.parametrize("code", [Code.UNSUPPORTED_MEDIA, Code.TOO_LARGE])
def test_the_worker_refuses(media: Media, code: Code) -> None:
    refused = media.table.becomes(UploadState.REFUSED, code.value, "The file is a picture.")
    media.table.meanwhile += [lambda: None, refused]
    failure = not_taken(media)
    assert (failure.code, failure.message) == (code, "The file is a picture.")
    assert media.done == ["adopt", "begin"]


def test_a_second_upload_has_taken_the_place(media: Media) -> None:
    media.table.meanwhile.append(media.table.is_replaced)
    assert not_taken(media).code is Code.NOT_FOUND
    assert media.table.rows[HASH_PATH].upload_id == "another's"


def test_deleted_while_it_waits(media: Media) -> None:
    media.table.meanwhile.append(media.table.is_deleted)
    assert not_taken(media).code is Code.NOT_FOUND
    assert media.table.looks == 1


def test_the_database_is_away_while_the_worker_works(media: Media) -> None:
    def away() -> None:
        raise Failure(Code.UNAVAILABLE)

    media.table.meanwhile += [away, away, media.table.becomes(UploadState.STORED)]
    media.send()
    assert media.table.looks == 3
    assert media.done == ["adopt", "begin"]


def test_no_worker_took_it(make_media: MakeMedia) -> None:
    media = make_media(verdict_seconds=0.05)
    assert not_taken(media).code is Code.UNAVAILABLE
    # How often it looks in that time is the machine's business.
    assert media.table.looks >= 1
    # While there is a row a worker may take it, and needs the body.
    assert media.done == ["adopt", "begin", "withdraw", "drop"]
    assert media.table.rows == {}
    assert media.folder.kept == set()


@pytest.mark.parametrize("state", [UploadState.STORED, UploadState.PLACED, UploadState.PUBLISHED])
def test_the_worker_is_quicker_than_the_withdrawal(
    make_media: MakeMedia, state: UploadState
) -> None:
    media = make_media(verdict_seconds=0)
    media.table.meanwhile.append(media.table.becomes(state))
    media.send()
    row = media.table.rows[HASH_PATH]
    assert row.state is state
    assert media.folder.kept == {(HASH_PATH, row.upload_id)}


def test_gone_or_refused_just_before_the_withdrawal(make_media: MakeMedia) -> None:
    media = make_media(verdict_seconds=0)
    table = media.table
    refused = table.becomes(UploadState.REFUSED, "too_large", "Long.")
    gone = (table.is_deleted, table.is_replaced)
    for happens, code in (*((what, Code.NOT_FOUND) for what in gone), (refused, Code.TOO_LARGE)):
        table.meanwhile.append(happens)
        assert not_taken(media).code is code
        table.rows.clear()


def test_the_only_place_to_wait_is_given_back(make_media: MakeMedia) -> None:
    """However an upload ends, the next one finds the place free: else it was `unavailable`."""
    media = make_media(verdict_seconds=0.2)
    table = media.table
    assert not_taken(media, EMPTY).code is Code.NO_BYTES
    table.meanwhile.append(table.becomes(UploadState.REFUSED, "too_large", "Too long."))
    assert not_taken(media).code is Code.TOO_LARGE
    table.meanwhile.append(table.is_deleted)
    assert not_taken(media).code is Code.NOT_FOUND
    table.meanwhile.append(table.is_replaced)
    assert not_taken(media).code is Code.NOT_FOUND
    assert not_taken(media).code is Code.ALREADY_UPLOADED
    table.rows.clear()
    table.away = True
    assert not_taken(media).code is Code.UNAVAILABLE
    table.away = False
    assert not_taken(media).code is Code.UNAVAILABLE
    for _ in range(2):
        table.meanwhile.append(table.becomes(UploadState.STORED))
        media.send()
        table.rows.clear()
