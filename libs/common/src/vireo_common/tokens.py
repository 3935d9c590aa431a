"""Access tokens: JWTs signed with Ed25519 by auth alone, verified by everybody with its key set.

Claims: ``iss``, ``aud``, ``sub`` (the account's id as a string), ``sid`` (the session's), ``iat``,
``exp``, ``jti`` and ``purpose``; a token made for one purpose is refused for every other.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwt.algorithms import OKPAlgorithm

from vireo_common.errors import Code, Failure
from vireo_common.logs import get_logger

log = get_logger()

ALGORITHM = "EdDSA"
CURVE = "Ed25519"
ISSUER = "vireo"
AUDIENCE = "vireo"
ACCESS = "access"
ACCESS_SECONDS = 3 * 60 * 60
# How long a key set is cached, and the least time between fetches for unknown key ids or after a
# failure, so that a flood of forged ids causes no flood of fetches.
KEY_SET_SECONDS = 60.0
RETRY_SECONDS = 2.0
# Cached tokens whose signatures were verified, of some 300 bytes each.
MOST_VERIFIED = 4096

KeySet = Mapping[str, Any]
"""A JSON Web Key Set (RFC 7517): ``{"keys": [...]}``."""


@dataclass(frozen=True)
class Claims:
    """What a verified token says: whose it is and until when (seconds since 1970)."""

    account_id: int
    session_id: str
    token_id: str
    expires: int


class Signer:
    """Makes tokens; lives in auth, which alone has the private key (PEM, PKCS 8)."""

    def __init__(self, pem: str) -> None:
        key = load_pem_private_key(pem.encode(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError("the signing key is not an Ed25519 key")
        self._key = key
        self.x: str = OKPAlgorithm.to_jwk(key.public_key(), as_dict=True)["x"]
        """The public half (RFC 8037)."""
        self.key_id = _thumbprint(self.x)
        """The key's id, which every token names."""

    def access_token(self, account_id: int, session_id: str, now: float | None = None) -> str:
        """A token for a session of ``account_id``, valid for ``ACCESS_SECONDS``."""
        issued = int(time.time() if now is None else now)
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(account_id),
            "sid": session_id,
            "iat": issued,
            "exp": issued + ACCESS_SECONDS,
            "jti": secrets.token_urlsafe(16),
            "purpose": ACCESS,
        }
        return jwt.encode(claims, self._key, algorithm=ALGORITHM, headers={"kid": self.key_id})

    def key_set(self) -> KeySet:
        """The public half, for everybody who verifies."""
        return {"keys": [public_key(self.key_id, self.x)]}


class Verifier:
    """Checks tokens with a key set that ``fetch`` brings.

    The last good set is used for as long as ``fetch`` fails. Verified signatures are cached until
    the key set is fetched again; expiry is checked each time.

    Args:
        fetch: brings the key set; raises ``Failure`` where it can't.
        key_set_seconds: how long a set is cached.
        retry_seconds: the least time between fetches for unknown key ids or after a failure.
        most_verified: how many verified tokens are cached.
        now: the time that expiry of a cached one is checked against, in seconds since 1970.
    """

    def __init__(
        self,
        fetch: Callable[[], KeySet],
        *,
        key_set_seconds: float = KEY_SET_SECONDS,
        retry_seconds: float = RETRY_SECONDS,
        most_verified: int = MOST_VERIFIED,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._fetch = fetch
        self._key_set_seconds = key_set_seconds
        self._retry_seconds = retry_seconds
        self._most_verified = most_verified
        self._now = now
        self._keys: dict[str, Ed25519PublicKey] = {}
        # By digest, so that no token lies in memory for longer than its request.
        self._verified: dict[bytes, Claims] = {}
        self._fresh_until = 0.0
        self._retry_after = 0.0
        self._lock = threading.Lock()

    def claims(self, token: str, *, late_seconds: float = 0.0) -> Claims:
        """The claims of a token that is genuine, meant for access, and valid now.

        Args:
            late_seconds: for how long after its expiry it is taken all the same.

        Raises:
            Failure: ``token_invalid``, ``token_expired``, or ``unavailable`` where no key set has
                ever been had.
        """
        digest = hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
        verified = self._verified
        claims = verified.get(digest)
        # Looking for the key starts a fetch where the key set is stale.
        if claims is None or time.monotonic() >= self._fresh_until:
            claims = self._verify(token)
            if len(verified) >= self._most_verified:
                verified.clear()
            # Not into the cache of a key set that was fetched meanwhile.
            verified[digest] = claims
        if claims.expires + late_seconds <= self._now():
            raise Failure(Code.TOKEN_EXPIRED)
        return claims

    def _verify(self, token: str) -> Claims:
        try:
            key_id = jwt.get_unverified_header(token).get("kid")
            key = self._key(key_id) if isinstance(key_id, str) else None
            if key is None:
                raise Failure(Code.TOKEN_INVALID)
            found = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                audience=AUDIENCE,
                # Expiry is looked at by who asks, also for cached ones.
                options={
                    "require": ["exp", "iat", "iss", "aud", "sub", "sid", "jti"],
                    "verify_exp": False,
                },
            )
            if found.get("purpose") != ACCESS:
                raise Failure(Code.TOKEN_INVALID)
            return Claims(
                int(found["sub"]), str(found["sid"]), str(found["jti"]), int(found["exp"])
            )
        except (jwt.InvalidTokenError, ValueError):
            # ValueError: text that is no UTF-8, or a subject that is no number.
            raise Failure(Code.TOKEN_INVALID) from None

    def _key(self, key_id: str) -> Ed25519PublicKey | None:
        known = self._keys.get(key_id)
        if known is not None:
            # A known key is used at once, while a stale set is fetched in the background.
            if time.monotonic() >= self._fresh_until and self._lock.acquire(blocking=False):
                threading.Thread(target=self._refresh_and_release, daemon=True).start()
            return known
        with self._lock:
            if key_id not in self._keys:
                self._refresh()
        if not self._keys:
            raise Failure(Code.UNAVAILABLE)
        return self._keys.get(key_id)

    def _refresh_and_release(self) -> None:
        try:
            self._refresh()
        finally:
            self._lock.release()

    def _refresh(self) -> None:
        # Called with the lock held; those who waited for the lock find a fresh result.
        if time.monotonic() < self._retry_after:
            return
        try:
            found = self._fetch()
            self._keys = {
                key["kid"]: loaded
                for key in found["keys"]
                if isinstance(loaded := OKPAlgorithm.from_jwk(key), Ed25519PublicKey)
            }
            # Tokens of keys that are no longer in the set leave the cache.
            self._verified = {}
            self._fresh_until = time.monotonic() + self._key_set_seconds
        except Failure:
            log.warning("key_set_not_fetched", keys_known=len(self._keys))
        finally:
            self._retry_after = time.monotonic() + self._retry_seconds


def bearer_token(header: str | None) -> str:
    """The token in an ``Authorization`` header, with or without the word ``Bearer``.

    Raises:
        Failure: ``token_missing``.
    """
    words = (header or "").split(None, 1)
    if len(words) > 1 and words[0].lower() == "bearer":
        return words[1].strip()
    if not words or header is None or words[0].lower() == "bearer":
        raise Failure(Code.TOKEN_MISSING)
    return header.strip()


def public_key(key_id: str, x: str) -> dict[str, str]:
    """A JSON Web Key that verifies tokens; ``x`` is the public half (RFC 8037)."""
    return {"kty": "OKP", "crv": CURVE, "x": x, "kid": key_id, "use": "sig", "alg": ALGORITHM}


def _thumbprint(x: str) -> str:
    """RFC 7638: the same key has the same id wherever it is made."""
    members = {"crv": CURVE, "kty": "OKP", "x": x}
    text = json.dumps(members, separators=(",", ":"), sort_keys=True)
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
