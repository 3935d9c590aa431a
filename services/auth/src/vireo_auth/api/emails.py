"""``POST /email/verify``, ``POST /email/verify/resend`` and ``POST /email/undo``."""

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_auth.api.models import LinkBody
from vireo_auth.api.token import asking_client
from vireo_auth.core.emails import Emails
from vireo_common.access import account_id, public, signed_in, while_suspended
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code
from vireo_common.web import (
    JSON_PROBLEMS,
    TOKEN_PROBLEMS,
    TOKEN_REQUIRED,
    Empty,
    answer,
    problems,
)


def blueprint(emails: Emails) -> APIBlueprint:
    """The routes, on the rules of ``emails``."""
    bp = APIBlueprint("emails", __name__, abp_tags=[Tag(name="accounts")])

    _add_verification(bp, emails)
    _add_undo(bp, emails)
    return bp


def _add_verification(bp: APIBlueprint, emails: Emails) -> None:
    @bp.post(
        "/email/verify",
        operation_id="verify_email",
        responses={200: Empty, **problems(*JSON_PROBLEMS, Code.LINK_INVALID, Code.RATE_LIMITED)},
    )
    @public
    def verify(body: LinkBody) -> Response:
        r"""Verify an address with the token of the mail that was sent to it.

        The token stands in the link of the mail that every sign-up and every change of the address
        sends. It is good once, for three days, and while the account has that address.

        Example:
            curl $VIREO/email/verify -H 'Content-Type: application/json' \
              -d "{\"token\": \"$LINK_TOKEN\"}"
        """
        emails.verify(body.token)
        return answer()

    @bp.post(
        "/email/verify/resend",
        operation_id="resend_verification",
        security=TOKEN_REQUIRED,
        responses={200: Empty, **problems(*TOKEN_PROBLEMS, Code.RATE_LIMITED)},
    )
    @signed_in
    @while_suspended
    def resend() -> Response:
        """Send the mail with the link once more.

        Nothing is sent where the address is verified. An address gets one such mail a minute and
        five an hour at most; the answer is the same.

        Example:
            curl -X POST $VIREO/email/verify/resend -H "Authorization: Bearer $TOKEN"
        """
        emails.resend(account_id(), asking_client())
        return answer()


def _add_undo(bp: APIBlueprint, emails: Emails) -> None:
    @bp.post(
        "/email/undo",
        operation_id="undo_email_change",
        responses={
            200: Empty,
            **problems(*JSON_PROBLEMS, Code.LINK_INVALID, Code.EMAIL_TAKEN, Code.RATE_LIMITED),
        },
    )
    @public
    def undo(body: LinkBody) -> Response:
        r"""Take a change of the address back with the token of the mail to the old one.

        The token stands in the link of the mail that the old address gets when the address is
        changed. It is good once, for three days; one of an earlier change stays good, those of
        later ones end with it. All sessions end, and the old address, which is the account's again,
        gets a link for a new password.

        Example:
            curl $VIREO/email/undo -H 'Content-Type: application/json' \
              -d "{\"token\": \"$LINK_TOKEN\"}"
        """
        emails.undo(body.token, asking_client())
        return answer()
