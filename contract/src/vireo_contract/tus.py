"""Uploads in pieces, which no Flask application answers: the operations of ``/upload/tus``."""

from collections.abc import Mapping, Sequence
from typing import Any

from vireo_common.errors import STATUS, Code
from vireo_common.web import TOKEN_PROBLEMS
from vireo_media.core.tus import DAYS
from vireo_media.core.tus_joins import MOST_PARTS
from vireo_media.core.tus_pieces import DIGESTS

Json = dict[str, Any]

_BYTES = {"type": "integer", "minimum": 0}
_TEXT = {"type": "string"}
_VERSION = {"type": "string", "const": "1.0.0"}


def _header(name: str, description: str, schema: Json, *, required: bool = False) -> Json:
    return {
        "name": name,
        "in": "header",
        "required": required,
        "description": description,
        "schema": schema,
    }


_RESUMABLE = _header("Tus-Resumable", "The version of the protocol.", _VERSION, required=True)
_CHECKSUM = _header(
    "Upload-Checksum",
    f"Of the piece: {', '.join(f'`{name}`' for name in DIGESTS)}, and the value in base64.",
    _TEXT,
)
_ID = {
    "name": "tus_id",
    "in": "path",
    "required": True,
    "description": "The upload, as `Location` named it.",
    "schema": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
}
_PIECE = {
    "required": False,
    "description": "Bytes.",
    "content": {
        "application/offset+octet-stream": {"schema": {"type": "string", "format": "binary"}}
    },
}


def _operation(
    name: str,
    summary: str,
    description: str,
    example: str,
    answers: Mapping[str, str],
    codes: Sequence[Code],
    parameters: Sequence[Json],
    *,
    body: Json | None = None,
) -> Json:
    statuses: dict[str, list[str]] = {}
    for code in codes:
        statuses.setdefault(str(STATUS[code]), []).append(f"`{code.value}`")
    return {
        "operationId": name,
        "tags": ["videos"],
        "summary": summary,
        "description": f"{description}\n\nExample:\n{example}",
        "parameters": list(parameters),
        **({"requestBody": body} if body else {}),
        "responses": {
            **{status: {"description": said} for status, said in answers.items()},
            **{status: {"description": ", ".join(names)} for status, names in statuses.items()},
        },
    }


_WRITES = (
    *TOKEN_PROBLEMS,
    Code.SUSPENDED,
    Code.INVALID_REQUEST,
    Code.PRECONDITION_FAILED,
    Code.NOT_FOUND,
    Code.UPLOAD_LOCKED,
)
_TAKES_BYTES = (
    *_WRITES,
    Code.NO_BYTES,
    Code.FORBIDDEN,
    Code.ALREADY_UPLOADED,
    Code.WRONG_OFFSET,
    Code.CHECKSUM_MISMATCH,
    Code.UNSUPPORTED_CONTENT_TYPE,
    Code.UNSUPPORTED_MEDIA,
    Code.DISK_FULL,
)
_WITH_TOKEN: Json = {"security": [{"token": []}]}
_CURL = 'curl -H "Authorization: Bearer $TOKEN" -H "Tus-Resumable: 1.0.0"'

OPERATIONS: Mapping[str, Mapping[str, Json]] = {
    "/upload/tus": {
        "post": {
            **_operation(
                "create_upload",
                "Begin an upload in pieces (tus 1.0.0).",
                "Any client of tus will do. The answer's `Location` is the upload's address, "
                "`Vireo-Hash` the hash path of its video, `Upload-Offset` how many bytes were "
                f"taken. It expires {DAYS} days after its last byte (`Upload-Expires`). Where "
                "parts are joined, the answer waits until the file was checked to be a video.",
                f'{_CURL} \\\n  -H "Upload-Length: 1000000" -X POST $VIREO/upload/tus -D -',
                {"201": "It was begun, or joined."},
                (*_TAKES_BYTES, Code.RATE_LIMITED),
                (
                    _RESUMABLE,
                    _header("Upload-Length", "All bytes of the file.", _BYTES),
                    _header("Upload-Defer-Length", "`1`: a piece says the length.", _TEXT),
                    _header(
                        "Upload-Metadata",
                        "Names, each with a text in base64. `hash`: of a video that was announced "
                        "before; without it one is announced by `title`, else `filename`, and "
                        "`description`.",
                        _TEXT,
                    ),
                    _header(
                        "Upload-Concat",
                        "`partial`: a part of a file. `final;` and the addresses of 1 to "
                        f"{MOST_PARTS} complete parts: they are joined.",
                        _TEXT,
                    ),
                    _CHECKSUM,
                ),
                body=_PIECE,
            ),
            **_WITH_TOKEN,
        },
        "options": _operation(
            "show_upload_abilities",
            "What this server can of tus: versions, extensions, the largest file, checksums.",
            "In the headers of the answer.",
            "curl -i -X OPTIONS $VIREO/upload/tus",
            {"204": "`Tus-Version`, `Tus-Extension`, `Tus-Max-Size`, `Tus-Checksum-Algorithm`."},
            (),
            (),
        ),
    },
    "/upload/tus/{tus_id}": {
        "patch": {
            **_operation(
                "append_to_upload",
                "Send a piece of an upload.",
                "What has arrived is kept, also where the line is cut; not of a piece with a "
                "checksum, which counts as a whole. The answer to the last piece waits until the "
                "file was checked to be a video; then `Upload-Offset` equals the length, and every "
                "byte is on the disk. 423: another request is writing, or the server is busy; "
                "try again.",
                f'{_CURL} -H "Upload-Offset: 0" \\\n'
                '  -H "Content-Type: application/offset+octet-stream" \\\n'
                "  --data-binary @clip.mp4 -X PATCH $VIREO/upload/tus/$ID",
                {"204": "The piece is on the disk."},
                (*_TAKES_BYTES, Code.UPLOAD_EXPIRED),
                (
                    _ID,
                    _RESUMABLE,
                    _header("Upload-Offset", "Where the piece begins.", _BYTES, required=True),
                    _header("Upload-Length", "The length, where it was not said.", _BYTES),
                    _CHECKSUM,
                ),
                body=_PIECE,
            ),
            **_WITH_TOKEN,
        },
        "head": {
            **_operation(
                "show_upload",
                "Where an upload stands.",
                "`Upload-Offset`: from there it goes on. A token that has expired within the last "
                "day will do, as long as its session lives.",
                f"{_CURL} -I $VIREO/upload/tus/$ID",
                {"200": "`Upload-Offset`, `Upload-Length`, `Upload-Expires`, `Vireo-Hash`."},
                (*_WRITES, Code.UPLOAD_EXPIRED),
                (_ID, _RESUMABLE),
            ),
            **_WITH_TOKEN,
        },
        "delete": {
            **_operation(
                "end_upload",
                "End an upload, and forget what has arrived.",
                "The video that was announced with it goes too. What is complete stays.",
                f"{_CURL} -X DELETE $VIREO/upload/tus/$ID",
                {"204": "It is gone, or was not there."},
                _WRITES,
                (_ID, _RESUMABLE),
            ),
            **_WITH_TOKEN,
        },
    },
}
"""By path and method."""
