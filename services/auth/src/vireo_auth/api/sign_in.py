"""``POST /sign_in``."""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint

from vireo_auth.api import cookies
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
        client, in_body = asking_client(), body.refresh_token
        tokens, mark = sign_in(body.username, body.password, client, keeps_cookies=not in_body)
        response = signed_in_answer(tokens, in_body=in_body, secure=secure)
        if mark:
            cookies.keep_mark(response, mark, secure=secure)
        return response

    return bp
