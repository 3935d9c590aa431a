"""``GET /me/export``: the archive of everything that Vireo knows about a person.

The bytes are sent by the gateway: the answer names an internal location of it and has a grant, with
which the gateway asks here again before it opens the file.
"""

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_common.access import account_id, maybe_signed_in, required_account_id, signed_in
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code, Failure
from vireo_common.grants import Grants, Purpose
from vireo_common.web import TOKEN_PROBLEMS, TOKEN_REQUIRED, Envelope, answer, problems
from vireo_media.api.asked_before import GRANT, given_grant, refusal
from vireo_media.api.models import ExportNameInPath, ExportRow, RangeHeaders
from vireo_media.core.exports import Export, Exports

ZIP = "application/zip"
PLACE = "/_exports/"
# An archive without large videos is made in about a second.
RETRY_SECONDS = 2
# From the answer here to the gateway's question: moments.
GRANT_SECONDS = 30.0
# Neither a proxy nor a browser may keep it.
CACHE_CONTROL = "no-store, private"


def _file(description: str) -> dict[str, object]:
    schema = {"type": "string", "format": "binary"}
    return {"description": description, "content": {ZIP: {"schema": schema}}}


def blueprint(exports: Exports, grants: Grants) -> APIBlueprint:
    """The routes, on the rules of ``exports``."""
    bp = APIBlueprint("exports", __name__, abp_tags=[Tag(name="accounts")])

    @bp.get(
        "/me/export",
        operation_id="export_me",
        security=TOKEN_REQUIRED,
        responses={
            200: _file("The archive."),
            202: Envelope[ExportRow],
            206: _file("A part of the archive."),
            304: {"description": "The archive has not changed."},
            **problems(
                *TOKEN_PROBLEMS,
                Code.NOT_FOUND,
                Code.PRECONDITION_FAILED,
                Code.RANGE_NOT_SATISFIABLE,
            ),
        },
    )
    @signed_in
    def export(header: RangeHeaders) -> Response:
        """Get everything that Vireo knows about oneself, in one archive.

        A ZIP of JSON files, described by ``README.txt`` in it, and the original of every video. The
        first request has it made and is answered 202, as are all until it is there. Then the same
        archive is served for a day; after that, another is made.

        Example:
            curl -OJ $VIREO/me/export -H "Authorization: Bearer $TOKEN"
        """
        made = exports.ask(account_id())
        response = _archive(made, grants) if made else _waiting()
        response.headers["Cache-Control"] = CACHE_CONTROL
        return response

    @bp.get("/gateway/may_read/export/<export_name>", doc_ui=False)
    @maybe_signed_in
    def may_read_export(path: ExportNameInPath) -> Response:
        try:
            grant = given_grant(grants, Purpose.EXPORT, path.export_name)
            if grant.holder != required_account_id():
                raise Failure(Code.FORBIDDEN)
        except Failure as failure:
            if failure.code is Code.UNAVAILABLE:
                # No refusal: the gateway answers 503, and a download can go on later.
                raise
            return refusal(failure)
        return answer()

    return bp


def _waiting() -> Response:
    response = answer({"state": "waiting"})
    response.status_code = 202
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _archive(export: Export, grants: Grants) -> Response:
    response = Response(mimetype=ZIP)
    response.headers["Content-Disposition"] = f'attachment; filename="{export.file_name}"'
    response.headers["X-Accel-Redirect"] = f"{PLACE}{export.name}.zip"
    grant = grants.make(Purpose.EXPORT, export.name, export.channel_id, GRANT_SECONDS)
    response.headers[GRANT] = grant
    return response
