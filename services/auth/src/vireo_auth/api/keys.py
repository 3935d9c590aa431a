"""``GET /.well-known/jwks.json``: the public keys that tokens are verified with (RFC 7517)."""

from collections.abc import Callable

from flask import Response, jsonify
from flask_openapi3.models.tag import Tag

from vireo_auth.api.models import KeySetBody
from vireo_common.access import public
from vireo_common.blueprints import APIBlueprint
from vireo_common.tokens import KeySet


class KeySetAnswer(KeySetBody):
    """A key set as RFC 7517 has it, and in the envelope like every other answer."""

    response: KeySetBody


def blueprint(key_set: Callable[[], KeySet]) -> APIBlueprint:
    """The route; ``key_set`` gives the keys."""
    bp = APIBlueprint("keys", __name__, abp_tags=[Tag(name="sessions")])

    @bp.get("/.well-known/jwks.json", operation_id="show_keys", responses={200: KeySetAnswer})
    @public
    def keys() -> Response:
        """Get the public keys that tokens are verified with, as a JSON Web Key Set.

        For programs that verify tokens themselves. New keys are published before they sign.

        Example:
            curl $VIREO/.well-known/jwks.json
        """
        found = key_set()
        return jsonify({**found, "response": found})

    return bp
