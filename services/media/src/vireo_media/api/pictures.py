"""``POST`` and ``DELETE /channel/picture``; everybody gets it from catalog and the gateway."""

from flask import Response, request
from flask_openapi3.models.tag import Tag

from vireo_common.access import maybe_signed_in, public, required_account_id, signed_in
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code, Failure
from vireo_common.grants import Grants, Purpose
from vireo_common.web import (
    TOKEN_PROBLEMS,
    TOKEN_REQUIRED,
    Empty,
    answer,
    client_address,
    problems,
)
from vireo_media.api.asked_before import body_length, given_grant, permission, refusal
from vireo_media.core.pictures import MAX_BYTES, Pictures

# The address names no channel: the picture is that of the grant's holder.
SUBJECT = ""

_BYTES = {"schema": {"type": "string", "format": "binary"}}
_FORM = {
    "type": "object",
    "required": ["picture"],
    "properties": {"picture": {"type": "string", "format": "binary"}},
}
PICTURE_BODY = {
    "requestBody": {
        "required": True,
        "description": "The bytes of a PNG, JPEG or WebP, or a form that has them in a field.",
        "content": {
            **dict.fromkeys(("image/png", "image/jpeg", "image/webp"), _BYTES),
            "multipart/form-data": {"schema": _FORM},
        },
    }
}


def blueprint(pictures: Pictures, grants: Grants) -> APIBlueprint:
    """The routes, on the rules of ``pictures``."""
    bp = APIBlueprint("pictures", __name__, abp_tags=[Tag(name="channels")])

    @bp.post(
        "/channel/picture",
        operation_id="set_channel_picture",
        security=TOKEN_REQUIRED,
        openapi_extensions=PICTURE_BODY,
        responses={
            200: Empty,
            **problems(
                *TOKEN_PROBLEMS,
                Code.NO_BYTES,
                Code.REQUEST_TIMEOUT,
                Code.TOO_LARGE,
                Code.UNSUPPORTED_MEDIA,
                Code.RATE_LIMITED,
                Code.DISK_FULL,
            ),
        },
    )
    @public
    def set_picture() -> Response:
        """Set the channel's picture.

        At most 10 MiB and 25 million pixels (64 million as JPEG). What is served is the middle of
        it: square, at most 512 pixels on a side, upright and without metadata.

        Example:
            curl $VIREO/channel/picture -H "Authorization: Bearer $TOKEN" --data-binary @me.jpg
        """
        grant = given_grant(grants, Purpose.PICTURE, SUBJECT)
        pictures.set(grant.holder, grant.reference, picture_bytes)
        return answer()

    @bp.delete(
        "/channel/picture",
        operation_id="remove_channel_picture",
        security=TOKEN_REQUIRED,
        responses={200: Empty, **problems(*TOKEN_PROBLEMS, Code.RATE_LIMITED)},
    )
    @signed_in
    def remove_picture() -> Response:
        """Take the channel's picture away.

        The one that is drawn from the name is shown again.

        Example:
            curl -X DELETE $VIREO/channel/picture -H "Authorization: Bearer $TOKEN"
        """
        pictures.remove(required_account_id())
        return answer()

    @bp.get("/gateway/may_set_picture", doc_ui=False)
    @maybe_signed_in
    def may_set_picture() -> Response:
        try:
            channel_id = required_account_id(writes=True)
            opened = pictures.open(channel_id, client_address(), body_length())
            ends = (opened.grant_seconds, opened.open_id)
            with pictures.closing_on_failure(opened):
                grant = grants.make(Purpose.PICTURE, SUBJECT, channel_id, *ends)
        except Failure as failure:
            return refusal(failure)
        return permission(grant)

    return bp


def picture_bytes() -> bytes:
    """The picture's bytes: the body, or the one file of a form."""
    request.max_content_length = request.max_form_memory_size = MAX_BYTES
    if request.mimetype != "multipart/form-data":
        return request.get_data(cache=False)
    files = list(request.files.values())
    return files[0].read() if len(files) == 1 else b""
