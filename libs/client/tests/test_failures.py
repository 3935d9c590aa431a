"""Failures have types, whatever answers; nothing goes where it should not."""

import socket
from pathlib import Path
from typing import Any

import pytest
import requests

from vireo_client import Client, NoAnswer, SignInNeeded, StrangeAnswer, VireoError
from vireo_client.errors import retry_after

HASH = "aB3dE5g"


def test_a_failure_says_all_that_the_answer_says(server: Any, client: Client, refusal: Any) -> None:
    wrong = {"email": "It is none.", "day": "There is no such day."}
    problems = {name: {"code": "invalid", "message": text} for name, text in wrong.items()}
    server.answers(refusal("invalid_body", 400, fields=wrong, problems=problems))
    with pytest.raises(VireoError) as caught:
        client.change_me(email="x")
    problem = caught.value
    assert (problem.code, problem.status, problem.fields) == ("invalid_body", 400, wrong)
    assert problem.problems == {"email": "invalid", "day": "invalid"}
    assert (problem.message, str(problem)) == ("It is invalid_body.", "It is invalid_body.")
    assert (problem.request_id, problem.retry_after) == ("request-1", None)


def test_a_block_says_when_it_ends(server: Any, refusal: Any) -> None:
    server.answers(refusal("blocked", 403, 900, blocked_until="2026-01-01T00:00:00Z"))
    with Client(server.url) as client, pytest.raises(VireoError) as caught:
        client.sign_in("ada", "x")
    assert (caught.value.code, caught.value.retry_after) == ("blocked", 900.0)
    assert caught.value.details == {"blocked_until": "2026-01-01T00:00:00Z"}


def test_a_code_of_a_newer_vireo_is_told(server: Any, client: Client, refusal: Any) -> None:
    server.answers(refusal("too_purple", 418))
    with pytest.raises(VireoError) as caught:
        client.show_me()
    assert (caught.value.code, caught.value.status) == ("too_purple", 418)


@pytest.mark.parametrize("code", ["token_missing", "token_invalid", "token_revoked"])
def test_signing_in_helps(server: Any, client: Client, refusal: Any, code: str) -> None:
    server.answers(refusal(code, 400 if code != "token_revoked" else 401))
    with pytest.raises(SignInNeeded, match=code):
        client.show_me()
    assert server.paths() == ["GET /me"]


STRANGE = {
    "a page": (b"<html>", 200, {"Content-Type": "text/html"}),
    "a page of a proxy": (b"<html>", 403, {"Content-Type": "text/html"}),
    "nothing": (b"", 200, {}),
    "no envelope": (b'{"username": "ada"}', 200, {}),
    "a list": (b"[]", 200, {}),
    "no object": (b'{"response": "x"}', 200, {}),
    "less than there must be": (b'{"response": {"username": "ada"}}', 200, {}),
    "no code": (b'{"response": {"message": "x"}}', 404, {}),
    "fields that are none": (
        b'{"response": {"error": "x", "message": "y", "fields": []}}',
        400,
        {},
    ),
    "problems without codes": (
        b'{"response": {"error": "x", "message": "y", "problems": {"a": "b"}}}',
        400,
        {},
    ),
    "no letters": (b"\xff\xfe\xfa", 400, {}),
    "another place": (b"", 302, {"Location": "http://elsewhere.example.org/"}),
    "no content": (b"", 204, {}),
}


@pytest.mark.parametrize("name", STRANGE)
def test_what_is_no_vireo(server: Any, client: Client, reply: Any, name: str) -> None:
    server.answers(reply(*STRANGE[name]))
    with pytest.raises(StrangeAnswer) as caught:
        client.show_me()
    assert caught.value.code == "strange_answer"
    if name == "another place":
        assert "http://elsewhere.example.org/" in caught.value.message
    assert len(server.asked) == 1


def test_keys_of_a_newer_vireo_are_ignored(server: Any, client: Client, reply: Any) -> None:
    row = dict.fromkeys(("type", "channel", "title", "thumbnail", "description", "upload"), "x")
    server.answers(reply({**row, "nb_count": "", "views": 5, "chapters": [{"at": 3}]}))
    video = client.show_video(HASH)
    assert (video.title, video.duration) == ("x", None)
    with pytest.raises(AttributeError):
        video.title = "y"  # type: ignore[misc]


def test_nobody_answers(pauses: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with Client(url) as client, pytest.raises(NoAnswer, match=url):
        client.sign_in("ada", "x")
    assert pauses == []


def test_silence_ends() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with (
            Client(url, seconds=0.2, patience=0) as client,
            pytest.raises(NoAnswer, match="too long"),
        ):
            client.show_me()


def test_passwords_of_a_netrc_file_stay_there(
    server: Any, reply: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password rosy-otter-42\n")
    monkeypatch.setenv("NETRC", str(netrc))
    server.answers(reply([]))
    with Client(server.url) as client:
        list(client.list_videos())
    assert "authorization" not in server.asked[0].headers


def test_cookies_are_not_kept(server: Any, client: Client, reply: Any) -> None:
    server.answers(reply([], 200, {"Set-Cookie": "mark=1; Path=/"}))
    list(client.list_videos())
    list(client.list_videos())
    assert not any("cookie" in asked.headers for asked in server.asked)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "localhost:8080",
        "ftp://localhost",
        "http://",
        "http://ada:secret@localhost",
        "http://localhost/?x=1",
        "http://localhost/#x",
        "http://[::1",
        "http://localhost:99999",
        "http://localhost:x",
    ],
)
def test_no_address(url: str) -> None:
    with pytest.raises(ValueError, match=r"address|IPv6|Port") as caught:
        Client(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("hash_path", ["", ".", "..", "../me", "a/b", "a?b", "a#b", "%2e%2e"])
def test_no_text_leads_to_another_address(server: Any, client: Client, hash_path: str) -> None:
    """``DELETE /v/../sessions/x`` would be another call."""
    try:
        client.delete_video(hash_path)
    except VireoError as problem:
        assert (problem.code, server.asked) == ("not_found", [])
    else:
        (asked,) = server.asked
        assert asked.path.startswith("/v/")
        assert asked.path.count("/") == 2
        assert "?" not in asked.path


def test_secrets_are_in_no_text(server: Any, client: Client, refusal: Any) -> None:
    server.answers(refusal("token_invalid", 400))
    with pytest.raises(SignInNeeded) as caught:
        client.change_password("rosy-otter-42", "rosy-otter-43")
    shown = repr(client._tokens) + repr(client) + repr(caught.value) + str(caught.value)
    assert not [word for word in ("token-1", "refresh-1", "rosy-otter") if word in shown]


def test_dates_in_retry_after(server: Any, client: Client, refusal: Any, reply: Any) -> None:
    late = {"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}
    server.answers(reply({"error": "rate_limited", "message": "Wait."}, 429, late))
    with pytest.raises(VireoError) as caught:
        client.show_me()
    assert caught.value.retry_after is not None
    assert caught.value.retry_after > 1e6


@pytest.mark.parametrize("text", ["", "soon", "-1", "1.5", "\u0661", "nan"])
def test_retry_after_that_says_nothing(text: str) -> None:
    answer = requests.Response()
    answer.headers["Retry-After"] = text
    assert retry_after(answer) is None
