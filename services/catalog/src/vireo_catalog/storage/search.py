"""The statements of search, over ``Channels`` and ``Videos``.

Words are looked up in the FULLTEXT indexes where these can answer, and with ``LIKE`` where they
can't (see ``vireo_catalog.core.search``).
"""

import datetime as dt
from typing import Any

from vireo_catalog.core.channels import ChannelSummary
from vireo_catalog.core.search import Found, Query, Section
from vireo_catalog.storage.videos import AFTER, LISTED, after_place, listed, place
from vireo_common.database import Database

# The inner statement reads names only, from their index; the page's few rows get the rest.
CHANNELS = """
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

# Words in scripts without spaces are looked for in all text; nobody may keep the server at it.
VIDEOS = f"""
SET STATEMENT max_statement_time = 3 FOR
SELECT {LISTED} FROM Videos v JOIN Channels c USING (ChannelID)
WHERE v.State = 'ready' AND {{matches}} {{after}}
ORDER BY v.Upload DESC, v.VideoID DESC LIMIT %s
"""

IN_TITLE = "MATCH (v.Title) AGAINST (%s IN BOOLEAN MODE)"
IN_ALL = "MATCH (v.Title, v.Description) AGAINST (%s IN BOOLEAN MODE)"
TITLE_HAS = "v.Title LIKE %s"
ALL_HAS = "CONCAT(v.Title, '\\n', v.Description) LIKE %s"


class SearchTables:
    """Search in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(
        self, section: Section, query: Query, after: tuple[int, int] | None, limit: int
    ) -> list[Found]:
        """Up to ``limit`` rows of a section, those after the place ``after``, in their order."""
        if section is Section.CHANNELS:
            return self._channels(query, after, limit)
        return self._videos(section, query, after, limit)

    def _channels(self, query: Query, after: tuple[int, int] | None, limit: int) -> list[Found]:
        if not query.text.isascii():
            return []
        # What stands between the words of the query may be anything in the name.
        pattern = "%".join(_escaped(word) for word in query.text.split())
        rank, channel_id = after or (-1, 0)
        names = (query.text, f"{pattern}%", f"%{pattern}%")
        with self._database.read() as cursor:
            cursor.execute(CHANNELS, (*names, rank, rank, channel_id, limit))
            rows = cursor.fetchall()
        return [Found(_channel(row), (row[5], row[0])) for row in rows]

    def _videos(
        self, section: Section, query: Query, after: tuple[int, int] | None, limit: int
    ) -> list[Found]:
        matches, values = _matching(section, query)
        statement = VIDEOS.format(matches=matches, after=AFTER if after else "")
        place_values = after_place(after) if after else ()
        with self._database.read() as cursor:
            cursor.execute(statement, (*values, *place_values, limit))
            found = [listed(row) for row in cursor.fetchall()]
        return [Found(row, place(row)) for row in found]


def _matching(section: Section, query: Query) -> tuple[str, list[str]]:
    """The condition of a section, and its values."""
    if query.indexed:
        # Every word must be there, or begin a word that is.
        words = " ".join(f"+{word}*" for word in query.words)
        title, everything, values = IN_TITLE, IN_ALL, [words]
    else:
        values = [f"%{_escaped(word)}%" for word in query.words]
        title = " AND ".join([TITLE_HAS] * len(values))
        everything = " AND ".join([ALL_HAS] * len(values))
    if section is Section.TITLES:
        return title, values
    return f"{everything} AND NOT ({title})", values + values


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _channel(row: tuple[Any, ...]) -> ChannelSummary:
    upload = row[4].replace(tzinfo=dt.UTC) if row[4] else None
    return ChannelSummary(row[0], row[1], row[2], row[3], upload)
