"""Deep pages of lists, and search, one request after the other.

A page deep in the list is held against the first one. Search is held against its own statements:
they are taken from the server's log of statements while Vireo answers the same request, so they are
what Vireo asks whatever its code is, and are then sent by a plain client as the same user.
Everything is asked with a token, which keeps the gateway's cache out of it.
"""

import json
import statistics
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pymysql
import requests
from pymysql.cursors import Cursor

from vireo_bench import transfers
from vireo_bench.figures import Figure, Goal, Judged
from vireo_bench.setup import Setup
from vireo_harness.vireo import HOST

_LONGEST_PAGE = 100
_PAGE = 10
_TURN_SECONDS, _LEAST = 1.5, 3
_CATALOG = "catalog"
STATEMENT = "its statements, straight in MariaDB"


def figures(setup: Setup) -> list[Figure]:
    """The rows of lists and search."""
    searches = [_search(setup, name, word) for name, word in setup.corpus.words.items()]
    return [_deep_page(setup), *searches]


class _Client(transfers.Connection):
    """One client with a token, on one connection that costs little itself."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(HOST, setup.vireo.port)
        self._token = setup.owner.token

    def get(self, path: str) -> tuple[transfers.Head, bytes]:
        """The answer to a request, which must be 200."""
        head = self.ask("GET", path, Authorization=self._token)
        assert head.status == 200, f"{head.status} for {path}"
        return head, self.body(head)

    def value(self, path: str) -> Any:
        """The value in the envelope."""
        return json.loads(self.get(path)[1])["response"]


def _median(turns: int, ask: Callable[[], object]) -> float:
    """The median of the milliseconds that a request takes; of fewer requests where it is slow."""
    taken: list[float] = []
    until = time.perf_counter() + _TURN_SECONDS
    while len(taken) < turns and (len(taken) < _LEAST or time.perf_counter() < until):
        began = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


# Lists


def _deep_page(setup: Setup) -> Figure:
    first = f"/videos/all?limit={_PAGE}"
    with closing(_Client(setup)) as client:
        deep = f"{first}&cursor={_cursor_of_page(client, setup.scale.page)}"
        beginning, end = client.value(first), client.value(deep)
    rows = len(beginning), len(end)
    assert rows == (_PAGE, _PAGE), f"{rows} rows of the first page and of page {setup.scale.page}"

    def turn(path: str, wanted: list[dict[str, object]]) -> float:
        with closing(_Client(setup)) as client:
            assert client.value(path) == wanted, f"another {path}"
            return _median(setup.scale.asked, lambda: client.get(path))

    return Figure(
        "page_deep",
        f"GET /videos/all, page {setup.scale.page:,}",
        "ms",
        Goal(Judged.RATIO_AT_MOST, 1.2),
        lambda: turn(deep, end),
        "page 1",
        lambda: turn(first, beginning),
    )


def _cursor_of_page(client: _Client, page: int) -> str:
    """Page through to it, as a reader would; no video comes twice or out of order."""
    rows_before = (page - 1) * _PAGE
    seen: set[object] = set()
    latest, cursor = "9999", ""
    while len(seen) < rows_before:
        limit = min(_LONGEST_PAGE, rows_before - len(seen))
        path = f"/videos/all?limit={limit}" + (f"&cursor={cursor}" if cursor else "")
        head, body = client.get(path)
        for row in json.loads(body)["response"]:
            assert row["thumbnail"] not in seen, f"{row['thumbnail']} comes twice"
            assert row["upload"] <= latest, f"{row['thumbnail']} comes behind an older one"
            latest = row["upload"]
            seen.add(row["thumbnail"])
        (following,) = requests.utils.parse_header_links(head.headers["link"])
        cursor = following["url"].partition("cursor=")[2]
    return cursor


# Search


def _search(setup: Setup, name: str, word: str) -> Figure:
    path = f"/search/all/{word}"
    turns = setup.scale.asked
    with closing(_Client(setup)) as asking:
        statements = _statements(setup, lambda: asking.get(path))

    def vireo() -> float:
        with closing(_Client(setup)) as client:
            rows = client.value(path)
            wanted = min(50, setup.corpus.texts_with[word])
            assert len(rows) >= wanted, f"{len(rows)} rows for {word}, not {wanted}"
            for row in (rows[0], rows[-1]):
                # Lists leave the descriptions out, and the word may stand there.
                video = client.value(f"/v/{row['thumbnail']}")
                assert word in f"{video['title']} {video['description']}".lower(), video
            return _median(turns, lambda: client.get(path))

    def reference() -> float:
        with setup.vireo.database(_CATALOG) as connection:
            with connection.cursor() as cursor:
                cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
            return _median(turns, lambda: _run(connection, statements))

    share = setup.corpus.texts_with[word] / setup.corpus.videos
    return Figure(
        f"search_{name}",
        f"GET /search/all, a word of {share:.2%} of the videos",
        "ms",
        Goal(Judged.RATIO_AT_MOST, 1.5),
        vireo,
        STATEMENT,
        reference,
    )


def _statements(setup: Setup, ask: Callable[[], object]) -> list[str]:
    """What catalog sends to the server while it answers."""
    with setup.vireo.database() as connection, connection.cursor() as cursor:
        cursor.execute("SET GLOBAL log_output = 'TABLE'")
        cursor.execute("TRUNCATE mysql.general_log")
        cursor.execute("SET GLOBAL general_log = ON")
        try:
            ask()
        finally:
            cursor.execute("SET GLOBAL general_log = OFF")
        cursor.execute(
            "SELECT CONVERT(argument USING utf8mb4) FROM mysql.general_log"
            " WHERE command_type = 'Query' AND user_host LIKE %s ORDER BY event_time",
            (f"vireo_{_CATALOG}[%",),
        )
        found = [str(text) for (text,) in cursor.fetchall()]
    statements = [
        text for text in found if any(name in text for name in ("Videos", "Channels", "Words"))
    ]
    assert statements, "the server has not seen the search"
    return statements


def _run(connection: "pymysql.Connection[Cursor]", statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            cursor.fetchall()
