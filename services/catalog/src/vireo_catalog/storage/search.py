"""The statements of search, over ``Channels`` and ``SearchWords``.

What a search costs is settled before it runs. How many videos have each term is counted up to
``COUNTED``. Then the videos of the rarest term, newest first, are looked at, and those are left out
that have not all of the others; where even the rarest one begins very many words, all videos take
the place of its own. Either way at most ``LOOKED_AT`` videos are looked at for a page: where
that was not enough to fill it, the page is shorter, and its cursor carries on from there.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pymysql.cursors import Cursor

from vireo_catalog.core.channels import ChannelSummary
from vireo_catalog.core.search import Found, Query, Section, Some
from vireo_catalog.core.words import Term
from vireo_catalog.storage.videos import LISTED, after_place, listed, place
from vireo_catalog.storage.words import TEXT, TITLE
from vireo_common.database import Database

COUNTED = 10_000
LOOKED_AT = 10_000
LEAST_STEP, MOST_STEP = 200, 2_500

# Nothing here may take so long; if it does, the server is in trouble, and searching is what can wait.
BOUNDED = "SET STATEMENT max_statement_time = 2, optimizer_switch = 'exists_to_in=off' FOR"

# The inner statement reads names only, from their index; the page's few rows get the rest.
CHANNELS = f"""
{BOUNDED}
SELECT p.ChannelID, p.Username, COALESCE(s.Videos, 0), v.PathHash, v.Upload, p.NameRank
FROM (
    SELECT * FROM (
        SELECT ChannelID, Username,
            CASE WHEN Username = %s THEN 0 WHEN Username LIKE %s THEN 1 ELSE 2 END AS NameRank
        FROM Channels WHERE Username LIKE %s
    ) ranked
    WHERE NameRank > %s OR (NameRank = %s AND ChannelID > %s)
    ORDER BY NameRank, ChannelID LIMIT %s
) p
LEFT JOIN ChannelStats s ON s.ChannelID = p.ChannelID
LEFT JOIN Videos v ON v.VideoID = (
    SELECT VideoID FROM Videos WHERE ChannelID = p.ChannelID AND State = 'ready'
    ORDER BY Upload DESC, VideoID DESC LIMIT 1
)
ORDER BY p.NameRank, p.ChannelID
"""
LONGEST_NAME = 25

# Of a word that begins so the second value is behind all of them: no byte of UTF-8 is 255.
IS, BEGINS = "Field = %s AND Word = %s", "Field = %s AND Word BETWEEN %s AND %s"

# Never more than the limit: this is no count of the table.
COUNT = f"{BOUNDED} SELECT COUNT(*) FROM (SELECT 1 FROM SearchWords WHERE {{has}} LIMIT %s) few"

AFTER = "AND Upload <= %s AND (Upload < %s OR VideoID < %s)"

OF_WORD = f"""
SELECT Upload, VideoID FROM SearchWords WHERE {IS} {{after}}
ORDER BY Upload DESC, VideoID DESC LIMIT %s
"""

OF_WORDS = f"""
SELECT DISTINCT Upload, VideoID FROM SearchWords WHERE {BEGINS} {{after}}
ORDER BY Upload DESC, VideoID DESC LIMIT %s
"""

OF_ALL = """
SELECT Upload, VideoID FROM Videos FORCE INDEX (Newest) WHERE State = 'ready' {after}
ORDER BY Upload DESC, VideoID DESC LIMIT %s
"""

LAST = f"""
{BOUNDED}
SELECT Upload, VideoID FROM ({{step}}) looked_at ORDER BY Upload, VideoID LIMIT 1
"""

EXISTS = """
EXISTS (SELECT 1 FROM SearchWords FORCE INDEX (OfVideo) WHERE VideoID = s.VideoID AND {has})
"""

MATCHING = f"""
{BOUNDED}
SELECT STRAIGHT_JOIN {LISTED}
FROM (
    SELECT s.VideoID FROM ({{step}}) s WHERE {{conditions}}
    ORDER BY s.Upload DESC, s.VideoID DESC LIMIT %s
) p
JOIN Videos v USING (VideoID) JOIN Channels c USING (ChannelID)
WHERE v.State = 'ready'
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

    @property
    def exists(self) -> str:
        """The condition on a video."""
        return EXISTS.format(has=self.has)


class SearchTables:
    """Search in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

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
        return [Found(_channel(row), (row[5], row[0])) for row in rows]


def _demands(section: Section, query: Query) -> tuple[list[_Demand], list[_Demand]]:
    """What the videos of a section have, and what not all of (that puts them into another one)."""
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
    counted = _by_count(cursor, demanded)
    least, rarest = counted[0]
    if least == 0:
        return Some([])
    walks = rarest.term.prefix and least >= COUNTED
    # Nothing of it is left when so many were looked at.
    enough = least if least < COUNTED else LOOKED_AT + 1
    others = [each for _, each in (counted if walks else counted[1:])]
    conditions = [each.exists for each in others]
    if excluded:
        conditions.append("NOT (" + " AND ".join(each.exists for each in excluded) + ")")
    values = [value for each in (*others, *excluded) for value in each.values]
    # Without a condition each video that is looked at is one of the page.
    found, looked_at, step = list[Found](), 0, LEAST_STEP if conditions else limit
    while True:
        step = min(step, LOOKED_AT - looked_at)
        source, source_values = _source(None if walks else rarest, after, step)
        statement = MATCHING.format(step=source, conditions=" AND ".join(conditions) or "TRUE")
        cursor.execute(statement, (*source_values, *values, limit - len(found)))
        found += [Found(row, place(row)) for row in map(listed, cursor.fetchall())]
        looked_at += step
        if len(found) >= limit or looked_at >= enough:
            return Some(found)
        cursor.execute(LAST.format(step=source), source_values)
        last = cursor.fetchone()
        if last is None:
            return Some(found)
        after = (int(last[0].replace(tzinfo=dt.UTC).timestamp()), last[1])
        if looked_at >= LOOKED_AT:
            return Some(found, cut=after)
        step = min(step * 4, MOST_STEP)


def _source(
    rarest: _Demand | None, after: tuple[int, int] | None, step: int
) -> tuple[str, tuple[object, ...]]:
    """The statement that gives the next videos to look at, and its values."""
    if rarest is None:
        statement, values = OF_ALL, ()
    else:
        statement = OF_WORDS if rarest.term.prefix else OF_WORD
        values = rarest.values
    place_values = after_place(after) if after else ()
    return statement.format(after=AFTER if after else ""), (*values, *place_values, step)


def _by_count(cursor: Cursor, demanded: Sequence[_Demand]) -> list[tuple[int, _Demand]]:
    """The conditions, the rarest first; none is counted much further than the rarest before it."""
    counted, most = list[tuple[int, _Demand]](), COUNTED
    for each in demanded:
        cursor.execute(COUNT.format(has=each.has), (*each.values, most))
        row = cursor.fetchone()
        count = int(row[0]) if row else 0
        counted.append((count, each))
        most = min(most, count + 1)
    # Of those that are equally common one that is a whole word has an order of its own.
    return sorted(counted, key=lambda pair: (pair[0], pair[1].term.prefix))


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _channel(row: tuple[Any, ...]) -> ChannelSummary:
    upload = row[4].replace(tzinfo=dt.UTC) if row[4] else None
    return ChannelSummary(row[0], row[1], row[2], row[3], upload)
