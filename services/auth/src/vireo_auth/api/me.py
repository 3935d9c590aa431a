"""``/me``, ``POST /password/change`` and ``DELETE /channel``."""

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_auth.api.models import (
    ChangePasswordBody,
    DeleteChannelBody,
    MeRow,
    PatchMeBody,
    show_profile,
)
from vireo_auth.api.token import asking_client
from vireo_auth.core.me import Me
from vireo_common.access import account_id, session_id, signed_in, while_suspended
from vireo_common.blueprints import APIBlueprint
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
    bp = APIBlueprint("me", __name__, abp_tags=[Tag(name="accounts")])

    _add_profile(bp, me)
    _add_password_and_deletion(bp, me)
    return bp


def _add_profile(bp: APIBlueprint, me: Me) -> None:
    @bp.get(
        "/me",
        operation_id="show_me",
        security=TOKEN_REQUIRED,
        responses={200: Envelope[MeRow], **problems(*TOKEN_PROBLEMS)},
    )
    @signed_in
    def show() -> Response:
        """Look at one's own account.

        Example:
            curl $VIREO/me -H "Authorization: Bearer $TOKEN"
        """
        return answer(show_profile(me.show(account_id())))

    @bp.patch(
        "/me",
        operation_id="change_me",
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[MeRow],
            **problems(*JSON_PROBLEMS, *TOKEN_PROBLEMS, *PASSWORD_PROBLEMS, Code.EMAIL_TAKEN),
        },
    )
    @signed_in
    @while_suspended
    def change(body: PatchMeBody) -> Response:
        r"""Change names, the mail address or the settings of one's own account.

        All of it is changed, or nothing. Another address asks for the password, and is to be
        verified anew; the old one is told by mail, with a link that undoes it. An account has ten
        other addresses in three days at the most. While `history` is false, nothing is kept of what
        one watches; what was kept stays until it is deleted (`DELETE /me/history`).

        Example:
            curl -X PATCH $VIREO/me -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' -d '{"fname": "Augusta"}'
        """
        wanted = body.model_dump(exclude_none=True, exclude={"password"})
        return answer(show_profile(me.change(account_id(), wanted, body.password, asking_client())))


def _add_password_and_deletion(bp: APIBlueprint, me: Me) -> None:
    @bp.post(
        "/password/change",
        operation_id="change_password",
        security=TOKEN_REQUIRED,
        responses={200: Empty, **problems(*JSON_PROBLEMS, *TOKEN_PROBLEMS, *PASSWORD_PROBLEMS)},
    )
    @signed_in
    @while_suspended
    def change_password(body: ChangePasswordBody) -> Response:
        r"""Change the password; all other sessions end.

        A wrong password counts like one at ``POST /sign_in``. All other sessions end, and the owner
        is told by mail.

        Example:
            curl $VIREO/password/change -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' \
              -d '{"old_password": "rosy-otter-42", "new_password": "rosy-otter-43"}'
        """
        given = (body.old_password, body.new_password, asking_client())
        me.change_password(account_id(), session_id(), *given)
        return answer()

    @bp.delete(
        "/channel",
        operation_id="delete_channel",
        security=TOKEN_REQUIRED,
        responses={200: Empty, **problems(*JSON_PROBLEMS, *TOKEN_PROBLEMS, *PASSWORD_PROBLEMS)},
    )
    @signed_in
    def delete(body: DeleteChannelBody) -> Response:
        r"""Delete the account, its channel and all of its videos.

        Everything of the channel goes: account, sessions, videos and their files. There is no way
        back; the owner is told by mail.

        Example:
            curl -X DELETE $VIREO/channel -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' -d '{"password": "rosy-otter-42"}'
        """
        me.delete(account_id(), body.password, asking_client())
        return answer()
