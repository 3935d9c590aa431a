"""Lists are iterators that fetch as they go; waiting asks until it is known."""

from itertools import islice
from typing import Any

import pytest

from vireo_client import Client, NotReady, VideoFailed

HASH = "aB3dE5g"


def row(title: str, **more: Any) -> dict[str, Any]:
    """A video in a list."""
    texts = {"channel": "ada", "thumbnail": HASH, "nb_count": "", "description": "", "upload": ""}
    return {"type": "video", "title": title, **texts, **more}


def linked(reply: Any, rows: list[dict[str, Any]], address: str) -> Any:
    """A page that is not the last one."""
    return reply(rows, 200, {"Link": f'<{address}>; rel="next"'})


def test_pages_are_fetched_as_they_are_read(server: Any, client: Client, reply: Any) -> None:
    server.answers(
        linked(reply, [row("1"), row("2")], "/videos/all?limit=2&cursor=abc-_1"),
        linked(reply, [], "/videos/all?limit=2&cursor=def"),
        reply([row("3")]),
    )
    rows = client.list_videos(page_size=2)
    assert server.asked == []
    assert [each.title for each in islice(rows, 2)] == ["1", "2"]
    assert server.paths() == ["GET /videos/all?limit=2"]
    # A page may be empty and not the last one.
    assert [each.title for each in rows] == ["3"]
    assert server.paths()[1:] == [
        "GET /videos/all?limit=2&cursor=abc-_1",
        "GET /videos/all?limit=2&cursor=def",
    ]
    assert all("authorization" not in asked.headers for asked in server.asked)


def test_a_link_leads_nowhere_else(server: Any, client: Client, reply: Any) -> None:
    """The token goes to the Vireo that it is of."""
    server.answers(
        linked(reply, [row("1")], "http://elsewhere.example.org/me/videos?cursor=abc"),
        reply([row("2")]),
    )
    assert [each.title for each in client.list_my_videos()] == ["1", "2"]
    assert server.paths()[1] == "GET /me/videos?limit=50&cursor=abc"


def test_words_are_one_part_of_the_path(server: Any, client: Client, reply: Any) -> None:
    server.answers(reply([]))
    for words in ("C++ & R/S?", "100 %", "\u00fcber #1", "%2F"):
        list(client.search(words))
    assert [asked.path.removesuffix("?limit=50") for asked in server.asked] == [
        "/search/all/C%2B%2B%20%26%20R%2FS%3F",
        "/search/all/100%20%25",
        "/search/all/%C3%BCber%20%231",
        "/search/all/%252F",
    ]


def test_waiting(server: Any, client: Client, reply: Any, pauses: list[float]) -> None:
    states = ("waiting", "waiting", "processing", "processing", "ready")
    server.answers(*(reply(row("x", state=state)) for state in states))
    assert client.wait(HASH).state == "ready"
    assert len(pauses) == 4
    assert pauses == sorted(pauses)


def test_waiting_outlives_a_restart(
    server: Any, client: Client, reply: Any, pauses: list[float]
) -> None:
    cut = reply(row("x"), cut=5)
    server.answers(*[cut] * 12, reply(row("x", state="ready")))
    assert client.wait(HASH).state == "ready"


def test_waiting_for_what_fails(server: Any, client: Client, reply: Any) -> None:
    server.answers(reply(row("x", state="failed", reason="It has no pictures.")))
    with pytest.raises(VideoFailed, match="It has no pictures") as caught:
        client.wait(HASH)
    assert caught.value.code == "video_failed"


def test_waiting_ends(server: Any, client: Client, reply: Any) -> None:
    server.answers(reply(row("x", state="processing")))
    with pytest.raises(NotReady, match="processing"):
        client.wait(HASH, seconds=0.05)


def test_what_everybody_sees_is_ready(server: Any, client: Client, reply: Any) -> None:
    server.answers(reply(row("x")))
    assert client.wait(HASH).title == "x"
