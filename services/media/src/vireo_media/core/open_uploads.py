"""Bodies that are on their way in: who may send one, and how much disk space is reserved for it.

The gateway writes bodies to the disk before any service sees them, and says nothing meanwhile. So
space is reserved for the largest that a body may become when it is allowed, and released when it
has ended, in whatever way. Which file belongs to which body is known only at its end; the sums are
made so that they need not know it before (ADR 0024).
"""

import ipaddress
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from vireo_common.errors import Code, Failure

# Before the speed of a body counts: a connection that has just begun says little.
GRACE_SECONDS = 60.0
# The gateway's buffer: of a body that is smaller there may be no file yet.
BUFFER_BYTES = 64 << 10
# A body without a length, where there is no space for the largest, may have this part of it.
PART = 16
RETRY_SECONDS = 5
# How far the clocks of the database and of the services may be apart.
CLOCK_SECONDS = 60.0
# Of one account at once. Clients send several files at a time, some a file in several parts.
MOST_PIECES = 32
# A picture that has arrived waits for its place, and is made by a child with a limit of its own.
PICTURE_SECONDS = 60.0


class Kind(StrEnum):
    """What a body is to become."""

    VIDEO = "video"
    PICTURE = "picture"
    PIECE = "piece"


@dataclass(frozen=True)
class OpenUpload:
    """A body that may be on its way, or has arrived and is looked at.

    ``size`` is what it may have in bytes, or, once it has ``arrived``, what its results may; of a
    piece, the bytes that are still to come. ``age`` is in seconds; ``lease``: seconds from now
    until it expires, unless it is renewed.
    """

    open_id: str
    kind: Kind
    channel_id: int
    address: str
    size: int
    arrived: bool = False
    age: float = 0.0
    lease: float = 0.0

    @property
    def grant_seconds(self) -> float:
        """For how long its grant is valid.

        Longer than the lease: the row, and not the grant, ends an upload that is too slow.
        """
        return self.lease + CLOCK_SECONDS


@dataclass(frozen=True)
class Kept:
    """Bytes of unfinished uploads in pieces: on the disk already, and somebody's all the same."""

    channel_id: int
    address: str
    size: int


@dataclass(frozen=True)
class Room:
    """The disk: ``free`` bytes, and the sizes of the bodies that the gateway is writing."""

    free: int
    bodies: Sequence[int]


class OpenUploadStore(Protocol):
    """Where open uploads are kept, for all processes together."""

    def change(self, decide: Callable[[Sequence[OpenUpload]], OpenUpload]) -> OpenUpload:
        """Write what ``decide`` makes of all open uploads; no other change comes between.

        A row with the same id is replaced. What ``decide`` raises changes nothing.
        """

    def all(self) -> Sequence[OpenUpload]:
        """All open uploads."""

    def kept(self) -> Sequence[Kept]:
        """What there is of unfinished uploads in pieces."""

    def renew(self, open_id: str, size: int, seconds: float) -> None:
        """Note how many bytes still come, and when the lease ends; gone is fine."""

    def close(self, open_id: str) -> None:
        """Forget an open upload; that it is not there is fine."""


class OpenUploads:
    """The rules of what may be on its way at once.

    Args:
        room: measures the disk.
        reserve_bytes: the disk space that bodies and their results leave free.
        most_open: how many videos of one account may be on their way at once.
        least_rate: how many bytes a second a body must have on the average.
    """

    def __init__(
        self,
        store: OpenUploadStore,
        room: Callable[[], Room],
        *,
        reserve_bytes: int,
        most_open: int,
        least_rate: int,
    ) -> None:
        self._store = store
        self._room = room
        self._reserve_bytes = reserve_bytes
        self._most = {Kind.VIDEO: most_open, Kind.PICTURE: 1}
        self._least_rate = least_rate

    def open(self, kind: Kind, channel_id: int, address: str, sizes: Sequence[int]) -> OpenUpload:
        """Allow a body, and reserve disk space for it.

        Args:
            sizes: how many bytes it may have; of several, the first for which there is space.

        Raises:
            Failure: ``rate_limited`` while the account sends as many as it may; ``disk_full``.
        """
        kept = self._store.kept()
        return self._store.change(
            lambda others: self._opened(kind, channel_id, network_of(address), sizes, others, kept)
        )

    def open_piece(
        self,
        tus_id: str,
        channel_id: int,
        address: str,
        size: int,
        seconds: float,
        *,
        freed: int = 0,
    ) -> OpenUpload:
        """Allow a piece of an upload, and reserve disk space for its bytes, for so long.

        An upload has one writer: what it reserved before, and did not release, is replaced.

        Args:
            freed: bytes that the account has, and gives back when this has ended.

        Raises:
            Failure: ``upload_locked`` while the account sends as many as it may: clients of tus
                take no other answer for "later"; ``disk_full``.
        """
        kept = self._store.kept()

        def decide(uploads: Sequence[OpenUpload]) -> OpenUpload:
            others = [each for each in uploads if each.open_id != tus_id]
            own = [each for each in others if each.channel_id == channel_id]
            if sum(each.kind is Kind.PIECE for each in own) >= MOST_PIECES:
                raise Failure(Code.UPLOAD_LOCKED, _TOO_MANY[Kind.PIECE])
            network = network_of(address)
            sizes = (size, 0, freed)
            self._require_share(channel_id, network, sizes, others, kept)
            # Its bytes are in none of the files that the gateway writes.
            return OpenUpload(
                tus_id, Kind.PIECE, channel_id, network, size, arrived=True, lease=seconds
            )

        return self._store.change(decide)

    def require_room(self, channel_id: int, address: str, size: int) -> None:
        """Whether there is space for an upload in pieces and its results, now; reserves none.

        Raises:
            Failure: ``disk_full``.
        """
        others, kept = self._store.all(), self._store.kept()
        sizes = (size, size, 0)
        self._require_share(channel_id, network_of(address), sizes, others, kept)

    def renew(self, opened: OpenUpload, size: int, seconds: float) -> None:
        """Reserve space for the ``size`` bytes that still come of a piece, for so long again."""
        try:
            self._store.renew(opened.open_id, size, seconds)
        except Failure:
            # The database is away, and must not spoil what comes meanwhile.
            return

    def arrived(self, open_id: str, kind: Kind, size: int | None, seconds: float) -> None:
        """Reserve disk space for the results of a body that is there, in place of its own.

        Args:
            size: the bytes of its results, at most; as many as the body might have had if ``None``.
            seconds: how long it may take to make them.

        Raises:
            Failure: ``request_timeout`` where it was too slow, or came before; ``disk_full``.
        """

        def decide(uploads: Sequence[OpenUpload]) -> OpenUpload:
            own = [each for each in uploads if each.open_id == open_id and each.kind is kind]
            if not own or own[0].arrived:
                raise Failure(Code.REQUEST_TIMEOUT, self.too_slow)
            needed = own[0].size if size is None else size
            if self._spare([each for each in uploads if each is not own[0]]) < needed:
                raise Failure(Code.DISK_FULL)
            return replace(own[0], size=needed, arrived=True, lease=seconds)

        self._store.change(decide)

    def close(self, open_id: str) -> None:
        """Release the disk space of a body that has ended, in whatever way."""
        self._store.close(open_id)

    @contextmanager
    def closing(self, open_id: str) -> Iterator[None]:
        """Close it at the end of the ``with``; where that fails, its lease ends it."""
        try:
            yield
        finally:
            self._close_quietly(open_id)

    @contextmanager
    def closing_on_failure(self, opened: OpenUpload) -> Iterator[None]:
        """Close it where the ``with`` fails: nobody will send its body."""
        try:
            yield
        except Failure:
            self._close_quietly(opened.open_id)
            raise

    def _close_quietly(self, open_id: str) -> None:
        try:
            self._store.close(open_id)
        except Failure:
            # The database is away, and must not spoil what was done before it went.
            return

    @property
    def too_slow(self) -> str:
        """The message for a body that was too slow."""
        return (
            "The upload took too long: it must have "
            f"{self._least_rate / 1024:,.0f} KiB a second on the average."
        )

    def _opened(
        self,
        kind: Kind,
        channel_id: int,
        network: str,
        sizes: Sequence[int],
        others: Sequence[OpenUpload],
        kept: Sequence[Kept],
    ) -> OpenUpload:
        own = [each for each in others if each.channel_id == channel_id]
        if sum(each.kind is kind for each in own) >= self._most[kind]:
            raise Failure(Code.RATE_LIMITED, _TOO_MANY[kind], retry_after=RETRY_SECONDS)
        for size in sizes:
            try:
                self._require_share(channel_id, network, (size, size, 0), others, kept)
            except Failure:
                continue
            lease = GRACE_SECONDS + size / self._least_rate
            number = secrets.token_hex(16)
            return OpenUpload(number, kind, channel_id, network, size, lease=lease)
        raise Failure(Code.DISK_FULL)

    def _require_share(
        self,
        channel_id: int,
        network: str,
        sizes: tuple[int, int, int],
        others: Sequence[OpenUpload],
        kept: Sequence[Kept],
    ) -> None:
        """Whether there is space for bytes, and for what is made of them.

        ``sizes`` are both, and what is given back for them.

        Of the space that is not reserved by others an account may hold half, and an address three
        quarters: something is always left for somebody else.

        Raises:
            Failure: ``disk_full``.
        """
        size, results, freed = sizes
        spare = self._spare(others)
        held: Sequence[OpenUpload | Kept] = (*others, *kept)
        own = sum(each.size for each in held if each.channel_id == channel_id) - freed
        near = sum(each.size for each in held if each.address == network) - freed
        fits = size + results <= spare
        if not fits or own + size > (spare + own) // 2 or near + size > (spare + near) * 3 // 4:
            raise Failure(Code.DISK_FULL)

    def _spare(self, uploads: Sequence[OpenUpload]) -> int:
        """Disk space that is neither reserved for anybody nor part of the reserve."""
        room = self._room()
        results = _held([each for each in uploads if each.arrived])
        coming = [each for each in uploads if not each.arrived]
        # An old upload at the least rate has a file; slower ones were cut (worker/reaper.py). So as
        # many of the old ones still come as there are files: to be safe, the largest.
        old_seconds = 2 * GRACE_SECONDS + BUFFER_BYTES / self._least_rate
        young = [each.size for each in coming if each.age <= old_seconds]
        old = sorted((each.size for each in coming if each.age > old_seconds), reverse=True)
        counted = [*young, *old[: len(room.bodies)]]
        # A file without a row must not reduce what is reserved for the others.
        bodies = sorted(room.bodies)[: len(counted)]
        missing = max(sum(counted) - sum(bodies), 0)
        return room.free - self._reserve_bytes - results - missing


def network_of(address: str) -> str:
    """What counts as one address: an IPv4 address, or the network of 64 bits of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed), 64), strict=False).network_address)
    return str(parsed)


def _held(uploads: Sequence[OpenUpload]) -> int:
    return sum(each.size for each in uploads)


_TOO_MANY = {
    Kind.VIDEO: "Too many uploads of this account are on their way; wait until one has ended.",
    Kind.PICTURE: "A picture of this account is on its way already; wait until it is set.",
    Kind.PIECE: "Too many pieces of this account are on their way; wait until one has ended.",
}
