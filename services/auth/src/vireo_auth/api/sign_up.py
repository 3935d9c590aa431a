"""``POST /sign_up``."""

import datetime as dt

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_auth.api.models import SignUpBody
from vireo_auth.api.token import asking_client
from vireo_auth.core.accounts import Accounts, NewAccount
from vireo_common.access import public
from vireo_common.addresses import network
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code
from vireo_common.idempotency import request_key
from vireo_common.web import JSON_PROBLEMS, Empty, answer, problems


def blueprint(accounts: Accounts) -> APIBlueprint:
    """The route, on the rules of ``accounts``."""
    bp = APIBlueprint("sign_up", __name__, abp_tags=[Tag(name="accounts")])

    @bp.post(
        "/sign_up",
        operation_id="sign_up",
        responses={
            200: Empty,
            **problems(*JSON_PROBLEMS, Code.USERNAME_TAKEN, Code.EMAIL_TAKEN, Code.RATE_LIMITED),
        },
    )
    @public
    def sign_up_route(body: SignUpBody) -> Response:
        """Make an account.

        The username is compared without regard to case and kept as typed; that of a deleted channel
        is taken for 30 days. The account's owner is at least 13 and at most 120 years old.

        Example:
            curl $VIREO/sign_up -H 'Content-Type: application/json' -d '{
              "fname": "Ada", "mname": "", "lname": "Lovelace", "username": "ada",
              "email": "ada@example.org", "password": "rosy-otter-42",
              "day": 10, "month": 12, "year": 1990}'
        """
        today = dt.datetime.now(dt.UTC).date()
        given = NewAccount(**body.model_dump())
        accounts.sign_up(given, today, request_key(), network(asking_client().address))
        return answer()

    return bp
