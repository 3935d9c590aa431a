"""``GET /search/<type>/<query>`` on real indexes.

What holds of apostrophes, straight or curly: they separate words, and single letters beside them do
not count in a query. So "don't" finds "don't" and whatever else has a word that begins with "don",
and "eau" finds "L'eau". "dont" is another word, and does not find "don't".
"""

import re
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from vireo_catalog.core.search import Section, parse
from vireo_catalog.storage.search import BOUNDED, CHANNELS, SearchTables
from vireo_common.errors import Code, Failure
from vireo_testing.hostile_text import STRINGS


def found(http: FlaskClient, query: str, kind: str = "all") -> list[str]:
    """Titles of the videos and names of the channels, as they are ranked."""
    response = http.get(f"/search/{kind}/{quote(query, safe='')}")
    assert response.status_code == 200, response.json
    return [row["title"] or row["channel"] for row in response.json["response"]]


def test_shape(http: FlaskClient, stage: Any) -> None:
    ada, empty = stage.channel("cat_Ada"), stage.channel("cat_Bob")
    stage.video(ada, "old cat", upload="2026-01-01 00:00:00")
    newest = stage.video(ada, "new cat", "a description", upload="2026-01-02 00:00:00")
    stage.video(ada, "cat to be", state="processing", upload="2026-01-03 00:00:00")
    assert empty != ada
    first, second, third, _ = http.get("/search/all/cat").json["response"]
    assert first == {
        "type": "channel",
        "channel": "cat_Ada",
        "title": "",
        "thumbnail": newest,
        "nb_count": 2,
        "description": "",
        "upload": "2026-01-02T00:00:00Z",
    }
    assert (second["channel"], second["thumbnail"], second["nb_count"]) == ("cat_Bob", "", 0)
    assert second["upload"] == ""
    assert (third["type"], third["title"], third["thumbnail"]) == ("video", "new cat", newest)
    assert (third["channel"], third["nb_count"]) == ("cat_Ada", "")


def test_types(http: FlaskClient, stage: Any) -> None:
    stage.video(stage.channel("cats"), "cats")
    assert found(http, "cats") == ["cats", "cats"]
    assert found(http, "cats", "channel") == ["cats"]
    for kind in ("video", "ALL", "videos", "%00", "é"):
        response = http.get(f"/search/{kind}/cats")
        assert (response.status_code, response.json["response"]["error"]) == (400, "invalid_query")


def test_channels_by_name(http: FlaskClient, stage: Any) -> None:
    for name in ("my.cat", "catalogue", "CAT", "a_cat_b", "cat-2", "dog"):
        stage.channel(name)
    wanted = ["CAT", "catalogue", "cat-2", "my.cat", "a_cat_b"]
    for query in ("cat", "CaT", " cat "):
        assert found(http, query, "channel") == wanted
    assert found(http, "a b", "channel") == ["a_cat_b"]
    assert found(http, "cät", "channel") == []


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 7, 8])
def test_pages_over_all_sections(http: FlaskClient, stage: Any, limit: int) -> None:
    ada = stage.channel("cat")
    for name in ("cats", "tomcat"):
        stage.channel(name)
    for number in range(3):
        # All in one second: the later row comes first.
        stage.video(ada, f"a cat {number}", upload="2026-01-02 03:04:05")
        stage.video(ada, f"pet {number}", "a cat", upload="2026-01-02 03:04:05")
    wanted = ["cat", "cats", "tomcat", "a cat 2", "a cat 1", "a cat 0", "pet 2", "pet 1", "pet 0"]
    names: list[str] = []
    path: str | None = f"/search/all/cat?limit={limit}"
    while path:
        response = http.get(path)
        names += [row["title"] or row["channel"] for row in response.json["response"]]
        link = re.search(r"<http://localhost([^>]*)>", response.headers.get("Link", ""))
        path = link[1] if link else None
        stage.video(ada, "another cat", upload="2026-01-03 00:00:00")
    # A section that was not begun when they came shows the newer ones first; none repeats.
    assert [name for name in names if name != "another cat"] == wanted


def test_the_title_comes_before_the_description(http: FlaskClient, stage: Any) -> None:
    ada = stage.channel("Ada")
    stage.video(ada, "holiday", "our cat at home", upload="2026-03-01 00:00:00")
    stage.video(ada, "cat", "holiday", upload="2026-01-01 00:00:00")
    stage.video(ada, "cat of the house", upload="2026-02-01 00:00:00")
    assert found(http, "cat") == ["cat of the house", "cat", "holiday"]
    # Words may stand partly in the one and partly in the other, and all of them must be there.
    assert found(http, "cat holiday") == ["holiday", "cat"]
    assert found(http, "cat holiday moon") == []


TITLES = {
    "don't stop": ["don't stop", "DON'T", "don\u2019t", "stop", "don't sto"],
    "rock \u2019n\u2019 roll": ["rock 'n' roll", "rock", "roll"],
    "L'eau vive": ["eau", "l'eau", "eau vive"],
    "A well-known e-mail": ["well-known", "well known", "e-mail", "mail", "a"],
    "The Who and what is it": ["the who", "the", "who", "what is it", "is", "it"],
    "100% of snake_case": ["100%", "100", "snake_case", "snake", "%100"],
    "C:\\temp\\new": ["C:\\temp", "\\temp\\", "temp"],
    'She said "hello"': ['"hello"', '"she said"', "hello", '"hello'],
    "C++ and C#": ["c++", "C#", "c"],
    "Crème brûlée für Ørsted": ["creme brulee", "CREME", "crème", "fur", "cre\u0300me", "Ørsted"],
    "Straße": ["strasse", "STRASSE", "straße"],
    "東京タワーの夜景": ["東京", "タワー", "夜景", "の", "東京 夜景"],
    "안녕하세요 한국어를 배워요": ["한국어", "안녕", "배워요", "한국어 배워요"],
    "ภาษาไทยง่ายนิดเดียว": ["ภาษาไทย", "ง่าย", "ไทย"],
    "हिन्दी गाना": ["हिन्दी", "गाना", "हिन्दी गाना", "हिन"],
    "Русский фильм": ["русский", "ФИЛЬМ", "фил"],
    "שלום עולם": ["שלום", "עולם"],
    "مرحبا بالعالم": ["مرحبا", "بالعالم"],
    "party 🎉🎂 time": ["🎉", "🎉🎂", "party 🎉", "party time", "PARTY"],
    "\U0001d4b1\U0001d4be\U0001d4c7 script": ["\U0001d4b1\U0001d4be\U0001d4c7", "script"],
    "ԥсшәа": ["ԥсшәа"],
    "<b>bold</b> & co": ["<b>", "bold", "& co", "co"],
    "a.b@example.org": ["a.b@example.org", "example.org", "@example"],
    "x" * 84: ["x" * 84, "x" * 50],
    "y" * 120: ["y" * 120, "y" * 100],
}


def test_what_finds_what(http: FlaskClient, stage: Any) -> None:
    ada = stage.channel("Ada")
    for title in TITLES:
        stage.video(ada, title)
    stage.video(ada, "nothing of it")
    for title, queries in TITLES.items():
        for query in queries:
            titles = found(http, query)
            assert title in titles, (title, query)
            assert len(titles) < 12, query


def test_what_does_not_find_what(http: FlaskClient, stage: Any) -> None:
    ada = stage.channel("Ada")
    for title in TITLES:
        stage.video(ada, title)
    for query in ("dont", "ail", "case", "olé", "大阪", "🎈", "nowhere", "%%%", "___x"):
        assert found(http, query) == [], query


@pytest.mark.parametrize("wildcard", ["%", "_", "\\", "%_", "*", "'", '"', "\\%", "\\\\"])
def test_wildcards_are_characters(http: FlaskClient, stage: Any, wildcard: str) -> None:
    ada = stage.channel("Ada")
    stage.video(ada, "plain")
    stage.video(ada, f"one {wildcard} here")
    assert found(http, wildcard) == [f"one {wildcard} here"]


@pytest.mark.parametrize(
    "query",
    [
        *'+-*"()~<>@,;%_\\/?#&|!^$[]{}',
        "+cat", "-cat", "cat*", "*cat", '"cat', '"cat"', "(cat", "(cat))", "~cat", "<cat", ">cat",
        "cat@4", '"cat"@4', "+-cat", "++cat", "cat +", "cat -", "+*", '+"', "+(", "@ @", "cat@",
        "+cat -cat", "''cat''", "cat\\", "%cat%", "cat/cat", "cat?", "_", "__", "cat_", "0", "-1",
    ],
)  # fmt: skip
def test_operators_are_characters(http: FlaskClient, stage: Any, query: str) -> None:
    ada = stage.channel("Ada")
    stage.video(ada, "my cat", "cat")
    titles = found(http, query)
    # An underscore belongs to a word, and 4 is one.
    assert titles == (["my cat"] if "cat" in query and not {"_", "4"} & set(query) else titles)
    assert found(http, query, "channel") == []


def test_hostile_text(http: FlaskClient, stage: Any) -> None:
    ada = stage.channel("Ada")
    stage.video(ada, "a title", "with words")
    for name, text in STRINGS.items():
        for kind in ("all", "channel"):
            address = quote(text.encode("utf-8", "surrogatepass"), safe="")
            response = http.get(f"/search/{kind}/{address}")
            assert response.status_code in {200, 400, 404}, name
            assert set(response.json) == {"response"}, name


def test_videos_that_are_not_ready_are_not_found(http: FlaskClient, stage: Any) -> None:
    ada = stage.channel("Ada")
    for state in ("waiting", "processing", "failed"):
        stage.video(ada, f"secret {state} 秘密", "secret", state=state)
    for query in ("secret", "秘密"):
        assert found(http, query) == []
    assert http.get("/videos/all").json["response"] == []
    assert http.get("/search/channel/Ada").json["response"][0]["nb_count"] == 0


def test_deleted_videos_are_not_found(http: FlaskClient, stage: Any) -> None:
    ada = stage.channel("Ada")
    gone = stage.video(ada, "cat")
    assert found(http, "cat") == ["cat"]
    stage.videos.remove(gone, ada)
    assert found(http, "cat") == []


def test_titles_with_the_signs_of_the_query_come_first(http: FlaskClient, stage: Any) -> None:
    ada = stage.channel("Ada")
    names = ("C++20", "C++", "C#", ".NET", "R&B", "A*", "AT&T", "node.js", "Disney+")
    for name in names:
        stage.video(ada, f"{name} lesson", upload="2026-01-01 00:00:00")
    for number in range(3):
        stage.video(ada, f"Cooking lesson {number}", "c a b r net at t node js disney")
        stage.video(ada, f"C, a: R. B, net at t node JS disney {number} lesson")
    for name in names:
        first, *others = found(http, f"{name} lesson")
        assert (first, others != []) == (f"{name} lesson", name != "C++20"), name
    # The last letters of a word may be missing, but one or two are a word.
    assert "Cooking lesson 0" in found(http, "coo less")
    assert found(http, "co less") == []


HALF, COMMON = 5_900, 1_000


@pytest.fixture
def many(stage: Any) -> Any:
    """Many videos: the newer ones have one word, the older ones another, some have both."""
    ada, total = stage.channel("Ada"), 2 * HALF - COMMON
    with stage.database.connect() as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO Videos (PathHash, ChannelID, Title, Description, Upload, StoredAt, State)"
            " SELECT CONCAT('m', LPAD(seq, 6, '0')), %s, seq, '', at, at, 'ready'"
            " FROM (SELECT seq, '2026-01-01' + INTERVAL seq SECOND AS at FROM seq_1_to_10800) s",
            (ada,),
        )
        ten = [f"dear{letter}" for letter in "abcdefghij"]
        for word, least, most in (
            ("newer", total - HALF, total),
            ("older", 0, HALF),
            *((word, 0, total) for word in ten),
        ):
            for field in (1, 2):
                cursor.execute(
                    "INSERT INTO SearchWords SELECT %s, %s, Upload, VideoID FROM Videos"
                    " WHERE CAST(Title AS int) > %s AND CAST(Title AS int) <= %s",
                    (field, word, least, most),
                )
        cursor.execute("ANALYZE TABLE SearchWords, Videos")
    return stage


def test_a_page_looks_at_so_many_videos_and_its_cursor_carries_on(
    http: FlaskClient, many: Any
) -> None:
    titles: list[int] = []
    path: str | None = "/search/all/newer%20older?limit=100"
    empty = 0
    while path:
        response = http.get(path)
        assert response.status_code == 200
        rows = response.json["response"]
        titles += [int(row["title"]) for row in rows]
        empty += not rows
        link = re.search(r"<http://localhost([^>]*)>", response.headers.get("Link", ""))
        path = link[1] if link else None
    assert empty > 0
    assert titles == list(range(HALF, HALF - COMMON, -1))


DEAREST = [
    "deara dearb dearc deard deare dearf dearg dearh deari dearj",
    "deara dearb dearc deard deare dearf dearg dearh older newer",
    "dear older newer",
    "deara",
    "dea",
    "de",
    "a b c d e f g h i j",
    "older nowhere",
    "猫 の 夜",
    "東京タワーの夜景",
    "%",
    "%%%%%%%%%%",
    ". , - + * / # ~ : ;",
    "m 1 2 3 4",
]


def test_what_a_search_costs_is_bounded(many: Any, open_pool: Any) -> None:
    """By the rows that the server reads, which time limits don't see while it prepares."""
    database = open_pool("catalog", size=1)
    tables = SearchTables(database)

    def rows_read() -> int:
        with database.read() as cursor:
            cursor.execute("SHOW SESSION STATUS LIKE 'Handler\\_read%'")
            return sum(int(count) for _, count in cursor.fetchall())

    costs = {}
    for query in DEAREST:
        before = rows_read()
        for section in Section:
            tables.find(section, parse(query), None, 101)
        costs[query] = rows_read() - before
    # A few looks for each term at each video that is looked at, and sorting some thousands of words
    # for each step; of a hundred times as many videos it is not more.
    assert max(costs.values()) < 150_000, costs


def test_others_wait_for_a_search_and_not_for_ever(open_pool: Any) -> None:
    one, other = SearchTables(open_pool("catalog")), SearchTables(open_pool("catalog"))
    with one.turn(5):
        with pytest.raises(Failure) as raised, other.turn(0):
            pytest.fail("two searched at once")
        assert raised.value.code is Code.UNAVAILABLE
    with pytest.raises(ValueError, match="broken"), one.turn(0):
        raise ValueError("broken")
    with other.turn(0):
        pass


def test_the_first_ten_words_count(http: FlaskClient, stage: Any) -> None:
    stage.video(stage.channel("Ada"), "a b c d e f g h i j")
    assert found(http, "a b c d e f g h i j k l m") == ["a b c d e f g h i j"]
    assert found(http, "a b c d e f g h i k") == []


def test_a_search_for_names_reads_their_index_alone(stage: Any) -> None:
    stage.database.query(
        "INSERT INTO Channels (Username, Password) SELECT CONCAT('n', seq), 'x' FROM seq_1_to_500"
    )
    values = ("otter", "otter%", "%otter%", -1, -1, 0, 51)
    statement = CHANNELS.removeprefix(f"\n{BOUNDED}")
    plan = stage.database.query(f"EXPLAIN {statement}", values)
    (names,) = [row for row in plan if row[2] == "Channels"]
    assert (names[5], "Using index" in names[-1]) == ("ShownNames", True)
