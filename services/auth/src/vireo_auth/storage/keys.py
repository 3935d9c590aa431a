"""The signing key: the private key in a file, public keys in ``SigningKeys``."""

import threading
from pathlib import Path

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_common.tokens import ACCESS_SECONDS, Signer

PUBLISH = """
INSERT IGNORE INTO SigningKeys (KeyID, PublicKey, CreatedAt) VALUES (%s, %s, NOW(3))
"""

RETIRE_OTHERS = """
UPDATE SigningKeys SET RetiredAt = NOW(3) WHERE KeyID <> %s AND RetiredAt IS NULL
"""

# A retired key is deleted some minutes after the last token that it signed has expired.
SWEEP = "DELETE FROM SigningKeys WHERE RetiredAt < NOW(3) - INTERVAL %s SECOND"
KEPT_SECONDS = ACCESS_SECONDS + 600


class SigningKeyFile:
    """The private key's file, which a rotation replaces while processes run."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._signer, self._read_of = self._read()

    def signer(self) -> Signer:
        """What signs tokens now."""
        with self._lock:
            if self._version() != self._read_of:
                self._signer, self._read_of = self._read()
            return self._signer

    def _read(self) -> tuple[Signer, tuple[int, int]]:
        # The version first: a file that is replaced in between is read again the next time.
        version = self._version()
        return Signer(self._path.read_text()), version

    def _version(self) -> tuple[int, int]:
        found = self._path.stat()
        return found.st_ino, found.st_mtime_ns


class KeyTable:
    """The public keys in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def publish(self, signer: Signer) -> None:
        """Publish a key to the verifiers of tokens."""
        self._database.transaction("keys.publish", lambda cursor: publish_key(cursor, signer))

    def retire_others(self, signer: Signer) -> None:
        """Mark all other keys as retired."""
        self._database.write(RETIRE_OTHERS, (signer.key_id,))

    def sweep(self) -> None:
        """Delete keys that no token can need any more."""
        self._database.sweep(SWEEP, (KEPT_SECONDS,))


def publish_key(cursor: Cursor, signer: Signer) -> None:
    """Publish a key in the caller's transaction, before a token is signed with it."""
    cursor.execute(PUBLISH, (signer.key_id, signer.x))
