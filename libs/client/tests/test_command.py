"""``vireo``: what it prints and where, its exit status, and what it never shows."""

import io
import json
import os
import sys
import tomllib
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from vireo_client import Tokens
from vireo_client.__main__ import DEFAULT_URL, main
from vireo_client.terminal import Bar, plain, size
from vireo_client.token_file import TokenFile, default_path
from vireo_client.version import VERSION

HASH = "aB3dE5g"
ROW = {"type": "video", "channel": "ada", "title": "x", "thumbnail": HASH, "nb_count": ""}
ROW |= {"description": "", "upload": "2026-01-01T00:00:00Z"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("VIREO_URL", raising=False)
    return tmp_path


@pytest.fixture
def signed_in(server: Any) -> TokenFile:
    """A session that was kept."""
    file = TokenFile(default_path(), server.url, "ada")
    with file.locked():
        file.save(Tokens("token-1", "refresh-1"))
    return file


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A film."""
    path = tmp_path / "my film.mp4"
    path.write_bytes(b"bytes" * 1000)
    return path


def type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """What comes from the standard input, which is no terminal."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))


def test_signing_in_reads_the_password(
    server: Any, reply: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tokens = {"vtoken": "token-7", "expires_in": 10800, "refresh_token": "refresh-7"}
    server.answers(reply(tokens))
    type_in(monkeypatch, "rosy otter 42 \r\nand no more\n")
    assert main(["--url", f"{server.url}/", "sign-in", "ada"]) == 0
    body = {"username": "ada", "password": "rosy otter 42 ", "refresh_token": True}
    assert server.asked[0].json == body
    assert server.asked[0].headers["user-agent"] == f"vireo/{VERSION}"
    shown = "".join(capsys.readouterr())
    assert shown == f"Signed in at {server.url}.\n"
    kept = json.loads(default_path().read_text())
    assert kept == {
        "url": server.url,
        "username": "ada",
        "token": "token-7",
        "refresh_token": "refresh-7",
    }
    assert default_path().stat().st_mode & 0o777 == 0o600


def test_a_wrong_password_keeps_nothing(
    server: Any, refusal: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answers(refusal("bad_credentials", 402, attempts_left=4))
    type_in(monkeypatch, "rosy-otter-42\n")
    assert main(["--url", server.url, "sign-in", "ada"]) == 1
    out, err = capsys.readouterr()
    assert (out, err) == ("", "vireo: It is bad_credentials.\n(request request-1)\n")
    assert not default_path().exists()


def test_the_session_goes_to_its_own_vireo_alone(
    server: Any, reply: Any, signed_in: TokenFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.answers(reply(ROW))
    elsewhere = server.url.replace("127.0.0.1", "localhost")
    for arguments in (["status", HASH], ["--url", server.url + "/", "status", HASH]):
        assert main(arguments) == 0
        assert server.asked[-1].headers["authorization"] == "Bearer token-1"
    assert main(["--url", elsewhere, "status", HASH]) == 0
    assert "authorization" not in server.asked[-1].headers
    monkeypatch.setenv("VIREO_URL", elsewhere)
    assert main(["status", HASH]) == 0
    assert "authorization" not in server.asked[-1].headers


def test_signing_out_removes_the_session(server: Any, signed_in: TokenFile) -> None:
    assert main(["sign-out"]) == 0
    assert server.paths() == ["POST /sign_out"]
    assert not default_path().exists()


def test_an_upload(
    server: Any, reply: Any, signed_in: TokenFile, film: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answers(reply(HASH), reply(), reply({**ROW, "state": "ready"}))
    assert main(["upload", str(film)]) == 0
    assert server.paths() == ["POST /upload", f"POST /upload/v/{HASH}", f"GET /v/{HASH}"]
    assert server.asked[0].json == {"title": "my film", "description": ""}
    out, err = capsys.readouterr()
    assert out == f"{server.url}/watch/{HASH}\n"
    # Nobody watches: there is no bar.
    assert err == "All bytes have arrived; it is being made ready.\n"


def test_an_upload_that_was_cut_is_carried_on(
    server: Any,
    reply: Any,
    signed_in: TokenFile,
    film: Path,
    capsys: pytest.CaptureFixture[str],
    pauses: list[float],
) -> None:
    server.answers(reply(HASH))
    server.cuts = [100] * 6
    arguments = ["upload", str(film), "--title", "A film", "--description", "Of mine"]
    assert main(arguments) == 75
    out, err = capsys.readouterr()
    assert out == ""
    again = f"vireo upload '{film}' --to {HASH}"
    assert err.splitlines() == [
        f"The video is announced. To send its bytes: {again}",
        f"vireo: No Vireo answers at {server.url}, or the line was cut.",
    ]
    server.asked.clear()
    server.answers(reply())
    assert main(["upload", str(film), "--to", HASH, "--no-wait"]) == 0
    assert server.paths() == [f"POST /upload/v/{HASH}"]


def test_a_film_that_is_not_there_is_not_announced(
    server: Any, signed_in: TokenFile, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, why in (("none.mp4", "No such file or directory"), (".", "Is a directory")):
        assert main(["upload", str(home / name)]) == 1
        assert capsys.readouterr().err == f"vireo: {home / name}: {why}\n"
    assert server.asked == []


def test_a_title_that_is_refused(
    server: Any,
    refusal: Any,
    signed_in: TokenFile,
    film: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server.answers(refusal("invalid_body", 400, fields={"title": "It is too long."}))
    assert main(["upload", str(film), "--title", "x" * 300]) == 1
    assert capsys.readouterr().err.splitlines()[1] == "  title: It is too long."


def test_captions(
    server: Any, reply: Any, signed_in: TokenFile, tmp_path: Path, capsys: Any
) -> None:
    file = tmp_path / "words.srt"
    file.write_text("1\n00:00:01,000 --> 00:00:02,000\nHello\n")
    url = f"/captions/{HASH}/pt-BR.vtt"
    server.answers(reply({"language": "pt-BR", "label": "Português (BR)", "url": url}), reply(""))
    assert main(["captions", HASH, "pt-br", str(file)]) == 0
    assert capsys.readouterr().out == f"{server.url}{url}\n"
    assert main(["captions", HASH, "pt-BR", "--remove"]) == 0
    put, delete = server.asked
    assert (put.method, put.path) == ("PUT", f"/v/{HASH}/captions/pt-br")
    assert (put.size, put.headers["content-type"]) == (
        file.stat().st_size,
        "application/x-subrip",
    )
    assert (delete.method, delete.path) == ("DELETE", f"/v/{HASH}/captions/pt-BR")


def test_captions_that_are_refused(
    server: Any, refusal: Any, signed_in: TokenFile, film: Path, capsys: Any
) -> None:
    fields = {"captions": "line 6: the times can't be read"}
    server.answers(refusal("invalid_body", 400, fields=fields))
    assert main(["captions", HASH, "en", str(film)]) == 1
    assert "  captions: line 6: the times can't be read\n" in capsys.readouterr().err
    with pytest.raises(SystemExit) as wrong:
        main(["captions", HASH, "en"])
    assert wrong.value.code == 2


def test_lists(
    server: Any, reply: Any, signed_in: TokenFile, capsys: pytest.CaptureFixture[str]
) -> None:
    channel = {**ROW, "type": "channel", "title": "", "nb_count": 3}
    server.answers(reply([channel, {**ROW, "title": "a\x1b[31mred\nline\u202e"}, ROW]))
    assert main(["search", "some", "words", "--limit", "2"]) == 0
    assert server.paths() == ["GET /search/all/some%20words?limit=2"]
    first, second = capsys.readouterr().out.splitlines()
    assert first.split() == ["channel", "2026-01-01T00:00:00Z", "@ada"]
    assert second.startswith(f"{HASH}  video")
    assert second.endswith("a\ufffd[31mred\ufffdline\ufffd")
    server.answers(reply([{**ROW, "state": "processing"}]))
    assert main(["videos"]) == 0
    assert capsys.readouterr().out.split() == [HASH, "processing", "2026-01-01T00:00:00Z", "x"]


STATUS = {
    "ready": ({"duration": 5.04, "width": 640, "height": 360}, "ready"),
    "mine": ({"state": "processing", "uploaded": True}, "processing"),
    "without bytes": ({"state": "waiting", "uploaded": False}, "waiting for its bytes"),
    "with bytes": ({"state": "waiting", "uploaded": True}, "waiting, its bytes have arrived"),
    "failed": ({"state": "failed", "reason": "It has no pictures."}, "failed"),
}


@pytest.mark.parametrize("name", STATUS)
def test_status(server: Any, reply: Any, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    more, state = STATUS[name]
    server.answers(reply({**ROW, **more}))
    assert main(["--url", server.url, "status", HASH]) == 0
    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert lines["state"] == state
    assert lines["watch"] == f"{server.url}/watch/{HASH}"
    assert lines.get("reason") == more.get("reason")
    assert lines.get("size") == ("5.0 s, 640 x 360" if "width" in more else None)


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [("not_found", 404, 1), ("disk_full", 507, 1), ("rate_limited", 429, 75), ("x", 502, 75)],
)
def test_exit_statuses(
    server: Any, refusal: Any, code: str, status: int, expected: int, pauses: list[float]
) -> None:
    server.answers(refusal(code, status, 200))
    assert main(["--url", server.url, "status", HASH]) == expected


def test_nobody_answers(capsys: pytest.CaptureFixture[str], pauses: list[float]) -> None:
    assert main(["--url", "http://127.0.0.1:1", "search", "x"]) == 75
    assert "No Vireo answers at http://127.0.0.1:1" in capsys.readouterr().err


def test_a_session_is_needed(server: Any, refusal: Any, capsys: pytest.CaptureFixture[str]) -> None:
    server.answers(refusal("token_missing", 400))
    assert main(["--url", server.url, "videos"]) == 1
    assert "Sign in with: vireo sign-in NAME" in capsys.readouterr().err


def test_a_session_that_can_not_be_used(
    signed_in: TokenFile, capsys: pytest.CaptureFixture[str]
) -> None:
    signed_in.path.chmod(0o644)
    assert main(["videos"]) == 1
    assert capsys.readouterr().err.startswith("vireo: Others can read ")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["sign-in"],
        ["sign-in", "ada", "--password", "x"],
        ["--url", "localhost", "videos"],
        ["videos", "--limit", "0"],
        ["videos", "--limit", "x"],
        ["upload"],
        ["search"],
    ],
    ids=str,
)
def test_wrong_use(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: vireo" in capsys.readouterr().err


def test_stopped(
    server: Any,
    reply: Any,
    signed_in: TokenFile,
    film: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    server.answers(reply(HASH))

    def stop(bar: Bar, sent: int, total: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Bar, "__call__", stop)
    assert main(["upload", str(film)]) == 130
    err = capsys.readouterr().err
    assert f"--to {HASH}" in err
    assert err.endswith("vireo: stopped\n")


class Terminal(io.StringIO):
    """What is written to a terminal."""

    def isatty(self) -> bool:
        """It is one."""
        return True


def test_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((60, 24)))
    with Bar() as bar:
        for sent in range(0, 10_241, 16):
            bar(sent, 10_240)
    *_, last = screen.getvalue().rstrip("\n").split("\r")
    assert last.startswith("[####")
    assert "100%  10.0 KiB of 10.0 KiB" in last
    lines = screen.getvalue().split("\r")
    assert all(len(line.rstrip("\n")) < 60 for line in lines)
    # It is drawn by the clock and not by the piece.
    assert len(lines) < 100


def test_plain_text() -> None:
    assert (
        plain("a\tb\x1b]0;x\x07\udce4 \u00e4\U0001f600")
        == "a\ufffdb\ufffd]0;x\ufffd\ufffd \u00e4\U0001f600"
    )
    assert [size(n) for n in (0, 1023, 1024, 1536, 5 << 30)] == [
        "0 bytes",
        "1023 bytes",
        "1.0 KiB",
        "1.5 KiB",
        "5.0 GiB",
    ]


def test_the_package_installs_the_command() -> None:
    given = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())
    module, _, name = given["project"]["scripts"]["vireo"].partition(":")
    assert callable(getattr(import_module(module), name))
    assert DEFAULT_URL.startswith("http://")
