"""The client and docs/openapi.json fit each other, whichever of them changes.

Every method is called, with every parameter that it has. A server that knows nothing but the
document takes the request apart, and answers with an example. Values: test_schemas.py.
"""

import copy
import dataclasses
import inspect
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from jsonschema import Draft202012Validator

from vireo_client import Client, VireoError

DOCUMENT = json.loads((Path(__file__).parents[3] / "docs/openapi.json").read_text())
HASH = "aB3dE5g"
SESSION = "a" * 22
FILE, TARGET = object(), object()
OF_TUS = ("create_upload", "append_to_upload", "show_upload", "end_upload", "show_upload_abilities")
# Operations that have no method, and parts of operations that no method sends.
LEFT_OUT = {
    "show_keys": "for services that verify tokens, which are no clients",
    **{"check_gateway": "for what watches it", "show_api_page": "for people"},
    "show_api_document": "for tools that read documents",
    **{"show_unsubscribe": "for who reads a mail", "unsubscribe": "for programs that do"},
    **dict.fromkeys(OF_TUS, "for clients of tus"),
    "hear_notices": "a stream has no end, and asks for another kind of client",
}
FILES = [f"download_{of}" for of in ("video", "stream_part", "captions")] + ["export_me"]
IMAGES = [f"download_{of}" for of in ("thumbnail", "storyboard", "storyboard_sprite", "preview")]
RANGES = ("Range", "If-Range")
PARTS_LEFT_OUT = {
    **{("report", name): "a comment is named" for name in ("video", "channel")},
    **{("decide", name): "a channel is named" for name in ("video", "comment")},
    **{(name, "If-None-Match"): "the client keeps no copies" for name in (*FILES, *IMAGES)},
    **{(name, of): "images are small" for name in IMAGES for of in RANGES},
    **{("download_stream_part", of): "players ask for parts" for of in RANGES},
    **{("export_me", of): "sent after a cut alone: test_downloads.py" for of in RANGES},
    ("download_video", "If-Range"): "sent after a cut alone: test_downloads.py",
}
# Methods that are made of several operations, or are a second way to one: these must be among them.
COMPOSED = {
    "upload": {"announce_video", "upload_video"},
    "wait": {"show_video"},
    "read_video": {"download_video"},
}
NO_OPERATIONS = {"close", "token", "url"}
PERSON = {"fname": "Ada", "mname": "M", "lname": "Lovelace"}
POLICIES = {"comments_policy": "open", "visibility": "public", "publish_at": "2027-01-01T12:00Z"}
DECISION = {"decision": "hide", "note": "x", "reason": "spam"}
WITHOUT_ARGUMENTS = (
    *("sign_out", "refresh_token", "list_sessions", "end_other_sessions", "show_me"),
    *("resend_verification", "remove_channel_picture", "clear_my_history"),
    *("show_notice_settings", "show_comment_filter"),
)
PAGES = (
    *("list_videos", "list_my_videos", "list_my_blocks", "list_my_subscriptions", "list_feed"),
    *("list_my_history", "list_my_decisions", "list_decisions"),
)
OF_CHANNELS = [f"{do}_channel" for do in ("show", "block", "unblock", "unfollow")]
OF_VIDEOS = (
    *("show_video", "delete_video", "show_processing", "retry_processing", "forget_video"),
    *("list_thumbnail_candidates", "download_storyboard", "download_preview"),
)
CALLS: dict[str, dict[str, Any]] = {
    **{name: {} for name in WITHOUT_ARGUMENTS},
    **{name: {"page_size": 1} for name in PAGES},
    **{name: {"name": "ada"} for name in (*OF_CHANNELS, "show_channel_picture")},
    **{name: {"hash_path": HASH} for name in OF_VIDEOS},
    "sign_up": {
        **{**PERSON, "username": "ada", "password": "rosy-otter-42", "email": "ada@example.org"},
        **{"day": 10, "month": 12, "year": 1990},
    },
    "sign_in": {"username": "ada", "password": "x"},
    **{"end_session": {"session_id": SESSION}, "forget_password": {"email": "ada@example.org"}},
    "change_me": {**PERSON, "email": "ada@example.org", "password": "x", "history": True},
    "change_password": {"old_password": "x", "new_password": "y"},
    "reset_password": {"token": "x", "password": "y"},
    **{name: {"token": "x"} for name in ("verify_email", "undo_email_change")},
    "export_me": {"target": TARGET, "seconds": 5.0, "progress": None},
    "upload": {"file": FILE, "title": "x", "description": "y", "progress": None},
    "announce_video": {"title": "x", "description": "y"},
    "upload_video": {"hash_path": HASH, "file": FILE, "progress": None},
    "wait": {"hash_path": HASH, "seconds": 5.0},
    "edit_video": {"hash_path": HASH, "title": "x", "description": "", **POLICIES},
    **{f"{act}_viewer": {"hash_path": HASH, "name": "ada"} for act in ("add", "remove")},
    "list_viewers": {"hash_path": HASH, "page_size": 1},
    "set_captions": {"hash_path": HASH, "language": "en", "file": FILE},
    **{f"{act}_captions": {"hash_path": HASH, "language": "en"} for act in ("remove", "download")},
    "download_video": {"hash_path": HASH, "target": TARGET, "progress": None},
    "read_video": {"hash_path": HASH, "first": 0, "last": 3},
    "download_thumbnail": {"hash_path": HASH, "w": 320, "v": "a-b"},
    "download_thumbnail_candidate": {"hash_path": HASH, "number": 7},
    "choose_thumbnail": {"hash_path": HASH, "candidate": 7, "time": 1.5},
    "upload_thumbnail": {"hash_path": HASH, "file": FILE},
    "download_storyboard_sprite": {"hash_path": HASH, "sprite": "a0.jpg"},
    "download_stream_part": {"hash_path": HASH, "part": "master.m3u8"},
    "list_channel_videos": {"name": "ada", "page_size": 1},
    "search": {"query": "a b/c?", "type": "channel", "page_size": 1},
    **{"set_channel_picture": {"file": FILE}, "delete_channel": {"password": "x"}},
    "react": {"hash_path": HASH, "reaction": "like"},
    "list_comments": {"hash_path": HASH, "sort": "top", "page_size": 1},
    "list_replies": {"comment_id": 7, "page_size": 1},
    "post_comment": {"hash_path": HASH, "text": "x", "reply_to": 7},
    "edit_comment": {"comment_id": 7, "text": "x"},
    **{f"{do}_comment": {"comment_id": 7} for do in ("delete", "approve")},
    **{f"{do}_comment": {"comment_id": 7, do: True} for do in ("like", "pin")},
    "edit_channel": {"about": "x", "links": [{"label": "x", "url": "https://x.example"}]},
    "follow_channel": {"name": "ada", "notify": "all"},
    "note_position": {"hash_path": HASH, "position": 1.5, "watched": 10, "session": "x"},
    "list_my_playlists": {"video": HASH, "page_size": 1},
    "make_playlist": {"title": "x", "description": "y", "visibility": "public"},
    **{f"{do}_playlist": {"id": "later"} for do in ("show", "delete")},
    "edit_playlist": {"id": "a" * 16, "title": "x", "description": "y", "visibility": "public"},
    "list_playlist_videos": {"id": "later", "page_size": 1},
    "put_into_playlist": {"id": "later", "hash_path": HASH, "position": 0},
    "take_from_playlist": {"id": "later", "hash_path": HASH},
    "list_notices": {"unread": True, "page_size": 1},
    "read_notices": {"up_to": 1, "ids": [2]},
    "report": {"kind": "comment", "subject": 7, "reason": "spam", "text": "x"},
    "appeal": {"decision_id": 7, "text": "x"},
    "set_comment_filter": {"words": ["x"], "links": True},
    "list_reports": {"state": "open", "kind": "report", "page_size": 1},
    "decide_report": {**DECISION, "case_id": 7},
    "decide": {**DECISION, "kind": "channel", "subject": "ada"},
    "change_notice_settings": {"kinds": {"like": {"mail": True}}, "digest": "daily"},
}
# What every client sends.
PLAIN_HEADERS = {
    *("accept", "accept-encoding", "authorization", "connection"),
    *("content-length", "content-type", "host", "user-agent"),
}


@dataclasses.dataclass(frozen=True)
class Operation:
    """One of the document's."""

    path: str
    method: str
    given: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Its lasting name."""
        return str(self.given["operationId"])

    def parameters(self, where: str) -> dict[str, Any]:
        """Its parameters in the path, the query or the headers: name to schema."""
        found = self.given.get("parameters", [])
        return {each["name"]: each["schema"] for each in found if each["in"] == where}

    def match(self, path: str) -> dict[str, str] | None:
        """The parameters of a path that is this one's."""
        names = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path)
        found = re.fullmatch(names, path)
        return found and {name: unquote(text) for name, text in found.groupdict().items()}


class Judge:
    """A server's script that knows the document alone; ``problems`` is what did not fit."""

    def __init__(self, document: Mapping[str, Any], reply: Any, refusal: Any) -> None:
        self.document = document
        self.problems: list[str] = []
        self.used: dict[str, set[str]] = defaultdict(set)
        self.operations = [
            Operation(path, method.upper(), given)
            for path, item in document["paths"].items()
            for method, given in item.items()
        ]
        self._reply, self._refusal = reply, refusal

    def __call__(self, asked: Any) -> Any:
        """Judge a request, and answer it."""
        parts = urlsplit(asked.path)
        for operation in self.operations:
            found = operation.match(parts.path)
            if operation.method == asked.method and found is not None:
                self._judge(operation, asked, found, dict(parse_qsl(parts.query)))
                return self._answer(operation, "range" in asked.headers)
        self.problems.append(f"there is no {asked.method} {parts.path}")
        return self._refusal("not_found", 404)

    def _judge(
        self, operation: Operation, asked: Any, path: dict[str, str], query: dict[str, str]
    ) -> None:
        used = self.used[operation.id]
        for where, sent in (("path", path), ("query", query)):
            known = operation.parameters(where)
            for name, text in sent.items():
                used.add(name)
                if name not in known:
                    self.problems.append(f"{operation.id} has no parameter {name}")
                    continue
                kind = str(self.resolved(known[name]).get("type"))
                read = {"integer": int, "boolean": json.loads}.get(kind, str)
                self.check(read(text), known[name], f"{operation.id}: {name}")
        known = {name.lower(): name for name in operation.parameters("header")}
        for name in set(asked.headers) - PLAIN_HEADERS:
            used.add(known.get(name, name))
            if name not in known:
                self.problems.append(f"{operation.id} has no header {name}")
        rules = operation.given.get("security", [])
        sent = "authorization" in asked.headers
        if sent and not any(rules):
            self.problems.append(f"{operation.id} takes no token")
        if not sent and rules and {} not in rules:
            self.problems.append(f"{operation.id} needs a token")
        self._judge_body(operation, asked, used)

    def _judge_body(self, operation: Operation, asked: Any, used: set[str]) -> None:
        content = operation.given.get("requestBody", {}).get("content", {})
        kind = asked.headers.get("content-type", "")
        if not asked.size:
            if operation.given.get("requestBody", {}).get("required"):
                self.problems.append(f"{operation.id} needs a body")
        elif kind not in content:
            self.problems.append(f"{operation.id} takes no {kind}")
        elif kind == "application/json":
            schema = self.resolved(content[kind]["schema"])
            used |= set(asked.json)
            for name in set(asked.json) - set(schema["properties"]):
                self.problems.append(f"the body of {operation.id} has no {name}")
            self.check(asked.json, schema, f"{operation.id}: body")

    def _answer(self, operation: Operation, part: bool) -> Any:
        status = "206" if part else "200"
        content = operation.given["responses"].get(status, {}).get("content", {})
        if "application/json" in content:
            envelope = self.example(content["application/json"]["schema"])
            return self._reply(envelope["response"])
        if not content:
            self.problems.append(f"{operation.id} has no answer {status}")
        headers = {"Content-Range": "bytes 0-3/4"} if part else {}
        return self._reply(b"file", int(status), headers)

    def resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        """A schema that may be named."""
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema

    def check(self, value: Any, schema: Mapping[str, Any], where: str) -> None:
        """Hold a value against its schema."""
        whole = {**schema, "components": self.document["components"]}
        for error in Draft202012Validator(whole).iter_errors(value):
            self.problems.append(f"{where}: {error.message}")

    def example(self, schema: Mapping[str, Any]) -> Any:
        """Something that the schema allows; every text could be a hash path."""
        schema = self.resolved(schema)
        if "anyOf" in schema:
            return self.example(schema["anyOf"][0])
        if "enum" in schema:
            return "ready" if "ready" in schema["enum"] else schema["enum"][0]
        if "const" in schema or "default" in schema:
            return schema.get("const", schema.get("default"))
        match schema["type"]:
            case "object":
                properties = schema.get("properties", {})
                return {name: self.example(one) for name, one in properties.items()}
            case "array":
                return [self.example(schema["items"])]
            case kind:
                return {"string": HASH, "integer": 1, "number": 1.5, "boolean": True}[kind]

    def unused(self) -> Iterator[str]:
        """What the document has, and no method has asked for."""
        ids = {operation.id for operation in self.operations}
        for name in (*sorted(ids - set(LEFT_OUT) - set(self.used)), *(set(LEFT_OUT) - ids)):
            yield f"{name} is no method and not left out, or left out and no operation"
        for operation in self.operations:
            if operation.id in self.used:
                kinds = ("path", "query", "header")
                declared = {name for kind in kinds for name in operation.parameters(kind)}
                content = operation.given.get("requestBody", {}).get("content", {})
                body = content.get("application/json", {}).get("schema", {})
                declared |= set(self.resolved(body).get("properties", {}))
                for name in declared - self.used[operation.id]:
                    if (operation.id, name) not in PARTS_LEFT_OUT:
                        yield f"{operation.id} has {name}, which is not sent"


def problems(
    document: Mapping[str, Any],
    server: Any,
    judge: Judge,
    client: Callable[[], Client],
    folder: Path,
) -> list[str]:
    """What does not fit between the client and a document."""
    server.script = judge
    file = folder / "film.png"
    file.write_bytes(b"bytes")
    for name, arguments in CALLS.items():
        before = {key: set(parts) for key, parts in judge.used.items()}
        judge.used.clear()
        places = {FILE: file, TARGET: folder / "target"}
        given = {
            key: value if isinstance(value, list | dict) else places.get(value, value)
            for key, value in arguments.items()
        }
        try:
            with client() as asking:
                found = getattr(asking, name)(**given)
                if isinstance(found, Iterator):
                    list(found)
        except VireoError as problem:
            judge.problems.append(f"{name}: {problem}")
        if set(judge.used) != COMPOSED.get(name, {name}):
            judge.problems.append(f"{name} asks for {set(judge.used)}")
        # One operation may be asked for by several methods.
        for key, parts in before.items():
            judge.used[key] |= parts
    for each in judge.used.values():
        if "limit" in each:
            each.add("cursor")  # test_pages.py
    return [*judge.problems, *judge.unused()]


@pytest.fixture
def judged(
    server: Any, reply: Any, refusal: Any, session: Any, tmp_path: Path
) -> Callable[[Mapping[str, Any]], list[str]]:
    """What does not fit a document."""

    def judge(document: Mapping[str, Any]) -> list[str]:
        def client() -> Client:
            return Client(server.url, patience=0, store=session())

        return problems(document, server, Judge(document, reply, refusal), client, tmp_path)

    return judge


def test_the_client_fits_the_document(judged: Any) -> None:
    assert judged(DOCUMENT) == []


def test_every_method_is_called_with_every_parameter() -> None:
    methods = {name for name in dir(Client) if not name.startswith("_")} - NO_OPERATIONS
    assert methods == set(CALLS)
    for name, arguments in CALLS.items():
        parameters = set(inspect.signature(getattr(Client, name)).parameters) - {"self"}
        assert parameters == set(arguments), name


def _move(item: dict[str, Any], old: str, new: str) -> None:
    item[new] = item.pop(old)


def _schema(document: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = document["components"]["schemas"][name]
    return found


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "a path": lambda d: _move(d["paths"], "/v/{hash_path}", "/video/{hash_path}"),
    "a method": lambda d: _move(d["paths"]["/v/{hash_path}"], "patch", "put"),
    "another operation": lambda d: d["paths"]["/videos/all"].update(
        delete={"operationId": "delete_all", "responses": {"200": {}}}
    ),
    "an operation less": lambda d: d["paths"]["/me"].pop("patch"),
    "its name": lambda d: d["paths"]["/upload"]["post"].update(operationId="announce"),
    "a parameter more": lambda d: d["paths"]["/videos/all"]["get"]["parameters"].append(
        {"name": "order", "in": "query", "schema": {"type": "string"}}
    ),
    "a parameter less": lambda d: d["paths"]["/videos/all"]["get"]["parameters"].pop(0),
    "a header less": lambda d: d["paths"]["/upload"]["post"].pop("parameters"),
    "a field more": lambda d: _schema(d, "EditBody")["properties"].update(tags={"type": "string"}),
    "a field less": lambda d: _schema(d, "EditBody")["properties"].pop("description"),
    "a field that must be": lambda d: _schema(d, "LinkBody")["required"].append("email"),
    "the type of a field": lambda d: _schema(d, "LinkBody")["properties"].update(
        token={"type": "integer"}
    ),
    "who may": lambda d: d["paths"]["/videos/all"]["get"].update(security=[{"token": []}]),
    "who may not": lambda d: d["paths"]["/me"]["get"].update(security=[]),
    "what comes back": lambda d: d["paths"]["/me"]["get"]["responses"]["200"]["content"][
        "application/json"
    ].update(schema={"$ref": "#/components/schemas/TextEnvelope"}),
    "how bytes are sent": lambda d: d["paths"]["/upload/v/{hash_path}"]["post"].update(
        requestBody={"content": {"multipart/form-data": {"schema": {"type": "object"}}}}
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_document_is_seen(judged: Any, change: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    CHANGES[change](document)
    assert judged(document) != []
