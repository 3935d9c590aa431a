"""The API document: what is in it, what is not, and what stops its generation."""

import os
from pathlib import Path
from typing import Any

import pytest

from vireo_common.errors import STATUS, Code
from vireo_contract import __main__ as command
from vireo_contract import document as made


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return made.build()


def failures(document: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    """Operation, status and codes of every documented failure."""
    return [
        (operation["operationId"], status, narrowed["enum"])
        for _, _, operation in made.operations(document)
        for status, response in operation["responses"].items()
        if int(status) >= 400
        for narrowed in [
            response["content"]["application/json"]["schema"]["allOf"][1]["properties"]["response"][
                "properties"
            ]["error"]
        ]
    ]


def test_it_is_valid(document: dict[str, Any]) -> None:
    assert command.problems(document) == []
    broken = {**document, "paths": {"/x": {"get": {"responses": {"200": {}}}}}}
    assert command.problems(broken)


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
    for _, _, operation in made.operations(document):
        if operation["security"]:
            assert (operation["operationId"], "token_expired") in wrong


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        # As the generator names an operation of a route that says no name.
        ("operationId", "videos_show_v__hash_path__get"),
        ("tags", []),
        ("tags", ["vidoes"]),
        ("description", "Without an example."),
    ],
)
def test_a_route_without_its_texts_stops_the_generation(field: str, wrong: object) -> None:
    """Nothing is published without a name that is meant to last."""
    operation = {
        "operationId": "show_video",
        "tags": ["videos"],
        "description": "For all.\n\nExample:\n    curl $VIREO/v/x",
        "responses": {},
    }
    made.complete(dict(operation), "get", "/v/x", set())
    with pytest.raises(ValueError, match="get /v/x"):
        made.complete({**operation, field: wrong}, "get", "/v/x", set())


def test_a_docstring_is_taken_apart() -> None:
    operation: dict[str, Any] = {
        "operationId": "show_video",
        "tags": ["videos"],
        "description": "\nFor all\nto see.\n\nLater.\n\nExample:\n    curl \\\n      $VIREO/v/x\n",
        "responses": {"404": {"description": "`not_found`"}},
    }
    made.complete(operation, "get", "/v/x", {Code.INTERNAL_ERROR})
    assert operation["description"] == "For all to see.\n\nLater."
    assert operation["x-codeSamples"][0]["source"] == "curl \\\n  $VIREO/v/x"
    assert list(operation["responses"]) == ["400", "404", "414", "431", "500"]


def test_a_key_may_be_sent_where_it_is_heeded(document: dict[str, Any]) -> None:
    keyed = {
        operation["operationId"]
        for _, _, operation in made.operations(document)
        for parameter in operation.get("parameters", [])
        if parameter["name"] == "Idempotency-Key"
    }
    posts = {
        operation["operationId"]
        for method, _, operation in made.operations(document)
        if method == "post"
    }
    # Answers with secrets are never stored; media stores none at all.
    unkeyed = {"sign_in", "refresh_token", "upload_video", "set_channel_picture"}
    unkeyed |= {"upload_thumbnail", "retry_processing", "create_upload"}
    assert keyed == posts - unkeyed


def test_the_files_are_up_to_date(document: dict[str, Any]) -> None:
    for name, text in command.texts(document).items():
        assert (command.CHECKOUT / name).read_text() == text, f"{name}: make openapi"


def test_the_check_fails_where_a_file_differs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.startswith("VIREO_")]:
        # The command forgets them, and the other tests get them back.
        monkeypatch.delenv(name)
    for folder in ("docs", "gateway"):
        (tmp_path / folder).mkdir()
    assert command.main(["--check"], tmp_path) == 1
    assert "make openapi" in capsys.readouterr().err
    assert not list(tmp_path.rglob("*.*"))
    assert command.main([], tmp_path) == 0
    assert command.main(["--check"], tmp_path) == 0
