"""One OpenAPI 3.1 document for the gateway, made from the documents of the three services.

The services' own documents know their bodies, answers and codes. What is common to all of them,
what the gateway adds and what the generator gets wrong is put right here.
"""

import copy
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask_openapi3.openapi import OpenAPI

from vireo_auth.app import create_app as auth_app
from vireo_auth.core import accounts, addresses, passwords
from vireo_auth.settings import AuthSettings
from vireo_catalog.app import create_app as catalog_app
from vireo_catalog.core import channels, search, videos
from vireo_catalog.settings import CatalogSettings
from vireo_common import idempotency
from vireo_common.errors import MESSAGES, STATUS, Code
from vireo_common.web import TOKEN_SCHEME
from vireo_media.app import create_app as media_app
from vireo_media.settings import MediaSettings
from vireo_ops.openapi_operations import (
    DESCRIPTION,
    GATEWAY_PATHS,
    LINKS,
    OPERATIONS,
    TAGS,
    VERSION,
    Operation,
)
from vireo_ops.run_user import current_user
from vireo_ops.secrets_store import ensure_secrets

Json = dict[str, Any]
ZIP = "application/zip"

SCHEMA_NAMES = {
    "Envelope_ExportRow_": "ExportEnvelope",
    "Envelope_MeRow_": "MeEnvelope",
    "Envelope_SignedIn_": "SignedInEnvelope",
    "Envelope_str_": "TextEnvelope",
    "Envelope_list_SessionRow__": "SessionListEnvelope",
    "Envelope_UniversalObject_": "UniversalObjectEnvelope",
    "Envelope_list_UniversalObject__": "UniversalObjectListEnvelope",
    "Empty": "EmptyEnvelope",
}
# What the generator says where a route says nothing.
GENERATED = {"OK": "Done.", "Accepted": "Begun; ask again after a while."}
# Optional keys that are left out and never sent as null.
NEVER_NULL = {"fields", "problems", "likes", "dislikes", "state", "reason", "uploaded"}
# What `vireo_common.pages.encode_cursor` makes: base64 for addresses, without its padding.
CURSOR = "^[A-Za-z0-9_-]+$"
_ENVELOPE = {"$ref": "#/components/schemas/ProblemEnvelope"}

HEADERS: Mapping[str, Json] = {
    "X-Request-ID": {"description": "The id of the request.", "schema": {"type": "string"}},
    "Link": {
        "description": 'The address of the next page, with `rel="next"`; none on the last page.',
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "Seconds after which to try again.",
        "schema": {"type": "integer", "minimum": 0},
    },
    "WWW-Authenticate": {"description": "`Bearer`.", "schema": {"const": "Bearer"}},
    "ETag": {"description": "The file's tag.", "schema": {"type": "string"}},
    "Content-Disposition": {
        "description": "`attachment`, and the name to save the file as.",
        "schema": {"type": "string"},
    },
    "Content-Range": {"description": "Which bytes these are.", "schema": {"type": "string"}},
}


@contextmanager
def service_applications() -> Iterator[dict[str, OpenAPI]]:
    """The services' applications by name, made without a database: nothing connects until asked."""
    with tempfile.TemporaryDirectory(prefix="vireo-openapi-") as folder:
        secrets = Path(folder, "secrets")
        secrets.mkdir()
        ensure_secrets(secrets, current_user())
        media = MediaSettings(secrets=secrets, media_root=Path(folder, "media"))
        yield {
            "auth": auth_app(AuthSettings(secrets=secrets, bcrypt_cost=4)),
            "catalog": catalog_app(CatalogSettings(secrets=secrets)),
            "media": media_app(media),
        }


def build() -> Json:
    """The document.

    Raises:
        ValueError: a route has no row in `OPERATIONS`, or a row no route.
    """
    paths: Json = copy.deepcopy(dict(GATEWAY_PATHS))
    schemas: Json = {}
    with service_applications() as applications:
        documents = [copy.deepcopy(app.api_doc) for app in applications.values()]
    for document in documents:
        schemas |= document["components"]["schemas"]
        for path, item in document["paths"].items():
            if not path.startswith(("/internal/", "/gateway/")):
                paths.setdefault(path, {}).update(item)
    _require_rows(paths)
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Vireo",
            "version": VERSION,
            "description": description(),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The gateway."}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": {path: paths[path] for path in dict.fromkeys(path for _, path in OPERATIONS)},
        "components": {
            "schemas": {SCHEMA_NAMES.get(name, name): value for name, value in schemas.items()},
            "headers": copy.deepcopy(dict(HEADERS)),
            "securitySchemes": copy.deepcopy(TOKEN_SCHEME),
        },
    }
    tidied: Json = _tidy(document)
    _describe_schemas(tidied["components"]["schemas"])
    for method, path, operation in operations(tidied):
        _complete(operation, method, path, OPERATIONS[method, path])
    return tidied


def description() -> str:
    """What is common to all operations, one line a paragraph."""
    paragraphs = DESCRIPTION.read_text(encoding="utf-8").strip().split("\n\n")
    return "\n\n".join(" ".join(paragraph.splitlines()) for paragraph in paragraphs)


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Method, path and operation of everything in a document."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def _require_rows(paths: Json) -> None:
    found = {(method, path) for path, item in paths.items() for method in item}
    nameless, homeless = sorted(found - OPERATIONS.keys()), sorted(OPERATIONS.keys() - found)
    if nameless or homeless:
        raise ValueError(
            f"openapi_operations.py has no row for {nameless}, and rows without a route: {homeless}"
        )


def _tidy(node: Any) -> Any:
    """Readable names, whole numbers, no titles made from field names, no needless null."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if isinstance(node, float) and node.is_integer():
        return int(node)
    if isinstance(node, str) and node.startswith("#/components/schemas/"):
        name = node.rpartition("/")[2]
        return f"#/components/schemas/{SCHEMA_NAMES.get(name, name)}"
    if isinstance(node, str):
        # Docstrings mark code as reStructuredText does.
        return node.replace("``", "`")
    if not isinstance(node, dict):
        return node
    made = {key: _tidy(value) for key, value in node.items()}
    if isinstance(made.get("title"), str) and {"type", "anyOf", "$ref"} & made.keys():
        del made["title"]
    if "default" in made and made["default"] is None:
        del made["default"]
    for name, value in made.get("properties", {}).items():
        if name in NEVER_NULL:
            made["properties"][name] = _without_null(value)
    if made.get("in") in {"query", "header"} and "schema" in made:
        made["schema"] = _without_null(made["schema"])
        made["schema"].pop("description", None)
        if made["name"] == "cursor":
            made["schema"]["pattern"] = CURSOR
    elif made.get("in") == "path":
        made["schema"].pop("description", None)
    return made


def _without_null(schema: Json) -> Json:
    choices = [each for each in schema.get("anyOf", []) if each != {"type": "null"}]
    if len(choices) != 1:
        return schema
    return {**choices[0], **{key: value for key, value in schema.items() if key != "anyOf"}}


def _describe_schemas(schemas: Json) -> None:
    """Say what the rules in the services' cores say; they are looked up there."""
    problem = schemas["Problem"]["properties"]
    problem["fields"]["description"] = "What is wrong with each field, for a person."
    problem["problems"]["description"] = "What is wrong with each field, for programs too."
    problem["message"]["description"] = "One sentence for a person."
    problem["attempts_left"] = _number("Wrong passwords until the block (`bad_credentials`).")
    problem["retry_after"] = _number("Seconds to wait (`blocked`, `rate_limited`).")
    problem["blocked_until"] = {
        **{"type": "string", "format": "date-time"},
        "description": "When the block ends (`blocked`).",
    }
    problem["limit"] = _number("The most that is taken, in bytes (`too_large`).")
    # As ECMA-262 and Python both read it: in a class only the backslash has a meaning.
    forbidden = "".join(sorted(accounts.FORBIDDEN_IN_NAMES)).replace("\\", "\\\\")
    name = f"^[^{forbidden}\\u0000-\\u001f\\u007f-\\u009f]*$"
    sign_up = schemas["SignUpBody"]["properties"]
    for field, least in (("fname", 1), ("mname", 0), ("lname", 1)):
        sign_up[field] |= {"minLength": least, "maxLength": accounts.MAX_NAME, "pattern": name}
    sign_up["username"]["pattern"] = f"^{accounts.USERNAME.pattern}$"
    del sign_up["username"]["maxLength"]
    sign_up["email"] |= {"format": "email", "maxLength": addresses.MAX_EMAIL}
    # The limits are in bytes; of these lengths in characters, none below or above can be right.
    sign_up["password"] |= {
        "minLength": passwords.MIN_BYTES // 4,
        "maxLength": passwords.MAX_BYTES,
        "format": "password",
    }
    for field, least, most in (("day", 1, 31), ("month", 1, 12), ("year", 1900, 9999)):
        sign_up[field] |= {"minimum": least, "maximum": most}
    schemas["SignInBody"]["properties"]["password"]["format"] = "password"
    upload = schemas["UploadBody"]["properties"]
    upload["title"] |= {"minLength": 1, "maxLength": videos.MAX_TITLE}
    upload["description"] |= {"maxLength": videos.MAX_DESCRIPTION}
    shown = schemas["UniversalObject"]["properties"]
    shown["upload"]["examples"] = ["2026-03-01T12:00:00Z"]
    shown["thumbnail"]["examples"] = ["aB3dE5g"]


def _number(description: str) -> Json:
    return {"type": "integer", "minimum": 0, "description": description}


PATH_SCHEMAS: Mapping[str, Json] = {
    "hash_path": {"pattern": f"^{videos.HASH_PATH.pattern}$", "examples": ["aB3dE5g"]},
    "name": {"pattern": f"^{channels.NAME.pattern}$", "examples": ["ada"]},
    "query": {"minLength": 1, "maxLength": search.MAX_QUERY, "examples": ["first video"]},
    "session_id": {"pattern": "^[A-Za-z0-9_-]{22}$"},
    "type": {},
}


IDEMPOTENCY_KEY: Json = {
    "name": idempotency.HEADER,
    "in": "header",
    "required": False,
    "description": "Sent again with the same key and body, it has one effect and one answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": idempotency.MAX_KEY},
}
NEVER_REPLAYED = {"/sign_in", "/token/refresh", "/upload/v/{hash_path}", "/channel/picture"}


def _complete(operation: Json, method: str, path: str, row: Operation) -> None:
    operation["operationId"] = row.name
    operation["tags"] = [row.tag]
    if row.text:
        operation["description"] = row.text
    operation["x-codeSamples"] = [{"lang": "Shell", "label": "curl", "source": row.example}]
    operation.setdefault("security", [])
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            parameter["schema"] |= PATH_SCHEMAS[parameter["name"]]
    also = set(row.also)
    if any(name in path for name in ("{name}", "{hash_path}", "{session_id}")):
        # What is percent-encoded may hold a slash, and then is another address.
        also.add(Code.NOT_FOUND)
    if method == "post" and path not in NEVER_REPLAYED:
        operation.setdefault("parameters", []).append(copy.deepcopy(IDEMPOTENCY_KEY))
        also |= {Code.IDEMPOTENCY_CONFLICT, Code.INVALID_REQUEST}
    if path in {"/video/d/{hash_path}", "/thumbnails/{hash_path}", "/me/export"}:
        _complete_file(operation)
    found = {
        Code(code)
        for status, response in operation["responses"].items()
        if int(status) >= 400
        for code in response["description"].replace("`", "").split(", ")
        # The generator adds a 400 of its own, which says no code.
        if code in STATUS
    }
    answers = {
        status: response for status, response in operation["responses"].items() if int(status) < 400
    }
    for response in answers.values():
        described = response["description"]
        response["description"] = GENERATED.get(described, described)
    for status in sorted({STATUS[code] for code in found | also}):
        codes = [code for code in Code if STATUS[code] == status and code in found | also]
        answers[str(status)] = _problem(codes)
    for status, response in answers.items():
        _add_headers(response, status, paged="cursor" in _names(operation))
    if row.name in LINKS:
        answers["200"]["links"] = copy.deepcopy(dict(LINKS[row.name]))
    operation["responses"] = dict(sorted(answers.items()))


def _names(operation: Json) -> set[str]:
    return {parameter["name"] for parameter in operation.get("parameters", [])}


def _complete_file(operation: Json) -> None:
    """Byte ranges are the gateway's, and the same for all files."""
    asked = {
        "Range": "The bytes that are wanted.",
        "If-Range": "Send a part only while the file has this tag.",
        "If-None-Match": "Send nothing while the file has this tag.",
    }
    operation["parameters"] = [
        parameter for parameter in operation["parameters"] if parameter["in"] != "header"
    ] + [
        {"name": name, "in": "header", "description": text, "schema": {"type": "string"}}
        for name, text in asked.items()
    ]
    whole = operation["responses"]["200"]
    operation["responses"]["206"] = {**copy.deepcopy(whole), "description": "A part of the file."}


def _problem(codes: list[Code]) -> Json:
    """A failure's answer: its codes with what they mean, and a schema that allows no other."""
    narrowed = {
        "type": "object",
        "properties": {
            "response": {
                "type": "object",
                "properties": {"error": {"enum": [code.value for code in codes]}},
            }
        },
    }
    return {
        "description": "\n".join(f"- `{code.value}`: {MESSAGES[code]}" for code in codes),
        "content": {"application/json": {"schema": {"allOf": [dict(_ENVELOPE), narrowed]}}},
    }


def _add_headers(response: Json, status: str, *, paged: bool) -> None:
    names = ["X-Request-ID"]
    if status == "200" and paged:
        names.append("Link")
    if status == "401":
        names.append("WWW-Authenticate")
    if status in {"202", "429", "502", "503", "504"} or "`blocked`" in response["description"]:
        names.append("Retry-After")
    media_types = set(response.get("content", {}))
    if status == "206":
        names.append("Content-Range")
    if status in {"200", "206"} and media_types & {"video/mp4", "image/jpeg", ZIP}:
        names.append("ETag")
    if ZIP in media_types:
        names.append("Content-Disposition")
    response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in sorted(names)}
