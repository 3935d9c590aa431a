"""Bytes out: carried on after a cut, whole or not at all."""

from pathlib import Path
from typing import Any

import pytest

from vireo_client import Client, NoAnswer, NotReady, StrangeAnswer, VireoError

PIECE = 256 * 1024
HASH = "aB3dE5g"
FILM = bytes(range(256)) * 4000


class Films:
    """A server's script: a film with a tag, cut as often as ``cuts`` says."""

    def __init__(self, reply: Any, cuts: list[int]) -> None:
        self.film, self.tag, self.cuts = FILM, '"1"', cuts
        self.wrong_place = False
        self._reply = reply

    def __call__(self, asked: Any) -> Any:
        """Answer."""
        cut = self.cuts.pop(0) if self.cuts else None
        headers = {"ETag": self.tag, "Content-Type": "video/mp4"}
        wanted = asked.headers.get("range", "")
        if not wanted or asked.headers.get("if-range", self.tag) != self.tag:
            return self._reply(self.film, 200, headers, cut)
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        end = int(last) + 1 if last else len(self.film)
        start = 0 if self.wrong_place else int(first)
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{len(self.film)}"
        return self._reply(self.film[int(first) : end], 206, headers, cut)


def test_a_film_is_fetched(server: Any, client: Client, reply: Any, tmp_path: Path) -> None:
    server.script = Films(reply, [])
    seen: list[tuple[int, int]] = []
    target = tmp_path / "film.mp4"
    client.download_video(HASH, target, progress=lambda *now: seen.append(now))
    assert target.read_bytes() == FILM
    assert seen[-1] == (len(FILM), len(FILM))
    assert list(tmp_path.iterdir()) == [target]
    assert "authorization" not in server.asked[0].headers


def test_a_cut_is_carried_on_from(
    server: Any, client: Client, reply: Any, tmp_path: Path, pauses: list[float]
) -> None:
    server.script = Films(reply, [300_000, 300_000])
    client.download_video(HASH, tmp_path / "film.mp4")
    assert (tmp_path / "film.mp4").read_bytes() == FILM
    assert [asked.headers.get("range") for asked in server.asked] == [
        None,
        f"bytes={PIECE}-",
        f"bytes={2 * PIECE}-",
    ]
    assert {asked.headers.get("if-range") for asked in server.asked[1:]} == {'"1"'}
    assert pauses == [1.0, 2.0]


def test_another_film_is_fetched_from_its_start(
    server: Any, client: Client, reply: Any, tmp_path: Path, pauses: list[float]
) -> None:
    films = server.script = Films(reply, [500_000])

    def change(done: int, total: int) -> None:
        films.film, films.tag = FILM[::-1] + b"more", '"2"'

    client.download_video(HASH, tmp_path / "film.mp4", progress=change)
    assert (tmp_path / "film.mp4").read_bytes() == FILM[::-1] + b"more"


@pytest.mark.parametrize("why", ["cut", "refused", "wrong place"])
def test_what_fails_leaves_nothing_new(
    server: Any,
    client: Client,
    reply: Any,
    refusal: Any,
    tmp_path: Path,
    pauses: list[float],
    why: str,
) -> None:
    target = tmp_path / "film.mp4"
    target.write_bytes(b"what was there")
    films = server.script = Films(reply, [10] * 100 if why == "cut" else [300_000])
    films.wrong_place = why == "wrong place"
    if why == "refused":
        server.answers(refusal("no_video_file", 400))
    expected = {"cut": NoAnswer, "refused": VireoError, "wrong place": StrangeAnswer}[why]
    with pytest.raises(expected):
        client.download_video(HASH, target)
    assert target.read_bytes() == b"what was there"
    assert list(tmp_path.iterdir()) == [target]


def test_a_part(server: Any, client: Client, reply: Any) -> None:
    server.script = Films(reply, [])
    assert client.read_video(HASH, 10, 19) == FILM[10:20]
    server.answers(reply(FILM, 200))
    with pytest.raises(StrangeAnswer, match="no part"):
        client.read_video(HASH, 10, 19)
    server.answers(reply(FILM, 206, cut=5))
    with pytest.raises(NoAnswer):
        client.read_video(HASH, 10, 19)


def test_an_archive_is_waited_for(
    server: Any, client: Client, reply: Any, tmp_path: Path, pauses: list[float]
) -> None:
    waiting = reply({"state": "waiting"}, 202, {"Retry-After": "5"})
    server.answers(waiting, waiting, reply(b"PK", 200, {"Content-Type": "application/zip"}))
    client.export_me(tmp_path / "me.zip")
    assert (tmp_path / "me.zip").read_bytes() == b"PK"
    assert (tmp_path / "me.zip").stat().st_mode & 0o077 == 0
    assert pauses == [5.0, 5.0]
    assert server.asked[0].headers["authorization"] == "Bearer token-1"


def test_an_archive_that_takes_too_long(
    server: Any, client: Client, reply: Any, tmp_path: Path
) -> None:
    server.answers(reply({"state": "waiting"}, 202, {"Retry-After": "5"}))
    with pytest.raises(NotReady):
        client.export_me(tmp_path / "me.zip", seconds=1)
    assert list(tmp_path.iterdir()) == []
