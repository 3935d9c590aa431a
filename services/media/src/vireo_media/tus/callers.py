"""Who asks: the account of a request's token."""

from collections.abc import Mapping

from vireo_common.errors import Code, Failure
from vireo_common.sessions import SessionReader, Standing
from vireo_common.tokens import Claims, Verifier, bearer_token

# Clients that find an expired token at their question where an upload stands begin it anew. The
# address of an upload can't be guessed, and its session must live: so the question is answered for
# a day more. What writes needs a token that is valid.
LATE_SECONDS = 24 * 3600


class Callers:
    """Checks tokens and their sessions."""

    def __init__(self, verifier: Verifier, sessions: SessionReader) -> None:
        self._verifier = verifier
        self._sessions = sessions

    def writer(self, headers: Mapping[str, str]) -> int:
        """The account of one who writes.

        Raises:
            Failure: ``token_missing``, ``token_invalid``, ``token_expired`` or ``token_revoked``;
                ``suspended``.
        """
        claims = self._verifier.claims(_token(headers))
        if self._standing(claims) is Standing.SUSPENDED:
            raise Failure(Code.SUSPENDED)
        return claims.account_id

    def resumer(self, headers: Mapping[str, str]) -> int:
        """The account of one who asks where an upload stands.

        Raises:
            Failure: see ``writer``; not for a token that has expired within the last day.
        """
        claims = self._verifier.claims(_token(headers), late_seconds=LATE_SECONDS)
        self._standing(claims)
        return claims.account_id

    def _standing(self, claims: Claims) -> Standing:
        standing = self._sessions.standing(claims.account_id, claims.session_id)
        if standing is Standing.ENDED:
            raise Failure(Code.TOKEN_REVOKED)
        if standing is Standing.NO_ACCOUNT:
            raise Failure(Code.TOKEN_INVALID)
        return standing


def _token(headers: Mapping[str, str]) -> str:
    return bearer_token(headers.get("authorization"))
