"""The rules of uploads, on stores in memory."""

from collections import deque
from collections.abc import Callable
from dataclasses import replace

import pytest

from vireo_common.errors import Code, Failure
from vireo_media.core import uploads
from vireo_media.core.uploads import AlreadyUploaded, Upload, Uploads, UploadState, VideoFacts

HASH_PATH, UNKNOWN = "aB3dE6g", "unknown"
OWNER, STRANGER = 7, 8
MAX_BYTES, RESERVE = 1000, 50
BODY, EMPTY, MISSING = "incoming/0001", "incoming/0002", "incoming/0003"
SIZE = 300


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks follow each other fast, and no wait lasts for minutes."""
    monkeypatch.setattr(uploads, "POLL_SECONDS", 0.0001)
    monkeypatch.setattr(uploads, "VERDICT_SECONDS", 5.0)


@pytest.fixture
def deadline_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The time for a verdict is over before the first look."""
    monkeypatch.setattr(uploads, "VERDICT_SECONDS", 0.0)


class Table:
    """Uploads in memory.

    Before each ``find`` and ``withdraw`` the next of ``meanwhile`` happens: what others do then.
    """

    def __init__(self, done: list[str]) -> None:
        self._done = done
        self.rows: dict[str, Upload] = {}
        self.sizes: dict[str, int] = {}
        self.meanwhile: deque[Callable[[], object]] = deque()
        self.looks = 0
        self.away = False

    def find(self, hash_path: str) -> Upload | None:
        self.looks += 1
        self._time_passes()
        return self.rows.get(hash_path)

    def begin(self, hash_path: str, upload_id: str, size: int) -> None:
        if self.away:
            raise Failure(Code.UNAVAILABLE)
        earlier = self.rows.get(hash_path)
        if earlier and earlier.state is not UploadState.REFUSED:
            raise AlreadyUploaded
        self._done.append("begin")
        self.rows[hash_path] = Upload(hash_path, upload_id, UploadState.RECEIVED, "", "")
        self.sizes[hash_path] = size

    def withdraw(self, hash_path: str, upload_id: str) -> bool:
        self._time_passes()
        row = self.rows.get(hash_path)
        if not row or row.upload_id != upload_id or row.state is not UploadState.RECEIVED:
            return False
        self._done.append("withdraw")
        del self.rows[hash_path]
        return True

    def becomes(self, state: UploadState, code: str = "", reason: str = "") -> Callable[[], object]:
        """The worker speaks."""

        def happen() -> None:
            row = self.rows[HASH_PATH]
            self.rows[HASH_PATH] = replace(row, state=state, code=code, reason=reason)

        return happen

    def is_replaced(self) -> None:
        self.rows[HASH_PATH] = Upload(HASH_PATH, "another's", UploadState.RECEIVED, "", "")

    def is_deleted(self) -> None:
        del self.rows[HASH_PATH]

    def _time_passes(self) -> None:
        if self.meanwhile:
            self.meanwhile.popleft()()


class Folder:
    """Bodies in memory: what the gateway received, and what was adopted of it."""

    def __init__(self, done: list[str]) -> None:
        self._done = done
        self.received = {BODY: SIZE, EMPTY: 0}
        self.kept: set[tuple[str, str]] = set()
        self.free = 10**9

    def adopt(self, body: str, hash_path: str, upload_id: str) -> int:
        if body not in self.received:
            raise FileNotFoundError(body)
        self._done.append("adopt")
        self.kept.add((hash_path, upload_id))
        return self.received[body]

    def drop(self, hash_path: str, upload_id: str) -> None:
        self._done.append("drop")
        self.kept.remove((hash_path, upload_id))

    def free_bytes(self) -> int:
        return self.free


class Media:
    """The rules, what they stand on, and in ``done`` the order of what was done there."""

    def __init__(self, waiting: int) -> None:
        self.done: list[str] = []
        self.table = Table(self.done)
        self.folder = Folder(self.done)
        self.asked: list[str] = []
        self.rules = Uploads(
            self.table,
            self.folder,
            self._find_video,
            max_bytes=MAX_BYTES,
            reserve_bytes=RESERVE,
            waiting=waiting,
        )

    def has(self, state: UploadState) -> None:
        self.table.rows[HASH_PATH] = Upload(HASH_PATH, "earlier", state, "", "")

    def _find_video(self, hash_path: str) -> VideoFacts:
        self.asked.append(hash_path)
        if hash_path == UNKNOWN:
            raise Failure(Code.NOT_FOUND)
        return VideoFacts(OWNER)


@pytest.fixture
def media() -> Media:
    return Media(waiting=1)


def no_permit(
    media: Media, hash_path: str = HASH_PATH, channel_id: int = OWNER, size: int | None = SIZE
) -> Failure:
    with pytest.raises(Failure) as caught:
        media.rules.check_may_upload(hash_path, channel_id, size)
    return caught.value


def not_taken(media: Media, body: str = BODY, hash_path: str = HASH_PATH) -> Failure:
    with pytest.raises(Failure) as caught:
        media.rules.receive(hash_path, body)
    return caught.value


@pytest.mark.parametrize("size", [1, MAX_BYTES, None])
def test_the_owner_may_upload(media: Media, size: int | None) -> None:
    media.rules.check_may_upload(HASH_PATH, OWNER, size)
    assert media.asked == [HASH_PATH]
    assert media.done == []


def test_unknown_video(media: Media) -> None:
    assert no_permit(media, UNKNOWN).code is Code.NOT_FOUND


@pytest.mark.parametrize(
    "hash_path",
    ["", "aB3dE6", "aB3dE6gh", "aB3dE6g\n", "aB3dE6-", "../aB3d", "aB3dE6\u00e9", "aB3dE6\u0664"],
)
def test_catalog_is_not_asked_for_what_is_no_hash_path(media: Media, hash_path: str) -> None:
    assert no_permit(media, hash_path).code is Code.NOT_FOUND
    assert media.asked == []
    assert media.table.looks == 0


def test_a_stranger_does_not_learn_whether_there_is_an_upload(media: Media) -> None:
    assert no_permit(media, channel_id=STRANGER).code is Code.FORBIDDEN
    media.has(UploadState.STORED)
    assert no_permit(media, channel_id=STRANGER).code is Code.FORBIDDEN


@pytest.mark.parametrize("state", [each for each in UploadState if each != UploadState.REFUSED])
def test_bytes_are_uploaded_once(media: Media, state: UploadState) -> None:
    media.has(state)
    assert no_permit(media).code is Code.ALREADY_UPLOADED


def test_after_a_refusal_another_file_may_be_uploaded(media: Media) -> None:
    media.has(UploadState.REFUSED)
    media.rules.check_may_upload(HASH_PATH, OWNER, SIZE)


def test_nothing_to_upload(media: Media) -> None:
    assert no_permit(media, size=0).code is Code.NO_BYTES


def test_a_body_that_is_too_large_is_told_the_limit(media: Media) -> None:
    media.folder.free = 0
    failure = no_permit(media, size=MAX_BYTES + 1)
    assert failure.code is Code.TOO_LARGE
    assert failure.details == {"limit": MAX_BYTES}


@pytest.mark.parametrize(
    ("size", "needed"), [(SIZE, 2 * SIZE + RESERVE), (1, 2 + RESERVE), (None, RESERVE)]
)
def test_room_for_the_body_its_results_and_the_reserve(
    media: Media, size: int | None, needed: int
) -> None:
    media.folder.free = needed
    media.rules.check_may_upload(HASH_PATH, OWNER, size)
    media.folder.free = needed - 1
    assert no_permit(media, size=size).code is Code.DISK_FULL


def test_a_body_that_has_arrived_needs_no_room(media: Media) -> None:
    media.folder.free = 0
    media.rules.check_owner(HASH_PATH, OWNER)


@pytest.mark.parametrize("state", [UploadState.STORED, UploadState.PUBLISHED])
def test_taken_once_the_worker_says_so(media: Media, state: UploadState) -> None:
    media.table.meanwhile.append(media.table.becomes(state))
    media.rules.receive(HASH_PATH, BODY)
    assert media.done == ["adopt", "begin"]
    assert media.table.looks == 1
    row = media.table.rows[HASH_PATH]
    assert row.state is state
    assert media.table.sizes == {HASH_PATH: SIZE}
    assert media.folder.kept == {(HASH_PATH, row.upload_id)}


def test_each_upload_has_an_id_of_its_own() -> None:
    ids = set()
    for _ in range(3):
        media = Media(waiting=1)
        media.table.meanwhile.append(media.table.becomes(UploadState.STORED))
        media.rules.receive(HASH_PATH, BODY)
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
    media.rules.receive(HASH_PATH, BODY)
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
def test_no_more_requests_wait_than_may(waiting: int) -> None:
    """Each upload but the last waits for its verdict while the next one arrives."""
    media = Media(waiting)
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
        media.rules.receive(hash_path, BODY)

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
    media.rules.receive(HASH_PATH, BODY)
    assert media.table.looks == 3
    assert media.done == ["adopt", "begin"]


def test_no_worker_took_it(media: Media, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "VERDICT_SECONDS", 0.05)
    assert not_taken(media).code is Code.UNAVAILABLE
    assert media.table.looks > 1
    # While there is a row a worker may take it, and needs the body.
    assert media.done == ["adopt", "begin", "withdraw", "drop"]
    assert media.table.rows == {}
    assert media.folder.kept == set()


@pytest.mark.usefixtures("deadline_passed")
@pytest.mark.parametrize("state", [UploadState.STORED, UploadState.PLACED, UploadState.PUBLISHED])
def test_the_worker_is_quicker_than_the_withdrawal(media: Media, state: UploadState) -> None:
    media.table.meanwhile.append(media.table.becomes(state))
    media.rules.receive(HASH_PATH, BODY)
    row = media.table.rows[HASH_PATH]
    assert row.state is state
    assert media.folder.kept == {(HASH_PATH, row.upload_id)}


@pytest.mark.usefixtures("deadline_passed")
def test_gone_or_refused_just_before_the_withdrawal(media: Media) -> None:
    table = media.table
    refused = table.becomes(UploadState.REFUSED, "too_large", "Long.")
    gone = (table.is_deleted, table.is_replaced)
    for happens, code in (*((what, Code.NOT_FOUND) for what in gone), (refused, Code.TOO_LARGE)):
        table.meanwhile.append(happens)
        assert not_taken(media).code is code
        table.rows.clear()


def test_the_only_place_to_wait_is_given_back(
    media: Media, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However an upload ends, the next one finds the place free: else it was `unavailable`."""
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
    with monkeypatch.context() as patch:
        patch.setattr(uploads, "VERDICT_SECONDS", 0.0)
        assert not_taken(media).code is Code.UNAVAILABLE
    for _ in range(2):
        table.meanwhile.append(table.becomes(UploadState.STORED))
        media.rules.receive(HASH_PATH, BODY)
        table.rows.clear()
