"""Lists and search: what is found, in which order, page by page."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import requests

from vireo_testing.clips import Library
from vireo_testing.envelope import UNIVERSAL_KEYS, error_of, response_of
from vireo_testing.person import Person

Anybody = Callable[..., requests.Response]


def walk(address: str, between: Callable[[], object]) -> list[list[dict[str, Any]]]:
    """All pages from an address on; ``between`` is called after each."""
    pages = []
    while address:
        answer = requests.get(address, timeout=90)
        pages.append(response_of(answer))
        address = answer.links.get("next", {}).get("url", "")
        assert len(pages) < 500
        between()
    return pages


def test_a_channels_videos(published: tuple[Person, str], anybody: Anybody) -> None:
    owner, hash_path = published
    for name in (owner.name, owner.name.upper()):
        (video,) = response_of(anybody("GET", f"/videos/channel/{name}"))
        assert set(video) >= UNIVERSAL_KEYS
        assert (video["thumbnail"], video["channel"]) == (hash_path, owner.name)
    for nobody in ("nobody.has.this.name", "ab", "a" * 300, "%20", "%C3%A9", "%F0%9F%91%A9"):
        error_of(anybody("GET", f"/videos/channel/{nobody}"), 404, "not_found")


def test_a_channel_without_videos(person: Person, anybody: Anybody) -> None:
    answer = anybody("GET", f"/videos/channel/{person.name}")
    assert response_of(answer) == []
    assert "Link" not in answer.headers


def test_channels(published: tuple[Person, str], anybody: Anybody) -> None:
    owner, hash_path = published
    (video,) = response_of(anybody("GET", f"/videos/channel/{owner.name}"))
    (channel,) = response_of(anybody("GET", f"/search/channel/{owner.name[:12]}"))
    assert channel == {
        "type": "channel",
        "channel": owner.name,
        "title": "",
        "thumbnail": hash_path,
        "nb_count": 1,
        "description": "",
        "upload": video["upload"],
    }
    found = response_of(anybody("GET", f"/search/all/{owner.name}"))
    assert found[0] == channel
    # Its name stands in the title of its video, too.
    assert [row["thumbnail"] for row in found if row["type"] == "video"] == [hash_path]
    only = response_of(anybody("GET", f"/search/channel/Zebra%20crossing%20{owner.name}"))
    assert only == []


def test_pages_neither_repeat_nor_lose(person: Person, clips: Library) -> None:
    clip = clips.path("silent.mp4")
    mine = [person.publish(clip, f"page {person.name}") for _ in range(3)]
    for path in (
        f"/videos/channel/{person.name}?limit=2",
        f"/search/all/page%20{person.name}?limit=2",
        "/videos/all?limit=2",
    ):
        more = iter([person])

        def insert(more: Iterator[Person] = more) -> None:
            # Newer ones don't push the others onto pages that were read already.
            for somebody in more:
                somebody.publish(clip, f"page {person.name}")

        pages = walk(person.url + path, insert)
        seen = [row["thumbnail"] for page in pages for row in page if row["type"] == "video"]
        assert len(pages) > 1
        assert all(len(page) == 2 for page in pages[:-1])
        assert len(seen) == len(set(seen))
        assert [hash_path for hash_path in seen if hash_path in mine] == mine[::-1]


def test_the_next_page_is_an_absolute_address(person: Person, clips: Library) -> None:
    for _ in range(2):
        person.publish(clips.path("silent.mp4"))
    path = f"/videos/channel/{person.name}"
    answer = person.get(f"{path}?limit=1")
    following = answer.links["next"]["url"]
    assert following.startswith(f"{person.url}{path}?")
    assert "limit=1" in urlsplit(following).query.split("&")
    # The address that the client used is the one that it gets, whatever stands before the gateway.
    other = person.get(f"{path}?limit=1", headers={"Host": "video.example.org:81"})
    assert other.links["next"]["url"].startswith(f"http://video.example.org:81{path}?")


@pytest.mark.parametrize("path", ["/videos/all", "/videos/channel/{}", "/search/all/{}"])
def test_parameters_of_lists(person: Person, anybody: Anybody, path: str) -> None:
    path = path.format(person.name)
    for good in ("limit=1", "limit=100", "unknown=x", ""):
        response_of(anybody("GET", f"{path}?{good}"))
    for limit in ("0", "101", "-1", "x", "1.5", "", "1e1", "9" * 40, "%00", "\u0663"):
        error = error_of(anybody("GET", f"{path}?limit={limit}"), 400, "invalid_query")
        assert set(error["fields"]) == {"limit"}
    for cursor in ("x", "W10", "bnVsbA", "", "%00", "%FF", "WzFd", "=", "a b", "W10x" * 50):
        error_of(anybody("GET", f"{path}?cursor={cursor}"), 400, "invalid_cursor")
    error_of(anybody("GET", f"{path}?cursor={'x' * 501}"), 400)


TITLES = (
    "漢字の動画を見る 한국어 비디오입니다 วิดีโอภาษาไทย 🎉",
    "Crème brûlée, LOUD Kaleidoscopes",
    "Creme: to be or not to be; the who and what",
    "Rock'n'roll isn't dead, 100% pure snake_case, vitamin C",
    'He said "hello" plus +one -two abcdef',
)
QUERIES = {
    "chinese": ("動画", {0}),
    "korean": ("비디오", {0}),
    "thai": ("ภาษา", {0}),
    "emoji": ("🎉", {0}),
    "scripts": ("漢字 비디오", {0}),
    "accents": ("creme", {1, 2}),
    "accents asked for": ("crème", {1, 2}),
    "accents decomposed": ("cre\u0300me bru\u0302le\u0301e", {1}),
    "case": ("LOUD kaleidoscopes", {1}),
    "beginning of a word": ("kaleido", {1}),
    "order": ("kaleidoscopes crème", {1}),
    "stop words": ("to be", {2}),
    "one stop word": ("who", {2}),
    "apostrophe": ("isn't", {3}),
    "per cent": ("100%", {3}),
    "underscore": ("snake_case", {3}),
    "one letter": ("vitamin c", {3}),
    "quotes": ('"hello"', {4}),
    "operators": ("+one -two", {4}),
    "description": ("inside of", {0, 1, 2, 3, 4}),
    "title and description": ("hello inside", {4}),
    "not every word": ("hello brûlée", set()),
    "per cent is no wildcard": ("abc%f", set()),
    "underscore is no wildcard": ("abc_ef", set()),
    "not the end of a word": ("scopes", set()),
}


@pytest.fixture(scope="module")
def library(gateway: str, clips: Library) -> tuple[Person, list[str]]:
    """Somebody's videos, in the order of `TITLES`."""
    owner = Person(gateway)
    clip = clips.path("silent.mp4")
    return owner, [
        owner.publish(clip, title, f"what is inside of {owner.name}") for title in TITLES
    ]


@pytest.mark.parametrize("name", sorted(QUERIES))
def test_what_search_finds(library: tuple[Person, list[str]], anybody: Anybody, name: str) -> None:
    owner, hashes = library
    query, expected = QUERIES[name]
    answers = [
        # The owner's name, which stands in their descriptions, keeps other people's videos out.
        anybody("GET", f"/search/all/{quote(f'{query} {owner.name}', safe='')}?limit=100"),
        anybody("GET", f"/search/all/{quote(query, safe='')}?limit=100"),
    ]
    for answer in answers:
        rows = response_of(answer)
        found = {hashes.index(row["thumbnail"]) for row in rows if row["thumbnail"] in hashes}
        assert found == expected


def test_titles_come_before_descriptions(person: Person, clips: Library) -> None:
    mark = f"w{uuid.uuid4().hex[:12]}"
    clip = clips.path("silent.mp4")
    titled = person.publish(clip, f"about {mark}")
    described = person.publish(clip, "something newer", f"on {mark}")
    newest = person.publish(clip, f"more on {mark}")
    found = response_of(person.get(f"/search/all/{mark}"))
    assert [row["thumbnail"] for row in found] == [newest, titled, described]
    for row in found:
        assert set(row) >= UNIVERSAL_KEYS


@pytest.mark.parametrize("kind", ["people", "ALL", "video", "0", "%20", "all%20"])
def test_search_for_other_types(anybody: Anybody, kind: str) -> None:
    error_of(anybody("GET", f"/search/{kind}/x"), 400, "invalid_query")


@pytest.mark.parametrize("query", ["%20", "%20%20%20", "a%0Ab", "%0A", "x" * 201, "a%07"])
def test_odd_queries(anybody: Anybody, query: str) -> None:
    for kind in ("all", "channel"):
        error_of(anybody("GET", f"/search/{kind}/{query}"), 400, "invalid_query")


def test_queries_without_a_result(anybody: Anybody) -> None:
    for query in ("xyzzyxyzzy", "%22%22%22", "%25%25", "____", "a%2Fb%2Fc%2Fd", "%5C%27%3B--"):
        assert response_of(anybody("GET", f"/search/channel/{query}")) == []


def test_channel_picture(person: Person, anybody: Anybody) -> None:
    answer = anybody("GET", f"/channel/picture/{person.name}")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG\r\n\x1a\n")
    assert answer.content == anybody("GET", f"/channel/picture/{person.name.upper()}").content
    for nobody in ("nobody.has.this", "a", "%20", "x" * 300):
        error_of(anybody("GET", f"/channel/picture/{nobody}"), 404, "not_found")
