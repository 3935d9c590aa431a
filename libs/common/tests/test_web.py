"""The application that every service is made of, seen through HTTP."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Blueprint, Flask, Response
from flask.testing import FlaskClient
from flask_openapi3.blueprint import APIBlueprint
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel, ConfigDict, Field

from vireo_common.access import (
    Guard,
    account_id,
    internal,
    maybe_signed_in,
    public,
    require_declarations,
    signed_in,
    viewer_id,
)
from vireo_common.errors import Code, Failure
from vireo_common.pages import Page, PageQuery, decode_cursor, encode_cursor
from vireo_common.service_token import TOKEN_HEADER
from vireo_common.sessions import Standing
from vireo_common.tokens import ACCESS_SECONDS, Signer, Verifier
from vireo_common.web import answer, answer_page, client_address, create_application
from vireo_testing.answers import outcome
from vireo_testing.hostile_text import BODIES, PATH_SEGMENTS, STRINGS

SERVICE_TOKEN = "the-service-token"
NOBODY = 99
SESSION, ENDED = "a session", "a session that has ended"


def standing(account_id: int, session_id: str) -> Standing:
    if account_id == NOBODY:
        return Standing.NO_ACCOUNT
    return Standing.ENDED if session_id == ENDED else Standing.GOOD


class Body(BaseModel):
    model_config = ConfigDict(strict=True)

    name: str = Field(max_length=1000)
    count: int = 0


class NamePath(BaseModel):
    name: str


def routes() -> APIBlueprint:
    bp = APIBlueprint("test", __name__)

    @bp.post("/echo")
    @public
    def echo(body: Body) -> Response:
        return answer({"name": body.name, "count": body.count})

    @bp.get("/named/<string:name>")
    @public
    def named(path: NamePath) -> Response:
        return answer(path.name)

    @bp.get("/list")
    @public
    def listed(query: PageQuery) -> Response:
        first = decode_cursor(query.cursor, [int])[0] if query.cursor else 0
        assert isinstance(first, int)
        rows = list(range(first, min(first + query.limit, 120)))
        following = first + len(rows)
        cursor = encode_cursor([following]) if following < 120 else None
        return answer_page(Page(rows, cursor), rows, query.limit)

    @bp.post("/mine")
    @signed_in
    def mine(body: Body) -> Response:
        return answer(account_id())

    @bp.get("/perhaps")
    @maybe_signed_in
    def perhaps() -> Response:
        return answer(viewer_id())

    @bp.get("/address")
    @public
    def address() -> Response:
        return answer(client_address())

    @bp.post("/raw")
    @public
    def raw() -> Response:
        return answer("raw")

    return bp


def plain_routes() -> Blueprint:
    bp = Blueprint("plain", __name__)

    @bp.get("/internal/secret")
    @internal
    def secret() -> Response:
        return answer("inside")

    @bp.get("/fails/<code>")
    @public
    def fails(code: str) -> Response:
        raise Failure(Code(code))

    @bp.get("/broken")
    @public
    def broken() -> Response:
        password = "sesame-open"
        raise RuntimeError(f"SELECT Password FROM Channels at {Path.cwd()} {len(password)}")

    return bp


@pytest.fixture
def app(signer: Signer) -> OpenAPI:
    guard = Guard(Verifier(signer.key_set), standing, SERVICE_TOKEN)
    made = create_application("test", guard=guard, ready=lambda: None)
    made.register_api(routes())
    made.register_blueprint(plain_routes())
    require_declarations(made)
    return made


@pytest.fixture
def http(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


def error(response: Any, status: int, code: str) -> dict[str, Any]:
    """The problem in an answer, which has this status and code."""
    assert outcome(response) == (status, code)
    problem: dict[str, Any] = response.json["response"]
    return problem


def test_envelope(http: FlaskClient) -> None:
    response = http.post("/echo", json={"name": "é", "count": 2, "more": [1]})
    assert response.json == {"response": {"name": "é", "count": 2}}


@pytest.mark.parametrize("code", Code)
def test_every_code_reaches_the_client(http: FlaskClient, code: Code) -> None:
    response = http.get(f"/fails/{code.value}")
    assert outcome(response) == (Failure(code).status, code.value)
    if response.status_code == 401:
        assert response.headers["WWW-Authenticate"] == "Bearer"


def test_unknown_path_and_wrong_method(http: FlaskClient) -> None:
    assert outcome(http.get("/nothing")) == (404, "not_found")
    wrong = http.get("/echo")
    assert outcome(wrong) == (405, "method_not_allowed")
    assert "POST" in wrong.headers["Allow"]
    assert outcome(http.open("/echo", method="BREW")) == (405, "method_not_allowed")


def test_missing_and_wrong_fields(http: FlaskClient) -> None:
    missing = error(http.post("/echo", json={"count": "x"}), 400, "missing_field")
    assert missing["fields"] == {"name": "missing"}
    assert missing["problems"] == {"name": {"code": "missing", "message": "missing"}}
    wrong = error(http.post("/echo", json={"name": 7, "count": "1"}), 400, "invalid_body")
    assert set(wrong["fields"]) == {"name", "count"}
    assert all(isinstance(reason, str) and reason for reason in wrong["fields"].values())
    assert {problem["code"] for problem in wrong["problems"].values()} == {"wrong_type"}


@pytest.mark.parametrize("value", [None, 1, 1.5, True, [], ["a"], {}, {"a": 1}])
def test_no_type_is_bent(http: FlaskClient, value: object) -> None:
    problem = error(http.post("/echo", json={"name": value}), 400, "invalid_body")
    assert set(problem["fields"]) == {"name"}


@pytest.mark.parametrize("count", ["1.5", "true", '"1"', "1e400", "9" * 5000, "[]", "null"])
def test_no_number_is_bent(http: FlaskClient, count: str) -> None:
    response = http.post(
        "/echo", data=f'{{"name": "a", "count": {count}}}', content_type="application/json"
    )
    assert response.status_code == 400
    assert response.json["response"]["error"] in {"invalid_body", "invalid_json"}


@pytest.mark.parametrize("name", BODIES)
def test_hostile_bodies(http: FlaskClient, name: str) -> None:
    response = http.post("/echo", data=BODIES[name], content_type="application/json")
    assert response.status_code == 400, response.data
    assert response.json["response"]["error"] in {"invalid_json", "invalid_body", "missing_field"}


@pytest.mark.parametrize("name", ["nothing", "cut off", "nan", "lone surrogate", "deep list"])
def test_malformed_json(http: FlaskClient, name: str) -> None:
    response = http.post("/echo", data=BODIES[name], content_type="application/json")
    assert outcome(response) == (400, "invalid_json")


def test_json_text_is_not_parsed_twice(http: FlaskClient) -> None:
    inner = json.dumps(json.dumps({"name": "smuggled"}))
    assert outcome(http.post("/echo", data=inner, content_type="application/json")) == (
        400,
        "invalid_body",
    )


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"],
)
def test_other_content_types(http: FlaskClient, content_type: str) -> None:
    response = http.post("/echo", data=b'{"name": "a"}', content_type=content_type)
    assert outcome(response) == (415, "unsupported_content_type")


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "APPLICATION/JSON"])
def test_json_content_types(http: FlaskClient, content_type: str) -> None:
    response = http.post("/echo", data=b'{"name": "a"}', content_type=content_type)
    assert response.status_code == 200


def test_too_large_body_tells_the_limit(http: FlaskClient) -> None:
    response = http.post("/echo", data=b'"' + b"a" * (1 << 20), content_type="application/json")
    assert error(response, 413, "too_large")["limit"] == 1 << 20


@pytest.mark.parametrize("text", STRINGS.values(), ids=STRINGS)
def test_hostile_text_comes_back_or_is_refused(http: FlaskClient, text: str) -> None:
    response = http.post("/echo", json={"name": text})
    if response.status_code == 200:
        assert response.json["response"]["name"] == text
    else:
        assert response.status_code == 400


@pytest.mark.parametrize("segment", PATH_SEGMENTS.values(), ids=PATH_SEGMENTS)
def test_hostile_paths(http: FlaskClient, segment: str) -> None:
    response = http.get(f"/named/{segment}")
    assert response.status_code in {200, 400, 404}
    assert set(response.json) == {"response"}
    assert "Set-Cookie" not in response.headers


def test_request_id_is_taken(http: FlaskClient) -> None:
    for given in ("a", "A-b_c.9", "x" * 64):
        response = http.get("/nothing", headers={"X-Request-ID": given})
        assert response.headers["X-Request-ID"] == given


def test_request_id_that_is_not_well_formed_is_replaced(http: FlaskClient) -> None:
    seen = set()
    for given in ("", "x" * 65, "a b", "a;b", "<script>", "é", '"', "a/b"):
        own = http.get("/list", headers={"X-Request-ID": given}).headers["X-Request-ID"]
        assert own != given
        assert len(own) == 32
        seen.add(own)
    assert len(seen) == 8


def test_pages(http: FlaskClient) -> None:
    seen: list[int] = []
    url = "/list?limit=50"
    while url:
        response = http.get(url)
        seen += response.json["response"]
        link = response.headers.get("Link")
        assert link is None or link.endswith('>; rel="next"')
        url = link.split(">")[0].lstrip("<") if link else ""
    assert seen == list(range(120))


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "limit=", "limit=-1", f"cursor={'a' * 501}"]
)
def test_bad_parameters(http: FlaskClient, query: str) -> None:
    problem = error(http.get(f"/list?{query}"), 400, "invalid_query")
    assert set(problem["fields"]) == {query.split("=", maxsplit=1)[0]}


def test_bad_cursor(http: FlaskClient) -> None:
    assert outcome(http.get("/list?cursor=abc")) == (400, "invalid_cursor")


@pytest.mark.parametrize(
    ("headers", "origin"),
    [
        ({"X-Forwarded-Host": "vireo.example:8080"}, "http://vireo.example:8080"),
        (
            {"X-Forwarded-Host": "vireo.example", "X-Forwarded-Proto": "https"},
            "https://vireo.example",
        ),
        ({"X-Forwarded-Host": "[::1]:8080"}, "http://[::1]:8080"),
        ({"X-Forwarded-Host": 'evil>; rel="x", <http://a'}, ""),
        ({"X-Forwarded-Host": "a b"}, ""),
        ({"X-Forwarded-Host": "a", "X-Forwarded-Proto": "javascript"}, "http://a"),
    ],
)
def test_links_name_the_host_that_was_asked(
    http: FlaskClient, headers: dict[str, str], origin: str
) -> None:
    link = http.get("/list", headers=headers).headers["Link"]
    assert link.startswith(f"<{origin}/list?limit=50&cursor=")


@pytest.mark.parametrize("shape", ["Bearer {}", "bearer {}", "{}"])
def test_signed_in(http: FlaskClient, signer: Signer, shape: str) -> None:
    headers = {"Authorization": shape.format(signer.access_token(5, SESSION))}
    assert http.post("/mine", json={"name": "a"}, headers=headers).json == {"response": 5}


def test_refused_tokens(http: FlaskClient, signer: Signer) -> None:
    def call(token: str | None) -> Any:
        headers = {} if token is None else {"Authorization": token}
        return http.post("/mine", json={"name": "a"}, headers=headers)

    assert outcome(call(None)) == (400, "token_missing")
    assert outcome(call("Bearer ")) == (400, "token_missing")
    assert outcome(call("Bearer nonsense")) == (400, "token_invalid")
    assert outcome(call(signer.access_token(5, SESSION)[:-5])) == (400, "token_invalid")
    assert outcome(call(signer.access_token(NOBODY, SESSION))) == (400, "token_invalid")
    expired = call(signer.access_token(5, SESSION, time.time() - ACCESS_SECONDS - 1))
    assert outcome(expired) == (401, "token_expired")
    assert expired.headers["WWW-Authenticate"] == "Bearer"


def test_token_is_asked_for_before_the_body_is_looked_at(http: FlaskClient) -> None:
    assert outcome(http.post("/mine", data=b"no json")) == (400, "token_missing")
    assert outcome(http.post("/mine", data=b"a" * (2 << 20))) == (400, "token_missing")


def test_maybe_signed_in(http: FlaskClient, signer: Signer) -> None:
    assert http.get("/perhaps").json == {"response": None}
    own = {"Authorization": signer.access_token(5, SESSION)}
    assert http.get("/perhaps", headers=own).json == {"response": 5}
    assert outcome(http.get("/perhaps", headers={"Authorization": "x"})) == (400, "token_invalid")


@pytest.mark.parametrize("token", [None, "", "wrong", SERVICE_TOKEN + "x", "é", "\xff"])
def test_internal_routes_are_closed(http: FlaskClient, token: str | None) -> None:
    headers = {} if token is None else {TOKEN_HEADER: token}
    assert outcome(http.get("/internal/secret", headers=headers)) == (403, "forbidden")


def test_internal_routes_open_for_the_services(http: FlaskClient) -> None:
    response = http.get("/internal/secret", headers={TOKEN_HEADER: SERVICE_TOKEN})
    assert response.json == {"response": "inside"}


def test_route_without_a_rule_refuses_to_start(app: OpenAPI) -> None:
    app.add_url_rule("/forgotten", view_func=answer)
    with pytest.raises(RuntimeError, match="/forgotten"):
        require_declarations(app)


def test_unexpected_exception_tells_nothing(http: FlaskClient) -> None:
    response = http.get("/broken")
    assert outcome(response) == (500, "internal_error")
    for word in (b"SELECT", b"sesame", b"Traceback", b"/", b"RuntimeError"):
        assert word not in response.data


def test_health(http: FlaskClient) -> None:
    assert http.get("/healthz").status_code == 200
    assert http.get("/readyz").status_code == 200


def test_not_ready(signer: Signer) -> None:
    def ready() -> None:
        raise Failure(Code.UNAVAILABLE)

    guard = Guard(Verifier(signer.key_set), standing, SERVICE_TOKEN)
    http = create_application("test", guard=guard, ready=ready).test_client()
    response = http.get("/readyz")
    assert outcome(response) == (503, "unavailable")
    assert response.headers["Retry-After"]
    assert http.get("/healthz").status_code == 200


def test_metrics_name_routes_and_never_paths(http: FlaskClient) -> None:
    http.get("/named/a-very-personal-name")
    text = http.get("/metrics").text
    assert 'route="/named/<string:name>"' in text
    assert "personal" not in text


def test_address_is_the_one_that_the_gateway_saw(http: FlaskClient) -> None:
    def seen(headers: dict[str, str]) -> Any:
        return http.get("/address", headers=headers).json["response"]

    assert seen({"X-Real-IP": "198.51.100.7", "X-Forwarded-For": "203.0.113.1"}) == "198.51.100.7"
    assert seen({"X-Forwarded-For": "203.0.113.1"}) == "127.0.0.1"
