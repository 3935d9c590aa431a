"""Tokens: renewed once whoever asks, kept where nobody else reads them."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vireo_client import Client, SignInNeeded, Tokens, VireoError
from vireo_client.token_file import TokenFile, TokenFileError

URL = "http://localhost:8080"


class Sessions:
    """A server's script: refresh tokens work once, and the newest token alone is valid."""

    def __init__(self, reply: Any, refusal: Any) -> None:
        self.count = 1
        self.ended = False
        self._reply, self._refusal = reply, refusal
        self._lock = threading.Lock()

    def __call__(self, asked: Any) -> Any:
        """Answer."""
        with self._lock:
            if asked.path == "/sign_in":
                return self._next() if asked.json["refresh_token"] else self._reply("no")
            if asked.path == "/token/refresh":
                right = asked.json == {"refresh_token": f"refresh-{self.count}"}
                if self.ended or not right:
                    return self._refusal("token_revoked", 401)
                return self._next()
            if asked.headers.get("authorization") != f"Bearer token-{self.count}":
                return self._refusal("token_expired", 401)
            return self._reply([])

    def _next(self) -> Any:
        self.count += 1
        tokens = {"vtoken": f"token-{self.count}", "refresh_token": f"refresh-{self.count}"}
        return self._reply({**tokens, "expires_in": 10800})


@pytest.fixture
def sessions(server: Any, reply: Any, refusal: Any) -> Sessions:
    """The script, at work."""
    server.script = Sessions(reply, refusal)
    found: Sessions = server.script
    return found


@pytest.fixture
def late(server: Any, sessions: Sessions, session: Any) -> Iterator[Client]:
    """A client whose token has expired."""
    store = session()
    store.save(Tokens("token-0", "refresh-1"))
    with Client(server.url, store=store) as found:
        yield found


def test_an_expired_token_is_renewed(server: Any, late: Client) -> None:
    assert late.list_sessions() == []
    assert server.paths() == ["GET /sessions", "POST /token/refresh", "GET /sessions"]
    assert late.token == "token-2"
    assert late.list_sessions() == []
    assert len(server.asked) == 4


def test_many_threads_renew_once(server: Any, late: Client) -> None:
    with late as client:
        start = threading.Barrier(8)
        problems: list[VireoError] = []

        def ask() -> None:
            start.wait()
            try:
                client.list_sessions()
            except VireoError as problem:
                problems.append(problem)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert problems == []
    assert server.paths().count("POST /token/refresh") == 1


def test_programs_that_share_a_session_renew_once(
    server: Any, sessions: Sessions, tmp_path: Path
) -> None:
    path = tmp_path / "vireo/session.json"
    with (
        Client(server.url, store=TokenFile(path, server.url, "ada")) as one,
        Client(server.url, store=TokenFile(path, server.url, "ada")) as other,
    ):
        one.sign_in("ada", "x")
        for client in (one, other, one):
            # Both have the same old token in their hands, and the one in the file is as old.
            newest = TokenFile(path, server.url, "ada").load()
            assert newest is not None
            old = Tokens("token-0", newest.refresh_token)
            TokenFile(path, server.url, "ada").save(old)
            one._tokens = other._tokens = old
            assert client.list_sessions() == other.list_sessions() == one.list_sessions() == []
            assert one.token == other.token != "token-0"
    assert server.paths().count("POST /token/refresh") == 3


def test_a_session_that_has_ended(server: Any, client: Client, sessions: Sessions) -> None:
    sessions.count, sessions.ended = 5, True
    with pytest.raises(SignInNeeded, match="token_revoked"):
        client.list_sessions()
    assert server.paths() == ["GET /sessions", "POST /token/refresh"]


def test_without_a_session_nothing_is_renewed(server: Any, sessions: Sessions) -> None:
    with Client(server.url) as client:
        assert not client.refresh_token()
        with pytest.raises(SignInNeeded):
            client.list_sessions()
    assert server.paths() == ["GET /sessions"]


def test_signing_out_forgets_the_session(server: Any, client: Client) -> None:
    client.sign_out()
    assert (client.token, client._store.load()) == ("", None)
    assert server.asked[0].headers["authorization"] == "Bearer token-1"


def test_a_session_that_has_ended_is_forgotten_too(
    server: Any, client: Client, sessions: Sessions
) -> None:
    sessions.count, sessions.ended = 5, True
    client.sign_out()
    assert (client.token, client._store.load()) == ("", None)


def test_the_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    path = tmp_path / "vireo/session.json"
    file = TokenFile(path, URL, "ada")
    for number in range(2):
        with file.locked():
            file.save(Tokens(f"token-{number}", "refresh"))
        assert file.load() == Tokens(f"token-{number}", "refresh")
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert {each.stat().st_mode & 0o777 for each in path.parent.iterdir()} == {0o600}
    found = TokenFile.found(path)
    assert found is not None
    assert (found.url, found.username) == (URL, "ada")
    file.save(None)
    assert (TokenFile.found(path), file.load()) == (None, None)


def test_another_session_in_the_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    TokenFile(path, URL, "ada").save(Tokens("of-ada", "x"))
    for other in (TokenFile(path, URL, "bob"), TokenFile(path, "http://elsewhere", "ada")):
        assert other.load() is None
        other.save(None)
    assert TokenFile(path, URL, "ada").load() == Tokens("of-ada", "x")


def test_a_file_that_others_can_read(tmp_path: Path) -> None:
    path = tmp_path / "session.json"
    TokenFile(path, URL, "ada").save(Tokens("x", "y"))
    path.chmod(0o644)
    with pytest.raises(TokenFileError, match="Others can read"):
        TokenFile.found(path)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"url": "x"}', "\u0000"])
def test_a_file_that_is_something_else(tmp_path: Path, text: str) -> None:
    path = tmp_path / "session.json"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(TokenFileError, match="no session"):
        TokenFile.found(path)


def test_no_link_leads_the_tokens_elsewhere(tmp_path: Path) -> None:
    path, other = tmp_path / "session.json", tmp_path / "other"
    other.write_text("kept")
    for name in ("session.new", "session.json"):
        (tmp_path / name).symlink_to(other)
    TokenFile(path, URL, "ada").save(Tokens("x", "y"))
    assert other.read_text() == "kept"
    assert not path.is_symlink()
