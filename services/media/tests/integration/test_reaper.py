"""The reaper, on real files that a gateway is still writing."""

import os
import threading
from pathlib import Path

import pytest

from vireo_media.core.uploads import BodyCut
from vireo_media.storage.staging import Incoming, Staging
from vireo_media.worker.reaper import PATIENCE_SECONDS, Reaper

RATE = 1000


class Gateway:
    """Writes bodies as nginx does: each at its own place in a file that it holds open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, name: str) -> "Body":
        return Body(self.folder / name)


class Body:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        self.offset = 0

    def write(self, size: int) -> None:
        os.pwrite(self.descriptor, b"x" * size, self.offset)
        self.offset += size

    def blocks(self) -> int:
        return os.fstat(self.descriptor).st_blocks

    def end(self) -> None:
        os.close(self.descriptor)
        self.path.unlink()


class World:
    """A media folder whose clock goes as the test says."""

    def __init__(self, root: Path) -> None:
        self.now = 0.0
        self.files = Staging(root)
        self.files.make_folders()
        self.gateway = Gateway(root / "incoming")
        self.root = root

    def reaper(self, reserve_bytes: int = 0) -> Reaper:
        return Reaper(
            self.files,
            threading.Event(),
            least_rate=RATE,
            reserve_bytes=reserve_bytes,
            clock=lambda: self.now,
        )

    def adopt(self, body: Body) -> int:
        return self.files.adopt(str(body.path), "aB3dE6g", "0" * 32)

    def staged(self) -> list[str]:
        return [path.name for path in (self.root / "staging").iterdir()]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_one_that_keeps_the_speed_is_left_alone(world: World) -> None:
    body, reaper = world.gateway.begin("0001"), world.reaper()
    for _ in range(20):
        body.write(30 * RATE)
        reaper.look()
        world.now += 30
    assert world.adopt(body) == 600 * RATE


def test_one_that_trickles_loses_its_bytes_and_is_not_taken(world: World) -> None:
    body, reaper = world.gateway.begin("0001"), world.reaper()
    body.write(RATE)
    reaper.look()
    world.now += PATIENCE_SECONDS + 1
    reaper.look()
    assert body.blocks()
    world.now += 1
    reaper.look()
    assert not body.blocks()
    assert world.files.room().bodies == []
    # The gateway does not know, and goes on; however fast, it stays cut.
    body.write(1 << 20)
    assert body.blocks()
    reaper.look()
    assert not body.blocks()
    body.write(1 << 20)
    with pytest.raises(BodyCut) as caught:
        world.adopt(body)
    assert not caught.value.for_room
    assert world.staged() == []
    body.end()


def test_another_worker_and_the_next_one_cut_it_too(world: World) -> None:
    body, first = world.gateway.begin("0001"), world.reaper()
    body.write(1)
    first.look()
    world.now += PATIENCE_SECONDS + 2
    first.look()
    body.write(1 << 20)
    world.reaper().look()
    assert not body.blocks()


def test_what_was_adopted_is_not_cut(world: World) -> None:
    body, reaper = world.gateway.begin("0001"), world.reaper(reserve_bytes=1 << 62)
    body.write(RATE)
    (seen,) = world.files.incoming()
    assert world.adopt(body) == RATE
    # Also where the reaper saw it before.
    assert not world.files.cut(seen, for_room=False)
    world.now += 10_000
    reaper.look()
    kept = world.files.body("aB3dE6g", "0" * 32)
    assert kept.read_bytes() == b"x" * RATE
    assert list(world.files.incoming()) == []


def test_gone_meanwhile(world: World) -> None:
    body = world.gateway.begin("0001")
    (seen,) = world.files.incoming()
    body.end()
    assert not world.files.cut(seen, for_room=True)


def test_a_new_body_has_its_own_time(world: World) -> None:
    """Also where it has the number of one that is gone."""
    reaper = world.reaper()
    first = world.gateway.begin("0001")
    reaper.look()
    world.now += 1000
    first.end()
    second = world.gateway.begin("0002")
    second.write(1)
    reaper.look()
    assert second.blocks()


class FullDisk(Staging):
    """A disk with so much room, less what the bodies have."""

    size = 5000

    def free_bytes(self) -> int:
        return self.size - sum(body.size for body in self.incoming() if not body.cut)


def test_the_newest_go_where_the_reserve_is_touched(world: World) -> None:
    """Something else took the room that was held for them."""
    world.files = FullDisk(world.root)
    reaper = world.reaper(reserve_bytes=1000)
    bodies = []
    for number in range(4):
        body = world.gateway.begin(f"000{number}")
        body.write(1000)
        bodies.append(body)
        reaper.look()
        world.now += 1
    assert [bool(body.blocks()) for body in bodies] == [True] * 4
    FullDisk.size = 4500
    try:
        reaper.look()
        assert [bool(body.blocks()) for body in bodies] == [True, True, True, False]
        FullDisk.size = 3000
        reaper.look()
        assert [bool(body.blocks()) for body in bodies] == [True, True, False, False]
        with pytest.raises(BodyCut) as caught:
            world.adopt(bodies[3])
        assert caught.value.for_room
    finally:
        FullDisk.size = 5000


def test_room_counts_what_is_written_and_not_adopted(world: World) -> None:
    first, second = world.gateway.begin("0001"), world.gateway.begin("0002")
    first.write(300)
    second.write(500)
    assert sorted(world.files.room().bodies) == [300, 500]
    world.adopt(second)
    assert world.files.room().bodies == [300]
    (body,) = world.files.incoming()
    assert (body.size, body.cut) == (300, False)
    assert isinstance(body, Incoming)
