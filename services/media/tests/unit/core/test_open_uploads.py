"""What may be on its way at once, on a table in memory and a disk of any size."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from vireo_common.errors import Code, Failure
from vireo_media.core.open_uploads import (
    BUFFER_BYTES,
    GRACE_SECONDS,
    MOST_PIECES,
    Kept,
    Kind,
    OpenUpload,
    OpenUploads,
    Room,
    network_of,
)

RESERVE, RATE, MOST = 50, 64 << 10, 3
ADDRESS = "192.0.2.1"
OLD = 2 * GRACE_SECONDS + BUFFER_BYTES / RATE + 1


class World:
    """Accounts that send, a gateway that writes, and a disk."""

    def __init__(self) -> None:
        self.rows: dict[str, OpenUpload] = {}
        self.free = 10_000 + RESERVE
        self.bodies: list[int] = []
        self.pieces: list[Kept] = []
        self.rules = OpenUploads(
            self,
            lambda: Room(self.free, self.bodies),
            reserve_bytes=RESERVE,
            most_open=MOST,
            least_rate=RATE,
        )

    def change(self, decide: Callable[[Sequence[OpenUpload]], OpenUpload]) -> OpenUpload:
        changed = decide(list(self.rows.values()))
        self.rows[changed.open_id] = changed
        return changed

    def all(self) -> Sequence[OpenUpload]:
        return list(self.rows.values())

    def kept(self) -> Sequence[Kept]:
        return self.pieces

    def renew(self, open_id: str, size: int, seconds: float) -> None:
        self.rows[open_id] = replace(self.rows[open_id], size=size, lease=seconds)

    def close(self, open_id: str) -> None:
        self.rows.pop(open_id, None)

    def open(
        self, *sizes: int, account: int = 1, address: str = ADDRESS, kind: Kind = Kind.VIDEO
    ) -> OpenUpload:
        return self.rules.open(kind, account, address, sizes)

    def refused(self, *sizes: int, account: int = 1, address: str = ADDRESS) -> Failure:
        before = dict(self.rows)
        with pytest.raises(Failure) as caught:
            self.open(*sizes, account=account, address=address)
        assert self.rows == before
        return caught.value

    def write(self, *sizes: int) -> None:
        """The gateway writes files of these sizes."""
        self.free -= sum(sizes)
        self.bodies.extend(sizes)

    def age(self, seconds: float = OLD) -> None:
        for key, row in self.rows.items():
            self.rows[key] = replace(row, age=row.age + seconds)


@pytest.fixture
def world() -> World:
    return World()


def test_what_is_held_is_not_given_twice(world: World) -> None:
    world.open(5000)
    # Another account, elsewhere: there are 5,000 left, for a body and its results.
    assert world.refused(2501, account=2, address="192.0.2.2").code is Code.DISK_FULL
    world.open(2500, account=2, address="192.0.2.2")


def test_bytes_that_have_arrived_are_not_counted_twice(world: World) -> None:
    first = world.open(5000)
    world.write(4999)
    second = world.open(2500, account=2, address="192.0.2.2")
    assert world.rows == {each.open_id: each for each in (first, second)}


def test_room_comes_back(world: World) -> None:
    first = world.open(5000)
    assert world.refused(5000, account=2).code is Code.DISK_FULL
    world.rules.close(first.open_id)
    world.rules.close(first.open_id)
    world.open(5000, account=2)


def test_of_several_sizes_the_first_for_which_there_is_room(world: World) -> None:
    assert world.open(6000, 4000, 10).size == 4000
    assert world.open(6000, 4000, 10, account=2, address="192.0.2.2").size == 10
    assert world.refused(6000, 4000, account=3, address="192.0.2.3").code is Code.DISK_FULL


def test_one_account_gets_half_of_the_room_at_most(world: World) -> None:
    held = [world.open(2000).size, world.open(2000).size, world.open(1000).size]
    assert sum(held) == 5000
    world.rules = OpenUploads(
        world,
        lambda: Room(world.free, []),
        reserve_bytes=RESERVE,
        most_open=1000,
        least_rate=RATE,
    )
    assert world.refused(1).code is Code.DISK_FULL
    world.open(1, account=2, address="192.0.2.2")


def test_one_address_gets_three_quarters_at_most(world: World) -> None:
    """However many accounts it has; somebody elsewhere finds room."""
    account, size = 1, 2048
    while size:
        try:
            world.open(size, account=account)
            account += 1
        except Failure:
            size //= 2
    held = sum(row.size for row in world.rows.values())
    assert 7000 < held <= 7500
    world.open(1000, account=account, address="192.0.2.2")


def test_few_of_one_account(world: World) -> None:
    opened = [world.open(10) for _ in range(MOST)]
    failure = world.refused(10)
    assert (failure.code, failure.status) == (Code.RATE_LIMITED, 429)
    assert failure.headers == {"Retry-After": str(failure.details["retry_after"])}
    world.open(10, account=2)
    # A picture is another thing, of which there is one.
    world.open(10, kind=Kind.PICTURE)
    with pytest.raises(Failure, match="rate_limited"):
        world.open(10, kind=Kind.PICTURE)
    # One that has arrived is one as long as it is looked at.
    world.rules.arrived(opened[0].open_id, Kind.VIDEO, 10, 60)
    assert world.refused(10).code is Code.RATE_LIMITED
    world.rules.close(opened[0].open_id)
    world.open(10)


def test_the_time_for_a_body_goes_by_its_size(world: World) -> None:
    world.free = 10**9
    assert world.open(RATE).lease == GRACE_SECONDS + 1
    assert world.open(100 * RATE).lease == GRACE_SECONDS + 100


def test_results_get_the_room_of_the_body(world: World) -> None:
    first = world.open(5000)
    world.write(5000)
    # The body has its second name: it is none that the gateway is writing.
    world.bodies = []
    world.rules.arrived(first.open_id, Kind.VIDEO, 5000, 60)
    held = world.rows[first.open_id]
    assert (held.arrived, held.size, held.lease) == (True, 5000, 60)
    assert world.refused(1, account=2).code is Code.DISK_FULL


def test_no_room_for_results(world: World) -> None:
    first = world.open(4000)
    world.write(4000)
    world.bodies = []
    world.free = RESERVE + 3999
    with pytest.raises(Failure, match="disk_full"):
        world.rules.arrived(first.open_id, Kind.VIDEO, 4000, 60)
    world.free += 1
    world.rules.arrived(first.open_id, Kind.VIDEO, 4000, 60)


def test_a_body_arrives_once_and_as_what_it_is(world: World) -> None:
    first = world.open(100)

    def refused(open_id: str, kind: Kind) -> bool:
        with pytest.raises(Failure) as caught:
            world.rules.arrived(open_id, kind, 100, 60)
        return caught.value.code is Code.REQUEST_TIMEOUT

    assert refused(first.open_id, Kind.PICTURE)
    assert refused("0" * 32, Kind.VIDEO)
    world.rules.arrived(first.open_id, Kind.VIDEO, 100, 60)
    assert refused(first.open_id, Kind.VIDEO)


def test_an_upload_that_keeps_the_speed_is_held_for_to_its_end(world: World) -> None:
    world.open(5000)
    world.write(1000)
    world.age()
    assert world.refused(2501, account=2, address="192.0.2.2").code is Code.DISK_FULL


def test_those_that_trickle_stop_counting(world: World) -> None:
    """They have no file that was not cut: their room is there for others, and not for them."""
    for _ in range(MOST):
        world.open(1600)
    assert world.refused(3000, account=2, address="192.0.2.2").code is Code.DISK_FULL
    world.age()
    world.open(3000, account=2, address="192.0.2.2")
    assert world.refused(10).code is Code.RATE_LIMITED


def test_of_old_ones_as_many_count_as_there_are_files(world: World) -> None:
    for size in (100, 2000, 300):
        world.open(size)
    world.age()
    world.write(50)
    # Which of the three still comes is not known: it may be the largest. 10,000 less 2,000.
    assert world.refused(4001, account=2, address="192.0.2.2").code is Code.DISK_FULL
    world.open(4000, account=2, address="192.0.2.2")


def test_files_of_nobody_do_not_stand_for_others(world: World) -> None:
    """A gateway that was killed leaves some: what is still to come must not look arrived."""
    world.open(5000)
    world.write(10, 4000)
    # 5,990 are free, and 4,990 of them are held.
    assert world.refused(501, account=2, address="192.0.2.2").code is Code.DISK_FULL
    world.open(500, account=2, address="192.0.2.2")


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::", "2001:db8:1:2::"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", ""),
        ("unix:", ""),
    ],
)
def test_what_counts_as_one_address(address: str, network: str) -> None:
    assert network_of(address) == network


def test_what_nobody_will_send_is_closed() -> None:
    world = World()
    opened = world.open(100)
    with pytest.raises(Failure), world.rules.closing_on_failure(opened):
        raise Failure(Code.UNAVAILABLE)
    assert world.rows == {}
    opened = world.open(100)
    with world.rules.closing_on_failure(opened):
        pass
    assert list(world.rows) == [opened.open_id]


def test_a_piece_reserves_its_own_bytes_alone(world: World) -> None:
    world.rules.open_piece("a", 1, ADDRESS, 4000, 90.0)
    assert world.refused(3001, account=2, address="192.0.2.2").code is Code.DISK_FULL
    # Written bytes are on the disk, and are not reserved any more.
    world.free -= 3000
    world.rules.renew(world.rows["a"], 1000, 90.0)
    world.open(3000, account=2, address="192.0.2.2")


def test_a_piece_replaces_what_its_upload_left_reserved(world: World) -> None:
    """Whoever wrote the one before was killed; an upload has one writer."""
    world.rules.open_piece("a", 1, ADDRESS, 5000, 90.0)
    world.rules.open_piece("a", 1, ADDRESS, 5000, 90.0)
    assert [row.size for row in world.rows.values()] == [5000]


def test_what_is_unfinished_counts_as_its_accounts_and_its_address(world: World) -> None:
    world.free -= 4000
    world.pieces = [Kept(1, ADDRESS, 4000)]
    # Half of 6,000 and the 4,000 that it has.
    with pytest.raises(Failure) as caught:
        world.rules.open_piece("a", 1, "192.0.2.2", 1001, 90.0)
    assert caught.value.code is Code.DISK_FULL
    world.rules.open_piece("a", 1, "192.0.2.2", 1000, 90.0)
    # Three quarters of it for an address.
    with pytest.raises(Failure):
        world.rules.open_piece("b", 2, ADDRESS, 3501, 90.0)
    # What is joined of parts that go with it needs its room once.
    world.pieces = [Kept(3, "192.0.2.3", 3000)]
    world.rules.open_piece("c", 3, "192.0.2.3", 2500, 90.0, freed=3000)


def test_room_for_an_upload_in_pieces_is_looked_at_before(world: World) -> None:
    world.rules.require_room(1, ADDRESS, 5000)
    with pytest.raises(Failure) as caught:
        world.rules.require_room(1, ADDRESS, 5001)
    assert caught.value.code is Code.DISK_FULL
    assert world.rows == {}


def test_an_account_sends_a_bounded_number_of_pieces(world: World) -> None:
    for number in range(MOST_PIECES):
        world.rules.open_piece(str(number), 1, ADDRESS, 1, 90.0)
    with pytest.raises(Failure) as caught:
        world.rules.open_piece("more", 1, ADDRESS, 1, 90.0)
    # Nothing else is "later" for clients.
    assert caught.value.code is Code.UPLOAD_LOCKED
    world.rules.open_piece("another", 2, ADDRESS, 1, 90.0)
