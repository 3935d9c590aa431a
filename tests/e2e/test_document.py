"""The API document: served, and true of every answer (schemathesis)."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pytest
import requests

from vireo_ops.layout import CHECKOUT
from vireo_testing.person import Person, eventually

# They take seconds to load, which each worker would spend on collecting this file: the tests that
# need them load them.
if TYPE_CHECKING:
    import schemathesis
    from schemathesis.schemas import APIOperation

EXAMPLES = 12


def test_the_document_is_served(anybody: Callable[..., requests.Response]) -> None:
    """The one whose validity the tests of the contract see to."""
    answer = anybody("GET", "/openapi.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.content == (CHECKOUT / "docs/openapi.json").read_bytes()
    document = answer.json()
    assert document["openapi"].startswith("3.1")
    assert {"/sign_in", "/upload/v/{hash_path}", "/search/{type}/{query}"} <= document[
        "paths"
    ].keys()


# A stream of events has no end to wait for; test_notices.py looks at what it says.
ENDLESS = "GET /notifications/stream"


@pytest.fixture
def furnished(url: str, png: bytes) -> Person:
    """Somebody with a picture and an archive that is ready."""
    found = Person(url)
    assert found.post("/channel/picture", data=png).status_code == 200
    eventually(lambda: found.get("/me/export").status_code == 200)
    return found


def ask(operation: "APIOperation", asks: Person, known: Mapping[str, str]) -> None:
    """Ask an operation for one thing and another: an AssertionError where an answer is none of the
    document's. Half of the requests are for what ``known`` names."""
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis.strategies import booleans
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
    ]

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(), of_what_is_there=booleans())
    def check(case: "schemathesis.Case", of_what_is_there: bool) -> None:
        if of_what_is_there:
            path = case.path_parameters or {}
            case.path_parameters = {**path, **{name: known.get(name, path[name]) for name in path}}
        case.call_and_validate(checks=checks, headers={"Authorization": asks.token})

    check()


def serialize_pieces() -> None:
    """Schemathesis does not know the content type of uploads in pieces: bytes as they are."""
    import schemathesis

    @schemathesis.serializer("application/offset+octet-stream")
    def as_it_is(context: "schemathesis.SerializationContext", value: object) -> bytes:
        return value if isinstance(value, bytes) else bytes(str(value), "utf-8", "replace")


def test_every_answer_is_documented(
    published: tuple[Person, str], furnished: Person, subtests: pytest.Subtests
) -> None:
    """There is something of every kind before it begins: no answer depends on the moment."""
    import schemathesis

    serialize_pieces()
    url, (_, hash_path) = furnished.url, published
    known = {"hash_path": hash_path, "name": furnished.name, "type": "all", "query": "zebra"}
    schema = schemathesis.openapi.from_url(f"{url}/openapi.json")
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) >= 12
    for operation in operations:
        if operation.label == ENDLESS:
            continue
        # What changes something is asked by somebody of its own: signing out ends no other's token.
        asks = furnished if operation.method.lower() == "get" else Person(url)
        with subtests.test(msg=operation.label):
            ask(operation, asks, known)


def test_there_is_something_of_every_kind(
    published: tuple[Person, str], furnished: Person, anybody: Callable[..., requests.Response]
) -> None:
    """What the test above asks for is answered with a file, and a part of it with the part."""
    _, hash_path = published
    for path, kind in (
        (f"/video/d/{hash_path}", "video/mp4"),
        (f"/thumbnails/{hash_path}", "image/jpeg"),
        (f"/channel/picture/{furnished.name}", "image/webp"),
        ("/me/export", "application/zip"),
    ):
        head = {"Authorization": furnished.token}
        whole = anybody("GET", path, headers=head)
        assert (whole.status_code, whole.headers["Content-Type"]) == (200, kind)
        part = anybody("GET", path, headers={**head, "Range": "bytes=2-5"})
        assert (part.status_code, part.content) == (206, whole.content[2:6]), path
        several = anybody("GET", path, headers={**head, "Range": "bytes=0-1,4-5"})
        assert (several.status_code, several.content) == (200, whole.content), path
        assert several.headers["Content-Type"] == kind
