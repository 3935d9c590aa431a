"""Blueprints: the same routes with and without the API document."""

import pytest
from flask_openapi3.openapi import OpenAPI
from pydantic import BaseModel

from vireo_common.blueprints import APIBlueprint, documented


class Path(BaseModel):
    number: int


class Answer(BaseModel):
    response: int


def application(**options: bool) -> OpenAPI:
    bp = APIBlueprint("test", __name__, **options)

    @bp.get("/twice/<int:number>", responses={200: Answer})
    def twice(path: Path) -> dict[str, int]:
        return {"response": 2 * path.number}

    app = OpenAPI(__name__, doc_ui=False, validation_error_status=400)
    app.register_api(bp)
    return app


def test_a_service_that_runs_makes_no_document() -> None:
    app = application()
    assert app.api_doc["paths"] == {}
    assert app.test_client().get("/twice/21").json == {"response": 42}


def test_the_document_has_its_routes() -> None:
    with documented():
        app, internal = application(), application(doc_ui=False)
    assert list(app.api_doc["paths"]) == ["/twice/{number}"]
    assert "Answer" in app.api_doc["components"]["schemas"]
    assert app.test_client().get("/twice/21").json == {"response": 42}
    assert internal.api_doc["paths"] == {}
    assert application().api_doc["paths"] == {}


def test_documenting_ends_with_an_error() -> None:
    with pytest.raises(ZeroDivisionError), documented():
        raise ZeroDivisionError
    assert application().api_doc["paths"] == {}
