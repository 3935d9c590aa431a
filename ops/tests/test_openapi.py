"""The API document: what is in it, what is not, and what stops its generation."""

from typing import Any

import pytest

from vireo_common.errors import STATUS, Code
from vireo_ops import openapi, openapi_document, openapi_page
from vireo_ops.openapi_operations import OPERATIONS


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi_document.build()


def failures(document: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    """Operation, status and codes of every documented failure."""
    return [
        (operation["operationId"], status, narrowed["enum"])
        for _, _, operation in openapi_document.operations(document)
        for status, response in operation["responses"].items()
        if int(status) >= 400
        for narrowed in [
            response["content"]["application/json"]["schema"]["allOf"][1]["properties"]["response"][
                "properties"
            ]["error"]
        ]
    ]


def test_it_is_valid(document: dict[str, Any]) -> None:
    assert openapi.problems(document) == []
    broken = {**document, "paths": {"/x": {"get": {"responses": {"200": {}}}}}}
    assert openapi.problems(broken)


def test_only_what_the_gateway_answers_is_in_it(document: dict[str, Any]) -> None:
    assert not [path for path in document["paths"] if path.startswith(("/internal", "/gateway"))]
    assert {"/healthz", "/openapi.json", "/docs"} <= document["paths"].keys()
    assert not {"/readyz", "/metrics"} & document["paths"].keys()


def test_every_failure_names_codes_of_its_status(document: dict[str, Any]) -> None:
    found = failures(document)
    assert len(found) > 100
    for name, status, codes in found:
        assert codes, f"{name} {status}"
        assert {str(STATUS[Code(code)]) for code in codes} == {status}, name


def test_the_codes_are_the_closed_list(document: dict[str, Any]) -> None:
    assert document["components"]["schemas"]["Code"]["enum"] == [code.value for code in Code]


def test_no_schema_has_a_name_of_the_generator(document: dict[str, Any]) -> None:
    assert [name for name in document["components"]["schemas"] if not name.isalpha()] == []


def test_operations_that_take_a_token_say_how_it_may_be_wrong(document: dict[str, Any]) -> None:
    wrong = {(name, code) for name, _, codes in failures(document) for code in codes}
    for _, _, operation in openapi_document.operations(document):
        if operation["security"]:
            assert (operation["operationId"], "token_expired") in wrong


def test_a_route_without_a_name_stops_the_generation(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {key: row for key, row in OPERATIONS.items() if row.name != "search"}
    monkeypatch.setattr(openapi_document, "OPERATIONS", known)
    with pytest.raises(ValueError, match="/search/"):
        openapi_document.build()


def test_the_page_shows_every_operation_and_runs_nothing(document: dict[str, Any]) -> None:
    page = openapi_page.render(document)
    assert [
        row.name for row in OPERATIONS.values() if f'<article id="{row.name}">' not in page
    ] == []
    assert [code for code in Code if f'id="code-{code.value}"' not in page] == []
    # The gateway's content policy forbids both.
    assert "<script" not in page
    assert "style=" not in page


def test_texts_are_escaped() -> None:
    assert openapi_page.inline("`<b>` & **x**") == (
        "<code>&lt;b&gt;</code> &amp; <strong>x</strong>"
    )
