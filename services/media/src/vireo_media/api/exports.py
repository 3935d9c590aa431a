"""``GET /me/export``: the archive of everything that Vireo knows about a person.

The bytes are the gateway's: the answer names a place that nobody but the gateway can ask for.
"""

from flask import Response
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.models.tag import Tag

from vireo_common.access import account_id, signed_in
from vireo_common.errors import Code
from vireo_common.web import TOKEN_PROBLEMS, TOKEN_REQUIRED, Envelope, answer, problems
from vireo_media.api.models import ExportRow, RangeHeaders
from vireo_media.core.exports import Export, Exports

ZIP = "application/zip"
PLACE = "/_exports/"
# An archive without large videos is made in about a second.
RETRY_SECONDS = 2
# Neither a proxy nor a browser may keep it.
CACHE_CONTROL = "no-store, private"


def _file(description: str) -> dict[str, object]:
    schema = {"type": "string", "format": "binary"}
    return {"description": description, "content": {ZIP: {"schema": schema}}}


def blueprint(exports: Exports) -> APIBlueprint:
    """The route, on the rules of ``exports``."""
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
        response = _archive(made) if made else _waiting()
        response.headers["Cache-Control"] = CACHE_CONTROL
        return response

    return bp


def _waiting() -> Response:
    response = answer({"state": "waiting"})
    response.status_code = 202
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _archive(export: Export) -> Response:
    response = Response(mimetype=ZIP)
    response.headers["Content-Disposition"] = f'attachment; filename="{export.file_name}"'
    response.headers["X-Accel-Redirect"] = f"{PLACE}{export.name}.zip"
    return response
