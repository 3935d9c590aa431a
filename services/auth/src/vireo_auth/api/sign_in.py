"""``POST /sign_in``."""

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_auth.api import cookies
from vireo_auth.api.models import SignedIn, SignInBody
from vireo_auth.api.token import asking_client, signed_in_answer
from vireo_auth.core.sign_in import SignIn
from vireo_common.access import public
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code
from vireo_common.idempotency import never_replayed
from vireo_common.web import JSON_PROBLEMS, Envelope, problems


def blueprint(sign_in: SignIn, *, secure: bool) -> APIBlueprint:
    """The route, on the rules of ``sign_in``; ``secure`` keeps the cookie to HTTPS."""
    bp = APIBlueprint("sign_in", __name__, abp_tags=[Tag(name="accounts")])

    @bp.post(
        "/sign_in",
        operation_id="sign_in",
        responses={
            200: Envelope[SignedIn],
            **problems(*JSON_PROBLEMS, Code.BAD_CREDENTIALS, Code.BLOCKED, Code.RATE_LIMITED),
        },
    )
    @never_replayed
    @public
    def sign_in_route(body: SignInBody) -> Response:
        r"""Sign in and get a token.

        Five wrong passwords for one username from one address within ten minutes block that pair
        for 15 minutes. ``attempts_left`` says how many are left; ``retry_after`` and
        ``blocked_until`` say for how long it is blocked. A browser that was signed in has a cookie,
        and tries of its own.

        Example:
            curl $VIREO/sign_in -H 'Content-Type: application/json' \
              -d '{"username": "ada", "password": "rosy-otter-42"}'
        """
        client, in_body = asking_client(), body.refresh_token
        tokens, mark = sign_in(body.username, body.password, client, keeps_cookies=not in_body)
        response = signed_in_answer(tokens, in_body=in_body, secure=secure)
        if mark:
            cookies.keep_mark(response, mark, secure=secure)
        return response

    return bp
