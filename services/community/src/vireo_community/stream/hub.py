"""Who is connected, and what they have not been sent yet.

One task looks into the database for all streams together, in a thread, because the driver blocks.
A stream is at a number of its channel's changes (``NoticeBoxes``), which is the id of the events
that it is sent: whoever comes back with the last one gets all that changed meanwhile.
"""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping

from vireo_common.errors import Code, Failure
from vireo_common.logs import get_logger
from vireo_community.core.notices import shown
from vireo_community.storage.live import LiveTable, StateChange
from vireo_community.storage.notice_changes import Changes, NoticeChangeTable

log = get_logger()

LOOK_SECONDS = 0.25
STANDING_SECONDS = 2.0
OUTAGE_SECONDS = 1.0
HEARTBEAT_SECONDS = 15.0
"""Shorter than proxies and phones take a silent connection for dead."""
MOST_STREAMS = 5000
MOST_FRAMES = 400
"""Frames that wait for a slow client; it is cut off behind them, and comes back for the rest."""

HEARTBEAT = b":\n\n"


class Stream:
    """One connection. ``known`` is the last change that it was sent, once it is up to date."""

    def __init__(self, channel_id: int, session_id: str, expires: float, known: int) -> None:
        self.channel_id = channel_id
        self.session_id = session_id
        self.expires = expires
        self.known = known
        self.frames: asyncio.Queue[bytes] = asyncio.Queue(MOST_FRAMES)
        self.ended = asyncio.Event()

    def send(self, frame: bytes) -> None:
        """Have a frame sent."""
        try:
            self.frames.put_nowait(frame)
        except asyncio.QueueFull:
            self.ended.set()


def frame(event: str, data: object, number: int | None = None) -> bytes:
    """One server-sent event; ``data`` alone, in one line of JSON."""
    text = json.dumps(data, separators=(",", ":"))
    head = f"id: {number}\n" if number is not None else ""
    return f"{head}event: {event}\ndata: {text}\n\n".encode()


def state_frame(change: StateChange) -> bytes:
    """How far an upload of one's own is, as an event."""
    data = {"video": change.hash_path, "state": change.state, "reason": change.reason}
    return frame("video", data)


class Hub:
    """All streams of this process.

    Args:
        most_of_account: streams that one account may have open.
    """

    def __init__(self, changes: NoticeChangeTable, live: LiveTable, most_of_account: int) -> None:
        self._most = most_of_account
        self._changes = changes
        self._live = live
        self._streams: dict[int, set[Stream]] = defaultdict(set)
        self._count = 0
        self._place = 0

    @property
    def count(self) -> int:
        """How many are connected."""
        return self._count

    def add(self, stream: Stream) -> None:
        """Send to a stream from now on.

        Raises:
            Failure: ``rate_limited``: the account has too many; ``unavailable``: all together.
        """
        if len(self._streams.get(stream.channel_id, ())) >= self._most:
            said = f"You have {self._most} streams open already."
            raise Failure(Code.RATE_LIMITED, said, limit=self._most, retry_after=10)
        if self._count >= MOST_STREAMS:
            raise Failure(Code.UNAVAILABLE)
        self._streams[stream.channel_id].add(stream)
        self._count += 1

    def remove(self, stream: Stream) -> None:
        """Forget a stream; idempotent."""
        streams = self._streams.get(stream.channel_id, set())
        if stream in streams:
            streams.discard(stream)
            self._count -= 1
        if not streams:
            self._streams.pop(stream.channel_id, None)

    def end_all(self) -> None:
        """End every stream."""
        for stream in self._all():
            stream.ended.set()

    async def begin(self) -> None:
        """Find the end of the log of events; to be called before anybody is connected."""
        while True:
            try:
                self._place = await asyncio.to_thread(self._live.last_place)
            except Failure:
                await asyncio.sleep(OUTAGE_SECONDS)
            else:
                return

    async def run(self) -> None:
        """Look for what is new until this task is cancelled; an outage is waited out."""
        checked = beaten = time.monotonic()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            await self._unless_away(self._look)
            if time.monotonic() - checked >= STANDING_SECONDS:
                await self._unless_away(self._end_sessions)
                checked = time.monotonic()
            if time.monotonic() - beaten >= HEARTBEAT_SECONDS:
                for stream in self._all():
                    stream.send(HEARTBEAT)
                beaten = time.monotonic()

    async def _unless_away(self, work: Callable[[], Awaitable[None]]) -> None:
        try:
            await work()
        except Failure:
            log.info("streams_wait_for_the_database")
            await asyncio.sleep(OUTAGE_SECONDS)

    async def _look(self) -> None:
        if not self._streams:
            # Nobody is to be told of what was before they came.
            await self.begin()
            return
        known = {
            channel: min(stream.known for stream in streams)
            for channel, streams in self._streams.items()
        }
        self._send_changes(known, await asyncio.to_thread(self._changes.since, known))
        self._place, states = await asyncio.to_thread(self._live.states, self._place)
        for change in states:
            for stream in tuple(self._streams.get(change.channel_id, ())):
                stream.send(state_frame(change))

    def _send_changes(self, known: Mapping[int, int], found: Mapping[int, Changes]) -> None:
        for channel, changes in found.items():
            for stream in tuple(self._streams.get(channel, ())):
                if stream.known < known[channel]:
                    # It came meanwhile, from further back: the next look is for it too.
                    continue
                for notice in changes.notices:
                    if notice.change > stream.known:
                        stream.send(frame("notification", shown(notice), notice.change))
                if changes.last > stream.known:
                    stream.send(frame("unread", {"unread": changes.unread}, changes.last))
                    stream.known = changes.last

    async def _end_sessions(self) -> None:
        sessions = {stream.session_id for stream in self._all()}
        if not sessions:
            return
        standing = await asyncio.to_thread(self._live.standing, sorted(sessions))
        now = time.time()
        for stream in self._all():
            # One that came meanwhile was not asked for.
            gone = stream.session_id in sessions and stream.session_id not in standing
            if gone or stream.expires <= now:
                stream.ended.set()

    def _all(self) -> list[Stream]:
        return [stream for streams in self._streams.values() for stream in streams]
