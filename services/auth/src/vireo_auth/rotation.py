"""Rotation of the key that signs tokens, without a failed request.

The new key is published first. Verifiers fetch the keys again when a token names an unknown one,
at most every ``RETRY_SECONDS``; after that time each of them can have it, and it replaces the old
one. Tokens of the old key are valid until they expire.
"""

import fcntl
import os
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from vireo_auth.storage.keys import KeyTable
from vireo_common.errors import Failure
from vireo_common.tokens import RETRY_SECONDS, Signer

MARGIN_SECONDS = 1.0


class NotRetired(Exception):
    """The database went away at the last step; the next rotation retires both keys."""


def rotate(signing_key: Path, keys: KeyTable) -> str:
    """Replace the private key in its file; returns the id of the new one.

    Concurrent calls are serialized. A rotation that was interrupted is completed by the next.

    Raises:
        Failure: the database is not there; nothing was changed.
        NotRetired: the key was replaced, and the old one not yet retired.
    """
    folder = os.open(signing_key.parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        following = signing_key.with_name("token_signing_key.next.pem")
        if not following.exists():
            _write_key(following)
        signer = Signer(following.read_text())
        keys.publish(signer)
        time.sleep(RETRY_SECONDS + MARGIN_SECONDS)
        following.rename(signing_key)
        os.fsync(folder)
        try:
            keys.retire_others(signer)
        except Failure:
            raise NotRetired(signer.key_id) from None
    finally:
        os.close(folder)
    return signer.key_id


def _write_key(path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    part.rename(path)
