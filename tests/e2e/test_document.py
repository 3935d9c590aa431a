"""The API document: served, readable, and true of every answer (schemathesis)."""

import html
import re
from collections.abc import Callable

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from openapi_spec_validator import validate
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from vireo_testing.person import Person

EXAMPLES = 20


def test_the_document_is_served_and_valid(anybody: Callable[..., requests.Response]) -> None:
    answer = anybody("GET", "/openapi.json")
    assert answer.headers["Content-Type"] == "application/json"
    document = answer.json()
    assert document["openapi"].startswith("3.1")
    validate(document)
    page = anybody("GET", "/docs")
    assert page.headers["Content-Type"].startswith("text/html")
    for path in ("/sign_in", "/upload/v/{hash_path}", "/search/{type}/{query}"):
        assert path in document["paths"]
        assert path in html.unescape(re.sub(r"<[^>]*>", "", page.text))
    assert anybody("GET", "/docs.css").headers["Content-Type"].startswith("text/css")


def test_every_answer_is_documented(person: Person, subtests: pytest.Subtests) -> None:
    schema = schemathesis.openapi.from_url(f"{person.url}/openapi.json")
    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
    ]
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) >= 12
    for operation in operations:
        with subtests.test(msg=operation.label):

            @settings(
                max_examples=EXAMPLES,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy())
            def check(case: schemathesis.Case) -> None:
                headers = {"Authorization": person.token}
                case.call_and_validate(checks=checks, headers=headers)

            check()
