"""Who may call a route: declared on the handler, checked before the body is parsed.

Every handler carries exactly one of ``public``, ``signed_in``, ``maybe_signed_in`` or
``internal``; an application with a route that carries none does not start.
"""

import hmac
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, current_app, g, request

from vireo_common.errors import Code, Failure
from vireo_common.service_token import TOKEN_HEADER
from vireo_common.sessions import Standing
from vireo_common.tokens import Claims, Verifier, bearer_token

Handler = TypeVar("Handler", bound=Callable[..., Any])

# For how long a session that was found is taken to be there, where nothing depends on it but what
# its account sees of its own in what everybody may see: as old as what others see of it.
RECENT_SECONDS = 1.0
MOST_SESSIONS = 4096
WRITING = frozenset({"POST", "PUT", "PATCH"})


class Access(StrEnum):
    """The access rules."""

    PUBLIC = "public"
    SIGNED_IN = "signed in"
    MAYBE_SIGNED_IN = "maybe signed in"
    INTERNAL = "internal"


def _declare(rule: Access) -> Callable[[Handler], Handler]:
    def mark(handler: Handler) -> Handler:
        handler.access = rule  # type: ignore[attr-defined]
        return handler

    return mark


public = _declare(Access.PUBLIC)
"""Anybody; a token is ignored."""
signed_in = _declare(Access.SIGNED_IN)
"""A valid token of a session that has not ended; see ``account_id`` and ``session_id``."""
maybe_signed_in = _declare(Access.MAYBE_SIGNED_IN)
"""Anybody; a token is checked where the handler asks for it with ``viewer_id``."""
internal = _declare(Access.INTERNAL)
"""The other services, which send the service token; the gateway never routes these."""


def while_suspended(handler: Handler) -> Handler:
    """Mark a handler that an account may call while a moderator has suspended it.

    It may call all that reads or deletes; of the others those that are marked. Who sends no token
    may call what anybody may.
    """
    handler.while_suspended = True  # type: ignore[attr-defined]
    return handler


class Guard:
    """Checks the declared rule of each request.

    Args:
        verifier: checks tokens.
        standing: what has become of an account and its session, given their ids.
        service_token: what internal callers send.
        now: the clock by which a session is recent, in seconds.
    """

    def __init__(
        self,
        verifier: Verifier,
        standing: Callable[[int, str], Standing],
        service_token: str,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._verifier = verifier
        self._now = now
        self._standing = standing
        self._service_token = service_token.encode()
        self._recent: dict[tuple[int, str], float] = {}

    def install(self, app: Flask) -> None:
        """Check every request to ``app``; call ``require_declarations`` when it is complete."""
        app.before_request(self._check)
        app.extensions["vireo_guard"] = self

    def _check(self) -> None:
        if request.endpoint is None or request.routing_exception:
            return
        match rule_of(request_handler()):
            case Access.SIGNED_IN:
                self._admit()
            case Access.INTERNAL:
                given = request.headers.get(TOKEN_HEADER, "").encode()
                if not hmac.compare_digest(given, self._service_token):
                    # Not ``not_found``, which the caller would take for a missing video or account.
                    raise Failure(Code.FORBIDDEN)
            case _:
                pass

    def _admit(self) -> None:
        claims = self.claims(writes=_writes())
        g.account_id, g.session_id = claims.account_id, claims.session_id

    def claims(self, *, writes: bool = False) -> Claims:
        """The claims of the request's token, whose account and session are there.

        Args:
            writes: the request is one that a suspended account may not make.

        Raises:
            Failure: ``token_missing``, ``token_invalid``, ``token_expired`` or ``token_revoked``;
                ``suspended``.
        """
        claims = self._verifier.claims(bearer_token(request.headers.get("Authorization")))
        match self._standing(claims.account_id, claims.session_id):
            case Standing.GOOD:
                return claims
            case Standing.SUSPENDED:
                if writes:
                    raise Failure(Code.SUSPENDED)
                return claims
            case Standing.ENDED:
                raise Failure(Code.TOKEN_REVOKED)
            case Standing.NO_ACCOUNT:
                raise Failure(Code.TOKEN_INVALID)

    def recent_account_id(self) -> int:
        """Whose token the request carries, whose session was there within the last second.

        It authorizes nothing: call ``claims`` before showing or doing what not everybody may see.

        Raises:
            Failure: see ``claims``.
        """
        claims = self._verifier.claims(bearer_token(request.headers.get("Authorization")))
        whose, now = (claims.account_id, claims.session_id), self._now()
        if now >= self._recent.get(whose, 0.0):
            claims = self.claims()
            if len(self._recent) >= MOST_SESSIONS:
                self._recent.clear()
            self._recent[whose] = now + RECENT_SECONDS
        return claims.account_id


def request_handler() -> Callable[..., Any]:
    """The view function of the request's route."""
    return current_app.view_functions[request.endpoint or ""]


def _writes() -> bool:
    """Whether the request is one that a suspended account may not make."""
    marked = getattr(request_handler(), "while_suspended", False)
    return request.method in WRITING and not marked


def rule_of(handler: Callable[..., Any]) -> Access | None:
    """The declared rule of a handler."""
    return getattr(handler, "access", None)


def require_declarations(app: Flask) -> None:
    """Refuse to start an application with a route whose access is not declared.

    Raises:
        RuntimeError: names the routes.
    """
    bare = sorted(
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule_of(app.view_functions[rule.endpoint]) is None
    )
    if bare:
        raise RuntimeError(f"routes without a declared access rule: {', '.join(bare)}")


def account_id() -> int:
    """Whose token a ``signed_in`` request carries."""
    return int(g.account_id)


def session_id() -> str:
    """Of which session the token is that a ``signed_in`` request carries, or a ``maybe_signed_in``
    one once it was asked for with ``viewer_id``."""
    return str(g.session_id)


def viewer_id() -> int | None:
    """Whose token a ``maybe_signed_in`` request carries; ``None`` where it carries none.

    Raises:
        Failure: the token that it carries is not valid; ``suspended``, where the request writes.
    """
    if not request.headers.get("Authorization", "").strip():
        return None
    return required_account_id(writes=_writes())


def recent_viewer_id() -> int | None:
    """The same, of a session that was there within the last second; see ``Guard``.

    Raises:
        Failure: the token that it carries is not valid.
    """
    if not request.headers.get("Authorization", "").strip():
        return None
    guard: Guard = current_app.extensions["vireo_guard"]
    return guard.recent_account_id()


def required_account_id(*, writes: bool = False) -> int:
    """Whose token a ``maybe_signed_in`` request carries, where it must carry one after all.

    Args:
        writes: see ``Guard.claims``.

    Raises:
        Failure: ``token_missing``, or the token that it carries is not valid.
    """
    guard: Guard = current_app.extensions["vireo_guard"]
    claims = guard.claims(writes=writes)
    g.account_id, g.session_id = claims.account_id, claims.session_id
    return claims.account_id
