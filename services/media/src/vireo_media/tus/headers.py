"""The headers of tus 1.0.0: what clients say in them, checked, and what they are told."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from urllib.parse import urlsplit

from vireo_common.errors import Code, Failure
from vireo_common.text import has_control_characters
from vireo_media.core.tus import Asked, TusKind, TusUpload, is_hash_path
from vireo_media.core.tus_joins import MOST_PARTS
from vireo_media.core.tus_pieces import DIGESTS, Checksum, PieceHead

VERSION = "1.0.0"
EXTENSIONS = (
    *("creation", "creation-with-upload", "creation-defer-length", "expiration"),
    *("checksum", "termination", "concatenation"),
)
ROOT = "/upload/tus"
PIECE = "application/offset+octet-stream"
EVERY = {"Tus-Resumable": VERSION, "Cache-Control": "no-store"}

MAX_TITLE = 255
MAX_DESCRIPTION = 50_000
# What the column holds.
MAX_HEADER = 8000
NUMBER = re.compile(r"[0-9]{1,18}")
KEY = re.compile(r"[\x21-\x2b\x2d-\x7e]+")
TUS_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Creation:
    """What a ``POST`` asks for; ``parts`` are the uploads that are to be joined."""

    asked: Asked
    parts: Sequence[str] = ()


def options(max_bytes: int) -> dict[str, str]:
    """What an ``OPTIONS`` is answered with."""
    return {
        **EVERY,
        "Tus-Version": VERSION,
        "Tus-Extension": ",".join(EXTENSIONS),
        "Tus-Max-Size": str(max_bytes),
        "Tus-Checksum-Algorithm": ",".join(DIGESTS),
    }


def require_version(headers: Mapping[str, str]) -> None:
    """Whether the client speaks this version.

    Raises:
        Failure: ``precondition_failed``.
    """
    if headers.get("tus-resumable") != VERSION:
        raise Failure(
            Code.PRECONDITION_FAILED,
            f"This speaks tus {VERSION}; say so in Tus-Resumable.",
            headers={"Tus-Version": VERSION},
        )


def creation(headers: Mapping[str, str]) -> Creation:
    """What the headers of a ``POST`` ask for.

    Raises:
        Failure: ``invalid_request``, and what is wrong.
    """
    metadata, concat = headers.get("upload-metadata", ""), headers.get("upload-concat", "")
    if max(len(metadata), len(concat)) > MAX_HEADER:
        raise _wrong(f"Upload-Metadata and Upload-Concat have at most {MAX_HEADER} characters.")
    if not (metadata + concat).isascii():
        raise _wrong("Upload-Metadata and Upload-Concat have letters of ASCII alone.")
    texts = texts_of(metadata)
    kind, parts = _concat(concat)
    length = None if kind is TusKind.FINAL else _creation_length(headers)
    hash_path = texts.get("hash", "")
    if hash_path and not is_hash_path(hash_path):
        raise Failure(Code.NOT_FOUND)
    title = clean(texts.get("title", ""))[:MAX_TITLE].strip()
    title = title or clean(texts.get("filename", ""))[:MAX_TITLE].strip()
    description = clean(texts.get("description", ""), "\n\r\t")[:MAX_DESCRIPTION]
    asked = Asked(length, kind, hash_path, title, description, metadata, concat)
    return Creation(asked, parts)


def _creation_length(headers: Mapping[str, str]) -> int | None:
    length, later = number(headers, "upload-length"), headers.get("upload-defer-length")
    if later not in {None, "1"}:
        raise _wrong("Upload-Defer-Length can only be 1.")
    if (length is None) == (later is None):
        raise _wrong("Either Upload-Length or Upload-Defer-Length is needed.")
    return length


def texts_of(metadata: str) -> dict[str, str]:
    """The pairs of an ``Upload-Metadata``: names, and texts that were written in base64.

    Raises:
        Failure: ``invalid_request``: it is not of that form, or names something twice.
    """
    found: dict[str, str] = {}
    for pair in metadata.split(",") if metadata.strip() else []:
        key, _, value = pair.strip().partition(" ")
        if not KEY.fullmatch(key) or key in found:
            raise _wrong("Upload-Metadata is not a list of names with values in base64.")
        try:
            found[key] = base64.b64decode(value.strip(), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise _wrong("Upload-Metadata is not a list of names with values in base64.") from None
    return found


def clean(text: str, allowed: str = "") -> str:
    """A text without control characters, which come with names of files that nobody typed."""
    if not has_control_characters(text, allowed=allowed):
        return text
    return "".join(letter for letter in text if not has_control_characters(letter, allowed=allowed))


def _concat(concat: str) -> tuple[TusKind, Sequence[str]]:
    if not concat:
        return TusKind.WHOLE, ()
    if concat == "partial":
        return TusKind.PARTIAL, ()
    name, _, rest = concat.partition(";")
    addresses = rest.split()
    if name != "final" or not 1 <= len(addresses) <= MOST_PARTS:
        raise _wrong(f"Upload-Concat is `partial`, or `final;` and 1 to {MOST_PARTS} addresses.")
    return TusKind.FINAL, [_id_in(address) for address in addresses]


def _id_in(address: str) -> str:
    """The upload that an address names, with or without a host."""
    try:
        path = urlsplit(address).path
    except ValueError:
        path = ""
    tus_id = path.rpartition("/")[2]
    if not TUS_ID.fullmatch(tus_id) or not path.endswith(f"{ROOT}/{tus_id}"):
        raise _wrong("Upload-Concat names an address that is no upload.")
    return tus_id


def piece(headers: Mapping[str, str]) -> PieceHead:
    """What the headers of a ``PATCH`` say.

    Raises:
        Failure: ``unsupported_content_type``, or ``invalid_request`` and what is wrong.
    """
    require_content_type(headers)
    offset = number(headers, "upload-offset")
    if offset is None:
        raise _wrong("Upload-Offset is missing.")
    length = number(headers, "upload-length")
    return PieceHead(offset, number(headers, "content-length"), length, checksum(headers))


def first_piece(headers: Mapping[str, str]) -> PieceHead | None:
    """The piece that comes with a ``POST``; ``None`` where there is none.

    Raises:
        Failure: see ``piece``.
    """
    if number(headers, "content-length") == 0 or not headers.get("content-type"):
        return None
    if "content-length" not in headers and "transfer-encoding" not in headers:
        return None
    require_content_type(headers)
    return PieceHead(0, number(headers, "content-length"), None, checksum(headers))


def require_content_type(headers: Mapping[str, str]) -> None:
    """Whether a body is a piece.

    Raises:
        Failure: ``unsupported_content_type``.
    """
    if headers.get("content-type", "").partition(";")[0].strip().lower() != PIECE:
        raise Failure(Code.UNSUPPORTED_CONTENT_TYPE, f"The body must be sent as {PIECE}.")


def checksum(headers: Mapping[str, str]) -> Checksum | None:
    """What an ``Upload-Checksum`` says.

    Raises:
        Failure: ``invalid_request``: it is not one of those that ``OPTIONS`` names.
    """
    given = headers.get("upload-checksum")
    if given is None:
        return None
    name, _, value = given.strip().partition(" ")
    try:
        digest = base64.b64decode(value.strip(), validate=True)
    except binascii.Error:
        digest = b""
    if name not in DIGESTS or len(digest) != len(DIGESTS[name]().digest()):
        raise _wrong(f"Upload-Checksum is one of {', '.join(DIGESTS)}, and its value in base64.")
    return Checksum(name, digest)


def number(headers: Mapping[str, str], name: str) -> int | None:
    """A header that is a number of bytes.

    Raises:
        Failure: ``invalid_request``.
    """
    given = headers.get(name)
    if given is None:
        return None
    if not NUMBER.fullmatch(given.strip()):
        raise _wrong(f"{name.title()} is no number of bytes.")
    return int(given)


def place(upload: TusUpload) -> dict[str, str]:
    """The address of an upload: a path, which is right behind every proxy."""
    return {"Location": f"{ROOT}/{upload.tus_id}"}


def told(upload: TusUpload, offset: int) -> dict[str, str]:
    """What every answer about an upload says."""
    found = {**EVERY, "Upload-Offset": str(offset), "Upload-Expires": _date(upload)}
    if upload.hash_path:
        found["Vireo-Hash"] = upload.hash_path
    return found


def shown(upload: TusUpload, offset: int) -> dict[str, str]:
    """What a ``HEAD`` says."""
    found = told(upload, offset)
    if upload.length is None:
        found["Upload-Defer-Length"] = "1"
    else:
        found["Upload-Length"] = str(upload.length)
    if upload.metadata:
        found["Upload-Metadata"] = upload.metadata
    if upload.concat:
        found["Upload-Concat"] = upload.concat
    return found


def _date(upload: TusUpload) -> str:
    return format_datetime(upload.expires.replace(microsecond=0), usegmt=True)


def _wrong(said: str) -> Failure:
    return Failure(Code.INVALID_REQUEST, said)
