"""Signed-in people for the tests of services that only verify tokens."""

import secrets

from vireo_common.tokens import Signer
from vireo_testing.mariadb import TestDatabase

PUBLISH = "INSERT IGNORE INTO SigningKeys (KeyID, PublicKey, CreatedAt) VALUES (%s, %s, NOW(3))"

# IGNORE: for an account that is not there any more there is no session either.
OPEN = """
INSERT IGNORE INTO Sessions
    (SessionID, ChannelID, Device, Address, CreatedAt, SeenAt, RefreshedAt)
VALUES (%s, %s, 'a browser', '198.51.100.7', NOW(3), NOW(3), NOW(3))
"""


def open_session(database: TestDatabase, channel_id: int, now: float | None = None) -> str:
    """What a sign-in does: publish the key, open a session, and sign its token.

    Args:
        now: when it was signed, in seconds since 1970.
    """
    signer = Signer((database.secrets_dir / "token_signing_key.pem").read_text())
    session_id = secrets.token_urlsafe(16)
    database.query(PUBLISH, (signer.key_id, signer.x))
    database.query(OPEN, (session_id, channel_id))
    return signer.access_token(channel_id, session_id, now)
