"""``/me``, ``POST /password/change`` and ``DELETE /channel``."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from vireo_auth.api.models import (
    ChangePasswordBody,
    DeleteChannelBody,
    MeRow,
    PatchMeBody,
    show_profile,
)
from vireo_auth.api.token import asking_client
from vireo_auth.core.me import Me
from vireo_common.access import account_id, session_id, signed_in
from vireo_common.errors import Code
from vireo_common.web import (
    JSON_PROBLEMS,
    TOKEN_PROBLEMS,
    TOKEN_REQUIRED,
    Empty,
    Envelope,
    answer,
    problems,
)

PASSWORD_PROBLEMS = (Code.BAD_CREDENTIALS, Code.BLOCKED, Code.RATE_LIMITED)


def blueprint(me: Me) -> APIBlueprint:
    """The routes, on the rules of ``me``."""
    bp = APIBlueprint("me", __name__)

    @bp.get(
        "/me",
        security=TOKEN_REQUIRED,
        responses={200: Envelope[MeRow], **problems(*TOKEN_PROBLEMS)},
    )
    @signed_in
    def show() -> Response:
        """Look at one's own account."""
        return answer(show_profile(me.show(account_id())))

    @bp.patch(
        "/me",
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[MeRow],
            **problems(*JSON_PROBLEMS, *TOKEN_PROBLEMS, *PASSWORD_PROBLEMS, Code.EMAIL_TAKEN),
        },
    )
    @signed_in
    def change(body: PatchMeBody) -> Response:
        """Change names or the mail address of one's own account."""
        wanted = body.model_dump(exclude_none=True, exclude={"password"})
        return answer(show_profile(me.change(account_id(), wanted, body.password, asking_client())))

    @bp.post(
        "/password/change",
        security=TOKEN_REQUIRED,
        responses={200: Empty, **problems(*JSON_PROBLEMS, *TOKEN_PROBLEMS, *PASSWORD_PROBLEMS)},
    )
    @signed_in
    def change_password(body: ChangePasswordBody) -> Response:
        """Change the password; all other sessions end."""
        given = (body.old_password, body.new_password, asking_client())
        me.change_password(account_id(), session_id(), *given)
        return answer()

    @bp.delete(
        "/channel",
        security=TOKEN_REQUIRED,
        responses={200: Empty, **problems(*JSON_PROBLEMS, *TOKEN_PROBLEMS, *PASSWORD_PROBLEMS)},
    )
    @signed_in
    def delete(body: DeleteChannelBody) -> Response:
        """Delete the account, its channel and all of its videos."""
        me.delete(account_id(), body.password, asking_client())
        return answer()

    return bp
