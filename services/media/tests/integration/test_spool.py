"""The spool: what media asks of it, over its socket; and media's files with it in between."""

import os
import socket
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from vireo_common.errors import Code, Failure
from vireo_media.core.uploads import BodyCut
from vireo_media.spool.__main__ import Spool
from vireo_media.storage.bodies import OwnBodies, SpooledBodies
from vireo_media.storage.staging import Incoming, Staging
from vireo_media.worker.reaper import Reaper
from vireo_testing.person import eventually


@pytest.fixture
def socket_path(tmp_path: Path) -> Path:
    return tmp_path / "spool.sock"


@pytest.fixture
def files(tmp_path: Path, socket_path: Path) -> Staging:
    found = Staging(tmp_path / "media", socket_path)
    found.make_folders()
    return found


@pytest.fixture
def incoming(files: Staging, tmp_path: Path) -> Path:
    return tmp_path / "media" / "incoming"


@pytest.fixture
def spool(incoming: Path, socket_path: Path) -> Iterator[Spool]:
    with Spool(socket_path, incoming) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def body(incoming: Path, name: str, content: bytes = b"x" * 1000) -> Path:
    """A body as nginx writes it."""
    path = incoming / name
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    os.write(descriptor, content)
    os.close(descriptor)
    return path


def test_a_question_that_is_cut_off_is_none(
    spool: Spool, incoming: Path, socket_path: Path
) -> None:
    given = body(incoming, "0000000001")
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(socket_path))
        line.sendall(b"remove 0000000001")
        line.shutdown(socket.SHUT_WR)
        assert line.recv(10) == b""
    assert given.exists()


def test_an_adopted_body_is_open_to_the_group(spool: Spool, files: Staging, incoming: Path) -> None:
    given = body(incoming, "0000000001")
    assert files.adopt(str(given), "aB3dE6g", "0" * 32) == 1000
    found = files.body("aB3dE6g", "0" * 32).stat()
    assert (stat.S_IMODE(found.st_mode), found.st_nlink) == (0o660, 2)


@pytest.mark.parametrize("for_room", [True, False])
def test_a_body_that_was_cut_is_not_taken(
    spool: Spool, files: Staging, incoming: Path, for_room: bool
) -> None:
    given = body(incoming, "0000000001")
    (seen,) = files.incoming()
    assert files.cut(seen, for_room=for_room)
    assert given.stat().st_size == 0
    with pytest.raises(BodyCut) as caught:
        files.adopt(str(given), "aB3dE6g", "0" * 32)
    assert caught.value.for_room == for_room
    assert not files.body("aB3dE6g", "0" * 32).exists()


def test_one_that_was_adopted_is_not_cut(spool: Spool, files: Staging, incoming: Path) -> None:
    given = body(incoming, "0000000001")
    (seen,) = files.incoming()
    files.adopt(str(given), "aB3dE6g", "0" * 32)
    assert not files.cut(seen, for_room=True)
    found = given.stat()
    assert (found.st_size, stat.S_IMODE(found.st_mode)) == (1000, 0o660)


def test_what_is_left_is_removed(spool: Spool, files: Staging, incoming: Path) -> None:
    given = body(incoming, "0000000001")
    files.remove_left(given)
    files.remove_left(given)
    assert not given.exists()
    assert not files.cut(Incoming(given, 1, 1, cut=False), for_room=False)


def test_a_body_that_is_not_there(spool: Spool, files: Staging, incoming: Path) -> None:
    for name in ("0000000009", "..", "", "a b"):
        with pytest.raises(FileNotFoundError):
            files.adopt(str(incoming / name) if name else "", "aB3dE6g", "0" * 32)


@pytest.mark.parametrize(
    "line",
    [
        *(b"share ../secret\n", b"share /etc/passwd\n", b"share ..\n", b"share \n", b"share\n"),
        *(b"cut ../secret\n", b"remove ../secret\n", b"drop 0000000001\n", b"\n", b"\xff\n", b""),
        b"share " + b"0" * 300 + b"\n",
        b"share 0000000001\0\n",
    ],
)
def test_it_does_nothing_else(spool: Spool, incoming: Path, socket_path: Path, line: bytes) -> None:
    secret = body(incoming.parent, "secret")
    given = body(incoming, "0000000001")
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(10)
        asking.connect(str(socket_path))
        asking.sendall(line)
        asking.shutdown(socket.SHUT_WR)
        assert asking.recv(100) == b""
    for path in (secret, given):
        found = path.stat()
        assert (found.st_size, stat.S_IMODE(found.st_mode)) == (1000, 0o600)
    # And it goes on.
    SpooledBodies(socket_path).share("0000000001")
    assert stat.S_IMODE(given.stat().st_mode) == 0o660


@pytest.mark.parametrize("kind", ["link", "folder", "pipe"])
def test_it_touches_files_alone(spool: Spool, incoming: Path, socket_path: Path, kind: str) -> None:
    secret, strange = body(incoming.parent, "secret"), incoming / "0000000001"
    if kind == "link":
        strange.symlink_to(secret)
    elif kind == "folder":
        strange.mkdir()
    else:
        os.mkfifo(strange)
    bodies = SpooledBodies(socket_path)
    with pytest.raises(Failure):
        bodies.share(strange.name)
    with pytest.raises(Failure):
        bodies.cut(strange.name, for_room=False)
    assert (secret.stat().st_size, stat.S_IMODE(secret.stat().st_mode)) == (1000, 0o600)


def test_without_it_nothing_is_taken_and_the_reaper_waits(
    files: Staging, incoming: Path, socket_path: Path
) -> None:
    given = body(incoming, "0000000001")
    with pytest.raises(Failure) as caught:
        files.adopt(str(given), "aB3dE6g", "0" * 32)
    assert caught.value.code is Code.UNAVAILABLE
    given.chmod(stat.S_IWUSR)
    stopping = threading.Event()
    reaper = Reaper(files, stopping, least_rate=1, reserve_bytes=0)
    with pytest.raises(Failure):
        reaper.look()
    reaper.start()
    # What an earlier run left in its place is no hindrance.
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(socket_path))
    with Spool(socket_path, incoming) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        eventually(lambda: given.stat().st_size == 0)
        assert reaper.is_alive()
        server.shutdown()
        thread.join()
    stopping.set()
    reaper.join()


def test_others_of_the_machine_may_not_ask(spool: Spool, socket_path: Path) -> None:
    assert stat.S_IMODE(socket_path.stat().st_mode) == 0o660


def test_where_bodies_are_medias_own_they_stay_closed(tmp_path: Path) -> None:
    given = body(tmp_path, "0000000001")
    OwnBodies(tmp_path).share("0000000001")
    assert stat.S_IMODE(given.stat().st_mode) == 0o600
