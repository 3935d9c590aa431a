"""``/upload/tus`` as an ASGI application: methods, and what each of them does.

Rules, files and the database are called in threads; the loop only moves bytes. Whatever ends a
request, what it wrote is kept by ``tus_pieces.Piece.end``.
"""

import asyncio
import contextvars
import datetime as dt
import json
import time
import uuid
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from http import HTTPStatus
from typing import Any, TypeVar

from vireo_common.asgi import Receive, Scope, Send, headers_of, send_answer, send_value
from vireo_common.errors import Code, Failure
from vireo_common.logs import REQUEST_ID, bind_context, clear_context, get_logger
from vireo_media.core.open_uploads import network_of
from vireo_media.core.tus import DAYS, Locked, TusKind, TusUpload, TusUploads
from vireo_media.core.tus_joins import Joins
from vireo_media.core.tus_pieces import Piece, PieceHead, Pieces
from vireo_media.tus import headers as tus_headers
from vireo_media.tus.body import Body, Ended
from vireo_media.tus.callers import Callers

log = get_logger()
Result = TypeVar("Result")

# Bodies of all accounts together, which is what the memory of this process allows.
MOST_BODIES = 512
FEW_BODIES = 32
# Each of them may have a connection to the database. What may take long (a sync, a copy of parts)
# has threads of its own, so that short questions are answered meanwhile.
RULES_THREADS = 16
END_THREADS = 8
JOIN_THREADS = 2
DISK_THREADS = 8
# A writer that has just lost its line lets go of the upload in this time.
LOCK_SECONDS = 2.0
LOCK_POLL_SECONDS = 0.1
# The last piece waits so long for the worker's verdict. Its bytes are on the disk by then, and
# stay; who asks for the video afterwards hears what became of it.
VERDICT_SECONDS = 300.0
VERDICT_POLL_SECONDS = 0.02
MOST_POLL_SECONDS = 0.25
# And who asks where a complete upload stands, for a verdict that is about to come.
HEAD_SECONDS = 20.0
MOST_WAITING = 256
STOP_SECONDS = 6.0

METHODS = frozenset({"OPTIONS", "HEAD", "POST", "PATCH", "DELETE"})
# A creation whose first piece meets one of these has been a creation all the same.
LATER = frozenset({Code.UPLOAD_LOCKED, Code.DISK_FULL, Code.UNAVAILABLE})

Answer = tuple[int, Mapping[str, str]]


class Application:
    """Answers uploads in pieces, and who asks whether this program is well.

    Args:
        ready: raises ``Failure`` while the database is not there.
        least_rate: how many bytes a second a body must have on the average.
    """

    def __init__(
        self,
        uploads: TusUploads,
        pieces: Pieces,
        join: Joins,
        callers: Callers,
        ready: Callable[[], None],
        least_rate: int,
    ) -> None:
        self._uploads = uploads
        self._pieces = pieces
        self._join = join
        self._callers = callers
        self._ready = ready
        self._least_rate = least_rate
        self._rules = ThreadPoolExecutor(RULES_THREADS, "rules")
        self._ends = ThreadPoolExecutor(END_THREADS, "ends")
        self._joins = ThreadPoolExecutor(JOIN_THREADS, "joins")
        self._disk = ThreadPoolExecutor(DISK_THREADS, "disk")
        self._bodies = 0
        self._waiting = 0
        self._bytes = 0
        self._ending: set[asyncio.Future[str]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, or the program's beginning and end."""
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            # What has come is noted, also of bodies that were ended by this.
            if self._ending:
                await asyncio.wait(self._ending, timeout=STOP_SECONDS)
            await send({"type": "lifespan.shutdown.complete"})
        elif scope["type"] == "http":
            await self._answer(Request(scope, receive), send)

    async def _answer(self, request: "Request", send: Send) -> None:
        match request.path:
            case "/healthz":
                await send_value(send, "alive")
            case "/readyz":
                await self._health(send)
            case "/metrics":
                text = (
                    f"# TYPE vireo_tus_bodies gauge\nvireo_tus_bodies {self._bodies}\n"
                    f"# TYPE vireo_tus_bytes_total counter\nvireo_tus_bytes_total {self._bytes}\n"
                )
                await send_answer(send, 200, {"Content-Type": "text/plain"}, text.encode())
            case _:
                await self._upload(request, send)

    async def _health(self, send: Send) -> None:
        try:
            await self._run(self._ready)
        except Failure as failure:
            await _send_failure(send, failure, head=False)
        else:
            await send_value(send, "ready")

    async def _upload(self, request: "Request", send: Send) -> None:
        clear_context()
        bind_context(request_id=request.request_id)
        began, error, status = time.perf_counter(), None, 500
        try:
            status, headers = await self._do(request)
            await send_answer(send, status, headers)
        except (Failure, Locked) as raised:
            failure = _failure_of(raised, request)
            status, error = failure.status, failure.code.value
            await _send_failure(send, failure, head=request.method == "HEAD")
        except Exception as unexpected:
            log.error("unexpected_error", exc_info=unexpected)
            failure = _failure_of(Failure(Code.INTERNAL_ERROR), request)
            status, error = failure.status, failure.code.value
            await _send_failure(send, failure, head=request.method == "HEAD")
        finally:
            log.info(
                "request",
                route=tus_headers.ROOT,
                method=request.method if request.method in METHODS else "other",
                status=status,
                error=error,
                ms=round((time.perf_counter() - began) * 1000, 1),
            )

    async def _do(self, request: "Request") -> Answer:
        if request.tus_id is None:
            return await self._of_root(request)
        if request.method not in {"HEAD", "PATCH", "DELETE"}:
            raise Failure(Code.METHOD_NOT_ALLOWED, headers={"Allow": "HEAD, PATCH, DELETE"})
        tus_headers.require_version(request.headers)
        match request.method:
            case "HEAD":
                return await self._show(request)
            case "PATCH":
                return await self._append(request)
            case _:
                return await self._remove(request)

    async def _of_root(self, request: "Request") -> Answer:
        if request.path != tus_headers.ROOT:
            raise Failure(Code.NOT_FOUND)
        if request.method == "OPTIONS":
            return 204, tus_headers.options(self._uploads.max_bytes)
        if request.method != "POST":
            raise Failure(Code.METHOD_NOT_ALLOWED, headers={"Allow": "OPTIONS, POST"})
        tus_headers.require_version(request.headers)
        return await self._create(request)

    async def _create(self, request: "Request") -> Answer:
        channel_id = await self._run(self._callers.writer, request.headers)
        wanted = tus_headers.creation(request.headers)
        if wanted.asked.kind is TusKind.FINAL:
            upload, upload_id = await self._run_in(
                self._joins,
                *(self._join, channel_id, request.address, wanted.asked, wanted.parts),
            )
            await self._verdict(upload, upload_id, VERDICT_SECONDS)
            told = tus_headers.told(upload, upload.length or 0)
            return 201, {**told, **tus_headers.place(upload)}
        first = tus_headers.first_piece(request.headers)
        upload = await self._run(self._uploads.create, channel_id, request.address, wanted.asked)
        offset = await self._first_piece(request, upload, first) if first else 0
        return 201, {**tus_headers.told(upload, offset), **tus_headers.place(upload)}

    async def _first_piece(self, request: "Request", upload: TusUpload, first: PieceHead) -> int:
        """Take the piece that came with a creation; where it stands then."""
        try:
            return await self._piece(request, upload, first)
        except Failure as failure:
            if failure.code in LATER:
                # It was begun; its pieces come when there is a place for them.
                return await self._run(self._uploads.offset, upload)
            await self._run(self._uploads.remove, upload)
            raise

    async def _show(self, request: "Request") -> Answer:
        channel_id = await self._run(self._callers.resumer, request.headers)
        upload = await self._run(self._uploads.find, request.tus_id, channel_id)
        upload = await self._run_in(self._ends, self._pieces.finish_if_complete, upload)
        if upload.upload_id:
            try:
                await self._verdict(upload, upload.upload_id, HEAD_SECONDS)
            except Failure:
                # As whoever asks a moment later hears it: there is no such upload any more.
                raise Failure(Code.NOT_FOUND) from None
        offset = await self._run(self._uploads.offset, upload)
        return 200, tus_headers.shown(upload, offset)

    async def _append(self, request: "Request") -> Answer:
        channel_id = await self._run(self._callers.writer, request.headers)
        upload = await self._run(self._uploads.find, request.tus_id, channel_id)
        head = tus_headers.piece(request.headers)
        offset = await self._piece(request, upload, head)
        return 204, tus_headers.told(_later(upload), offset)

    async def _remove(self, request: "Request") -> Answer:
        channel_id = await self._run(self._callers.writer, request.headers)
        try:
            upload = await self._run(self._uploads.find, request.tus_id, channel_id)
        except Failure as failure:
            # Clients take nothing else for "it is gone".
            if failure.code not in {Code.NOT_FOUND, Code.UPLOAD_EXPIRED}:
                raise
            return 204, dict(tus_headers.EVERY)
        await self._run(self._uploads.remove, upload)
        return 204, dict(tus_headers.EVERY)

    async def _piece(self, request: "Request", upload: TusUpload, head: PieceHead) -> int:
        """Take a piece, and wait for the verdict where it was the last one; the offset then."""
        if self._bodies >= MOST_BODIES:
            raise Failure(Code.UPLOAD_LOCKED)
        self._bodies += 1
        try:
            offset, upload_id = await self._take(request, upload, head)
        finally:
            self._bodies -= 1
        if upload_id:
            await self._verdict(upload, upload_id, VERDICT_SECONDS)
        return offset

    async def _take(
        self, request: "Request", upload: TusUpload, head: PieceHead
    ) -> tuple[int, str]:
        """Write a piece; the offset behind it, and the id of what its video got by it."""
        held = ExitStack()
        piece = await self._begin(held, upload, head, request.address)
        work = (self._disk, self._rules)
        many = self._bodies > FEW_BODIES
        body = Body(request.receive, piece, *work, self._least_rate, is_one_of_many=many)
        ended = Ended.CUT
        try:
            ended = await body.take()
        finally:
            # Also where this program is stopped, or the piece was refused: what has come is kept.
            upload_id = await self._end(held, piece, whole=ended is Ended.WHOLE)
            self._bytes += piece.offset - head.offset
        if ended is not Ended.WHOLE:
            # Of a client that is gone nobody reads it.
            raise Failure(Code.UPLOAD_LOCKED)
        return piece.offset, upload_id

    async def _end(self, held: ExitStack, piece: Piece, *, whole: bool) -> str:
        def end() -> str:
            with held:
                return self._pieces.end(piece, whole=whole)

        ending = asyncio.ensure_future(self._run_in(self._ends, end))
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)
        return await asyncio.shield(ending)

    async def _begin(
        self, held: ExitStack, upload: TusUpload, head: PieceHead, address: str
    ) -> Piece:
        deadline = time.monotonic() + LOCK_SECONDS
        while True:
            try:
                return await self._run(
                    held.enter_context, self._pieces.begin(upload, head, network_of(address))
                )
            except Locked:
                if time.monotonic() >= deadline:
                    raise
            await asyncio.sleep(LOCK_POLL_SECONDS)

    async def _verdict(self, upload: TusUpload, upload_id: str, seconds: float) -> None:
        """Wait until the worker has taken an upload, or for ``seconds``: its bytes are safe.

        Raises:
            Failure: why it was refused.
        """
        if self._waiting >= MOST_WAITING:
            return
        self._waiting += 1
        deadline, pause = time.monotonic() + seconds, VERDICT_POLL_SECONDS
        try:
            while time.monotonic() < deadline:
                try:
                    if await self._run(self._uploads.verdict, upload, upload_id):
                        return
                except Failure as failure:
                    # The database is away for a moment; nothing is lost by that.
                    if failure.code is not Code.UNAVAILABLE:
                        raise
                await asyncio.sleep(pause)
                # Patient with what takes longer, so that many who wait cost little: a twentieth of
                # what was waited.
                waited = seconds - (deadline - time.monotonic())
                pause = min(max(VERDICT_POLL_SECONDS, waited / 20), MOST_POLL_SECONDS)
        finally:
            self._waiting -= 1

    async def _run(self, call: Callable[..., Result], *values: Any) -> Result:
        return await self._run_in(self._rules, call, *values)

    async def _run_in(
        self, executor: Executor, call: Callable[..., Result], *values: Any
    ) -> Result:
        # With the request's id, for what the thread logs and asks of others.
        known = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(executor, lambda: known.run(call, *values))


class Request:
    """A request: what the gateway says of it, and its body."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.receive = receive
        self.headers = headers_of(scope)
        self.path = str(scope["path"])
        self.method = str(scope["method"]).upper()
        other = self.headers.get("x-http-method-override", "").upper()
        if self.method == "POST" and self.tus_id and other in {"HEAD", "PATCH", "DELETE"}:
            self.method = other
        given = self.headers.get("x-request-id", "")
        self.request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
        self.address = self.headers.get("x-real-ip", "")

    @property
    def tus_id(self) -> str | None:
        """The upload that the address names; ``None`` where it names none."""
        tus_id = self.path.removeprefix(f"{tus_headers.ROOT}/")
        return tus_id if tus_headers.TUS_ID.fullmatch(tus_id) else None


def _later(upload: TusUpload) -> TusUpload:
    """As it expires after a piece that was just written."""
    return replace(upload, expires=dt.datetime.now(dt.UTC) + dt.timedelta(days=DAYS))


def _failure_of(raised: Failure | Locked, request: Request) -> Failure:
    """What is said of what was raised."""
    found = Failure(Code.UPLOAD_LOCKED) if isinstance(raised, Locked) else raised
    if request.method == "HEAD" and found.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        # Clients begin anew after any answer to HEAD but this one: it says "later".
        return Failure(Code.UPLOAD_LOCKED)
    return found


async def _send_failure(send: Send, failure: Failure, *, head: bool) -> None:
    body = b"" if head else json.dumps(failure.envelope()).encode()
    named = {**tus_headers.EVERY, "Content-Type": "application/json", **failure.headers}
    await send_answer(send, failure.status, named, body)
