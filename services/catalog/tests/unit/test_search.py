"""What a query means, and pages over the sections of the answer."""

import datetime as dt
import itertools
import threading
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest

from vireo_catalog.core.search import (
    AT_ONCE,
    CHEAP_SECONDS,
    MAX_QUERY,
    MAX_TERMS,
    REST,
    WAITING,
    Found,
    Query,
    Search,
    SearchType,
    Section,
    Some,
    parse,
    rest_after,
)
from vireo_catalog.core.words import LONGEST_TERM, Term
from vireo_common.errors import Code, Failure
from vireo_common.pages import Page, encode_cursor
from vireo_testing.hostile_text import STRINGS
from vireo_testing.person import eventually
from vireo_videos.channel import ChannelSummary


def test_only_the_first_terms_count() -> None:
    query = parse(" ".join("abcdefghijklm"))
    assert list(query.terms) == [Term(letter) for letter in "abcdefghij"]


def test_what_is_typed_with_signs_is_looked_for_in_titles_too() -> None:
    query = parse(" C++ x ")
    assert (query.text, list(query.names)) == ("C++ x", [Term("c++")])
    assert list(query.terms) == [Term("c"), Term("x")]


@pytest.mark.parametrize(
    "text", ["", " ", "\u3000", "a\0b", "a\nb", "\ud800", "a" * (MAX_QUERY + 1)]
)
def test_refused(text: str) -> None:
    with pytest.raises(Failure) as raised:
        parse(text)
    assert raised.value.code is Code.INVALID_QUERY
    assert set(raised.value.fields) == {"query"}


def test_longest_query() -> None:
    assert parse("a" * MAX_QUERY).terms == [Term("a" * LONGEST_TERM, prefix=True)]


@pytest.mark.parametrize("name", STRINGS)
def test_any_text_is_read_or_refused(name: str) -> None:
    try:
        query = parse(STRINGS[name])
    except Failure as failure:
        assert failure.code is Code.INVALID_QUERY
    else:
        assert all(term.text for term in query.terms)
        assert len(query.terms) <= MAX_TERMS


class Shelves:
    """Sections in memory, in the order of their places; counts what it was asked.

    With ``patience`` it looks at so many rows at once and no further.
    """

    def __init__(
        self, channels: int, titles: int, descriptions: int, patience: int | None = None
    ) -> None:
        # Nothing is typed with signs here.
        sizes = (channels, 0, titles, descriptions)
        self.patience = patience
        self.sections = {
            section: [_found(section, number) for number in range(size)]
            for section, size in zip(Section, sizes, strict=True)
        }
        self.asked: list[tuple[Section, int]] = []

    def turn(self, seconds: float) -> AbstractContextManager[None]:
        return nullcontext()

    def find(
        self, section: Section, query: Query, after: tuple[int, int] | None, limit: int
    ) -> Some:
        assert limit > 0
        self.asked.append((section, limit))
        rows = [row for row in self.sections[section] if after is None or row.place > after]
        if self.patience is None or len(rows) <= self.patience or limit <= self.patience:
            return Some(rows[:limit])
        return Some(rows[: self.patience], cut=rows[self.patience - 1].place)


def _found(section: Section, number: int) -> Found:
    name = f"{section.name}{number}"
    return Found(
        ChannelSummary(number, name, 0, None, dt.datetime.now(dt.UTC)), (number // 3, number)
    )


def names(page: Page[Any]) -> list[str]:
    return [row.name for row in page.rows]


def walk(search: Search, kind: SearchType, limit: int) -> tuple[list[str], list[int]]:
    """All names over all pages, and the sizes of the pages."""
    found: list[str] = []
    sizes: list[int] = []
    cursor: str | None = None
    while True:
        page = search(kind, "word", limit, cursor)
        found += names(page)
        sizes.append(len(page.rows))
        cursor = page.next_cursor
        if cursor is None:
            return found, sizes


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 100])
@pytest.mark.parametrize(
    "sizes", [(0, 0, 0), (3, 4, 5), (6, 0, 6), (0, 0, 12), (12, 0, 0), (0, 12, 0), (4, 4, 4)]
)
def test_pages_hold_every_row_once(sizes: tuple[int, int, int], limit: int) -> None:
    shelves = Shelves(*sizes)
    wanted = [row.row.name for rows in shelves.sections.values() for row in rows]  # type: ignore[union-attr]
    found, pages = walk(Search(shelves), SearchType.ALL, limit)
    assert found == wanted
    # Every page but the last is full, and there is no empty one after an exact multiple.
    assert all(size == limit for size in pages[:-1])
    assert len(pages) == max(1, -(-len(wanted) // limit))


def test_a_search_that_was_cut_off_is_carried_on_by_its_cursor() -> None:
    shelves = Shelves(2, 40, 30, patience=7)
    wanted = [row.row.name for rows in shelves.sections.values() for row in rows]  # type: ignore[union-attr]
    found, pages = walk(Search(shelves), SearchType.ALL, 20)
    assert found == wanted
    # Of one request no section gives more than it has patience for.
    assert max(pages) < 20


class Slow:
    """A store whose searches last until they are told to end."""

    def __init__(self) -> None:
        self.begun = threading.Semaphore(0)
        self.end = threading.Event()

    def turn(self, seconds: float) -> AbstractContextManager[None]:
        return nullcontext()

    def find(self, *_: object) -> Some:
        self.begun.release()
        assert self.end.wait(60)
        return Some([])


def test_so_many_search_at_once_and_wait_and_no_more() -> None:
    store = Slow()
    search = Search(store)
    answers: list[object] = []

    def ask() -> None:
        try:
            answers.append(search(SearchType.CHANNEL, "word", 5, None))
        except Failure as failure:
            answers.append((failure.code, failure.headers["Retry-After"]))

    askers = [threading.Thread(target=ask) for _ in range(AT_ONCE + WAITING + 3)]
    for asker in askers:
        asker.start()
    assert all(store.begun.acquire(timeout=60) for _ in range(AT_ONCE))
    # The three are refused at once; those that wait, when they have waited long enough.
    eventually(lambda: len(answers) == WAITING + 3)
    assert answers == [(Code.UNAVAILABLE, "2")] * (WAITING + 3)
    store.end.set()
    for asker in askers:
        asker.join()
    assert len(answers) == len(askers)
    # Every place is free again.
    assert search(SearchType.CHANNEL, "word", 5, None).rows == []


def test_a_dear_search_rests_only_while_others_wait() -> None:
    store = Slow()
    # Every look at the clock is 30 ms after the one before.
    clock, rests = itertools.count(0.0, 0.030), list[float]()
    search = Search(store, clock=lambda: next(clock), sleep=rests.append)

    def ask() -> None:
        search(SearchType.CHANNEL, "word", 5, None)

    first, second = threading.Thread(target=ask), threading.Thread(target=ask)
    first.start()
    assert store.begun.acquire(timeout=60)
    second.start()
    eventually(lambda: search.turns.wanted)
    store.end.set()
    first.join()
    second.join()
    # The second had nobody behind it.
    assert rests == [pytest.approx((0.030 - CHEAP_SECONDS) * REST)]


@pytest.mark.parametrize(
    ("seconds", "rest"),
    [(0.0, 0.0), (CHEAP_SECONDS, 0.0), (2 * CHEAP_SECONDS, CHEAP_SECONDS * REST), (2.0, 0.2)],
)
def test_rest(seconds: float, rest: float) -> None:
    assert rest_after(seconds) == pytest.approx(rest)


@pytest.mark.parametrize("limit", [1, 3, 6, 7])
def test_channels_alone(limit: int) -> None:
    shelves = Shelves(6, 5, 5)
    found, _ = walk(Search(shelves), SearchType.CHANNEL, limit)
    assert found == [f"CHANNELS{number}" for number in range(6)]
    assert {section for section, _ in shelves.asked} == {Section.CHANNELS}


def test_no_more_is_asked_for_than_one_row_beyond_the_page() -> None:
    shelves = Shelves(2, 9, 9)
    Search(shelves)(SearchType.ALL, "word", 5, None)
    assert shelves.asked == [
        (Section.CHANNELS, 6),
        (Section.AS_TYPED, 4),
        (Section.TITLES, 4),
    ]


def test_a_section_that_is_not_needed_is_not_asked() -> None:
    shelves = Shelves(9, 9, 9)
    Search(shelves)(SearchType.ALL, "word", 5, None)
    assert shelves.asked == [(Section.CHANNELS, 6)]


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "!!!",
        "AAAA",
        encode_cursor(()),
        encode_cursor((0, 1)),
        encode_cursor((0, 1, 2, 3)),
        encode_cursor((4, 1, 2)),
        encode_cursor((0, "1", 2)),
        encode_cursor((-1, 1, 2)),
        encode_cursor((0, -1, 2)),
        encode_cursor((0, 1, 2**63)),
        encode_cursor((True, 1, 2)),
    ],
)
def test_cursors_that_were_not_given_out(cursor: str) -> None:
    with pytest.raises(Failure) as raised:
        Search(Shelves(1, 1, 1))(SearchType.ALL, "word", 5, cursor)
    assert raised.value.code is Code.INVALID_CURSOR


def test_a_cursor_of_a_video_finds_no_channels() -> None:
    cursor = encode_cursor((int(Section.TITLES), 0, 0))
    page = Search(Shelves(3, 3, 3))(SearchType.CHANNEL, "word", 5, cursor)
    assert (names(page), page.next_cursor) == ([], None)
