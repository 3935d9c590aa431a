"""What a query means, and pages over the sections of the answer."""

import datetime as dt
from typing import Any

import pytest

from vireo_catalog.core.channels import ChannelSummary
from vireo_catalog.core.search import (
    MAX_INDEXED_WORD,
    MAX_QUERY,
    Found,
    Query,
    Search,
    SearchType,
    Section,
    parse,
)
from vireo_common.errors import Code, Failure
from vireo_common.pages import Page, encode_cursor
from vireo_testing.hostile_text import STRINGS


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cat", ["cat"]),
        ("  two   words ", ["two", "words"]),
        ("don't stop", ["don", "stop"]),
        ("l'eau d'or", ["eau", "or"]),
        ("rock 'n' roll", ["rock", "roll"]),
        ("don\u2019t", ["don"]),
        ("e-mail", ["e", "mail"]),
        ("snake_case", ["snake_case"]),
        ("C++ 3.14", ["C", "3", "14"]),
        ('+a -b >c <d ~e* "f g" (h) @i', list("abcdefghi")),
        ("100%", ["100"]),
        ("caf\u0065\u0301", ["cafe\u0301"]),
        ("हिन्दी गाना", ["हिन्दी", "गाना"]),
        ("مرحبا, שלום", ["مرحبا", "שלום"]),
    ],
)
def test_words_that_the_index_has(text: str, words: list[str]) -> None:
    query = parse(text)
    assert (list(query.words), query.indexed, query.text) == (words, True, text.strip())


@pytest.mark.parametrize(
    "text",
    [
        "ภาษาไทย",
        "한국어",
        "日本語",
        "ひらがな",
        "ខ្មែរ",
        "cats 猫",
        "cat 😺",
        "❤\ufe0f love",
        "\U0001d4b1\U0001d4be\U0001d4c7",
        "\u0514",
        "a" * (MAX_INDEXED_WORD + 1),
    ],
)
def test_words_that_the_index_can_not_have(text: str) -> None:
    query = parse(text)
    assert list(query.words) == text.split()
    assert not query.indexed


def test_longest_word_of_the_index() -> None:
    assert parse("a" * MAX_INDEXED_WORD).indexed


@pytest.mark.parametrize("text", ["😀", "%", "\\", "+-*", '"(', ":-)", "❤\ufe0f", "''", "'n'"])
def test_without_a_word_the_whole_text_is_looked_for(text: str) -> None:
    query = parse(f" {text} ")
    assert (list(query.words), query.indexed) == ([text], False)


def test_only_the_first_words_count() -> None:
    assert list(parse(" ".join("abcdefghijklm")).words) == list("abcdefghij")


@pytest.mark.parametrize(
    "text", ["", " ", "\u3000", "a\0b", "a\nb", "\ud800", "a" * (MAX_QUERY + 1)]
)
def test_refused(text: str) -> None:
    with pytest.raises(Failure) as raised:
        parse(text)
    assert raised.value.code is Code.INVALID_QUERY
    assert set(raised.value.details["fields"]) == {"query"}


def test_longest_query() -> None:
    assert parse("a" * MAX_QUERY).words == ["a" * MAX_QUERY]


@pytest.mark.parametrize("name", STRINGS)
def test_any_text_is_read_or_refused(name: str) -> None:
    try:
        query = parse(STRINGS[name])
    except Failure as failure:
        assert failure.code is Code.INVALID_QUERY
    else:
        assert query.words
        assert all(query.words)


class Shelves:
    """Sections in memory, in the order of their places; counts what it was asked."""

    def __init__(self, channels: int, titles: int, descriptions: int) -> None:
        sizes = (channels, titles, descriptions)
        self.sections = {
            section: [_found(section, number) for number in range(size)]
            for section, size in zip(Section, sizes, strict=True)
        }
        self.asked: list[tuple[Section, int]] = []

    def find(
        self, section: Section, query: Query, after: tuple[int, int] | None, limit: int
    ) -> list[Found]:
        assert limit > 0
        self.asked.append((section, limit))
        rows = self.sections[section]
        return [row for row in rows if after is None or row.place > after][:limit]


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


@pytest.mark.parametrize("limit", [1, 3, 6, 7])
def test_channels_alone(limit: int) -> None:
    shelves = Shelves(6, 5, 5)
    found, _ = walk(Search(shelves), SearchType.CHANNEL, limit)
    assert found == [f"CHANNELS{number}" for number in range(6)]
    assert {section for section, _ in shelves.asked} == {Section.CHANNELS}


def test_no_more_is_asked_for_than_one_row_beyond_the_page() -> None:
    shelves = Shelves(2, 9, 9)
    Search(shelves)(SearchType.ALL, "word", 5, None)
    assert shelves.asked == [(Section.CHANNELS, 6), (Section.TITLES, 4)]


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
        encode_cursor((3, 1, 2)),
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
