"""The table ``Subscriptions``, with the counter of followers that goes with it."""

from pymysql.cursors import Cursor

from vireo_common import events
from vireo_common.database import Database
from vireo_common.events import Subscribed, Unsubscribed
from vireo_common.pages import Page, decode_cursor, encode_cursor
from vireo_community.core.subscriptions import (
    MOST_SUBSCRIPTIONS,
    Subscription,
    TooManySubscriptions,
)
from vireo_community.storage.channels import hold_channels
from vireo_videos.channel import ChannelPage, Notify
from vireo_videos.rows import CHANNEL, CHANNEL_JOINS, CHANNEL_PAGE, channel, channel_page

# One more than any row has.
LAST = 1 << 63

# The count stops at the limit.
COUNT_OWN = "SELECT COUNT(*) FROM (SELECT 1 FROM Subscriptions WHERE FollowerID = %s LIMIT %s) few"

INSERT = """
INSERT IGNORE INTO Subscriptions (FollowerID, ChannelID, Notify, CreatedAt)
VALUES (%s, %s, %s, NOW(3))
"""

SET_NOTIFY = "UPDATE Subscriptions SET Notify = %s WHERE FollowerID = %s AND ChannelID = %s"

DELETE = "DELETE FROM Subscriptions WHERE FollowerID = %s AND ChannelID = %s"

COUNT = """
INSERT INTO ChannelCounters (ChannelID, Subscribers) VALUES (%s, 1)
ON DUPLICATE KEY UPDATE Subscribers = Subscribers + 1
"""

UNCOUNT = "UPDATE ChannelCounters SET Subscribers = Subscribers - 1 WHERE ChannelID = %s"

PAGE = f"""
SELECT STRAIGHT_JOIN {CHANNEL}, f.Notify, f.SubscriptionID
FROM Subscriptions f FORCE INDEX (OfFollower) JOIN Channels c ON c.ChannelID = f.ChannelID
{CHANNEL_JOINS}
WHERE f.FollowerID = %s AND f.SubscriptionID < %s AND c.SuspendedAt IS NULL
ORDER BY f.SubscriptionID DESC LIMIT %s
"""


class SubscriptionTable:
    """Subscriptions in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, follower_id: int, channel_id: int, notify: Notify | None) -> None:
        """Follow; idempotent. ``notify`` stays what it is where it is ``None``.

        Raises:
            Failure: ``token_invalid``, ``not_found``: one of them was deleted meanwhile.
            TooManySubscriptions: the account has too many.
        """

        def work(cursor: Cursor) -> None:
            hold_channels(cursor, follower_id, channel_id)
            if not cursor.execute(INSERT, (follower_id, channel_id, notify or Notify.ALL)):
                if notify is not None:
                    cursor.execute(SET_NOTIFY, (notify, follower_id, channel_id))
                return
            cursor.execute(COUNT_OWN, (follower_id, MOST_SUBSCRIPTIONS + 1))
            ((count,),) = cursor.fetchall()
            if count > MOST_SUBSCRIPTIONS:
                raise TooManySubscriptions
            events.publish(cursor, Subscribed(channel_id, follower_id))
            # Last: all who follow the channel now want this row, and the commit frees it.
            cursor.execute(COUNT, (channel_id,))

        self._database.transaction("subscriptions.add", work)

    def remove(self, follower_id: int, channel_id: int) -> None:
        """Follow no more; idempotent."""

        def work(cursor: Cursor) -> None:
            if cursor.execute(DELETE, (follower_id, channel_id)):
                events.publish(cursor, Unsubscribed(channel_id, follower_id))
                cursor.execute(UNCOUNT, (channel_id,))

        self._database.transaction("subscriptions.remove", work)

    def page(self, follower_id: int, limit: int, cursor: str | None) -> Page[Subscription]:
        """Whom somebody follows, the latest first.

        Raises:
            Failure: ``invalid_cursor``.
        """
        (before,) = decode_cursor(cursor, (int,)) if cursor is not None else (LAST,)
        with self._database.read() as reading:
            reading.execute(PAGE, (follower_id, before, limit + 1))
            rows = reading.fetchall()
        found = [Subscription(channel(row[:-2]), Notify(row[-2])) for row in rows[:limit]]
        more = len(rows) > limit
        return Page(found, encode_cursor([rows[limit - 1][-1]]) if more else None)

    def channel(self, follower_id: int, name: str) -> ChannelPage | None:
        """A channel as its page shows it to somebody."""
        with self._database.read() as cursor:
            cursor.execute(CHANNEL_PAGE, (follower_id, name, follower_id))
            row = cursor.fetchone()
        return channel_page(row) if row else None
