"""How operations are asked: with the token, or the next one where it has expired; in pages."""

import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from vireo_client.errors import SignInNeeded, VireoError
from vireo_client.tokens import InMemory, Tokens, TokenStore
from vireo_client.transport import Request, Transport, new_key, segment, value_of
from vireo_client.values import SignedIn, UniversalObject, Value, parse, parse_all

T = TypeVar("T")
Rows = Iterator[UniversalObject]


class Calls:
    """What every operation is asked with: the connection, and the tokens of one session."""

    def __init__(
        self,
        url: str,
        *,
        seconds: float = 60.0,
        patience: float = 120.0,
        store: TokenStore | None = None,
        device: str = "",
    ) -> None:
        self._http = Transport(url, seconds, patience, device)
        self._store = store or InMemory()
        self._tokens = self._store.load()
        self._renewing = threading.Lock()

    @property
    def url(self) -> str:
        """The address, without a slash at its end."""
        return self._http.url

    @property
    def token(self) -> str:
        """The token in use, for what is asked without this client; empty while signed out."""
        return self._tokens.token if self._tokens else ""

    def close(self) -> None:
        """Close the connections. The session goes on: ``sign_out`` ends it."""
        self._http.close()

    def _post(self, path: str, body: Any = None, *, signed: bool = False) -> Any:
        request = Request("POST", path, json=body, key=new_key())
        if not signed:
            return self._http.value(request)
        return self._signed(lambda token: self._http.value(request, token))

    def _value(self, method: str, path: str, body: Any = None) -> Any:
        request = Request(method, path, json=body)
        return self._signed(lambda token: self._http.value(request, token))

    def _rows(self, path: str, page_size: int, *, signed: bool = False) -> Rows:
        return self._all(UniversalObject, path, page_size, signed=signed)

    def _all(
        self, kind: type[Value], path: str, page_size: int, /, *, signed: bool, **query_of: str
    ) -> Iterator[Value]:
        """The values of a list, asked for page by page."""
        query: dict[str, str | int] = {**query_of, "limit": page_size}
        while True:
            send = partial(self._http.send, Request("GET", path, query=dict(query)))
            answer = self._signed(send) if signed else send()
            yield from parse_all(kind, value_of(answer))
            following = urlsplit(answer.links.get("next", {}).get("url", "")).query
            # Of the address only this: where it leads is not the answer's to say.
            cursor = parse_qs(following).get("cursor")
            if not cursor:
                return
            query["cursor"] = cursor[0]

    def _file(self, hash_path: str, path: str, fetch: Callable[[str], T]) -> T:
        """What ``fetch`` gives of a file of a video that has ``path`` where everybody may see it.

        Where there is none it may be one that needs a grant, which who is signed in may get.
        """
        try:
            return fetch(path)
        except VireoError:
            granted = self._granted(hash_path) if self.token else ""
            if not granted:
                raise
            return fetch(granted + path)

    def _granted(self, hash_path: str) -> str:
        """What stands before the addresses of a video's files: a grant, where they need one."""
        try:
            shown = self._value("GET", f"/v/{segment(hash_path)}")
        except VireoError:
            return ""
        files = shown.get("files") if isinstance(shown, dict) else None
        return str((files or {}).get("video", "")).partition("/video/d/")[0]

    def _image(self, path: str) -> bytes:
        return self._http.send(Request("GET", path)).content

    # Tokens

    def _signed(self, ask: Callable[[str], T]) -> T:
        """Ask with the token; with the next one, where it has expired."""
        used = self.token
        try:
            return ask(used)
        except SignInNeeded as problem:
            if problem.code != "token_expired" or not self._renew(used):
                raise
        return ask(self.token)

    def _renew(self, used: str) -> bool:
        """Take the tokens that somebody else got meanwhile, or get the next ones."""
        with self._renewing, self._store.locked():
            kept = self._store.load()
            if kept is None:
                return False
            if kept.token == used:
                body = {"refresh_token": kept.refresh_token}
                # The same token twice within moments has the same successor.
                request = Request("POST", "/token/refresh", json=body, again=True)
                self._keep(self._http.value(request))
            else:
                self._tokens = kept
            return True

    def _keep(self, value: Any) -> SignedIn:
        signed_in = parse(SignedIn, value)
        self._tokens = Tokens(signed_in.vtoken, signed_in.refresh_token or "")
        self._store.save(self._tokens)
        return signed_in

    def _forget(self) -> None:
        with self._renewing, self._store.locked():
            self._tokens = None
            self._store.save(None)


def given(body: Mapping[str, object]) -> dict[str, object]:
    """What is to be changed."""
    return {name: value for name, value in body.items() if value is not None}
