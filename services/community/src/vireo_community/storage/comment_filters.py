"""The table ``CommentFilters``: words and links that channels have held for review."""

import json

from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_community.core.comment_filters import CommentFilter
from vireo_community.storage.channels import hold_channels

FIND = "SELECT Words, Links FROM CommentFilters WHERE ChannelID = %s"

PUT = """
INSERT INTO CommentFilters (ChannelID, Words, Links) VALUES (%s, %s, %s)
ON DUPLICATE KEY UPDATE Words = VALUES(Words), Links = VALUES(Links)
"""


class CommentFilterTable:
    """Filters in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, channel_id: int) -> CommentFilter:
        """What the channel has held; nothing where it has never said."""
        with self._database.read() as cursor:
            return filter_of(cursor, channel_id)

    def put(self, channel_id: int, held: CommentFilter) -> None:
        """Have this held from now on."""
        words = json.dumps(list(held.words))

        def work(cursor: Cursor) -> None:
            hold_channels(cursor, channel_id)
            cursor.execute(PUT, (channel_id, words, held.links))

        self._database.transaction("comment_filters.put", work)


def filter_of(cursor: Cursor, channel_id: int) -> CommentFilter:
    """The same, in the caller's transaction."""
    cursor.execute(FIND, (channel_id,))
    row = cursor.fetchone()
    return CommentFilter(json.loads(row[0]), bool(row[1])) if row else CommentFilter()
