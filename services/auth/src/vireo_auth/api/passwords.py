"""``POST /password/forgot`` and ``POST /password/reset``."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from vireo_auth.api.models import ForgotBody, ResetBody
from vireo_auth.api.token import asking_client
from vireo_auth.core.resets import Resets
from vireo_common.access import public
from vireo_common.errors import Code
from vireo_common.web import JSON_PROBLEMS, Empty, answer, problems


def blueprint(resets: Resets) -> APIBlueprint:
    """The routes, on the rules of ``resets``."""
    bp = APIBlueprint("passwords", __name__)

    @bp.post("/password/forgot", responses={200: Empty, **problems(*JSON_PROBLEMS)})
    @public
    def forgot(body: ForgotBody) -> Response:
        """Have a link for a new password sent to the address of an account."""
        resets.ask(body.email, asking_client())
        return answer()

    @bp.post(
        "/password/reset",
        responses={200: Empty, **problems(*JSON_PROBLEMS, Code.LINK_INVALID)},
    )
    @public
    def reset(body: ResetBody) -> Response:
        """Set a new password with the token of a mail; all sessions end, and a lockout here too."""
        resets.reset(body.token, body.password, asking_client())
        return answer()

    return bp
