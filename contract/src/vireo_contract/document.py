"""One OpenAPI 3.1 document for the gateway, merged from the documents of the three services.

A service describes its operations beside their routes: `operation_id` is the lasting name, the tag
of the blueprint or the route the group; the docstring has the summary, the description after it,
and a `curl` below `Example:`. Here is what is common to all operations, what the gateway adds
(`gateway.py`), and what flask_openapi3 gets wrong.
"""

import copy
import re
import tempfile
import textwrap
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask_openapi3.openapi import OpenAPI

from vireo_auth.app import create_app as auth_app
from vireo_auth.settings import AuthSettings
from vireo_catalog.app import create_app as catalog_app
from vireo_catalog.settings import CatalogSettings
from vireo_common import idempotency
from vireo_common.blueprints import documented
from vireo_common.errors import MESSAGES, STATUS, Code
from vireo_common.web import PROBLEM_REFERENCE, TOKEN_SCHEME
from vireo_community.app import create_app as community_app
from vireo_community.settings import CommunitySettings
from vireo_contract import tus
from vireo_contract.gateway import ANY_BODY, ANY_REQUEST, ANY_SERVICE, HEADERS, OWN_OPERATIONS, Json
from vireo_media.app import create_app as media_app
from vireo_media.settings import MediaSettings
from vireo_ops.run_user import current_user
from vireo_ops.secrets_store import ensure_secrets

VERSION = "1"
DESCRIPTION = Path(__file__).with_name("description.md")
"""What is common to all operations, a paragraph for each habit."""
TAGS: Mapping[str, str] = {
    "accounts": "Make an account and sign in.",
    "sessions": "Stay signed in, see where, and sign out.",
    "videos": "Announce, upload, look at, watch and delete videos.",
    "channels": "Every account has a channel of its name.",
    "people": "What people do with videos and with each other.",
    "moderation": "Reports, and what moderators decide.",
    "search": "Find channels and videos.",
    "gateway": "The gateway itself, and this document.",
}
LINKS: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "announce_video": {
        name: {"hash_path": "$response.body#/response"}
        for name in ("upload_video", "show_video", "download_video", "delete_video")
    },
    "list_videos": {
        "show_video": {"hash_path": "$response.body#/response/0/thumbnail"},
        "list_channel_videos": {"name": "$response.body#/response/0/channel"},
    },
}
"""What an answer leads to: other operations, often of another service, and their parameters."""

WITH_UNREAD = {"list_notices", "read_notices"}
"""Operations whose answer says how many notices are unread."""

# What the generator says where a route says nothing.
_GENERATED = {"OK": "Done.", "Accepted": "Begun; ask again after a while."}
_SCHEMAS = "#/components/schemas/"
# Media is asked only where there is no file, and asks nobody.
_FROM_DISK = {"/video/d/{hash_path}", "/thumbnails/{hash_path}"}
_FILES = {"video/mp4", "image/jpeg", "application/zip"}
IDEMPOTENCY_KEY: Json = {
    "name": idempotency.HEADER,
    "in": "header",
    "required": False,
    "description": "Sent again with the same key and body, it has one effect and one answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": idempotency.MAX_KEY},
}


@contextmanager
def service_applications() -> Iterator[dict[str, OpenAPI]]:
    """The services' applications by name, made without a database: nothing connects until asked."""
    with documented(), tempfile.TemporaryDirectory(prefix="vireo-contract-") as folder:
        secrets = Path(folder, "secrets")
        secrets.mkdir()
        ensure_secrets(secrets, current_user())
        media = MediaSettings(secrets=secrets, media_root=Path(folder, "media"))
        yield {
            "auth": auth_app(AuthSettings(secrets=secrets, bcrypt_cost=4)),
            "catalog": catalog_app(CatalogSettings(secrets=secrets)),
            "community": community_app(CommunitySettings(secrets=secrets)),
            "media": media_app(media),
        }


def build() -> Json:
    """The document.

    Raises:
        ValueError: an operation has no lasting name, no known group or no example.
    """
    schemas: Json = {}
    paths: dict[str, Json] = {}
    with service_applications() as applications:
        for application in applications.values():
            document, keyed = _tidy(application.api_doc), _keyed(application)
            for name, schema in document["components"]["schemas"].items():
                schemas[_schema_name(name)] = schema
            for method, path, operation in operations(document):
                codes = ANY_SERVICE - ({Code.UNAVAILABLE} if path in _FROM_DISK else set())
                complete(operation, method, path, codes, keyed=(method, path) in keyed)
                paths.setdefault(path, {})[method] = operation
    for path, given in OWN_OPERATIONS.items():
        operation = copy.deepcopy(given)
        complete(operation, "get", path, set())
        paths[path] = {"get": operation}
    for path, methods in tus.OPERATIONS.items():
        for method, written in methods.items():
            operation = copy.deepcopy(written)
            complete(operation, method, path, {Code.INTERNAL_ERROR, Code.UNAVAILABLE})
            paths.setdefault(path, {})[method] = operation
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Vireo",
            "version": VERSION,
            "description": _paragraphs(DESCRIPTION.read_text(encoding="utf-8")),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/", "description": "The gateway."}],
        "tags": [{"name": name, "description": text} for name, text in TAGS.items()],
        "paths": dict(sorted(paths.items(), key=_group)),
        "components": {
            "schemas": schemas,
            "headers": copy.deepcopy(dict(HEADERS)),
            "securitySchemes": copy.deepcopy(TOKEN_SCHEME),
        },
    }


def _group(item: tuple[str, Json]) -> int:
    """The place of a path's group among `TAGS`."""
    first = next(iter(item[1].values()))
    return list(TAGS).index(first["tags"][0])


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    """Method, path and operation of everything in a document."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method, path, operation


def _keyed(application: OpenAPI) -> set[tuple[str, str]]:
    """Method and path of the routes that heed the header."""
    if "idempotency" not in application.extensions:
        return set()
    return {
        ("post", re.sub(r"<(?:[a-z]+:)?([a-z_]+)>", r"{\1}", rule.rule))
        for rule in application.url_map.iter_rules()
        if not getattr(application.view_functions[rule.endpoint], "never_replayed", False)
    }


def _paragraphs(text: str) -> str:
    return "\n\n".join(" ".join(part.split("\n")) for part in text.strip().split("\n\n"))


def _schema_name(name: str) -> str:
    """A readable name for what the generator calls `Envelope_list_SessionRow__`."""
    if name == "Empty":
        return "EmptyEnvelope"
    made = re.fullmatch(r"Envelope_(list_)?([A-Za-z]+?)(?:Row)?_+", name)
    if not made:
        return name
    value = "Text" if made[2] == "str" else made[2]
    return f"{value}{'List' if made[1] else ''}Envelope"


def _tidy(node: Any) -> Any:
    """A copy with readable names, whole numbers, no titles made from field names."""
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if isinstance(node, float) and node.is_integer():
        return int(node)
    if isinstance(node, str) and node.startswith(_SCHEMAS):
        return _SCHEMAS + _schema_name(node.removeprefix(_SCHEMAS))
    if isinstance(node, str):
        # Docstrings mark code as reStructuredText does; flask_openapi3 joins their lines by HTML.
        return node.replace("``", "`").replace("<br/>", "\n")
    if not isinstance(node, dict):
        return node
    made = {key: _tidy(value) for key, value in node.items()}
    if isinstance(made.get("title"), str) and {"type", "anyOf", "$ref"} & made.keys():
        del made["title"]
    if "example" in made and "type" in made:
        # The generator has no place for what JSON Schema calls so.
        made["examples"] = [made.pop("example")]
    if "default" in made and made["default"] is None:
        del made["default"]
    if made.get("in") in {"query", "header", "path"} and "schema" in made:
        # Each stands in both.
        made["schema"].pop("description", None)
        made.pop("example", None)
    return made


def complete(
    operation: Json, method: str, path: str, codes: set[Code], *, keyed: bool = False
) -> None:
    """Take the docstring apart, and put answers in place of the service's list of codes."""
    name, tags = operation["operationId"], operation.get("tags", [])
    text, _, example = operation.pop("description", "").partition("Example:\n")
    if name.endswith(f"_{method}") or len(tags) != 1 or tags[0] not in TAGS or not example:
        # Names that the generator makes end so.
        raise ValueError(f"{method} {path} ({name}, {tags}) needs operation_id, tag and Example:")
    if text.strip():
        operation["description"] = _paragraphs(text)
    source = textwrap.dedent(example).strip()
    operation["x-codeSamples"] = [{"lang": "Shell", "label": "curl", "source": source}]
    operation.setdefault("security", [])
    codes = codes | ANY_REQUEST
    if method != "get":
        codes |= ANY_BODY
    if any(each in path for each in ("{name}", "{hash_path}", "{session_id}")):
        # What is percent-encoded may hold a slash, and then is another address.
        codes.add(Code.NOT_FOUND)
    if keyed:
        codes.add(Code.IDEMPOTENCY_CONFLICT)
        operation.setdefault("parameters", []).append(copy.deepcopy(IDEMPOTENCY_KEY))
    operation["responses"] = dict(sorted(_answers(operation, codes).items()))


def _answers(operation: Json, codes: set[Code]) -> Json:
    """The answers by status; failures are those of the service, and of `codes`."""
    answers: Json = {}
    for status, response in operation["responses"].items():
        if int(status) < 400:
            said = response["description"]
            answers[status] = {**response, "description": _GENERATED.get(said, said)}
        else:
            # The generator adds a 400 of its own, which says no code.
            said = response["description"].replace("`", "").split(", ")
            codes = codes | {Code(code) for code in said if code in STATUS}
    for status in {STATUS[code] for code in codes}:
        answers[str(status)] = _failure(
            [code for code in Code if STATUS[code] == status and code in codes]
        )
    is_list = any(each["name"] == "cursor" for each in operation.get("parameters", []))
    for status, response in answers.items():
        names = sorted(_headers(response, status, is_list=is_list))
        if status == "200" and operation["operationId"] in WITH_UNREAD:
            names.append("Vireo-Unread")
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
    for name, parameters in LINKS.get(operation["operationId"], {}).items():
        link = {"operationId": name, "parameters": dict(parameters)}
        answers["200"].setdefault("links", {})[name] = link
    return answers


def _failure(codes: list[Code]) -> Json:
    """A failure's answer: its codes with what they mean, and a schema that allows no other."""
    error = {"enum": [code.value for code in codes]}
    narrowed = {"type": "object", "properties": {"error": error}}
    return {
        "description": "\n".join(f"- `{code.value}`: {MESSAGES[code]}" for code in codes),
        "content": {
            "application/json": {
                "schema": {
                    "allOf": [
                        dict(PROBLEM_REFERENCE),
                        {"type": "object", "properties": {"response": narrowed}},
                    ]
                }
            }
        },
    }


def _headers(response: Json, status: str, *, is_list: bool) -> Iterator[str]:
    yield "X-Request-ID"
    if status == "200" and is_list:
        yield "Link"
    if status == "401":
        yield "WWW-Authenticate"
    if status in {"202", "429", "502", "503", "504"} or "`blocked`" in response["description"]:
        yield "Retry-After"
    media_types = set(response.get("content", {}))
    if status == "206":
        yield "Content-Range"
    if status in {"200", "206"} and media_types & _FILES:
        yield "ETag"
    if "application/zip" in media_types:
        yield "Content-Disposition"
