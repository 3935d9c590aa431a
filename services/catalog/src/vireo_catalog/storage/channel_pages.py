"""The table ``ChannelTexts``, and the page that is made of it and of what community counts."""

import json
from collections.abc import Sequence

from pymysql.cursors import Cursor

from vireo_catalog.core.writes import ROOM, ROOM_A_SECOND, cost_of
from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_common.token_bucket import TokenBucket
from vireo_videos.channel import ChannelPage, Link
from vireo_videos.rows import CHANNEL_PAGE, channel_page

WRITES = TokenBucket("ChannelWrites", ROOM, ROOM_A_SECOND)

NAME_OF = "SELECT Username FROM Channels WHERE ChannelID = %s"

HOLD = "SELECT 1 FROM Channels WHERE ChannelID = %s LOCK IN SHARE MODE"

SET = """
INSERT INTO ChannelTexts (ChannelID, About, Links)
VALUES (%s, COALESCE(%s, ''), COALESCE(%s, '[]'))
ON DUPLICATE KEY UPDATE About = COALESCE(%s, About), Links = COALESCE(%s, Links)
"""

NOBODY = 0
"""The id of no channel."""


class ChannelPageTable:
    """Pages of channels in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def find(self, name: str, viewer: int | None) -> ChannelPage | None:
        """The page of the channel with this name, as the viewer sees it."""
        with self._database.read() as cursor:
            cursor.execute(CHANNEL_PAGE, (viewer or NOBODY, name, viewer or NOBODY))
            row = cursor.fetchone()
        return channel_page(row) if row else None

    def name_of(self, channel_id: int) -> str | None:
        """The name of a channel."""
        with self._database.read() as cursor:
            cursor.execute(NAME_OF, (channel_id,))
            row = cursor.fetchone()
        return str(row[0]) if row else None

    def set_texts(self, channel_id: int, about: str | None, links: Sequence[Link] | None) -> None:
        """Set what is given.

        Raises:
            Failure: ``token_invalid``: the channel was deleted meanwhile.
            TooFast: the account has to wait.
        """
        written = None
        if links is not None:
            written = json.dumps([{"label": each.label, "url": each.url} for each in links])

        def work(cursor: Cursor) -> None:
            WRITES.charge(cursor, channel_id, cost_of(about, written))
            if not cursor.execute(HOLD, (channel_id,)):
                raise Failure(Code.TOKEN_INVALID)
            cursor.execute(SET, (channel_id, about, written, about, written))

        self._database.transaction("channel_pages.set_texts", work)
