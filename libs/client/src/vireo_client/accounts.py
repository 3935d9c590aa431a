"""Operations of accounts, sessions and channels."""

import time
from contextlib import suppress
from pathlib import Path

from vireo_client.calls import Calls, given
from vireo_client.downloads import Download
from vireo_client.errors import NotReady, SignInNeeded
from vireo_client.transport import Request, segment
from vireo_client.uploads import File, Progress
from vireo_client.values import MeRow, SessionRow, SignedIn, parse, parse_all

_LEAST_PAUSE = 0.1


class Accounts(Calls):
    """A method for each operation."""

    def sign_up(
        self,
        *,
        username: str,
        password: str,
        email: str,
        fname: str,
        lname: str,
        day: int,
        month: int,
        year: int,
        mname: str = "",
    ) -> None:
        """Open an account; it is not signed in by that. The numbers are the date of birth."""
        body = {"username": username, "password": password, "email": email}
        names = {"fname": fname, "mname": mname, "lname": lname}
        self._post("/sign_up", {**body, **names, "day": day, "month": month, "year": year})

    def sign_in(self, username: str, password: str) -> SignedIn:
        """Sign in, from now on and for as long as tokens are renewed.

        Raises:
            VireoError: ``bad_credentials`` with ``attempts_left`` in its details; ``blocked``.
        """
        body = {"username": username, "password": password, "refresh_token": True}
        value = self._http.value(Request("POST", "/sign_in", json=body))
        with self._renewing, self._store.locked():
            return self._keep(value)

    def refresh_token(self) -> bool:
        """Renew the tokens, which calls do by themselves; ``False`` where there is no session.

        Raises:
            SignInNeeded: the session has ended.
        """
        return self._renew(self.token)

    def sign_out(self) -> None:
        """End the session, and forget its tokens; one that has ended already is forgotten too."""
        with suppress(SignInNeeded):
            self._post("/sign_out", signed=True)
        self._forget()

    def list_sessions(self) -> list[SessionRow]:
        """Where the account is signed in."""
        return parse_all(SessionRow, self._value("GET", "/sessions"))

    def end_session(self, session_id: str) -> None:
        """Sign out elsewhere."""
        self._value("DELETE", f"/sessions/{segment(session_id)}")

    def end_other_sessions(self) -> None:
        """Sign out everywhere but here."""
        self._value("DELETE", "/sessions")

    def show_me(self) -> MeRow:
        """One's own account."""
        return parse(MeRow, self._value("GET", "/me"))

    def change_me(
        self,
        *,
        fname: str | None = None,
        mname: str | None = None,
        lname: str | None = None,
        email: str | None = None,
        password: str | None = None,
        history: bool | None = None,
    ) -> MeRow:
        """Change names, whether a history is kept, or (with the password) the address of mails.

        The account as it is then.
        """
        names = {"fname": fname, "mname": mname, "lname": lname}
        body = given({**names, "email": email, "password": password, "history": history})
        return parse(MeRow, self._value("PATCH", "/me", body))

    def change_password(self, old_password: str, new_password: str) -> None:
        """Set another password; other sessions end."""
        body = {"old_password": old_password, "new_password": new_password}
        self._post("/password/change", body, signed=True)

    def forget_password(self, email: str) -> None:
        """Have a link for a new password sent."""
        self._post("/password/forgot", {"email": email})

    def reset_password(self, token: str, password: str) -> None:
        """Set a new password with the token of that link."""
        self._post("/password/reset", {"token": token, "password": password})

    def verify_email(self, token: str) -> None:
        """Prove the address of mails with the token of a link."""
        self._post("/email/verify", {"token": token})

    def resend_verification(self) -> None:
        """Have that link sent again."""
        self._post("/email/verify/resend", signed=True)

    def undo_email_change(self, token: str) -> None:
        """Take a change of the address back with the token of the link in the notice."""
        self._post("/email/undo", {"token": token})

    def delete_channel(self, password: str) -> None:
        """Delete the account with all its videos."""
        self._value("DELETE", "/channel", {"password": password})
        self._forget()

    def export_me(
        self, target: File, *, seconds: float = 3600.0, progress: Progress | None = None
    ) -> None:
        """All that Vireo knows about the account, as a ZIP file at ``target``, for its owner alone.

        Raises:
            NotReady: it is not made within ``seconds``.
        """
        download = Download(self._http, "/me/export", Path(target), progress, mode=0o600)
        until = time.monotonic() + seconds
        while True:
            try:
                return self._signed(download.fetch)
            except NotReady as problem:
                pause = max(problem.retry_after or 0.0, _LEAST_PAUSE)
                if time.monotonic() + pause > until:
                    raise
                time.sleep(pause)
