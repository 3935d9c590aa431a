"""The readable page of the API document: plain HTML, no script, one small stylesheet beside it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from vireo_common.errors import MESSAGES, STATUS, Code

Json = dict[str, Any]
TEMPLATES = Path(__file__).with_name("templates")
ACCESS = {"none": "No token", "maybe": "Token if you have one", "token": "Token"}
# Failures that nearly every operation has; the page lists these once.
ANYWHERE = {
    *(Code.INVALID_REQUEST, Code.REQUEST_TIMEOUT, Code.URI_TOO_LONG, Code.HEADERS_TOO_LARGE),
    *(Code.INTERNAL_ERROR, Code.BAD_GATEWAY, Code.UNAVAILABLE, Code.GATEWAY_TIMEOUT),
}
REASONS: Mapping[int, str] = {
    200: "OK",
    202: "Accepted",
    206: "Partial Content",
    304: "Not Modified",
}


@dataclass(frozen=True)
class Field:
    """One field or parameter: what it is called, what may stand in it, what it means."""

    name: str
    kind: str
    text: str
    needed: bool


@dataclass(frozen=True)
class Answer:
    """A success: its status, what it says, and the fields of what stands in `response`."""

    status: str
    reason: str
    text: str
    kind: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Shown:
    """An operation as the page shows it."""

    name: str
    method: str
    path: str
    summary: str
    text: str
    access: str
    example: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    body_text: str
    answers: tuple[Answer, ...]
    errors: tuple[Code, ...]
    anywhere: tuple[Code, ...]


def render(document: Json) -> str:
    """The page, as text."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["inline"] = inline
    environment.filters["path"] = breakable
    shown: dict[str, tuple[str, list[Shown]]] = {
        tag["name"]: (tag["description"], []) for tag in document["tags"]
    }
    for path, item in document["paths"].items():
        for method, operation in item.items():
            shown[operation["tags"][0]][1].append(_show(document, method, path, operation))
    return environment.get_template("openapi.html.j2").render(
        info=document["info"],
        paragraphs=document["info"]["description"].strip().split("\n\n"),
        tags=shown,
        codes=sorted(Code, key=lambda code: (STATUS[code], code.value)),
        status=STATUS,
        messages=MESSAGES,
    )


def inline(text: str) -> Markup:
    """`code` and **strong** words of a text as HTML, all else escaped."""
    safe = str(escape(text))
    safe = re.sub(r"`([^`]+)`", r"<code>\1</code>", safe)
    safe = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", safe)
    return Markup(safe)  # noqa: S704 - escaped above


def breakable(path: str) -> Markup:
    """A path that may be broken before each slash, on a narrow screen."""
    return Markup("/<wbr>").join(path.split("/"))


def _show(document: Json, method: str, path: str, operation: Json) -> Shown:
    parameters = tuple(
        Field(
            each["name"],
            f"{_kind(document, each['schema'])}, in the {_place(each['in'])}",
            each.get("description", ""),
            each.get("required", False),
        )
        for each in operation.get("parameters", [])
    )
    codes = _codes(operation)
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    return Shown(
        name=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        text=operation.get("description", ""),
        access=ACCESS[_access(operation["security"])],
        example=operation["x-codeSamples"][0]["source"],
        parameters=parameters,
        body=_fields(document, schema) if schema else (),
        body_text=operation.get("requestBody", {}).get("description", ""),
        answers=tuple(_answers(document, operation)),
        errors=tuple(code for code in codes if code not in ANYWHERE),
        anywhere=tuple(code for code in codes if code in ANYWHERE),
    )


def _access(security: list[Json]) -> str:
    if {} in security:
        return "maybe"
    return "token" if security else "none"


def _place(where: str) -> str:
    return {"path": "path", "query": "query", "header": "headers"}[where]


def _answers(document: Json, operation: Json) -> list[Answer]:
    found = []
    for status, response in operation["responses"].items():
        if int(status) >= 400:
            continue
        content = response.get("content", {})
        fields: tuple[Field, ...] = ()
        kind = ", ".join(content) or "no body"
        schema = content.get("application/json", {}).get("schema")
        if schema:
            value = _value(document, schema)
            kind = f"response: {_kind(document, value)}" if value else kind
            fields = _fields(document, value)
        found.append(Answer(status, REASONS[int(status)], response["description"], kind, fields))
    return found


def _value(document: Json, schema: Json) -> Json:
    """The schema of what stands in the envelope's `response`; empty where there is no envelope."""
    value: Json = _resolved(document, schema).get("properties", {}).get("response", {})
    return value


def _codes(operation: Json) -> list[Code]:
    found = []
    for status, response in operation["responses"].items():
        if int(status) >= 400:
            narrowed = response["content"]["application/json"]["schema"]["allOf"][1]
            error = narrowed["properties"]["response"]["properties"]["error"]
            found += [Code(value) for value in error["enum"]]
    return found


def _resolved(document: Json, schema: Json) -> Json:
    if "$ref" not in schema:
        return schema
    named: Json = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return named


def _fields(document: Json, schema: Json) -> tuple[Field, ...]:
    found = _resolved(document, schema)
    if found.get("type") == "array":
        found = _resolved(document, found["items"])
    needed = found.get("required", [])
    return tuple(
        Field(name, _kind(document, each), each.get("description", ""), name in needed)
        for name, each in found.get("properties", {}).items()
    )


def _kind(document: Json, schema: Json) -> str:
    """A schema in a few words."""
    found = _resolved(document, schema)
    if "anyOf" in found:
        return " or ".join(_kind(document, each) for each in found["anyOf"])
    if values := found.get("enum", [found["const"]] if "const" in found else []):
        return " or ".join(f'"{value}"' for value in values)
    if found.get("type") == "array":
        return f"list of {_kind(document, found['items'])}s"
    if schema.get("$ref", "").endswith("/UniversalObject"):
        return "universal object"
    if found.get("type") == "string" and found.get("default") == "":
        return '""'
    kind = {"null": "null", "integer": "whole number"}.get(found["type"], str(found["type"]))
    return kind + _bounds(found)


def _bounds(schema: Json) -> str:
    # Lengths stand in the descriptions, which know bytes from characters.
    low, high = schema.get("minimum"), schema.get("maximum")
    return "" if low is None or high is None else f", {low} to {high}"
