"""From a request's body to a piece: bytes are written as they come, and a cut loses none."""

import asyncio
import time
from concurrent.futures import Executor
from enum import Enum

from vireo_common.asgi import Receive
from vireo_media.core.open_uploads import GRACE_SECONDS
from vireo_media.core.tus_pieces import Piece

# Handed to a thread at once; of each body there are at most two of them in memory. Each costs a
# change of threads, so they are large while few bodies are on their way.
BLOCK_BYTES, SMALL_BLOCK_BYTES = 1 << 20, 128 << 10
MOST_BLOCKS = 1024
# How often a line that brings nothing is looked at.
LOOK_SECONDS = 0.5
# A line that brings nothing for so long gives way to another one of the same upload: a client that
# has changed its network comes back while its old line looks open.
SILENT_SECONDS = 5.0
RENEW_SECONDS = 30.0


class Ended(Enum):
    """How a body ended."""

    WHOLE = "whole"
    CUT = "cut"
    GIVEN_WAY = "given way"


class Body:
    """A body on its way into a piece.

    Args:
        disk: writes.
        rules: renews what is reserved for it.
        least_rate: how many bytes a second it must have on the average, after a while.
        is_one_of_many: so that each gets little memory.
    """

    def __init__(
        self,
        receive: Receive,
        piece: Piece,
        disk: Executor,
        rules: Executor,
        least_rate: int,
        *,
        is_one_of_many: bool = False,
    ) -> None:
        self._block_bytes = SMALL_BLOCK_BYTES if is_one_of_many else BLOCK_BYTES
        self._receive = receive
        self._piece = piece
        self._disk = disk
        self._rules = rules
        self._least_rate = least_rate
        self._writing: asyncio.Future[None] | None = None
        self._renewing: asyncio.Future[None] | None = None
        self._blocks: list[bytes] = []
        self._size = 0
        self._taken = 0
        self._began = self._renewed = self._heard = time.monotonic()

    async def take(self) -> Ended:
        """Write all that comes; returns how it ended, with everything written.

        Raises:
            Failure: see ``Piece.write``.
        """
        try:
            while True:
                try:
                    async with asyncio.timeout(LOOK_SECONDS):
                        message = await self._receive()
                except TimeoutError:
                    await self._flush()
                    if self._must_give_way():
                        return Ended.GIVEN_WAY
                    continue
                self._heard = time.monotonic()
                if message["type"] != "http.request":
                    await self._flush()
                    return Ended.CUT
                await self._add(message.get("body", b""))
                if not message.get("more_body"):
                    await self._flush()
                    return Ended.WHOLE
                if self._must_give_way():
                    await self._flush()
                    return Ended.GIVEN_WAY
        finally:
            # A thread that still works has the file.
            await self._settle()

    def _must_give_way(self) -> bool:
        now = time.monotonic()
        if now - self._renewed >= RENEW_SECONDS:
            self._renewed = now
            self._renew()
        slow = self._taken < (now - self._began - GRACE_SECONDS) * self._least_rate
        return slow or (now - self._heard >= SILENT_SECONDS and self._piece.is_wanted)

    def _renew(self) -> None:
        if self._renewing is None or self._renewing.done():
            loop = asyncio.get_running_loop()
            self._renewing = loop.run_in_executor(self._rules, self._piece.renew)

    async def _add(self, body: bytes) -> None:
        if body:
            self._blocks.append(body)
            self._size += len(body)
            self._taken += len(body)
        if self._size >= self._block_bytes or len(self._blocks) >= MOST_BLOCKS:
            await self._begin_write()

    async def _flush(self) -> None:
        if self._blocks:
            await self._begin_write()
        if self._writing:
            await self._writing

    async def _begin_write(self) -> None:
        if self._writing:
            await self._writing
        blocks, self._blocks, self._size = self._blocks, [], 0
        loop = asyncio.get_running_loop()
        self._writing = loop.run_in_executor(self._disk, self._piece.write, blocks)

    async def _settle(self) -> None:
        if working := [each for each in (self._writing, self._renewing) if each]:
            await asyncio.wait(working)
