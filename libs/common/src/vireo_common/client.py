"""Calls from one service to another: HTTP with time limits, typed failures and the request's id.

Over TCP in containers, over Unix sockets where all run on one machine.
"""

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from vireo_common.errors import STATUS, Code, Failure
from vireo_common.logs import context, get_logger
from vireo_common.service_token import TOKEN_HEADER
from vireo_common.unix_adapter import UnixAdapter

log = get_logger()

CONNECT_SECONDS = 2.0
READ_SECONDS = 8.0
_UNIX = "unix:"
# What is passed on of a refusal beside its code and its sentence.
_DETAILS = ("limit", "retry_after")


class ServiceClient:
    """Calls one other service.

    Args:
        base_url: its internal address: ``http://host:port``, or ``unix:`` and the path of a socket.
        service_token: the secret that all services share; routes below ``/internal/`` ask for it.
        read_seconds: how long to wait for the answer.
    """

    def __init__(
        self, base_url: str, service_token: str, read_seconds: float = READ_SECONDS
    ) -> None:
        self._neighbour = base_url.rstrip("/")
        unix = self._neighbour.startswith(_UNIX)
        self._socket_path = self._neighbour.removeprefix(_UNIX) if unix else None
        # A Unix socket has one listener, so the host name does not matter.
        self._base_url = "http://localhost" if self._socket_path else self._neighbour
        self._service_token = service_token
        self._read_seconds = read_seconds
        self._local = threading.local()

    def get(self, path: str) -> Any:
        """The ``response`` of a GET; see ``call``."""
        return self.call("GET", path)

    def pages(self, path: str) -> Iterator[Sequence[Mapping[str, Any]]]:
        """The pages of a long list, one call each: ``{"rows": [...], "next": ...}``.

        ``next`` goes into the following call as ``after``; the last page has none.

        Raises:
            Failure: see ``call``.
        """
        page = self.get(path)
        yield page["rows"]
        while page["next"] is not None:
            page = self.get(f"{path}?after={quote(str(page['next']), safe='')}")
            yield page["rows"]

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        passed_on: Collection[Code] = (),
    ) -> Any:
        """Call the neighbour, and return the value of ``response``.

        Args:
            passed_on: what it may refuse with that is said to whoever asked for this.

        Raises:
            Failure: ``not_found`` where the neighbour says so, and what is ``passed_on``;
                ``unavailable`` where it can't be reached, is too slow, or answers with an error.
        """
        # The path stays out of the log: it says what a person looks at or does.
        asked = log.bind(neighbour=self._neighbour, method=method)
        try:
            answer = self._session().request(
                method,
                self._base_url + path,
                json=body,
                timeout=(CONNECT_SECONDS, self._read_seconds),
                headers=self._headers(),
                allow_redirects=False,
            )
            known = {200, 404, *(STATUS[code] for code in passed_on)}
            value = answer.json()["response"] if answer.status_code in known else None
        except (requests.RequestException, KeyError, TypeError) as error:
            # KeyError and TypeError: JSON without the envelope.
            asked.warning("neighbour_unreachable", error=type(error).__name__)
            raise Failure(Code.UNAVAILABLE) from error
        if answer.status_code == 404:
            raise Failure(Code.NOT_FOUND)
        if answer.status_code != 200:
            if isinstance(value, dict) and value.get("error") in passed_on:
                details = {key: value[key] for key in _DETAILS if key in value}
                raise Failure(Code(value["error"]), str(value.get("message", "")), **details)
            asked.warning("neighbour_refused", status=answer.status_code)
            raise Failure(Code.UNAVAILABLE)
        return value

    def _headers(self) -> dict[str, str]:
        headers = {TOKEN_HEADER: self._service_token}
        request_id = context().get("request_id")
        if request_id:
            headers["X-Request-ID"] = request_id
        return headers

    def _adapter(self, again: Retry) -> HTTPAdapter:
        if self._socket_path is None:
            return HTTPAdapter(max_retries=again)
        return UnixAdapter(self._socket_path, again)

    def _session(self) -> requests.Session:
        # A session is not safe to share between threads.
        if not hasattr(self._local, "session"):
            session = requests.Session()
            # Services are on a private network: ignore proxies of the environment.
            session.trust_env = False
            # A kept-alive connection may be closed at the moment of its next use; all
            # internal calls are idempotent, so they may be sent once more (RFC 9110, 9.2.2).
            again = Retry(total=1, connect=0, read=1, status=0, allowed_methods=None)
            session.mount("http://", self._adapter(again))
            self._local.session = session
        found: requests.Session = self._local.session
        return found
