"""Tokens that only the holder of the signing key can make, and the rows that they depend on."""

import time
from collections.abc import Callable

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from vireo_ops.runtime import Runtime
from vireo_testing.envelope import error_of, response_of
from vireo_testing.inside import database_root
from vireo_testing.person import Person

Signed = Callable[..., str]
ROUTES = [("POST", "/upload"), ("DELETE", "/v/0000000"), ("POST", "/upload/v/0000000")]


@pytest.fixture
def signed(runtime: Runtime, person: Person) -> Signed:
    """The person's token with some claims changed, signed as auth does: ``signed(exp=0)``."""
    key = (runtime.data / "secrets" / "token_signing_key.pem").read_text()
    head = jwt.get_unverified_header(person.token)
    claims = jwt.decode(person.token, options={"verify_signature": False})

    def sign(**changes: object) -> str:
        changed = {name: value for name, value in {**claims, **changes}.items() if value != ""}
        return jwt.encode(changed, key, algorithm="EdDSA", headers={"kid": head["kid"]})

    return sign


def ask(person: Person, method: str, path: str, token: str) -> requests.Response:
    """A request with a token."""
    return requests.request(
        method,
        person.url + path,
        json={"title": "x", "description": ""},
        headers={"Authorization": token},
        timeout=60,
    )


def test_a_token_is_good_for_three_hours(person: Person, signed: Signed) -> None:
    claims = jwt.decode(person.token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 10800
    assert abs(claims["iat"] - time.time()) < 60
    # Nothing about the person that anybody could read.
    assert person.name not in str(claims)
    assert len(response_of(ask(person, "POST", "/upload", signed()))) == 7


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_expired(person: Person, signed: Signed, method: str, path: str) -> None:
    for token in (signed(exp=int(time.time()) - 1), f"Bearer {signed(exp=1)}"):
        answer = ask(person, method, path, token)
        error_of(answer, 401, "token_expired")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_claims_that_are_not_of_a_session(
    person: Person, signed: Signed, method: str, path: str
) -> None:
    for changes in (
        {"purpose": "reset"},
        {"aud": "x"},
        {"iss": "x"},
        {"sub": "x"},
        {"sub": "0"},
        {"sub": "-1"},
        {"sub": "2147483647"},
        {"sub": "9" * 30},
        {"sub": ""},
        {"exp": ""},
        {"exp": "soon"},
    ):
        error_of(ask(person, method, path, signed(**changes)), 400, "token_invalid")


def test_the_public_key_is_no_secret_to_sign_with(
    runtime: Runtime, person: Person, signed: Signed
) -> None:
    """A verifier that believes the header would take the public key for a shared secret."""
    key = load_pem_private_key(
        (runtime.data / "secrets" / "token_signing_key.pem").read_bytes(), password=None
    )
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    claims = jwt.decode(signed(), options={"verify_signature": False})
    head = {"kid": jwt.get_unverified_header(signed())["kid"]}
    token = jwt.encode(claims, public, algorithm="HS256", headers=head)
    for method, path in ROUTES:
        error_of(ask(person, method, path, token), 400, "token_invalid")


def test_an_account_that_no_longer_exists(runtime: Runtime, person: Person, signed: Signed) -> None:
    token = signed()
    hash_path = person.announce()
    with database_root(runtime) as cursor:
        cursor.execute("DELETE FROM Channels WHERE Username = %s", (person.name,))
        # What belonged to the channel went with it.
        assert cursor.execute("SELECT 1 FROM Videos WHERE PathHash = %s", (hash_path,)) == 0
    for method, path in ROUTES:
        error_of(ask(person, method, path, token), 400, "token_invalid")
    error_of(person.post("/sign_in", json=person.credentials), 402, "bad_credentials")
