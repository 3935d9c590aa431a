"""Search: what a query asks for, and the order of what is found.

First channels by name (the very name, then names that begin so, then names that hold it), then
videos whose title has every word, then videos whose title and description together have; within
each of these, newest first. A row's place depends on nothing but the row and the query, so pages
neither repeat nor lose a row while others come in.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Protocol

from vireo_catalog.core.channels import ChannelSummary
from vireo_catalog.core.videos import Video
from vireo_common.errors import Code, Failure
from vireo_common.pages import Page, decode_cursor, encode_cursor
from vireo_common.text import has_control_characters

MAX_QUERY = 200
MAX_WORDS = 10
MAX_INDEXED_WORD = 84
"""The server's ``innodb_ft_max_token_size``: longer words are not in the index."""
# The server leaves out a single letter that stands before an apostrophe, as in "l'eau".
LONE_LETTER = re.compile(r"\b\w(?=['\u2019])|(?<=['\u2019])\w\b")
# Scripts that write words without spaces between them: the index holds whole runs of characters,
# so a word inside of a run is found by looking at the text itself.
UNSPACED = re.compile(
    "["
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Japanese, Chinese
    "\uac00-\ud7af"  # Korean, whose particles are glued to its words
    "]"
)


class SearchType(StrEnum):
    """What is searched for."""

    ALL = "all"
    CHANNEL = "channel"


class Section(IntEnum):
    """The parts of the answer, in their order."""

    CHANNELS = 0
    TITLES = 1
    DESCRIPTIONS = 2


@dataclass(frozen=True)
class Query:
    """A query: its words, and whether the index of words can answer it."""

    text: str
    words: Sequence[str]
    indexed: bool


@dataclass(frozen=True)
class Found:
    """A row, and its place within its section: two numbers that no other row has."""

    row: Video | ChannelSummary
    place: tuple[int, int]


class SearchStore(Protocol):
    """Where is searched."""

    def find(
        self, section: Section, query: Query, after: tuple[int, int] | None, limit: int
    ) -> list[Found]:
        """Up to ``limit`` rows of a section, those after the place ``after``, in their order."""


class Search:
    """The rules of search."""

    def __init__(self, store: SearchStore) -> None:
        self._store = store

    def __call__(
        self, kind: SearchType, text: str, limit: int, cursor: str | None
    ) -> Page[Video | ChannelSummary]:
        """One page of what is found.

        Raises:
            Failure: ``invalid_query`` or ``invalid_cursor``.
        """
        query = parse(text)
        last = Section.CHANNELS if kind is SearchType.CHANNEL else Section.DESCRIPTIONS
        section, after = _position(cursor)
        found: list[tuple[Section, Found]] = []
        # One row more than the page holds tells whether there is a next page.
        while section <= last and len(found) <= limit:
            rows = self._store.find(section, query, after, limit + 1 - len(found))
            found += [(section, row) for row in rows]
            if section == Section.DESCRIPTIONS:
                break
            section, after = Section(section + 1), None
        rows_of_page = [row.row for _, row in found[:limit]]
        if len(found) <= limit:
            return Page(rows_of_page, None)
        where, final = found[limit - 1]
        return Page(rows_of_page, encode_cursor((int(where), *final.place)))


def parse(text: str) -> Query:
    """Read a query as it is typed.

    Raises:
        Failure: ``invalid_query`` for one that is empty, too long, or holds control characters.
    """
    text = text.strip()
    if not 1 <= len(text) <= MAX_QUERY or has_control_characters(text):
        reason = f"must have 1 to {MAX_QUERY} characters, none of them a control character"
        raise Failure(Code.INVALID_QUERY, fields={"query": reason})
    words = _words(text)[:MAX_WORDS]
    indexed = bool(words) and all(_in_index(word) for word in words)
    # Without a word (an emoji, a smiley) the whole text is looked for.
    return Query(text, words if words else [text], indexed)


def _words(text: str) -> list[str]:
    """Runs of letters and digits, as the server cuts them: accents and vowel signs belong to the
    letter before them, an apostrophe to no word, nor does a single letter beside one."""
    words, current = [], ""
    for character in LONE_LETTER.sub(" ", text):
        category = unicodedata.category(character)
        kind = category[0]
        # So: emoji and other pictures. Whoever types one means it.
        if kind in "LN" or category == "So" or character == "_" or (kind == "M" and current):
            current += character
        elif current:
            words.append(current)
            current = ""
    return [*words, current] if current else words


def _in_index(word: str) -> bool:
    """Whether the index can have the word as one: the server knows no letters that are younger
    than its tables, nor any beyond the Basic Multilingual Plane, nor pictures, and cuts words
    there."""
    return (
        len(word) <= MAX_INDEXED_WORD
        and not UNSPACED.search(word)
        and all(
            character <= "\uffff" and unicodedata.ucd_3_2_0.category(character) not in {"Cn", "So"}
            for character in word
        )
    )


def _position(cursor: str | None) -> tuple[Section, tuple[int, int] | None]:
    if cursor is None:
        return Section.CHANNELS, None
    section, first, second = decode_cursor(cursor, (int, int, int))
    try:
        return Section(int(section)), (int(first), int(second))
    except ValueError:
        raise Failure(Code.INVALID_CURSOR) from None
