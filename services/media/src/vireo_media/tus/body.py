"""From a request's body to a piece: bytes are written as they come, and a cut loses none."""

import asyncio
from concurrent.futures import Executor
from enum import Enum

from vireo_common.asgi import Receive
from vireo_media.core.tus_pieces import Piece

# Handed to a thread at once; of each body there are at most two of them in memory.
BLOCK_BYTES = 256 << 10
# How often a line that brings nothing is looked at.
LOOK_SECONDS = 0.5
# A line that brings nothing for so long gives way to another one of the same upload: a client that
# has changed its network comes back while its old line looks open.
SILENT_SECONDS = 5.0


class Ended(Enum):
    """How a body ended."""

    WHOLE = "whole"
    CUT = "cut"
    GIVEN_WAY = "given way"


class Body:
    """A body on its way into a piece.

    Args:
        disk: writes; one thread at a time for each body.
    """

    def __init__(self, receive: Receive, piece: Piece, disk: Executor) -> None:
        self._receive = receive
        self._piece = piece
        self._disk = disk
        self._writing: asyncio.Future[None] | None = None
        self._block: list[bytes] = []
        self._size = 0

    async def take(self) -> Ended:
        """Write all that comes; returns how it ended, with everything written.

        Raises:
            Failure: see ``Piece.write``.
        """
        silent = 0.0
        try:
            while True:
                try:
                    async with asyncio.timeout(LOOK_SECONDS):
                        message = await self._receive()
                except TimeoutError:
                    silent += LOOK_SECONDS
                    await self._flush()
                    if silent >= SILENT_SECONDS and self._piece.is_wanted:
                        return Ended.GIVEN_WAY
                    continue
                silent = 0.0
                if message["type"] != "http.request":
                    await self._flush()
                    return Ended.CUT
                self._add(message.get("body", b""))
                if self._size >= BLOCK_BYTES:
                    await self._begin_write()
                if not message.get("more_body"):
                    await self._flush()
                    return Ended.WHOLE
        finally:
            # A thread that still writes has the file.
            await self._settle()

    def _add(self, body: bytes) -> None:
        if body:
            self._block.append(body)
            self._size += len(body)

    async def _flush(self) -> None:
        if self._block:
            await self._begin_write()
        if self._writing:
            await self._writing

    async def _begin_write(self) -> None:
        if self._writing:
            await self._writing
        block, self._block, self._size = self._block, [], 0
        loop = asyncio.get_running_loop()
        self._writing = loop.run_in_executor(self._disk, self._piece.write, block)

    async def _settle(self) -> None:
        if self._writing:
            await asyncio.wait([self._writing])
