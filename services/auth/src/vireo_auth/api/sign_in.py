"""``POST /sign_in``."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from vireo_auth.api.models import SignedIn, SignInBody
from vireo_auth.core.sign_in import SignIn
from vireo_common.access import public
from vireo_common.errors import Code
from vireo_common.web import JSON_PROBLEMS, Envelope, answer, client_address, problems


def blueprint(sign_in: SignIn) -> APIBlueprint:
    """The route, on the rules of ``sign_in``."""
    bp = APIBlueprint("sign_in", __name__)

    @bp.post(
        "/sign_in",
        responses={
            200: Envelope[SignedIn],
            **problems(*JSON_PROBLEMS, Code.BAD_CREDENTIALS, Code.BLOCKED, Code.RATE_LIMITED),
        },
    )
    @public
    def sign_in_route(body: SignInBody) -> Response:
        """Sign in and get a token."""
        session = sign_in(body.username, body.password, client_address())
        return answer({"vtoken": session.token, "expires_in": session.seconds_left})

    return bp
