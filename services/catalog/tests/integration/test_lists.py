"""``GET /videos/all`` and ``GET /videos/channel/<name>``: their order, their pages, their cost."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_catalog.storage.videos import NEWEST, NEWEST_OF
from vireo_videos.rows import AFTER, after_place

LINK = re.compile(r"<http://localhost(?P<path>/[^>]*)>; rel=\"next\"")
MOMENT = "2026-01-02 03:04:05"


def follow(http: FlaskClient, path: str) -> tuple[list[str], str | None]:
    """The titles of a page, and the address of the next one."""
    response = http.get(path)
    assert response.status_code == 200
    link = response.headers.get("Link")
    found = LINK.fullmatch(link) if link else None
    assert (link is None) == (found is None)
    return [row["title"] for row in response.json["response"]], found["path"] if found else None


def walk(http: FlaskClient, path: str) -> tuple[list[str], list[int]]:
    """All titles, and the sizes of the pages."""
    titles: list[str] = []
    sizes = []
    following: str | None = path
    while following:
        page, following = follow(http, following)
        titles += page
        sizes.append(len(page))
    return titles, sizes


def fill(stage: Any, channel_id: int, count: int, *, same_second: bool = False) -> list[str]:
    """Titles of new videos, newest first."""
    for number in range(count):
        upload = MOMENT if same_second else f"2026-01-02 03:{number // 60:02}:{number % 60:02}"
        stage.video(channel_id, f"{channel_id}-{number}", upload=upload)
    return [f"{channel_id}-{number}" for number in reversed(range(count))]


def test_empty_lists(http: FlaskClient, stage: Any) -> None:
    stage.channel("Ada")
    for path in ("/videos/all", "/videos/channel/Ada"):
        response = http.get(path)
        assert (response.status_code, response.json) == (200, {"response": []})
        assert "Link" not in response.headers


def test_no_such_channel(http: FlaskClient, stage: Any) -> None:
    response = http.get("/videos/channel/nobody")
    assert (response.status_code, response.json["response"]["error"]) == (404, "not_found")


def test_a_channel_is_found_in_any_case(http: FlaskClient, stage: Any) -> None:
    stage.video(stage.channel("Ada"), "one")
    (shown,) = http.get("/videos/channel/aDA").json["response"]
    assert (shown["channel"], shown["title"], shown["type"]) == ("Ada", "one", "video")


@pytest.mark.parametrize("same_second", [False, True])
@pytest.mark.parametrize("limit", [1, 3, 4, 6, 12, 13])
def test_pages(http: FlaskClient, stage: Any, limit: int, same_second: bool) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    of_ada = fill(stage, ada, 6, same_second=same_second)
    of_bob = fill(stage, bob, 6, same_second=same_second)
    for state in ("waiting", "processing", "failed"):
        stage.video(ada, state, state=state)
    everything, sizes = walk(http, f"/videos/all?limit={limit}")
    assert sorted(everything) == sorted(of_ada + of_bob)
    assert all(size == limit for size in sizes[:-1])
    assert len(sizes) == -(-12 // limit)
    assert [title for title in everything if title in of_ada] == of_ada
    assert walk(http, f"/videos/channel/Ada?limit={limit}")[0] == of_ada
    if same_second:
        # The later row comes first where the second is the same.
        assert everything == of_bob + of_ada


def test_rows_that_come_and_go_neither_repeat_nor_vanish(http: FlaskClient, stage: Any) -> None:
    ada = stage.channel("Ada")
    old = fill(stage, ada, 12, same_second=True)
    hashes = dict(stage.database.query("SELECT Title, PathHash FROM Videos"))
    for path in ("/videos/all?limit=3", "/videos/channel/Ada?limit=3"):
        seen, following = follow(http, path)
        while following:
            stage.video(ada, "newer")
            # Gone: the last row that was shown, on which the cursor stands, and one ahead.
            ahead = old[old.index(seen[-1]) + 2 :][:1]
            for title in [seen[-1], *ahead]:
                stage.videos.remove(hashes[title], ada)
            old = [title for title in old if title not in ahead]
            page, following = follow(http, following)
            seen += page
        assert seen == old
        assert "newer" not in seen
        stage.database.query("DELETE FROM Videos")
        old = [f"again-{number}" for number in reversed(range(12))]
        for title in reversed(old):
            hashes[title] = stage.video(ada, title, upload=MOMENT)


def test_default_and_largest_page(http: FlaskClient, stage: Any) -> None:
    ada = stage.channel("Ada")
    fill(stage, ada, 101)
    assert walk(http, "/videos/all")[1] == [50, 50, 1]
    assert walk(http, "/videos/all?limit=100")[1] == [100, 1]
    assert walk(http, "/videos/channel/Ada?limit=100")[1] == [100, 1]


@pytest.mark.parametrize("limit", ["0", "-1", "101", "x", "", "1.5", "1e1", "99999999999999999999"])
@pytest.mark.parametrize("path", ["/videos/all", "/videos/channel/Ada", "/search/all/x"])
def test_limits_that_are_refused(http: FlaskClient, stage: Any, path: str, limit: str) -> None:
    stage.channel("Ada")
    response = http.get(path, query_string={"limit": limit})
    assert response.status_code == 400
    assert response.json["response"]["error"] == "invalid_query"
    assert set(response.json["response"]["fields"]) == {"limit"}


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "!", "W10", "WzFd", "WzEsIngiXQ", "Wy0xLDFd", "bnVsbA", "a" * 501, "\0", "é"],
)
@pytest.mark.parametrize("path", ["/videos/all", "/videos/channel/Ada", "/search/all/x"])
def test_cursors_that_are_refused(http: FlaskClient, stage: Any, path: str, cursor: str) -> None:
    stage.channel("Ada")
    response = http.get(path, query_string={"cursor": cursor})
    assert response.status_code == 400
    assert response.json["response"]["error"] in {"invalid_cursor", "invalid_query"}


def test_a_cursor_far_beyond(http: FlaskClient, stage: Any) -> None:
    stage.video(stage.channel("Ada"), "one")
    # [9223372036854775807, 9223372036854775807] and [0, 0]
    late = "WzkyMjMzNzIwMzY4NTQ3NzU4MDcsOTIyMzM3MjAzNjg1NDc3NTgwN10"
    assert follow(http, f"/videos/all?cursor={late}") == (["one"], None)
    assert follow(http, "/videos/all?cursor=WzAsMF0") == ([], None)


def test_a_cursor_is_good_for_another_limit(http: FlaskClient, stage: Any) -> None:
    titles = fill(stage, stage.channel("Ada"), 9)
    first, following = follow(http, "/videos/all?limit=2")
    assert following is not None
    rest, _ = follow(http, following.replace("limit=2", "limit=50"))
    assert first + rest == titles


@pytest.fixture
def many(stage: Any) -> int:
    """A channel with many videos beside others; the table's statistics are fresh."""
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    insert = (
        "INSERT INTO Videos (PathHash, ChannelID, Title, Description, Upload, State)"
        " SELECT CONCAT(%s, LPAD(seq, 6, '0')), %s, 'title', '',"
        " '2026-01-01' + INTERVAL seq DIV 3 SECOND, IF(seq %% 10, 'ready', 'waiting')"
        " FROM seq_1_to_6000"
    )
    for letter, channel_id in (("a", ada), ("b", bob)):
        stage.database.query(insert, (letter, channel_id))
    stage.database.query("ANALYZE TABLE Videos")
    return int(ada)


def rows_read(database: Any, statement: str, values: tuple[Any, ...]) -> tuple[int, int]:
    """Rows of the result, and how many index entries and rows the server read for it."""
    with database.connect() as connection, connection.cursor() as cursor:
        cursor.execute("FLUSH STATUS")
        cursor.execute(statement, values)
        found = len(cursor.fetchall())
        cursor.execute(
            "SHOW SESSION STATUS WHERE Variable_name IN ('Handler_read_next', 'Handler_read_prev',"
            " 'Handler_read_rnd', 'Handler_read_rnd_next', 'Handler_read_key',"
            " 'Handler_read_first', 'Handler_read_last')"
        )
        return found, sum(int(value) for _, value in cursor.fetchall())


@pytest.mark.parametrize("deep", [False, True])
@pytest.mark.parametrize("name", ["NEWEST", "NEWEST_OF"])
def test_a_page_reads_no_more_than_its_rows(stage: Any, many: int, name: str, deep: bool) -> None:
    template, first = {"NEWEST": (NEWEST, ()), "NEWEST_OF": (NEWEST_OF, (many,))}[name]
    statement = template.format(after=AFTER if deep else "")
    # 2026-01-01 00:25:00: in the middle of the list.
    place = after_place((1_767_225_600 + 1500, 1500)) if deep else ()
    values = (*first, *place, 51)
    plan = stage.database.query(f"EXPLAIN {statement}", values)
    (videos,) = [row for row in plan if row[2] == "v"]
    assert videos[5] == {"NEWEST": "NewestPublic", "NEWEST_OF": "NewestPublicOfChannel"}[name]
    assert not any("filesort" in row[-1] or "temporary" in row[-1] for row in plan)
    assert not any(row[3] == "ALL" for row in plan)
    found, read = rows_read(stage.database, statement, values)
    assert found == 51
    # For each row its index entry and its channel, and the few that share the cursor's second.
    assert read < 51 * 3
