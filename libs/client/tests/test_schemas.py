"""Values have the fields and types of their schemas in docs/openapi.json; codes are the same."""

import copy
import dataclasses
import json
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from vireo_client import errors, transport, uploads, values

DOCUMENT = json.loads((Path(__file__).parents[3] / "docs/openapi.json").read_text())


def python_types(kind: Any) -> set[object]:
    """A type as JSON has it: names, and literals by their value."""
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
        return set().union(*map(python_types, typing.get_args(kind)))
    if typing.get_origin(kind) is typing.Literal:
        return {("is", value) for value in typing.get_args(kind)}
    if typing.get_origin(kind) is list:
        return {"array"}
    if typing.get_origin(kind) is dict:
        return {"object"}
    names = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}
    return {names[kind]}


def json_types(schemas: Mapping[str, Any], schema: Mapping[str, Any]) -> set[object]:
    """The same of a schema."""
    while "$ref" in schema:
        schema = schemas[schema["$ref"].rpartition("/")[2]]
    if "anyOf" in schema:
        return set().union(*(json_types(schemas, one) for one in schema["anyOf"]))
    if "enum" in schema:
        return {("is", value) for value in schema["enum"]}
    return {("is", schema["const"])} if "const" in schema else {schema["type"]}


VALUES = (
    values.CaptionsRow,
    *(values.UniversalObject, values.ChannelObject, values.SubscriptionRow, values.WatchedRow),
    *(
        values.PlaylistRow,
        values.PlaylistVideoRow,
        values.SignedIn,
        values.SessionRow,
        values.MeRow,
    ),
    *(values.Reaction, values.CommentObject, values.ProcessingObject),
)
ALIASES = {
    "SearchType": values.SearchType,
    "State": values.State,
    "Step": values.Step,
    "CommentsPolicy": values.CommentsPolicy,
    "CommentSort": values.CommentSort,
    "Notify": values.Notify,
    "PlaylistVisibility": values.PlaylistVisibility,
    "Visibility": values.Visibility,
}


def differences(document: Mapping[str, Any]) -> Iterator[str]:
    """Fields and types of values that are not those of their schemas."""
    schemas = document["components"]["schemas"]
    for kind in VALUES:
        schema = schemas.get(kind.__name__)
        if schema is None:
            yield f"there is no {kind.__name__}"
            continue
        hints = typing.get_type_hints(kind)
        fields = {field.name: field for field in dataclasses.fields(kind)}
        for name in set(fields) ^ set(schema["properties"]):
            yield f"{kind.__name__}.{name} is in one of them alone"
        for name in set(fields) & set(schema["properties"]):
            required = name in schema.get("required", [])
            if required != (fields[name].default is dataclasses.MISSING):
                yield f"{kind.__name__}.{name} is always there in one of them alone"
            wanted = json_types(schemas, schema["properties"][name])
            wanted |= set() if required else {"null"}
            if python_types(hints[name]) != wanted:
                yield f"{kind.__name__}.{name} is {hints[name]}, and not {wanted}"
    for name, alias in ALIASES.items():
        if set(typing.get_args(alias)) != set(schemas.get(name, {}).get("enum", [])):
            yield f"{name} is another one"
    codes = set(schemas["Code"]["enum"])
    known = {*errors.SignInNeeded.codes, uploads.ALREADY_UPLOADED, transport.NOT_FOUND}
    yield from (f"there is no code {code}" for code in known - codes)
    own = {kind.own_code for kind in errors.VireoError.__subclasses__()} - {""}
    yield from (f"the code {code} is the client's own" for code in own & codes)


def _schema(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"][name]
    return found


def _move(item: dict[str, Any], old: str, new: str) -> None:
    item[new] = item.pop(old)


def test_values_are_those_of_the_document() -> None:
    assert list(differences(DOCUMENT)) == []


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "a key of a value": lambda d: _move(
        _schema(d, "UniversalObject")["properties"], "likes", "hearts"
    ),
    "the type of a value": lambda d: _schema(d, "MeRow")["properties"].update(
        birth={"type": "integer"}
    ),
    "what is always there": lambda d: _schema(d, "UniversalObject")["required"].remove("title"),
    "a state more": lambda d: _schema(d, "State")["enum"].append("gone"),
    "a code less": lambda d: _schema(d, "Code")["enum"].remove("token_expired"),
    "a key that may be missing": lambda d: _schema(d, "SignedIn")["properties"].pop(
        "refresh_token"
    ),
    "a new key": lambda d: _schema(d, "SessionRow")["properties"].update(city={"type": "string"}),
    "a kind of search": lambda d: _schema(d, "SearchType")["enum"].remove("channel"),
    "a code of the client's own": lambda d: _schema(d, "Code")["enum"].append("no_answer"),
    "a schema": lambda d: _move(d["components"]["schemas"], "MeRow", "Account"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_document_is_seen(change: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    CHANGES[change](document)
    assert list(differences(document)) != []
