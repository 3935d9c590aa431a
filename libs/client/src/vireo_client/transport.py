"""Requests and answers: time limits, the envelope, trying again. It knows no operation."""

import time
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from socket import socket
from ssl import SSLSocket
from typing import Any
from urllib.parse import quote, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util import wait_for_read

from vireo_client.errors import NoAnswer, VireoError, failure_of, strange
from vireo_client.version import VERSION

NOT_FOUND = "not_found"
CONNECT_SECONDS = 10.0
# Vireo cuts a line on which nothing comes for 30 s; this is for one piece of a body.
PIECE_SECONDS = 60.0
# Vireo gives its verdict on an upload within this time, or says that it can't.
VERDICT_SECONDS = 330.0
# Not done, and it is known when to come back; or nobody knows, which only harms what has no key.
_LATER = frozenset({429, 503})
_UNKNOWN = frozenset({502, 504})
_CUTS = 2
_LEAST_PAUSE, _PAUSE = 0.5, 1.0


@dataclass(frozen=True)
class Request:
    """What is asked. ``key`` is an ``Idempotency-Key``, so that it can be sent again without harm;
    ``again`` says that it can be all the same."""

    method: str
    path: str
    json: Mapping[str, object] | None = None
    query: Mapping[str, str | int] | None = None
    headers: Mapping[str, str] | None = None
    key: str = ""
    again: bool = False
    stream: bool = False

    @property
    def repeatable(self) -> bool:
        """Whether it may be sent again when nobody knows what became of it."""
        return self.again or self.method == "GET" or bool(self.key)


def new_key() -> str:
    """An ``Idempotency-Key`` of its own."""
    return str(uuid.uuid4())


def segment(text: str) -> str:
    """A text as one part of a path.

    Raises:
        VireoError: ``not_found``, as Vireo says it; a part that is dots is a way through folders.
    """
    if text in {"", ".", ".."}:
        raise VireoError("There is nothing at this address.", code=NOT_FOUND, status=404)
    return quote(text, safe="", errors="surrogatepass")


def address(url: str) -> str:
    """The address of a Vireo, without a slash at its end.

    Raises:
        ValueError: it is none, or holds a password.
    """
    parts = urlsplit(url)
    clean = parts.scheme in {"http", "https"} and parts.hostname and not parts.query
    if not clean or "@" in parts.netloc or parts.fragment:
        raise ValueError("A Vireo's address looks like http://localhost:8080.")
    _ = parts.port  # Raises where it is none.
    return url.rstrip("/")


class Patience:
    """How long one call waits for better times: some seconds, and some cuts of the line."""

    def __init__(self, seconds: float, cuts: int = _CUTS) -> None:
        self._left = seconds
        self._cuts = cuts
        self._pause = _PAUSE

    def lasts(self, problem: VireoError) -> bool:
        """Wait as long as the failure says; ``False`` at once where that is too long."""
        if isinstance(problem, NoAnswer):
            self._cuts -= 1
        if problem.retry_after is None:
            pause = self._pause
            self._pause *= 2
        else:
            pause = max(problem.retry_after, _LEAST_PAUSE)
        if self._cuts < 0 or pause > self._left:
            return False
        self._left -= pause
        time.sleep(pause)
        return True


class Transport:
    """Speaks HTTP with the Vireo at ``url``; several threads may use it at once.

    Args:
        url: the gateway's address.
        seconds: the most that an answer may keep silent.
        patience: seconds that one call waits in all when answers say to come back later; with 0
            it tries nothing again.
    """

    def __init__(self, url: str, seconds: float, patience: float, device: str) -> None:
        self.url = address(url)
        self.patience = patience
        self._seconds = seconds
        self._agent = device or f"vireo-client/{VERSION}"
        self._session = self._new_session()

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        session.headers["User-Agent"] = self._agent
        # Tokens travel in headers alone; and without cookies threads share nothing that changes.
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        return session

    def close(self) -> None:
        """Close the connections that are kept."""
        self._session.close()

    def send(self, request: Request, token: str = "") -> requests.Response:
        """The answer, which is a success.

        Raises:
            VireoError: it is none, after trying again where that was of use.
        """
        patience = Patience(self.patience)
        while True:
            try:
                return self._once(request, token)
            except VireoError as problem:
                later = problem.status in _LATER
                unknown = isinstance(problem, NoAnswer) or problem.status in _UNKNOWN
                if not (later or (unknown and request.repeatable)) or not patience.lasts(problem):
                    raise

    def value(self, request: Request, token: str = "") -> Any:
        """What stands in the envelope of the answer."""
        return value_of(self.send(request, token))

    def _once(self, request: Request, token: str) -> requests.Response:
        headers = dict(request.headers or {})
        if request.key:
            headers["Idempotency-Key"] = request.key
        try:
            answer = self._session.request(
                request.method,
                self.url + request.path,
                json=request.json,
                params=request.query,
                headers=headers,
                auth=_Authorization(token),
                stream=request.stream,
                timeout=(CONNECT_SECONDS, self._seconds),
                allow_redirects=False,
            )
            return _success(answer)
        except requests.RequestException as problem:
            raise self.no_answer(problem) from problem

    def send_body(
        self,
        path: str,
        token: str,
        body: Iterable[bytes],
        content_type: str,
        method: str = "POST",
    ) -> Any:
        """Send the bytes of a file, once; what stands in the envelope of the answer.

        A refusal is seen while they are being sent.

        Raises:
            VireoError: as ``send``.
        """
        # An answer that came early leaves a connection that nobody can use for anything else.
        with self._new_session() as session:
            for scheme in ("http://", "https://"):
                session.mount(scheme, _UploadAdapter())
            try:
                answer = session.request(
                    method,
                    self.url + path,
                    data=body,
                    headers={"Content-Type": content_type},
                    auth=_Authorization(token),
                    timeout=(CONNECT_SECONDS, VERDICT_SECONDS),
                    allow_redirects=False,
                )
                return value_of(_success(answer))
            except requests.RequestException as problem:
                raise self.no_answer(problem) from problem

    def content(self, answer: requests.Response) -> bytes:
        """The body of an answer that was asked for as a stream."""
        try:
            return answer.content
        except requests.RequestException as problem:
            raise self.no_answer(problem) from problem

    def no_answer(self, problem: requests.RequestException) -> NoAnswer:
        """The exception for a line that did not come about, or was cut."""
        if isinstance(problem, requests.exceptions.SSLError):
            return NoAnswer(f"Who answers at {self.url} has no certificate that can be trusted.")
        if isinstance(problem, requests.ReadTimeout):
            return NoAnswer(f"{self.url} took too long to answer.")
        return NoAnswer(f"No Vireo answers at {self.url}, or the line was cut.")


def value_of(answer: requests.Response) -> Any:
    """What stands in the envelope of a success."""
    try:
        return answer.json()["response"]
    except (ValueError, KeyError, TypeError):
        raise strange(answer) from None


def _success(answer: requests.Response) -> requests.Response:
    if answer.status_code not in {200, 202, 206}:
        with answer:
            raise failure_of(answer)
    return answer


class _Authorization(AuthBase):
    """The token, or nothing. Without it requests would send what ~/.netrc has for the host."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _Listening:
    """Looks for an answer before each piece that is sent, and gives each piece its own time.

    Vireo refuses an upload at once and reads the rest of it in vain. urllib3 takes a broken pipe
    for the end of the body and reads the answer. Not with TLS: what can be read there may be a
    ticket of TLS itself. The time that urllib3 gives to sending is the one for connecting.
    """

    sock: socket | None

    def send(self, data: Any) -> None:
        """Send a piece."""
        if self.sock is not None:
            if not isinstance(self.sock, SSLSocket) and wait_for_read(self.sock, 0):
                raise BrokenPipeError
            self.sock.settimeout(PIECE_SECONDS)
        super().send(data)  # type: ignore[misc]


class _Connection(_Listening, HTTPConnection):
    pass


class _SecureConnection(_Listening, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class _UploadAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
