"""The table ``ViewKeys``: the secrets of today and yesterday, and none of earlier days."""

import datetime as dt
import secrets

from pymysql.cursors import Cursor

from vireo_common.database import Database

INSERT = "INSERT IGNORE INTO ViewKeys (Day, Secret) VALUES (%s, %s)"

FIND = "SELECT Secret FROM ViewKeys WHERE Day = %s"

SWEEP = "DELETE FROM ViewKeys WHERE Day < UTC_DATE() - INTERVAL 1 DAY LIMIT 1000"


class ViewKeyTable:
    """Keys of days in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def key(self, day: dt.date) -> bytes:
        """The key of this day; the first process that asks makes it."""

        def work(cursor: Cursor) -> bytes:
            if not cursor.execute(FIND, (day,)):
                cursor.execute(INSERT, (day, secrets.token_bytes(32)))
                cursor.execute(FIND, (day,))
            ((secret,),) = cursor.fetchall()
            return bytes(secret)

        return self._database.transaction("view_keys.key", work)

    def sweep(self) -> None:
        """Delete what no viewer of today has to do with."""
        self._database.sweep(SWEEP)
