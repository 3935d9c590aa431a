"""The rules of uploads on stores in memory, for the tests of them."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from vireo_common.errors import Code, Failure
from vireo_media.core.open_uploads import Kept, Kind, OpenUpload, OpenUploads, Room
from vireo_media.core.uploads import (
    AlreadyUploaded,
    BodyCut,
    Upload,
    Uploads,
    UploadState,
    VideoFacts,
)

HASH_PATH, UNKNOWN = "aB3dE6g", "unknown"
OWNER, STRANGER = 7, 8
MAX_BYTES, RESERVE = 1000, 50
BODY, EMPTY, MISSING = "incoming/0001", "incoming/0002", "incoming/0003"
SIZE = 300


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

    def begin(self, hash_path: str, upload_id: str, channel_id: int, size: int) -> None:
        assert channel_id == OWNER
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
        self.cut: BodyCut | None = None

    def adopt(self, body: str, hash_path: str, upload_id: str) -> int:
        if self.cut:
            raise self.cut
        if body not in self.received:
            raise FileNotFoundError(body)
        self._done.append("adopt")
        self.kept.add((hash_path, upload_id))
        return self.received[body]

    def drop(self, hash_path: str, upload_id: str) -> None:
        self._done.append("drop")
        self.kept.remove((hash_path, upload_id))

    def room(self) -> Room:
        return Room(self.free, [])


class Open:
    """What is on its way, in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, OpenUpload] = {}
        self.away = False

    def change(self, decide: Callable[[Sequence[OpenUpload]], OpenUpload]) -> OpenUpload:
        changed = decide(list(self.rows.values()))
        self.rows[changed.open_id] = changed
        return changed

    def kept(self) -> Sequence[Kept]:
        return ()

    def close(self, open_id: str) -> None:
        if self.away:
            raise Failure(Code.UNAVAILABLE)
        self.rows.pop(open_id, None)


class Media:
    """The rules, what they stand on, and in ``done`` the order of what was done there.

    Looks follow each other fast.
    """

    def __init__(self, waiting: int = 1, verdict_seconds: float = 5.0) -> None:
        self.done: list[str] = []
        self.table = Table(self.done)
        self.folder = Folder(self.done)
        self.open = Open()
        self.asked: list[str] = []
        self.catalog_away = False
        self.rules = Uploads(
            self.table,
            self.folder,
            self._find_video,
            OpenUploads(
                self.open,
                self.folder.room,
                reserve_bytes=RESERVE,
                most_open=100,
                least_rate=2048,
            ),
            max_bytes=MAX_BYTES,
            waiting=waiting,
            verdict_seconds=verdict_seconds,
            poll_seconds=0.0001,
        )

    def send(self, hash_path: str = HASH_PATH, body: str = BODY, *, take: bool = False) -> None:
        """A body that was permitted arrives."""
        opened = OpenUpload(hash_path, Kind.VIDEO, OWNER, "", SIZE)
        self.open.rows[hash_path] = opened
        (self.rules.take if take else self.rules.receive)(hash_path, OWNER, hash_path, body)

    def has(self, state: UploadState) -> None:
        self.table.rows[HASH_PATH] = Upload(HASH_PATH, "earlier", state, "", "")

    def _find_video(self, hash_path: str, sender: int) -> VideoFacts:
        self.asked.append(hash_path)
        if self.catalog_away:
            raise Failure(Code.UNAVAILABLE)
        if hash_path == UNKNOWN:
            raise Failure(Code.NOT_FOUND)
        return VideoFacts(OWNER)


@pytest.fixture
def make_media() -> Callable[..., Media]:
    """``make_media(waiting, verdict_seconds)``: so many requests may wait for the worker, so long.

    With no seconds the time for a verdict is over before the first look.
    """
    return Media


@pytest.fixture
def media() -> Media:
    return Media()
