"""The token in ``Authorization``: bare, as Bearer, missing, altered."""

import base64
import json
import time
from collections.abc import Callable

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vireo_testing.envelope import error_of, response_of
from vireo_testing.person import Person

Anybody = Callable[..., requests.Response]
TEXTS = {"title": "x", "description": ""}
ROUTES = [
    ("POST", "/upload"),
    ("DELETE", "/v/abcdefg"),
    ("POST", "/upload/v/abcdefg"),
    ("POST", "/upload/v/no-hash"),
]


def encoded(value: object) -> str:
    """A part of a token."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("form", ["{}", "Bearer {}", "bearer {}", "BEARER  {}", "{}  "])
def test_how_a_token_is_sent(person: Person, anybody: Anybody, form: str) -> None:
    headers = {"Authorization": form.format(person.token).encode()}
    answer = anybody("POST", "/upload", json=TEXTS, headers=headers)
    assert len(response_of(answer)) == 7


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_no_token(anybody: Anybody, method: str, path: str) -> None:
    error_of(anybody(method, path, json=TEXTS), 400, "token_missing")
    for empty in ("", "Bearer", "Bearer "):
        answer = anybody(method, path, json=TEXTS, headers={"Authorization": empty.encode()})
        error_of(answer, 400, "token_missing")


def altered(token: str) -> list[str]:
    """Tokens that are not quite that one."""
    head, claims, seal = token.split(".")
    none = encoded({"alg": "none", "typ": "JWT"})
    known = jwt.get_unverified_header(token)
    read = jwt.decode(token, options={"verify_signature": False})
    longer = encoded({**read, "exp": int(time.time()) + 10**6})
    key = Ed25519PrivateKey.generate()
    return [
        "x",
        "Bearer x",
        "Basic dXNlcjpwYXNz",
        "a.b.c",
        "...",
        f"{token}x",
        f"{token}.",
        f"{token} {token}",
        f"{head}.{claims}",
        f"{head}.{claims}.",
        f"{head}.{claims}.{seal[:-4]}AAAA",
        f"{head}.{claims[:-2]}AA.{seal}",
        f"{head}.{longer}.{seal}",
        f"{none}.{claims}.",
        f"{none}.{claims}.{seal}",
        jwt.encode(read, key, algorithm="EdDSA", headers={"kid": known["kid"]}),
        jwt.encode(read, key, algorithm="EdDSA", headers={"kid": "unknown"}),
        jwt.encode(read, key, algorithm="EdDSA"),
        jwt.encode(read, "a secret of thirty-two bytes or more", algorithm="HS256"),
        jwt.encode(
            read,
            "a secret of thirty-two bytes or more",
            algorithm="HS256",
            headers={"kid": known["kid"]},
        ),
        "x" * 4000,
        "\xff\xfe",
    ]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_altered_tokens(person: Person, anybody: Anybody, method: str, path: str) -> None:
    for token in altered(person.token):
        headers = {"Authorization": token.encode("latin-1")}
        answer = anybody(method, path, json=TEXTS, headers=headers)
        error_of(answer, 400, "token_invalid")


def test_the_token_is_looked_at_before_the_body(anybody: Anybody) -> None:
    error_of(anybody("POST", "/upload", data=b"{"), 400, "token_missing")


def test_nobodys_token_keeps_anybody_from_public_addresses(anybody: Anybody) -> None:
    for path in ("/videos/all", "/search/all/x", "/healthz"):
        assert anybody("GET", path, headers={"Authorization": "x"}).status_code == 200
