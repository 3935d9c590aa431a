"""Search: parsing of queries, and the order of results.

First channels by name (exact, then prefix, then substring matches), then videos whose title has
every word and the query's signs too (``C++``), then those whose title has every word, then those
whose title and description together have; within each of these, newest first. A row's place
depends on the row and the query alone, so keyset pages neither repeat nor lose a row while others
are inserted.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Protocol

from vireo_catalog.core.turns import Turns
from vireo_catalog.core.words import Term, as_typed, asked_for
from vireo_common.errors import Code, Failure, FieldCode, FieldProblem
from vireo_common.pages import Page, decode_cursor, encode_cursor
from vireo_common.text import has_control_characters
from vireo_videos.channel import ChannelSummary
from vireo_videos.video import Video

MAX_QUERY = 200
MAX_TERMS = 10
"""Words of a query that are searched; each costs a statement, the rest are ignored."""
AT_ONCE, WAITING, WAIT_SECONDS = 1, 3, 1.0
"""Searches of one process, those that wait for their turn, and for how long. A search is mostly one
statement after the other, and a second one beside it would take the processor from all else."""
CHEAP_SECONDS, REST, LONGEST_REST_SECONDS = 0.005, 3.0, 0.2
"""While others wait, a search that took longer than the first sleeps with its slot held: the second
times what it took beyond that, at most the third. It throttles a flood of expensive searches, which
would otherwise keep a processor busy all the time."""


class SearchType(StrEnum):
    """What is searched for."""

    ALL = "all"
    CHANNEL = "channel"


class Section(IntEnum):
    """The parts of the answer, in their order."""

    CHANNELS = 0
    AS_TYPED = 1
    TITLES = 2
    DESCRIPTIONS = 3


@dataclass(frozen=True)
class Query:
    """A query: what every video that is found has, and the names with signs among it."""

    text: str
    terms: Sequence[Term]
    names: Sequence[Term]


@dataclass(frozen=True)
class Found:
    """A row, and its place within its section: two numbers that no other row has."""

    row: Video | ChannelSummary
    place: tuple[int, int]


@dataclass(frozen=True)
class Some:
    """Rows of a section; where looking for more was given up, the place that was reached."""

    found: Sequence[Found]
    cut: tuple[int, int] | None = None


class SearchStore(Protocol):
    """Where is searched."""

    def turn(self, seconds: float) -> AbstractContextManager[None]:
        """Hold one of the slots that all processes share.

        Raises:
            Failure: ``unavailable`` where it took longer than ``seconds`` to come to it.
        """

    def find(
        self, section: Section, query: Query, after: tuple[int, int] | None, limit: int
    ) -> Some:
        """Up to ``limit`` rows of a section, those after the place ``after``, in their order."""


class Search:
    """The rules of search."""

    def __init__(
        self,
        store: SearchStore,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._store = store
        self._clock, self._sleep = clock, sleep
        self.turns = Turns(AT_ONCE, WAITING, WAIT_SECONDS)

    def __call__(
        self, kind: SearchType, text: str, limit: int, cursor: str | None
    ) -> Page[Video | ChannelSummary]:
        """One page of what is found.

        Raises:
            Failure: ``invalid_query`` or ``invalid_cursor``; ``unavailable`` where too many search.
        """
        query = parse(text)
        last = Section.CHANNELS if kind is SearchType.CHANNEL else Section.DESCRIPTIONS
        section, after = _position(cursor)
        with self.turns.turn(), self._store.turn(WAIT_SECONDS):
            began = self._clock()
            page = self._page(query, last, section, after, limit)
            if self.turns.wanted:
                self._sleep(rest_after(self._clock() - began))
            return page

    def _page(
        self,
        query: Query,
        last: Section,
        section: Section,
        after: tuple[int, int] | None,
        limit: int,
    ) -> Page[Video | ChannelSummary]:
        found: list[tuple[Section, Found]] = []
        # One row more than the page holds shows whether there is a next page.
        while section <= last and len(found) <= limit:
            some = self._store.find(section, query, after, limit + 1 - len(found))
            found += [(section, row) for row in some.found]
            if some.cut and len(found) <= limit:
                reached = encode_cursor((int(section), *some.cut))
                return Page([row.row for _, row in found], reached)
            if section == Section.DESCRIPTIONS:
                break
            section, after = Section(section + 1), None
        rows_of_page = [row.row for _, row in found[:limit]]
        if len(found) <= limit:
            return Page(rows_of_page, None)
        where, final = found[limit - 1]
        return Page(rows_of_page, encode_cursor((int(where), *final.place)))


def rest_after(seconds: float) -> float:
    """How long a slot pauses after a search of ``seconds``, where others wait."""
    return min(max(seconds - CHEAP_SECONDS, 0.0) * REST, LONGEST_REST_SECONDS)


def parse(text: str) -> Query:
    """Read a query as it is typed.

    Raises:
        Failure: ``invalid_query`` for one that is empty, too long, or holds control characters.
    """
    text = text.strip()
    if not 1 <= len(text) <= MAX_QUERY or has_control_characters(text):
        message = f"must have 1 to {MAX_QUERY} characters, none of them a control character"
        problem = FieldProblem(FieldCode.INVALID, message)
        raise Failure(Code.INVALID_QUERY, fields={"query": problem})
    return Query(text, asked_for(text)[:MAX_TERMS], as_typed(text)[:MAX_TERMS])


def _position(cursor: str | None) -> tuple[Section, tuple[int, int] | None]:
    if cursor is None:
        return Section.CHANNELS, None
    section, first, second = decode_cursor(cursor, (int, int, int))
    try:
        return Section(int(section)), (int(first), int(second))
    except ValueError:
        raise Failure(Code.INVALID_CURSOR) from None
