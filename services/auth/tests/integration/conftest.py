"""Auth in this process, on a clean database."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from vireo_auth.storage.keys import KeyTable
from vireo_common.database import Database
from vireo_common.settings import ServiceSettings

PASSWORD = "correct horse battery"

SignUp = Callable[..., TestResponse]
SignIn = Callable[..., TestResponse]


@pytest.fixture
def http(make_app: Any) -> Iterator[FlaskClient]:
    with make_app("auth").test_client() as client:
        yield client


@pytest.fixture
def body() -> Callable[..., dict[str, Any]]:
    """A good body of ``/sign_up``, with changes; None removes a field."""

    def make(**changes: Any) -> dict[str, Any]:
        name = changes.get("username", "ada_l")
        good: dict[str, Any] = {
            "fname": "Ada",
            "mname": "",
            "lname": "Lovelace",
            "username": name,
            "email": f"{name}@example.org",
            "password": PASSWORD,
            "day": 10,
            "month": 12,
            "year": 1990,
        }
        good.update(changes)
        return {field: value for field, value in good.items() if value is not None}

    return make


@pytest.fixture
def sign_up(http: FlaskClient, body: Callable[..., dict[str, Any]]) -> SignUp:
    def call(**changes: Any) -> TestResponse:
        return http.post("/sign_up", json=body(**changes))

    return call


@pytest.fixture
def sign_in(http: FlaskClient) -> SignIn:
    def call(
        username: str = "ada_l", password: str = PASSWORD, address: str = "198.51.100.7"
    ) -> TestResponse:
        given = {"username": username, "password": password}
        return http.post("/sign_in", json=given, headers={"X-Real-IP": address})

    return call


@pytest.fixture
def auth_database(service_environment: dict[str, str]) -> Iterator[Database]:
    """A pool of auth's own user, for tests that go below HTTP."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in service_environment.items():
            patch.setenv(name, value)
        database = Database.connect("auth", ServiceSettings.read(), size=10)
    yield database
    database.close()


@pytest.fixture
def key_table(auth_database: Database) -> KeyTable:
    return KeyTable(auth_database)
