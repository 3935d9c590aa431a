"""The shape of every Vireo service's Flask application.

``create_application`` gives an application that answers in the contract's envelope, renders every
failure in one place, logs one line and counts one metric a request, and knows ``/healthz``,
``/readyz`` and ``/metrics``. ``answer`` makes the answers.
"""

import re
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import pydantic_core
from flask import Flask, Response, g, jsonify, request
from flask.json.provider import DefaultJSONProvider
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from flask_openapi3.utils import parse_parameters
from prometheus_client.registry import Collector
from pydantic import BaseModel, Field, NonNegativeInt, ValidationError
from werkzeug.exceptions import HTTPException

from vireo_common import metrics
from vireo_common.access import Guard, public, request_handler
from vireo_common.errors import MISSING, Code, Failure, FieldCode, FieldProblem
from vireo_common.logs import REQUEST_ID, bind_context, clear_context, get_logger
from vireo_common.pages import Page
from vireo_common.schema import Omitted

log = get_logger()
Value = TypeVar("Value")

HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")
MAX_BODY_BYTES = 1 << 20
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

CODE_OF_STATUS = {
    400: Code.INVALID_REQUEST,
    404: Code.NOT_FOUND,
    405: Code.METHOD_NOT_ALLOWED,
    408: Code.REQUEST_TIMEOUT,
    413: Code.TOO_LARGE,
    414: Code.URI_TOO_LONG,
    415: Code.UNSUPPORTED_CONTENT_TYPE,
    416: Code.RANGE_NOT_SATISFIABLE,
    431: Code.HEADERS_TOO_LARGE,
}


# Of pydantic's types of errors those that its models here can have; all others are `invalid`.
FIELD_CODES = {
    "missing": FieldCode.MISSING,
    "string_too_short": FieldCode.TOO_SHORT,
    "string_too_long": FieldCode.TOO_LONG,
    "greater_than_equal": FieldCode.OUT_OF_RANGE,
    "less_than_equal": FieldCode.OUT_OF_RANGE,
}


class Envelope(BaseModel, Generic[Value]):
    """What every JSON answer looks like."""

    response: Value


class FieldFailure(BaseModel):
    """What is wrong with one field."""

    code: FieldCode
    message: str


class Problem(BaseModel):
    """The value of ``response`` where something failed; more keys say more about some codes."""

    error: Code
    message: str = Field(description="One sentence for a person.")
    fields: dict[str, str] | Omitted = Field(
        None, description="What is wrong with each field, for a person."
    )
    problems: dict[str, FieldFailure] | Omitted = Field(
        None, description="What is wrong with each field, for programs too."
    )
    attempts_left: NonNegativeInt | Omitted = Field(
        None, description="Wrong passwords until the block (`bad_credentials`)."
    )
    retry_after: NonNegativeInt | Omitted = Field(
        None, description="Seconds to wait (`blocked`, `rate_limited`)."
    )
    blocked_until: datetime | Omitted = Field(None, description="When the block ends (`blocked`).")
    limit: NonNegativeInt | Omitted = Field(
        None, description="The most that is taken, in bytes (`too_large`)."
    )
    line: NonNegativeInt | Omitted = Field(
        None, description="The line of a text that can't be taken, from 1 (`invalid_body`)."
    )


class ProblemEnvelope(BaseModel):
    """A failure in the envelope."""

    response: Problem


class Empty(BaseModel):
    """An answer that has nothing to say but that all is well."""

    response: str = ""


class _StrictJson(DefaultJSONProvider):
    """JSON as RFC 8259 has it: no NaN, no lone surrogates, a bounded depth.

    Both ways by pydantic's own code: a list of 24 videos is written in a ninth of the time that the
    standard library takes.
    """

    def response(self, *args: Any, **kwargs: Any) -> Response:
        body = pydantic_core.to_json(self._prepare_response_obj(args, kwargs)) + b"\n"
        return Response(body, mimetype=self.mimetype)

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        return pydantic_core.from_json(s, allow_inf_nan=False)


def create_application(
    service: str,
    *,
    guard: Guard,
    ready: Callable[[], None],
    figures: Collector | None = None,
) -> OpenAPI:
    """An application without routes of its own.

    Args:
        service: its name, for the log and the metrics.
        guard: checks who may call.
        ready: raises ``Failure`` while something that the service needs is not there.
        figures: what ``/metrics`` has beside the requests.
    """
    app = OpenAPI(
        f"vireo_{service}",
        info=Info(title="Vireo", version="1"),
        security_schemes=dict(TOKEN_SCHEME),
        validation_error_status=400,
        validation_error_model=ProblemEnvelope,
        validation_error_callback=_refuse_invalid,
        doc_ui=False,
        static_folder=None,
    )
    app.json = _StrictJson(app)
    # The gateway answers browsers that ask for permission; otherwise OPTIONS is no method here.
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    # Two slashes are another address; a redirect would name an internal host.
    app.url_map.merge_slashes = False
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    app.before_request(_begin)
    guard.install(app)
    app.before_request(_require_json)
    app.after_request(_finish(service))
    app.register_error_handler(Failure, _render)
    app.register_error_handler(HTTPException, _render_http)
    app.register_error_handler(Exception, _render_unexpected)
    _add_health(app, ready, figures)
    return app


TOKEN_SCHEME = {
    "token": {
        "type": "apiKey",
        "in": "header",
        "name": "Authorization",
        "description": "The token of `POST /sign_in`, as `Bearer <token>` or bare.",
    }
}


def answer(value: Any = "") -> Response:
    """200 with ``value`` in the envelope."""
    return jsonify({"response": value})


def answer_page(page: Page[Any], values: Sequence[Any], limit: int, **parameters: str) -> Response:
    """200 with one page of a list, and the address of the next page in ``Link``.

    Args:
        parameters: what else the list takes, as the address has it.
    """
    response = answer(list(values))
    if page.next_cursor:
        more = "".join(f"{name}={value}&" for name, value in parameters.items())
        url = f"{_origin()}{request.path}?{more}limit={limit}&cursor={page.next_cursor}"
        response.headers["Link"] = f'<{url}>; rel="next"'
    return response


def problems(*codes: Code) -> dict[str | int, type[BaseModel] | dict[Any, Any] | None]:
    """The documented failures of a route, for ``responses=``: one entry for each status."""
    statuses: dict[str, list[str]] = {}
    for code in codes:
        statuses.setdefault(str(Failure(code).status), []).append(f"`{code.value}`")
    return {
        status: {
            "description": ", ".join(names),
            "content": {"application/json": {"schema": PROBLEM_REFERENCE}},
        }
        for status, names in statuses.items()
    }


JSON_PROBLEMS = (
    Code.INVALID_BODY,
    Code.INVALID_JSON,
    Code.MISSING_FIELD,
    Code.TOO_LARGE,
    Code.UNSUPPORTED_CONTENT_TYPE,
)
"""What can be wrong with any JSON body."""
TOKEN_PROBLEMS = (
    Code.TOKEN_MISSING,
    Code.TOKEN_INVALID,
    Code.TOKEN_EXPIRED,
    Code.TOKEN_REVOKED,
)
"""What can be wrong with any token."""
PAGE_PROBLEMS = (Code.INVALID_QUERY, Code.INVALID_CURSOR)
"""What can be wrong with the parameters of any list."""
TOKEN_REQUIRED: list[dict[str, list[Any]]] = [{"token": []}]
"""For ``security=`` of a route that takes a token."""
PROBLEM_REFERENCE = {"$ref": "#/components/schemas/ProblemEnvelope"}


def client_address() -> str:
    """The client's address, as the gateway saw it."""
    return request.headers.get("X-Real-IP") or request.remote_addr or ""


def _origin() -> str:
    host = request.headers.get("X-Forwarded-Host", request.host)
    scheme = "https" if request.headers.get("X-Forwarded-Proto") == "https" else "http"
    return f"{scheme}://{host}" if HOST.fullmatch(host) else ""


def _begin() -> None:
    given = request.headers.get("X-Request-ID", "")
    g.request_id = given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    g.began = time.perf_counter()
    clear_context()
    bind_context(request_id=g.request_id)


def _require_json() -> None:
    """Parse the body of a route that takes JSON, before the models see it."""
    if request.endpoint is None or request.routing_exception:
        return
    model = _body_model(request_handler())
    if model is None:
        return
    data = request.get_data()
    if not data and not any(field.is_required() for field in model.model_fields.values()):
        # A body of which nothing is needed may be left out.
        return
    if data and not request.is_json:
        raise Failure(Code.UNSUPPORTED_CONTENT_TYPE)
    try:
        value = pydantic_core.from_json(data, allow_inf_nan=False)
    except ValueError:
        raise Failure(Code.INVALID_JSON) from None
    if not isinstance(value, dict):
        # Caught here: flask_openapi3 would parse a JSON string a second time.
        raise Failure(Code.INVALID_BODY, "The body must be a JSON object.", fields={})


def _body_model(handler: Any) -> type[BaseModel] | None:
    if not hasattr(handler, "vireo_body"):
        wrapped = getattr(handler, "__wrapped__", None)
        handler.vireo_body = parse_parameters(wrapped)[5] if wrapped else None
    model: type[BaseModel] | None = handler.vireo_body
    return model


def _refuse_invalid(error: ValidationError) -> Response:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    in_query = _body_model(request_handler()) is None
    missing = {_field(problem): MISSING for problem in found if problem["type"] == "missing"}
    if missing and not in_query:
        return _render(Failure(Code.MISSING_FIELD, fields=missing))
    fields = {_field(problem): _problem(problem) for problem in found}
    return _render(Failure(Code.INVALID_QUERY if in_query else Code.INVALID_BODY, fields=fields))


def _field(problem: Mapping[str, Any]) -> str:
    return ".".join(str(part) for part in problem["loc"]) or "body"


def _problem(problem: Mapping[str, Any]) -> FieldProblem:
    kind = str(problem["type"])
    code = FIELD_CODES.get(kind, FieldCode.INVALID)
    if kind.endswith(("_type", "_parsing")):
        code = FieldCode.WRONG_TYPE
    return FieldProblem(code, str(problem["msg"]).removeprefix("Value error, "))


def _render(failure: Failure) -> Response:
    response = jsonify(failure.envelope())
    response.status_code = failure.status
    response.headers.update(failure.headers)
    g.error = failure.code.value
    return response


def _render_http(error: HTTPException) -> Response:
    if error.response is not None:
        # Made by ``_refuse_invalid`` and carried here by flask_openapi3's abort.
        return error.response  # type: ignore[return-value]
    code = CODE_OF_STATUS.get(error.code or 500, Code.INTERNAL_ERROR)
    if code is Code.TOO_LARGE:
        return _render(Failure(code, limit=request.max_content_length))
    allow = getattr(error, "valid_methods", None)
    headers = {"Allow": ", ".join(sorted(allow))} if allow else {}
    return _render(Failure(code, headers=headers))


def _render_unexpected(error: Exception) -> Response:
    log.error("unexpected_error", exc_info=error)
    return _render(Failure(Code.INTERNAL_ERROR))


def _finish(service: str) -> Callable[[Response], Response]:
    def finish(response: Response) -> Response:
        route = request.url_rule.rule if request.url_rule else "unknown"
        seconds = time.perf_counter() - g.get("began", time.perf_counter())
        response.headers["X-Request-ID"] = g.get("request_id", "")
        # Clients can invent methods, and each would be another time series.
        method = request.method if request.method in METHODS else "other"
        metrics.REQUESTS.labels(service, route, method, response.status_code).inc()
        metrics.SECONDS.labels(service, route).observe(seconds)
        log.info(
            "request",
            route=route,
            method=method,
            status=response.status_code,
            error=g.get("error"),
            ms=round(seconds * 1000, 1),
        )
        return response

    return finish


def _add_health(app: Flask, ready: Callable[[], None], figures: Collector | None) -> None:
    @public
    def healthz() -> Response:
        return answer("alive")

    @public
    def readyz() -> Response:
        ready()
        return answer("ready")

    @public
    def show_metrics() -> Response:
        return Response(metrics.exposition(figures), content_type=metrics.CONTENT_TYPE)

    app.add_url_rule("/healthz", view_func=healthz)
    app.add_url_rule("/readyz", view_func=readyz)
    app.add_url_rule("/metrics", view_func=show_metrics)
