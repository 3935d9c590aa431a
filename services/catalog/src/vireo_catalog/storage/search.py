"""The statements of search, over ``Channels`` and ``SearchWords``.

The cost of a search is bounded before it runs. The index estimates how many videos have each term,
which is cheap. Then the videos of the rarest term, newest first, are candidates, and those without
all of the other terms are filtered out; where even the rarest term is a prefix that very many
videos have, all videos are candidates. At most ``LOOKED_AT`` candidates are looked at for a page:
where that was not enough to fill it, the page is shorter, and its cursor goes on from there.
"""

import datetime as dt
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pymysql.cursors import Cursor

from vireo_catalog.core.search import Found, Query, Section, Some
from vireo_catalog.core.turns import busy
from vireo_catalog.core.words import Term
from vireo_catalog.storage.words import TEXT, TITLE
from vireo_common.database import Database
from vireo_videos.rows import (
    CHANNEL,
    CHANNEL_JOINS,
    LISTED,
    LISTED_JOINS,
    after_place,
    channel,
    listed,
    place,
)
from vireo_videos.visibility import PUBLIC

SORTED = 5_000
"""Rows of a prefix come in the order of words and must be sorted by the videos' times; more than so
many are not sorted, and all videos are candidates instead."""
LOOKED_AT = 2_000
LEAST_STEP, MOST_STEP = 200, 1_900

# Concurrent searches of all processes: half of the processors are left to other requests.
AT_ONCE = max(1, (os.cpu_count() or 1) // 2)
GET_LOCK, RELEASE_LOCK = "SELECT GET_LOCK(%s, %s)", "DO RELEASE_LOCK(%s)"

# A limit that only an overloaded server reaches; searches are what it can drop.
# A long list of ids that became a table of its own would be joined by the ids alone.
BOUNDED = "SET STATEMENT max_statement_time = 2, in_predicate_conversion_threshold = 0 FOR"

# The inner statement reads names only, from their index; the page's few rows get the rest.
CHANNELS = f"""
{BOUNDED}
SELECT {CHANNEL}, c.NameRank
FROM (
    SELECT * FROM (
        SELECT ChannelID, Username,
            CASE WHEN Username = %s THEN 0 WHEN Username LIKE %s THEN 1 ELSE 2 END AS NameRank
        FROM Channels WHERE Username LIKE %s AND SuspendedAt IS NULL
    ) ranked
    WHERE NameRank > %s OR (NameRank = %s AND ChannelID > %s)
    ORDER BY NameRank, ChannelID LIMIT %s
) c
{CHANNEL_JOINS}ORDER BY c.NameRank, c.ChannelID
"""
LONGEST_NAME = 25

# The range of a prefix ends with byte 255, which UTF-8 never has.
IS, BEGINS = "Field = %s AND Word = %s", "Field = %s AND Word BETWEEN %s AND %s"

# EXPLAIN reads the two ends of the range alone.
ESTIMATE = "EXPLAIN SELECT 1 FROM SearchWords FORCE INDEX (PRIMARY) WHERE {has}"

AFTER = "AND Upload <= %s AND (Upload < %s OR VideoID < %s)"

OF_WORD = f"""
SELECT Upload, VideoID FROM SearchWords WHERE {IS} {{after}}
ORDER BY Upload DESC, VideoID DESC LIMIT %s
"""

OF_WORDS = f"""
SELECT DISTINCT Upload, VideoID FROM SearchWords WHERE {BEGINS} {{after}}
ORDER BY Upload DESC, VideoID DESC LIMIT %s
"""

OF_ALL = f"""
SELECT Upload, VideoID FROM Videos FORCE INDEX (NewestPublic) WHERE {PUBLIC} {{after}}
ORDER BY Upload DESC, VideoID DESC LIMIT %s
"""

# One text of thousands of ids: as rows the driver would parse them in Python, and hold the
# interpreter's lock for all that time.
CANDIDATES = f"""
{BOUNDED}
SELECT GROUP_CONCAT(VideoID ORDER BY Upload DESC, VideoID DESC), MIN(Upload) FROM ({{step}}) s
"""

# {ids} are numbers with commas between. A list of ids and a range of words are one search in the
# index for each id; a condition that joins them would read all words of a video.
HAVING_TERM = f"""
{BOUNDED}
SELECT GROUP_CONCAT(DISTINCT VideoID) FROM SearchWords FORCE INDEX (OfVideo)
WHERE VideoID IN ({{ids}}) AND {{has}}
"""

ROWS = f"""
{BOUNDED}
SELECT STRAIGHT_JOIN {LISTED} FROM Videos v {LISTED_JOINS}
WHERE v.VideoID IN ({{ids}}) AND v.{PUBLIC}
ORDER BY v.Upload DESC, v.VideoID DESC
"""


@dataclass(frozen=True)
class _Demand:
    """A condition of a section: a term that a field must have."""

    field: int
    term: Term

    @property
    def has(self) -> str:
        """The condition on ``SearchWords``."""
        return BEGINS if self.term.prefix else IS

    @property
    def values(self) -> tuple[object, ...]:
        """Its values."""
        word = self.term.text.encode()
        return (self.field, word, word + b"\xff") if self.term.prefix else (self.field, word)


class SearchTables:
    """Search in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def turn(self, seconds: float) -> Iterator[None]:
        """Hold one of the slots that all processes share, once it is free.

        It is a lock of the server (``GET_LOCK``), which a lost connection releases.

        Raises:
            Failure: ``unavailable`` where it took longer than ``seconds``.
        """
        name = f"vireo.search.{os.getpid() % AT_ONCE}"
        with self._database.read() as cursor:
            cursor.execute(GET_LOCK, (name, seconds))
            if cursor.fetchone() != (1,):
                raise busy()
            try:
                yield
            finally:
                cursor.execute(RELEASE_LOCK, (name,))

    def find(
        self, section: Section, query: Query, after: tuple[int, int] | None, limit: int
    ) -> Some:
        """Up to ``limit`` rows of a section, those after the place ``after``, in their order."""
        if section is Section.CHANNELS:
            return Some(self._channels(query, after, limit))
        demanded, excluded = _demands(section, query)
        if not demanded:
            return Some([])
        with self._database.read() as cursor:
            return _find(cursor, demanded, excluded, after, limit)

    def _channels(self, query: Query, after: tuple[int, int] | None, limit: int) -> list[Found]:
        words = query.text.split()
        if not query.text.isascii() or sum(map(len, words)) > LONGEST_NAME:
            return []
        # What stands between the words of the query may be anything in the name.
        pattern = "%".join(_escaped(word) for word in words)
        rank, channel_id = after or (-1, 0)
        names = (query.text, f"{pattern}%", f"%{pattern}%")
        with self._database.read() as cursor:
            cursor.execute(CHANNELS, (*names, rank, rank, channel_id, limit))
            rows = cursor.fetchall()
        return [_channel(*row) for row in rows]


def _demands(section: Section, query: Query) -> tuple[list[_Demand], list[_Demand]]:
    """Terms that videos of a section have, and those that would put them into an earlier one."""
    in_title = [_Demand(TITLE, term) for term in query.terms]
    names = [_Demand(TITLE, term) for term in query.names]
    match section:
        case Section.AS_TYPED:
            return [*names, *in_title] if names else [], []
        case Section.TITLES:
            return in_title, names
        case _:
            return [_Demand(TEXT, term) for term in query.terms], in_title


def _find(
    cursor: Cursor,
    demanded: list[_Demand],
    excluded: list[_Demand],
    after: tuple[int, int] | None,
    limit: int,
) -> Some:
    counted = sorted(
        ((_estimate(cursor, each), each) for each in demanded),
        key=lambda pair: pair[0],
    )
    (least, rarest), *more = counted
    walks = rarest.term.prefix and least > SORTED
    others = [each for _, each in (counted if walks else more)]
    # Without another condition each candidate is a row of the page.
    step = LEAST_STEP if others or excluded else limit
    found, looked_at = list[Found](), 0
    while looked_at < LOOKED_AT:
        step = min(step, LOOKED_AT - looked_at)
        ids, last = _candidates(cursor, None if walks else rarest, after, step)
        looked_at += step
        matching = _having(cursor, ids, others)
        outside = set(_having(cursor, matching, excluded)) if excluded else set()
        wanted = [video_id for video_id in matching if video_id not in outside]
        found += _rows(cursor, wanted[: limit - len(found)])
        if len(found) >= limit or len(ids) < step:
            return Some(found)
        after, step = last, MOST_STEP
    return Some(found, cut=after)


def _candidates(
    cursor: Cursor, rarest: _Demand | None, after: tuple[int, int] | None, step: int
) -> tuple[list[int], tuple[int, int] | None]:
    """The next videos to look at, newest first, and the place of the last one."""
    statement = OF_ALL
    if rarest is not None:
        statement = OF_WORDS if rarest.term.prefix else OF_WORD
    values = rarest.values if rarest is not None else ()
    place_values = after_place(after) if after else ()
    statement = CANDIDATES.format(step=statement.format(after=AFTER if after else ""))
    cursor.execute(statement, (*values, *place_values, step))
    ((text, upload),) = cursor.fetchall()
    ids = _ids(text)
    last = (int(upload.replace(tzinfo=dt.UTC).timestamp()), ids[-1]) if ids else after
    return ids, last


def _having(cursor: Cursor, ids: list[int], demands: Sequence[_Demand]) -> list[int]:
    """Those of the videos that have all that is demanded, in their order."""
    for each in demands:
        if not ids:
            break
        statement = HAVING_TERM.format(ids=_text(ids), has=each.has)
        cursor.execute(statement, each.values)
        ((text,),) = cursor.fetchall()
        having = set(_ids(text))
        ids = [video_id for video_id in ids if video_id in having]
    return ids


def _rows(cursor: Cursor, ids: list[int]) -> list[Found]:
    if not ids:
        return []
    cursor.execute(ROWS.format(ids=_text(ids)))
    return [Found(row, place(row)) for row in map(listed, cursor.fetchall())]


def _text(ids: list[int]) -> str:
    return ",".join(map(str, ids))


def _ids(text: str | None) -> list[int]:
    return list(map(int, text.split(","))) if text else []


def _estimate(cursor: Cursor, demand: _Demand) -> int:
    """About how many rows have a term."""
    cursor.execute(ESTIMATE.format(has=demand.has), demand.values)
    # The columns of EXPLAIN end in `rows` and `Extra`.
    ((*_, rows, _),) = cursor.fetchall()
    return int(rows or 0)


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _channel(*row: Any) -> Found:
    """A row of ``CHANNELS``."""
    *columns, name_rank = row
    found = channel(columns)
    return Found(found, (name_rank, found.channel_id))
