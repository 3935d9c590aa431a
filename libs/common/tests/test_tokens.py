"""Tokens: what is refused, and with which code."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from vireo_common import tokens
from vireo_common.errors import Code, Failure
from vireo_common.tokens import ACCESS_SECONDS, Signer, Verifier, bearer_token

Forge = Callable[..., str]
SESSION = "Ab3-_Ab3-_Ab3-_Ab3-_Ab"


def pem(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.fixture
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


@pytest.fixture
def own(key: Ed25519PrivateKey) -> Signer:
    return Signer(pem(key))


@pytest.fixture
def verifier(own: Signer) -> Verifier:
    return Verifier(own.key_set)


@pytest.fixture
def forge(key: Ed25519PrivateKey, own: Signer) -> Forge:
    """A token signed with the right key, whose claims and header are changed; None removes."""

    def make(headers: dict[str, Any] | None = None, **changes: Any) -> str:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": "vireo",
            "aud": "vireo",
            "sub": "7",
            "sid": SESSION,
            "iat": now,
            "exp": now + 60,
            "jti": "one",
            "purpose": "access",
        }
        claims.update(changes)
        claims = {name: value for name, value in claims.items() if value is not None}
        kid = own.key_set()["keys"][0]["kid"]
        return jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": kid, **(headers or {})})

    return make


def code_of(verifier: Verifier, token: str) -> Code:
    with pytest.raises(Failure) as caught:
        verifier.claims(token)
    return caught.value.code


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def test_own_token_is_good_for_three_hours(own: Signer, verifier: Verifier) -> None:
    now = int(time.time())
    claims = verifier.claims(own.access_token(42, SESSION, now))
    assert claims.account_id == 42
    assert claims.expires == now + ACCESS_SECONDS == now + 10800


def test_every_token_has_an_id_of_its_own(own: Signer, verifier: Verifier) -> None:
    ids = {verifier.claims(own.access_token(1, SESSION)).token_id for _ in range(20)}
    assert len(ids) == 20


def test_the_forge_itself_makes_good_tokens(forge: Forge, verifier: Verifier) -> None:
    assert verifier.claims(forge()).account_id == 7


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "other"},
        {"aud": "other"},
        {"purpose": "reset"},
        {"purpose": ["access"]},
        {"sub": "seven"},
        {"sub": ""},
        {"iss": None},
        {"aud": None},
        {"sub": None},
        {"iat": None},
        {"exp": None},
        {"jti": None},
        {"sid": None},
        {"purpose": None},
        {"exp": "soon"},
        {"nbf": 4102444800},
        {"iat": 4102444800},
    ],
    ids=str,
)
def test_wrong_claims(forge: Forge, verifier: Verifier, changes: dict[str, Any]) -> None:
    assert code_of(verifier, forge(**changes)) is Code.TOKEN_INVALID


def test_subject_must_be_a_string(key: Ed25519PrivateKey, own: Signer, verifier: Verifier) -> None:
    kid = own.key_set()["keys"][0]["kid"]
    now = int(time.time())
    claims = {"iss": "vireo", "aud": "vireo", "sub": 7, "iat": now, "exp": now + 60, "jti": "1"}
    header = part({"alg": "EdDSA", "typ": "JWT", "kid": kid})
    signed = f"{header}.{part({**claims, 'purpose': 'access'})}"
    signature = base64.urlsafe_b64encode(key.sign(signed.encode())).rstrip(b"=").decode()
    assert code_of(verifier, f"{signed}.{signature}") is Code.TOKEN_INVALID


def test_expired(own: Signer, verifier: Verifier) -> None:
    token = own.access_token(1, SESSION, time.time() - ACCESS_SECONDS - 1)
    with pytest.raises(Failure) as caught:
        verifier.claims(token)
    assert caught.value.code is Code.TOKEN_EXPIRED
    assert caught.value.headers["WWW-Authenticate"] == "Bearer"


def test_expired_and_forged_is_invalid(own: Signer, verifier: Verifier) -> None:
    token = own.access_token(1, SESSION, time.time() - ACCESS_SECONDS - 1)
    head, body, signature = token.split(".")
    forged = f"{head}.{body}.{signature[:10]}{'A' if signature[10] != 'A' else 'B'}{signature[11:]}"
    assert code_of(verifier, forged) is Code.TOKEN_INVALID


def test_signed_by_a_stranger_with_our_key_id(own: Signer, verifier: Verifier) -> None:
    stranger = Ed25519PrivateKey.generate()
    claims = jwt.decode(own.access_token(1, SESSION), options={"verify_signature": False})
    kid = own.key_set()["keys"][0]["kid"]
    token = jwt.encode(claims, stranger, algorithm="EdDSA", headers={"kid": kid})
    assert code_of(verifier, token) is Code.TOKEN_INVALID


def test_signed_by_a_stranger_with_their_key_id(verifier: Verifier) -> None:
    stranger = Signer(pem(Ed25519PrivateKey.generate()))
    assert code_of(verifier, stranger.access_token(1, SESSION)) is Code.TOKEN_INVALID


@pytest.mark.parametrize("kid", ["", "../../dev/null", "' OR 1=1", 7, None, ["x"], {"a": 1}])
def test_odd_key_ids(own: Signer, verifier: Verifier, kid: object) -> None:
    _, body, signature = own.access_token(1, SESSION).split(".")
    header = part({"alg": "EdDSA", "typ": "JWT", "kid": kid})
    assert code_of(verifier, f"{header}.{body}.{signature}") is Code.TOKEN_INVALID


def test_algorithm_none(own: Signer, verifier: Verifier) -> None:
    body = own.access_token(1, SESSION).split(".")[1]
    kid = own.key_set()["keys"][0]["kid"]
    for name in ("none", "None", "NONE", ""):
        header = part({"alg": name, "typ": "JWT", "kid": kid})
        assert code_of(verifier, f"{header}.{body}.") is Code.TOKEN_INVALID


def test_hmac_with_the_public_key(key: Ed25519PrivateKey, own: Signer, verifier: Verifier) -> None:
    body = own.access_token(1, SESSION).split(".")[1]
    kid = own.key_set()["keys"][0]["kid"]
    public = key.public_key()
    shapes = [
        public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public.public_bytes(Encoding.Raw, PublicFormat.Raw),
        own.key_set()["keys"][0]["x"].encode(),
    ]
    for secret in shapes:
        signed = f"{part({'alg': 'HS256', 'typ': 'JWT', 'kid': kid})}.{body}"
        digest = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
        token = f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"
        assert code_of(verifier, token) is Code.TOKEN_INVALID


def test_key_in_the_header_is_not_used(verifier: Verifier) -> None:
    stranger = Ed25519PrivateKey.generate()
    theirs = Signer(pem(stranger)).key_set()["keys"][0]
    claims = {"iss": "vireo", "aud": "vireo", "sub": "1", "iat": 1, "exp": 4102444800, "jti": "1"}
    token = jwt.encode(
        {**claims, "purpose": "access"},
        stranger,
        algorithm="EdDSA",
        headers={"kid": theirs["kid"], "jwk": theirs, "jku": "http://127.0.0.1:1/"},
    )
    assert code_of(verifier, token) is Code.TOKEN_INVALID


def test_each_altered_character_is_refused(own: Signer, verifier: Verifier) -> None:
    token = own.access_token(1, SESSION)
    # The last character holds four bits that are no part of the signature.
    for at in range(0, len(token) - 1, 7):
        other = "A" if token[at] != "A" else "B"
        assert code_of(verifier, token[:at] + other + token[at + 1 :]) is Code.TOKEN_INVALID, at


@pytest.mark.parametrize(
    "token",
    ["x", "a.b", "a.b.c", "....", "e30.e30.e30", "\udcff.\udcff.", "é.é.é", "a b c", "A" * 200_000],
    ids=range(9),
)
def test_what_is_no_token(verifier: Verifier, token: str) -> None:
    assert code_of(verifier, token) is Code.TOKEN_INVALID


def test_header_that_is_nested_deeply(verifier: Verifier) -> None:
    deep = base64.urlsafe_b64encode(b"[" * 100_000).rstrip(b"=").decode()
    assert code_of(verifier, f"{deep}.{deep}.e30") is Code.TOKEN_INVALID


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("abc", "abc"),
        ("Bearer abc", "abc"),
        ("bearer abc", "abc"),
        ("BEARER   abc  ", "abc"),
        ("  abc ", "abc"),
        ("Bearer\tabc", "abc"),
    ],
)
def test_bearer_and_bare(header: str, token: str) -> None:
    assert bearer_token(header) == token


@pytest.mark.parametrize("header", [None, "", "  ", "Bearer", "Bearer ", "bearer\t"])
def test_no_token(header: str | None) -> None:
    with pytest.raises(Failure) as caught:
        bearer_token(header)
    assert caught.value.code is Code.TOKEN_MISSING


def test_key_set_holds_no_private_part(own: Signer) -> None:
    (published,) = own.key_set()["keys"]
    assert set(published) == {"kty", "crv", "x", "kid", "use", "alg"}


def test_key_id_does_not_depend_on_the_process(key: Ed25519PrivateKey) -> None:
    assert Signer(pem(key)).key_set() == Signer(pem(key)).key_set()


def test_other_kinds_of_keys_are_refused_at_the_start() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PrivateKey

    other = Ed448PrivateKey.generate()
    text = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(TypeError):
        Signer(text)


class Publisher:
    """A key page that can be switched off."""

    def __init__(self, signer: Signer) -> None:
        self.signer = signer
        self.up = True
        self.asked = 0

    def __call__(self) -> tokens.KeySet:
        self.asked += 1
        if not self.up:
            raise Failure(Code.UNAVAILABLE)
        return self.signer.key_set()


def test_last_good_keys_serve_while_auth_is_down(
    own: Signer,
) -> None:
    publisher = Publisher(own)
    verifier = Verifier(publisher, key_set_seconds=0.0, retry_seconds=0.0)
    token = own.access_token(5, SESSION)
    assert verifier.claims(token).account_id == 5
    publisher.up = False
    assert verifier.claims(token).account_id == 5
    assert publisher.asked == 2


def test_without_any_keys_it_is_unavailable_and_heals(own: Signer) -> None:
    publisher = Publisher(own)
    publisher.up = False
    verifier = Verifier(publisher, retry_seconds=0.0)
    assert code_of(verifier, own.access_token(5, SESSION)) is Code.UNAVAILABLE
    publisher.up = True
    assert verifier.claims(own.access_token(5, SESSION)).account_id == 5


def test_new_key_is_picked_up(own: Signer) -> None:
    publisher = Publisher(own)
    verifier = Verifier(publisher, retry_seconds=0.0)
    verifier.claims(own.access_token(1, SESSION))
    publisher.signer = Signer(pem(Ed25519PrivateKey.generate()))
    assert verifier.claims(publisher.signer.access_token(2, SESSION)).account_id == 2


def test_flood_of_unknown_keys_asks_auth_rarely(own: Signer) -> None:
    publisher = Publisher(own)
    verifier = Verifier(publisher)
    stranger = Signer(pem(Ed25519PrivateKey.generate()))
    for _ in range(50):
        assert code_of(verifier, stranger.access_token(1, SESSION)) is Code.TOKEN_INVALID
    assert publisher.asked == 1


def test_a_known_token_is_verified_once(own: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    verifier = Verifier(own.key_set)
    token = own.access_token(5, SESSION)
    # What was verified while the keys came is not remembered.
    verifier.claims(token)
    first = verifier.claims(token)
    monkeypatch.setattr(jwt, "decode", None)
    assert verifier.claims(token) == first


def test_a_known_token_expires(own: Signer) -> None:
    clock = [time.time()]
    verifier = Verifier(own.key_set, now=lambda: clock[0])
    token = own.access_token(5, SESSION)
    verifier.claims(token)
    verifier.claims(token)
    clock[0] += ACCESS_SECONDS + 1
    assert code_of(verifier, token) is Code.TOKEN_EXPIRED


def test_a_known_token_is_forgotten_with_its_key(own: Signer) -> None:
    publisher = Publisher(own)
    verifier = Verifier(publisher, retry_seconds=0.0)
    token = own.access_token(5, SESSION)
    verifier.claims(token)
    verifier.claims(token)
    publisher.signer = Signer(pem(Ed25519PrivateKey.generate()))
    # A key that is not known makes it ask for the set, which no longer has the old one.
    verifier.claims(publisher.signer.access_token(6, SESSION))
    assert code_of(verifier, token) is Code.TOKEN_INVALID


def test_no_more_tokens_are_remembered_than_there_is_room_for(
    own: Signer,
) -> None:
    verifier = Verifier(own.key_set, most_verified=3)
    for number in range(10):
        assert verifier.claims(own.access_token(number, SESSION)).account_id == number
        assert len(verifier._verified) <= 3
