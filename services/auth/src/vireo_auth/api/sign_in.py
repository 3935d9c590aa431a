"""``POST /sign_in``."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from vireo_auth.api.models import SignedIn, SignInBody
from vireo_auth.api.token import asking_client, signed_in_answer
from vireo_auth.core.sign_in import SignIn
from vireo_common.access import public
from vireo_common.errors import Code
from vireo_common.idempotency import never_replayed
from vireo_common.web import JSON_PROBLEMS, Envelope, problems


def blueprint(sign_in: SignIn, *, secure: bool) -> APIBlueprint:
    """The route, on the rules of ``sign_in``; ``secure`` keeps the cookie to HTTPS."""
    bp = APIBlueprint("sign_in", __name__)

    @bp.post(
        "/sign_in",
        responses={
            200: Envelope[SignedIn],
            **problems(*JSON_PROBLEMS, Code.BAD_CREDENTIALS, Code.BLOCKED, Code.RATE_LIMITED),
        },
    )
    @never_replayed
    @public
    def sign_in_route(body: SignInBody) -> Response:
        """Sign in and get a token."""
        tokens = sign_in(body.username, body.password, asking_client())
        return signed_in_answer(tokens, in_body=body.refresh_token, secure=secure)

    return bp
