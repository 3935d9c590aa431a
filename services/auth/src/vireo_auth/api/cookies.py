"""The cookies: the refresh token, and a mark for each account that knows the browser.

They are ``HttpOnly`` and ``SameSite=Strict``. Behind TLS their names have the prefixes
``__Secure-`` and ``__Host-``, so that browsers refuse one that was set over plain HTTP or by a
neighbouring host (RFC 6265bis, section 4.1.3).
"""

from collections.abc import Mapping

from flask import Response, request

from vireo_auth.core.sessions import REFRESH_SECONDS
from vireo_auth.core.sign_in import Mark

REFRESH = "vireo_refresh"
# The path that the cookie is sent to.
REFRESH_PATH = "/token/refresh"
MARK = "vireo_mark_"
MARK_SECONDS = 400 * 24 * 60 * 60
# Accounts that one browser keeps marks for: cookies must fit into the limit of a request's head.
MOST_MARKS = 10


def refresh_token(*, secure: bool) -> str:
    """The refresh token in the request's cookie, or nothing."""
    return request.cookies.get(_refresh_name(secure=secure), "")


def keep_refresh_token(response: Response, token: str, *, secure: bool) -> None:
    """Give the browser its next refresh token."""
    response.set_cookie(
        _refresh_name(secure=secure),
        token,
        max_age=REFRESH_SECONDS,
        path=REFRESH_PATH,
        httponly=True,
        samesite="Strict",
        secure=is_secure(secure=secure),
    )


def drop_refresh_token(response: Response, *, secure: bool) -> None:
    """Have the browser forget its refresh token."""
    response.delete_cookie(
        _refresh_name(secure=secure),
        path=REFRESH_PATH,
        httponly=True,
        samesite="Strict",
        secure=is_secure(secure=secure),
    )


def marks() -> Mapping[str, str]:
    """The marks that the browser has, by their names.

    Of either kind: one that a stranger has put there is known for no account.
    """
    found = {}
    for name, value in request.cookies.items():
        plain = name.removeprefix("__Host-")
        if plain.startswith(MARK):
            found[plain.removeprefix(MARK)] = value
    return found


def keep_mark(response: Response, mark: Mark, *, secure: bool) -> None:
    """Give the browser its mark for an account; others make room."""
    secure = is_secure(secure=secure)
    prefix = f"{'__Host-' if secure else ''}{MARK}"
    others = [name for name in request.cookies if name.startswith(prefix)]
    for name in others[: max(0, len(others) + 1 - MOST_MARKS)]:
        if name != prefix + mark.name:
            response.delete_cookie(name, path="/", httponly=True, samesite="Strict", secure=secure)
    response.set_cookie(
        prefix + mark.name,
        mark.value,
        max_age=MARK_SECONDS,
        path="/",
        httponly=True,
        samesite="Strict",
        secure=secure,
    )


def is_secure(*, secure: bool) -> bool:
    """Whether the browser is at HTTPS: always (``secure``), or so the gateway says of a request."""
    return secure or request.headers.get("X-Forwarded-Proto") == "https"


def _refresh_name(*, secure: bool) -> str:
    return f"__Secure-{REFRESH}" if is_secure(secure=secure) else REFRESH
