"""``/sign_out`` and ``/sessions``."""

from typing import Any

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_auth.api import cookies
from vireo_auth.api.models import SessionPath, SessionRow
from vireo_auth.core.sessions import Session, Sessions
from vireo_common.access import account_id, session_id, signed_in, while_suspended
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code
from vireo_common.text import iso_time
from vireo_common.web import (
    TOKEN_PROBLEMS,
    TOKEN_REQUIRED,
    Empty,
    Envelope,
    answer,
    problems,
)


def blueprint(sessions: Sessions, *, secure: bool) -> APIBlueprint:
    """The routes, on the rules of ``sessions``; ``secure`` keeps the cookie to HTTPS."""
    bp = APIBlueprint("sessions", __name__, abp_tags=[Tag(name="sessions")])

    _add_sign_out(bp, sessions, secure=secure)
    _add_sessions(bp, sessions)
    return bp


def _add_sign_out(bp: APIBlueprint, sessions: Sessions, *, secure: bool) -> None:
    @bp.post(
        "/sign_out",
        operation_id="sign_out",
        security=TOKEN_REQUIRED,
        responses={200: Empty, **problems(*TOKEN_PROBLEMS)},
    )
    @signed_in
    @while_suspended
    def sign_out() -> Response:
        """End the session of the token.

        Every service refuses the session's tokens from then on.

        Example:
            curl -X POST $VIREO/sign_out -H "Authorization: Bearer $TOKEN"
        """
        sessions.sign_out(account_id(), session_id())
        response = answer()
        cookies.drop_refresh_token(response, secure=secure)
        return response


def _add_sessions(bp: APIBlueprint, sessions: Sessions) -> None:
    @bp.get(
        "/sessions",
        operation_id="list_sessions",
        security=TOKEN_REQUIRED,
        responses={200: Envelope[list[SessionRow]], **problems(*TOKEN_PROBLEMS)},
    )
    @signed_in
    def listed() -> Response:
        """List the sessions of the account, the one that was seen last first.

        At most a hundred: the oldest make room for new ones.

        Example:
            curl $VIREO/sessions -H "Authorization: Bearer $TOKEN"
        """
        mine = session_id()
        return answer([_row(session, mine) for session in sessions.of_channel(account_id())])

    @bp.delete(
        "/sessions/<session_id>",
        operation_id="end_session",
        security=TOKEN_REQUIRED,
        responses={200: Empty, **problems(*TOKEN_PROBLEMS, Code.NOT_FOUND)},
    )
    @signed_in
    def end(path: SessionPath) -> Response:
        """End one session of the account.

        Example:
            curl -X DELETE $VIREO/sessions/$SESSION -H "Authorization: Bearer $TOKEN"
        """
        sessions.end(account_id(), path.session_id)
        return answer()

    @bp.delete(
        "/sessions",
        operation_id="end_other_sessions",
        security=TOKEN_REQUIRED,
        responses={200: Empty, **problems(*TOKEN_PROBLEMS)},
    )
    @signed_in
    def end_others() -> Response:
        """End all sessions of the account but the one of the token.

        Example:
            curl -X DELETE $VIREO/sessions -H "Authorization: Bearer $TOKEN"
        """
        sessions.end_others(account_id(), session_id())
        return answer()


def _row(session: Session, mine: str) -> dict[str, Any]:
    return {
        "id": session.session_id,
        "device": session.device,
        "address": session.address,
        "first_seen": iso_time(session.first_seen),
        "last_seen": iso_time(session.last_seen),
        "current": session.session_id == mine,
    }
