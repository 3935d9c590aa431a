"""``POST /password/forgot`` and ``POST /password/reset``."""

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_auth.api.models import ForgotBody, ResetBody
from vireo_auth.api.token import asking_client
from vireo_auth.core.resets import Resets
from vireo_common.access import public
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code
from vireo_common.web import JSON_PROBLEMS, Empty, answer, problems


def blueprint(resets: Resets) -> APIBlueprint:
    """The routes, on the rules of ``resets``."""
    bp = APIBlueprint("passwords", __name__, abp_tags=[Tag(name="accounts")])

    @bp.post(
        "/password/forgot",
        operation_id="forget_password",
        responses={200: Empty, **problems(*JSON_PROBLEMS, Code.RATE_LIMITED)},
    )
    @public
    def forgot(body: ForgotBody) -> Response:
        r"""Have a link for a new password sent to the address of an account.

        The answer is the same, in the same time, whether there is such an account. An address gets
        one such mail a minute and five an hour at most.

        Example:
            curl $VIREO/password/forgot -H 'Content-Type: application/json' \
              -d '{"email": "ada@example.org"}'
        """
        resets.ask(body.email, asking_client())
        return answer()

    @bp.post(
        "/password/reset",
        operation_id="reset_password",
        responses={200: Empty, **problems(*JSON_PROBLEMS, Code.LINK_INVALID, Code.RATE_LIMITED)},
    )
    @public
    def reset(body: ResetBody) -> Response:
        r"""Set a new password with the token of a mail; all sessions end, and a lockout here too.

        The token stands in the link of the mail. It is good once, for one hour. All sessions end,
        and the owner is told by mail. Where that is done, a lockout of the account ends. A password
        that is refused leaves the link good.

        Example:
            curl $VIREO/password/reset -H 'Content-Type: application/json' \
              -d "{\"token\": \"$LINK_TOKEN\", \"password\": \"rosy-otter-43\"}"
        """
        resets.reset(body.token, body.password, asking_client())
        return answer()

    return bp
