"""``GET /internal/keys``: the public keys that the other services verify tokens with."""

from flask import Blueprint, Response

from vireo_common.access import internal
from vireo_common.tokens import Signer
from vireo_common.web import answer


def blueprint(signer: Signer) -> Blueprint:
    """The route."""
    bp = Blueprint("keys", __name__)

    @bp.get("/internal/keys")
    @internal
    def keys() -> Response:
        return answer(signer.key_set())

    return bp
