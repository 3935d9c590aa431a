"""The rules of a channel's picture, on stores in memory."""

import errno
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from vireo_common.errors import Code, Failure
from vireo_media.core.open_uploads import Kept, OpenUpload, OpenUploads
from vireo_media.core.pictures import ChannelGone, Pictures
from vireo_media.core.refused import Refused
from vireo_media.storage.files import MediaFiles, files_on_disk
from vireo_testing.media_folder import MediaFolder
from vireo_testing.person import eventually

ADA, GONE = 7, 8


class Shown:
    """Which picture a channel has, in memory."""

    def __init__(self) -> None:
        self.names: dict[int, str] = {}

    def set(self, channel_id: int, name: str) -> None:
        if channel_id == GONE:
            raise ChannelGone
        self.names[channel_id] = name

    def remove(self, channel_id: int) -> None:
        self.names.pop(channel_id, None)


class Open:
    """What is on its way, in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, OpenUpload] = {}

    def change(self, decide: Callable[[Sequence[OpenUpload]], OpenUpload]) -> OpenUpload:
        changed = decide(list(self.rows.values()))
        self.rows[changed.open_id] = changed
        return changed

    def kept(self) -> Sequence[Kept]:
        return ()

    def close(self, open_id: str) -> None:
        self.rows.pop(open_id, None)


class Channels:
    """Channels that send pictures, one each at a time."""

    def __init__(self, pictures: Pictures, open_uploads: Open) -> None:
        self.pictures = pictures
        self.open = open_uploads

    def set(self, channel_id: int, read: Callable[[], bytes]) -> None:
        open_id = self.pictures.open(channel_id, "192.0.2.1", 5).open_id
        self.pictures.set(channel_id, open_id, read)


def copied(source: Path, target: Path) -> None:
    target.write_bytes(b"square " + source.read_bytes())


@pytest.fixture
def files(tmp_path: Path) -> MediaFiles:
    return files_on_disk(tmp_path)


@pytest.fixture
def shown() -> Shown:
    return Shown()


@pytest.fixture
def pictures(shown: Shown, files: MediaFiles) -> Callable[..., Channels]:
    def make(
        make_square: Callable[[Path, Path], None] = copied, reserve_bytes: int = 0, **places: Any
    ) -> Channels:
        rows = Open()
        on_their_way = OpenUploads(
            rows, files.staging.room, reserve_bytes=reserve_bytes, most_open=1, least_rate=1024
        )
        return Channels(Pictures(shown, files, make_square, on_their_way, **places), rows)

    return make


def left(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_picture_is_in_place_when_it_is_set(
    pictures: Callable[..., Channels], shown: Shown, files: MediaFiles, tmp_path: Path
) -> None:
    pictures().set(ADA, lambda: b"bytes")
    path = MediaFolder(tmp_path).picture(shown.names[ADA])
    assert path.read_bytes() == b"square bytes"
    assert left(tmp_path) == [path]
    assert path.parent.parent == tmp_path / "public" / "pictures"


def test_every_picture_has_a_name_of_its_own(
    pictures: Callable[..., Channels], shown: Shown
) -> None:
    names = set()
    for _ in range(3):
        pictures().set(ADA, lambda: b"bytes")
        names.add(shown.names[ADA])
    assert len(names) == 3


def refuse(source: Path, target: Path) -> None:
    raise Refused("too_large", "The picture has too many pixels.")


@pytest.mark.parametrize(
    ("channel", "body", "make", "reserve", "code"),
    [
        (ADA, b"", copied, 0, Code.NO_BYTES),
        (ADA, b"bytes", refuse, 0, Code.TOO_LARGE),
        (ADA, b"bytes", copied, 1 << 62, Code.DISK_FULL),
    ],
)
def test_refusals_leave_nothing(
    pictures: Callable[..., Channels],
    shown: Shown,
    tmp_path: Path,
    channel: int,
    body: bytes,
    make: Callable[[Path, Path], None],
    reserve: int,
    code: Code,
) -> None:
    with pytest.raises(Failure) as caught:
        pictures(make, reserve).set(channel, lambda: body)
    assert caught.value.code is code
    assert shown.names == {}
    assert left(tmp_path) == []


def test_a_channel_that_was_deleted_meanwhile(
    pictures: Callable[..., Channels], files: MediaFiles
) -> None:
    with pytest.raises(Failure) as caught:
        pictures().set(GONE, lambda: b"bytes")
    assert caught.value.code is Code.TOKEN_INVALID


def test_bodies_are_read_only_while_there_is_a_place(pictures: Callable[..., Channels]) -> None:
    go = threading.Event()

    def slow() -> bytes:
        busy.wait(10)
        go.wait(10)
        return b"bytes"

    busy = threading.Barrier(3)
    one = pictures(places=2, place_seconds=0.05)
    others = [threading.Thread(target=one.set, args=(n, slow)) for n in range(2)]
    for other in others:
        other.start()
    busy.wait(10)

    def never() -> bytes:
        raise AssertionError("there was no place")

    with pytest.raises(Failure) as caught:
        one.set(ADA, never)
    assert caught.value.code is Code.UNAVAILABLE
    go.set()
    for other in others:
        other.join(10)
    one.set(ADA, lambda: b"bytes")


def test_one_of_a_channel_at_a_time(pictures: Callable[..., Channels], shown: Shown) -> None:
    one = pictures()
    first = one.pictures.open(ADA, "192.0.2.1", 5).open_id
    with pytest.raises(Failure) as caught:
        one.pictures.open(ADA, "192.0.2.2", 5)
    assert (caught.value.code, caught.value.status) == (Code.RATE_LIMITED, 429)
    assert caught.value.headers == {"Retry-After": str(caught.value.details["retry_after"])}
    one.pictures.open(8, "192.0.2.1", 5)

    def meanwhile() -> bytes:
        with pytest.raises(Failure):
            one.pictures.open(ADA, "192.0.2.1", 5)
        return b"bytes"

    one.pictures.set(ADA, first, meanwhile)
    assert ADA in shown.names
    one.set(ADA, lambda: b"bytes")


@pytest.mark.parametrize("wrong", [lambda: b"", lambda: b"bytes"])
def test_the_next_one_may_come_however_one_ended(
    pictures: Callable[..., Channels], wrong: Callable[[], bytes]
) -> None:
    one = pictures(refuse)
    for _ in range(3):
        with pytest.raises(Failure) as caught:
            one.set(ADA, wrong)
        assert caught.value.code in {Code.NO_BYTES, Code.TOO_LARGE}
    assert one.open.rows == {}


def test_a_grant_is_good_for_one_picture(pictures: Callable[..., Channels], shown: Shown) -> None:
    one = pictures()
    open_id = one.pictures.open(ADA, "192.0.2.1", 5).open_id
    one.pictures.set(ADA, open_id, lambda: b"bytes")
    first = dict(shown.names)
    with pytest.raises(Failure) as caught:
        one.pictures.set(ADA, open_id, lambda: b"others")
    assert caught.value.code is Code.REQUEST_TIMEOUT
    assert shown.names == first


def test_taken_away(pictures: Callable[..., Channels], shown: Shown) -> None:
    one = pictures()
    one.set(ADA, lambda: b"bytes")
    one.pictures.remove(ADA)
    one.pictures.remove(ADA)
    assert shown.names == {}


def test_few_wait_for_a_place_and_the_others_hear_so_at_once(
    pictures: Callable[..., Channels],
) -> None:
    busy, go = threading.Event(), threading.Event()

    def slow() -> bytes:
        busy.set()
        go.wait(10)
        return b"bytes"

    one = pictures(waiting=2, place_seconds=3600.0)
    threads = [threading.Thread(target=one.set, args=(number, slow)) for number in range(2)]
    for thread in threads:
        thread.start()
    busy.wait(10)

    def second_waits() -> bool:
        free = one.pictures._waiting.acquire(blocking=False)
        if free:
            one.pictures._waiting.release()
        return not free

    eventually(second_waits)
    with pytest.raises(Failure) as caught:
        one.set(ADA, lambda: b"bytes")
    assert caught.value.code is Code.UNAVAILABLE
    go.set()
    for thread in threads:
        thread.join(10)


def test_a_disk_that_fills_up_meanwhile(
    pictures: Callable[..., Channels], shown: Shown, tmp_path: Path
) -> None:
    def full(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(Failure) as caught:
        pictures(full).set(ADA, lambda: b"bytes")
    assert caught.value.code is Code.DISK_FULL
    assert shown.names == {}
    assert left(tmp_path) == []
