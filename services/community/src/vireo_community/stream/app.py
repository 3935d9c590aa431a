"""``GET /notifications/stream`` as an ASGI application."""

import asyncio
import signal
from collections.abc import Callable

from vireo_common.asgi import (
    Receive,
    Scope,
    Send,
    headers_of,
    send_answer,
    send_failure,
    send_value,
)
from vireo_common.errors import Code, Failure
from vireo_common.logs import get_logger
from vireo_common.sessions import SessionReader, Standing
from vireo_common.tokens import Claims, Verifier, bearer_token
from vireo_community.storage.live import LiveTable
from vireo_community.storage.notice_changes import NoticeChangeTable
from vireo_community.storage.notices import NoticeTable
from vireo_community.stream.hub import Hub, Stream, frame, state_frame

log = get_logger()

STREAM = "/notifications/stream"
HEAD = [(b"content-type", b"text/event-stream"), (b"cache-control", b"no-store")]
# Where the line is cut, a client comes back after so long.
RETRY = b"retry: 2000\n\n"


class Application:
    """Answers streams, and who asks whether this program is well.

    Args:
        ready: raises ``Failure`` while the database is not there.
    """

    def __init__(
        self,
        hub: Hub,
        verifier: Verifier,
        sessions: SessionReader,
        changes: NoticeChangeTable,
        notices: NoticeTable,
        live: LiveTable,
        ready: Callable[[], None],
    ) -> None:
        self._hub = hub
        self._verifier = verifier
        self._sessions = sessions
        self._changes = changes
        self._notices = notices
        self._live = live
        self._ready = ready

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection, or the program's beginning and end."""
        if scope["type"] == "lifespan":
            await self._run_hub(receive, send)
        elif scope["type"] == "http":
            try:
                await self._answer(scope, receive, send)
            except Failure as failure:
                await send_failure(send, failure)

    async def _run_hub(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._hub.begin()
        looking = asyncio.create_task(self._hub.run())
        looking.add_done_callback(_end_program)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        looking.cancel()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in {"GET", "HEAD"}:
            raise Failure(Code.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
        match scope["path"]:
            case "/healthz":
                await send_value(send, "alive")
            case "/readyz":
                await asyncio.to_thread(self._ready)
                await send_value(send, "ready")
            case "/metrics":
                text = f"# TYPE vireo_streams gauge\nvireo_streams {self._hub.count}\n"
                await send_answer(send, 200, {"Content-Type": "text/plain"}, text.encode())
            case path if path == STREAM:
                await self._stream(scope, receive, send)
            case _:
                raise Failure(Code.NOT_FOUND)

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        claims = await asyncio.to_thread(self._claims, headers.get("authorization"))
        last = await asyncio.to_thread(self._changes.last, claims.account_id)
        known = _number(headers.get("last-event-id"), last)
        stream = Stream(claims.account_id, claims.session_id, claims.expires, known)
        unread = await asyncio.to_thread(self._notices.unread, claims.account_id)
        # With the number from which it goes on, also where nothing ever happens.
        stream.send(RETRY + frame("unread", {"unread": unread}, known))
        self._hub.add(stream)
        try:
            if "last-event-id" in headers:
                # Events of videos have no numbers: what may have been missed is the present state.
                for change in await asyncio.to_thread(self._live.own, claims.account_id):
                    stream.send(state_frame(change))
            await send({"type": "http.response.start", "status": 200, "headers": HEAD})
            if scope["method"] == "GET":
                await _pump(stream, receive, send)
        finally:
            self._hub.remove(stream)
        await send({"type": "http.response.body", "body": b""})

    def _claims(self, header: str | None) -> Claims:
        claims = self._verifier.claims(bearer_token(header))
        match self._sessions.standing(claims.account_id, claims.session_id):
            case Standing.GOOD | Standing.SUSPENDED:
                return claims
            case Standing.ENDED:
                raise Failure(Code.TOKEN_REVOKED)
            case Standing.NO_ACCOUNT:
                raise Failure(Code.TOKEN_INVALID)


async def _pump(stream: Stream, receive: Receive, send: Send) -> None:
    """Send frames until the client is gone, or the stream is ended."""
    gone = asyncio.create_task(_disconnected(receive))
    ended = asyncio.create_task(stream.ended.wait())
    sending = asyncio.create_task(_send_frames(stream, send))
    tasks = (gone, ended, sending)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_frames(stream: Stream, send: Send) -> None:
    while True:
        found = await stream.frames.get()
        while not stream.frames.empty():
            found += stream.frames.get_nowait()
        await send({"type": "http.response.body", "body": found, "more_body": True})


def _end_program(looking: asyncio.Task[None]) -> None:
    """Streams that nothing is sent to any more are worse than none: who starts this program again
    is told."""
    if not looking.cancelled():
        log.error("streams_failed", exc_info=looking.exception())
        signal.raise_signal(signal.SIGTERM)


def _number(text: str | None, last: int) -> int:
    """The change that a client has seen; what is no number, or none of ours, is the last one."""
    if text is None or not text.isascii() or not text.isdecimal() or len(text) > 18:
        return last
    return min(int(text), last)
