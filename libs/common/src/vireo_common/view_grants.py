"""Grants for who may see a video that is not open to everybody, for addresses (ADR 0062)."""

import hashlib

from vireo_common.grants import Grants, Purpose

VIEW_SECONDS = 6 * 3600.0
REFERENCE_LENGTH = 32


def reference_of(session_id: str) -> str:
    """What a grant names a session by: no address has its id."""
    return hashlib.sha256(session_id.encode()).hexdigest()[:REFERENCE_LENGTH]


class ViewGrants:
    """Makes them; whoever calls has decided that the account may see the video."""

    def __init__(self, grants: Grants) -> None:
        self._grants = grants

    def make(self, hash_path: str, account_id: int, session_id: str) -> str:
        """A grant for 6 hours, or until the session ends.

        Raises:
            Failure: ``unavailable``.
        """
        reference = reference_of(session_id)
        return self._grants.make(Purpose.VIEW, hash_path, account_id, VIEW_SECONDS, reference)
