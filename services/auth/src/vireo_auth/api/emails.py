"""``POST /email/verify``, ``POST /email/verify/resend`` and ``POST /email/undo``."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from vireo_auth.api.models import LinkBody
from vireo_auth.api.token import asking_client
from vireo_auth.core.emails import Emails
from vireo_common.access import account_id, public, signed_in
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
    bp = APIBlueprint("emails", __name__)

    @bp.post(
        "/email/verify",
        responses={200: Empty, **problems(*JSON_PROBLEMS, Code.LINK_INVALID)},
    )
    @public
    def verify(body: LinkBody) -> Response:
        """Prove an address with the token of the mail that was sent to it."""
        emails.verify(body.token)
        return answer()

    @bp.post(
        "/email/verify/resend",
        security=TOKEN_REQUIRED,
        responses={200: Empty, **problems(*TOKEN_PROBLEMS)},
    )
    @signed_in
    def resend() -> Response:
        """Send the mail with the link once more."""
        emails.resend(account_id(), asking_client())
        return answer()

    @bp.post(
        "/email/undo",
        responses={200: Empty, **problems(*JSON_PROBLEMS, Code.LINK_INVALID, Code.EMAIL_TAKEN)},
    )
    @public
    def undo(body: LinkBody) -> Response:
        """Take a change of the address back with the token of the mail to the old one."""
        emails.undo(body.token, asking_client())
        return answer()

    return bp
