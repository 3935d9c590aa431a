"""``/token/refresh``, and how the refresh token is sent to the client and back.

Browsers keep it in a cookie (``cookies.py``); clients without cookies ask for it in the body.
"""

import ipaddress

from flask import Response, request
from flask_openapi3.models.tag import Tag

from vireo_auth.api import cookies
from vireo_auth.api.models import RefreshBody, SignedIn
from vireo_auth.core.sessions import MAX_DEVICE, Client, Sessions, Tokens
from vireo_common.access import public
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code, Failure
from vireo_common.idempotency import never_replayed
from vireo_common.web import (
    JSON_PROBLEMS,
    TOKEN_PROBLEMS,
    Envelope,
    answer,
    client_address,
    problems,
)


def blueprint(sessions: Sessions, *, secure: bool) -> APIBlueprint:
    """The route, on the rules of ``sessions``; ``secure`` keeps the cookie to HTTPS."""
    bp = APIBlueprint("token", __name__, abp_tags=[Tag(name="sessions")])

    @bp.post(
        "/token/refresh",
        operation_id="refresh_token",
        responses={
            200: Envelope[SignedIn],
            **problems(*JSON_PROBLEMS, *TOKEN_PROBLEMS, Code.RATE_LIMITED),
        },
    )
    @never_replayed
    @public
    def refresh(body: RefreshBody) -> Response:
        r"""Get the next token of a session, with the refresh token in the cookie or the body.

        Browsers send the cookie that ``POST /sign_in`` has set; other clients the refresh token
        that they asked for there. It works once: the answer brings the next one the same way, and
        the same one where it is sent again at once. One that comes back more than ten seconds after
        its use was copied, and its session ends. A session that is not carried on for 30 days is
        over, and so is one of 90 days.

        Example:
            curl $VIREO/token/refresh -H 'Content-Type: application/json' \
              -d '{"refresh_token": "'$REFRESH'"}'
        """
        given = body.refresh_token or cookies.refresh_token(secure=secure)
        if not given:
            raise Failure(Code.TOKEN_MISSING, "This needs a refresh token.")
        tokens = sessions.refresh(given, asking_client())
        return signed_in_answer(tokens, in_body=bool(body.refresh_token), secure=secure)

    return bp


def asking_client() -> Client:
    """Who sent the request."""
    said = request.headers.get("User-Agent", "")
    device = "".join(letter if letter.isprintable() else " " for letter in said)
    try:
        address = str(ipaddress.ip_address(client_address()))
    except ValueError:
        address = ""
    return Client(device.strip()[:MAX_DEVICE], address, cookies.marks())


def signed_in_answer(tokens: Tokens, *, in_body: bool, secure: bool) -> Response:
    """200 with the token; the refresh token in the body where it was asked for, else a cookie."""
    value = {"vtoken": tokens.access, "expires_in": tokens.seconds_left}
    if in_body:
        return answer({**value, "refresh_token": tokens.refresh})
    response = answer(value)
    cookies.keep_refresh_token(response, tokens.refresh, secure=secure)
    return response
