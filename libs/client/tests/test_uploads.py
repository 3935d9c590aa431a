"""Bytes in: in pieces, with progress, again after a cut, and no more than Vireo wants."""

import os
import socket
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from vireo_client import Client, FileProblem, NoAnswer, VireoError
from vireo_client.uploads import PIECE

HASH = "aB3dE5g"
SIZE = 3 * PIECE + 1234
MEBIBYTE = 1 << 20


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Some bytes of which no two pieces are the same."""
    path = tmp_path / "film.mp4"
    path.write_bytes(b"".join(number.to_bytes(4, "big") for number in range(SIZE // 4 + 1))[:SIZE])
    return path


def script(server: Any, reply: Any, **answers: Any) -> None:
    """Answer the announcement, the look at the video, and the bytes: each by its own list."""
    video = {"type": "video", "channel": "ada", "title": "x", "thumbnail": HASH, "nb_count": ""}
    video |= {"description": "", "upload": ""}
    announced = answers.get("announced", [reply(HASH)])
    looks = [reply({**video, **each}) for each in answers.get("looks", [{"state": "ready"}])]
    bytes_in = answers.get("bytes_in", [reply()])

    def next_of(left: list[Any]) -> Any:
        return left.pop(0) if len(left) > 1 else left[0]

    def answer(asked: Any) -> Any:
        if asked.path == "/upload":
            return next_of(announced)
        if asked.path.startswith("/upload/v/"):
            return next_of(bytes_in)
        return next_of(looks)

    server.script = answer


def test_a_film_goes_in_pieces(server: Any, client: Client, reply: Any, film: Path) -> None:
    script(server, reply)
    seen: list[tuple[int, int]] = []
    assert client.upload(film, "A film", "Of mine", progress=lambda *now: seen.append(now)) == HASH
    announced, sent = server.asked
    assert announced.json == {"title": "A film", "description": "Of mine"}
    assert (sent.path, sent.body) == (f"/upload/v/{HASH}", film.read_bytes())
    assert sent.headers["content-length"] == str(SIZE)
    assert sent.headers["authorization"] == "Bearer token-1"
    assert seen == [(done, SIZE) for done in (0, PIECE, 2 * PIECE, 3 * PIECE, SIZE)]


def test_memory_does_not_grow_with_the_film(
    server: Any, client: Client, reply: Any, tmp_path: Path
) -> None:
    script(server, reply)
    large = tmp_path / "large.mp4"
    with large.open("wb") as file:
        file.truncate(128 * MEBIBYTE)
    # The server of the test keeps the first of it, in the same process.
    tracemalloc.start()
    client.upload_video(HASH, large)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert server.asked[-1].size == 128 * MEBIBYTE
    assert peak < 32 * MEBIBYTE


@pytest.mark.parametrize("after", [0, 1000, PIECE + 5, SIZE - 1])
def test_a_cut_begins_again_from_the_start(
    server: Any, client: Client, reply: Any, film: Path, pauses: list[float], after: int
) -> None:
    script(server, reply)
    server.cuts = [after, after]
    seen: list[int] = []
    assert client.upload(film, "A film", progress=lambda sent, total: seen.append(sent)) == HASH
    assert server.paths() == ["POST /upload", *[f"POST /upload/v/{HASH}"] * 3]
    assert server.asked[-1].body == film.read_bytes()
    assert (seen.count(0), seen[-1]) == (3, SIZE)
    assert pauses == [1.0, 2.0]


def test_cuts_have_an_end(
    server: Any, client: Client, reply: Any, film: Path, pauses: list[float]
) -> None:
    script(server, reply)
    server.cuts = [10] * 100
    with pytest.raises(NoAnswer):
        client.upload(film, "A film")
    assert server.paths().count("POST /upload") == 1
    assert server.paths().count(f"POST /upload/v/{HASH}") == 6
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0]


def test_the_answer_was_lost_and_not_the_bytes(
    server: Any, client: Client, reply: Any, refusal: Any, film: Path, pauses: list[float]
) -> None:
    """Vireo looks at what it has; meanwhile it takes no other file, and then it has this one."""
    taken = refusal("already_uploaded", 409)
    script(
        server,
        reply,
        bytes_in=[reply("", cut=5), taken, taken],
        looks=[{"uploaded": False}, {"uploaded": True}],
    )
    client.upload_video(HASH, film)
    assert [asked.method for asked in server.asked] == ["POST", "POST", "GET", "POST", "GET"]


def test_what_arrived_was_refused_and_is_sent_again(
    server: Any, client: Client, reply: Any, refusal: Any, film: Path, pauses: list[float]
) -> None:
    script(
        server,
        reply,
        bytes_in=[
            refusal("unavailable", 503, 3),
            refusal("already_uploaded", 409),
            refusal("unsupported_media", 415),
        ],
        looks=[{"uploaded": False}],
    )
    with pytest.raises(VireoError) as caught:
        client.upload_video(HASH, film)
    assert caught.value.code == "unsupported_media"
    assert pauses[0] == 3.0


def test_somebody_else_s_upload_is_not_ours(
    server: Any, client: Client, reply: Any, refusal: Any, film: Path
) -> None:
    script(server, reply, bytes_in=[refusal("already_uploaded", 409)])
    with pytest.raises(VireoError) as caught:
        client.upload_video(HASH, film)
    assert caught.value.code == "already_uploaded"
    assert len(server.asked) == 1


def test_too_many_at_once_wait(
    server: Any, client: Client, reply: Any, refusal: Any, film: Path, pauses: list[float]
) -> None:
    script(server, reply, bytes_in=[refusal("rate_limited", 429, 11), reply()])
    client.upload(film, "A film")
    assert pauses == [11.0]
    assert server.paths().count("POST /upload") == 1


def test_a_refusal_is_seen_while_bytes_go(
    server: Any, client: Client, refusal: Any, reply: Any, tmp_path: Path
) -> None:
    """The server reads on, as nginx does: the client stops all the same."""
    large = tmp_path / "large.mp4"
    with large.open("wb") as file:
        file.truncate(1 << 32)
    server.early = refusal("too_large", 413, limit=1000)
    with pytest.raises(VireoError) as caught:
        client.upload_video(HASH, large)
    assert (caught.value.code, caught.value.details) == ("too_large", {"limit": 1000})
    assert server.read < 64 * MEBIBYTE


def test_a_server_that_is_busy_for_a_while(
    server: Any, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time for a connection is not the one for a piece that nobody takes yet."""
    monkeypatch.setattr("vireo_client.transport.CONNECT_SECONDS", 0.1)
    large = tmp_path / "large.mp4"
    with large.open("wb") as file:
        file.truncate(64 * MEBIBYTE)
    server.busy_seconds = 0.5
    client.upload_video(HASH, large)
    assert [asked.size for asked in server.asked] == [64 * MEBIBYTE]


def test_a_token_that_expires_meanwhile(
    server: Any, client: Client, reply: Any, refusal: Any, film: Path
) -> None:
    fresh = {"vtoken": "token-2", "expires_in": 10800, "refresh_token": "refresh-2"}
    expired = refusal("token_expired", 401)

    def answer(asked: Any) -> Any:
        if asked.path == "/token/refresh":
            return reply(fresh)
        return reply() if asked.headers["authorization"] == "Bearer token-2" else expired

    server.script = answer
    client.upload_video(HASH, film)
    sent = f"POST /upload/v/{HASH}"
    assert server.paths() == [sent, "POST /token/refresh", sent]
    assert server.asked[-1].body == film.read_bytes()


def test_nothing_is_announced_that_can_not_be_read(
    client: Client, server: Any, tmp_path: Path
) -> None:
    with pytest.raises(FileNotFoundError):
        client.upload(tmp_path / "none.mp4", "x")
    with pytest.raises(IsADirectoryError):
        client.upload(tmp_path, "x")
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(tmp_path / "socket"))
        with pytest.raises(OSError, match="no regular file"):
            client.upload(tmp_path / "socket", "x")
    (tmp_path / "zero.mp4").symlink_to("/dev/zero")
    with pytest.raises(OSError, match="no regular file"):
        client.upload(tmp_path / "zero.mp4", "x")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OSError, match="no regular file"):
        client.upload(tmp_path / "pipe", "x")
    assert server.asked == []


def test_a_film_that_becomes_shorter(
    server: Any, client: Client, reply: Any, film: Path, pauses: list[float]
) -> None:
    script(server, reply)

    def shorten(sent: int, total: int) -> None:
        if sent == PIECE:
            os.truncate(film, PIECE)

    with pytest.raises(FileProblem, match="shorter"):
        client.upload_video(HASH, film, progress=shorten)
    assert pauses == []


@pytest.mark.parametrize("problem", [OSError("no room"), BrokenPipeError(), RuntimeError("x")])
def test_who_is_told_of_progress_fails(
    server: Any, client: Client, reply: Any, film: Path, problem: Exception, pauses: list[float]
) -> None:
    """It is no cut of the line, and nothing is sent again for it."""
    script(server, reply)

    def fail(sent: int, total: int) -> None:
        if sent:
            raise problem

    expected = FileProblem if isinstance(problem, OSError) else RuntimeError
    with pytest.raises(expected):
        client.upload_video(HASH, film, progress=fail)
    assert pauses == []


def test_a_picture(server: Any, client: Client, tmp_path: Path) -> None:
    picture = tmp_path / "me.webp"
    picture.write_bytes(b"RIFF")
    client.set_channel_picture(picture)
    (asked,) = server.asked
    assert (asked.path, asked.body) == ("/channel/picture", b"RIFF")
