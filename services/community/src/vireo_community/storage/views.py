"""Views: sessions, the log of what was counted and refused, and the counters.

A view is counted in one transaction with its row of the log, so that both agree at every moment.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from pymysql.cursors import Cursor

from vireo_common import events
from vireo_common.database import SWEEP_BATCHES, SWEEP_ROWS, Database
from vireo_common.errors import Failure
from vireo_common.events import ViewsReached
from vireo_community.core.batches import Batches
from vireo_community.core.notices import MILESTONES
from vireo_community.core.views import (
    FIRST_SECONDS,
    MOST_OF_NETWORK,
    MOST_SESSIONS,
    SLACK_SECONDS,
    WINDOW_HOURS,
    Outcome,
    Viewing,
    Watched,
)
from vireo_community.storage.videos import hold_video

MOST_SETTLED = 64
"""Views of one transaction."""
ANY_VIDEO = 0
"""Stands for the sessions of a source in ``ViewBudgets``; no video has this id."""

FIND = """
SELECT Seconds, Settled FROM ViewSessions WHERE VideoID = %s AND Viewer = %s AND Session = %s
"""

# What is believed: the time since the last call, and what is left of the slack. MariaDB assigns
# from left to right, so that the last column to change is the one that the others are made of.
_PASSED = "GREATEST(0, TIMESTAMPDIFF(MICROSECOND, LastAt, NOW(3)) / 1000000)"
ADD = f"""
UPDATE ViewSessions SET
    Seconds = Seconds + LEAST(%s, Slack + {_PASSED}),
    Slack = LEAST(GREATEST(%s, Slack), Slack + {_PASSED} - LEAST(%s, Slack + {_PASSED})),
    LastAt = NOW(3)
WHERE VideoID = %s AND Viewer = %s AND Session = %s
"""

BEGIN = """
INSERT IGNORE INTO ViewSessions (VideoID, Viewer, Session, LastAt, Seconds, Slack)
VALUES (%s, %s, %s, NOW(3), %s, %s)
"""

SETTLE = """
UPDATE ViewSessions SET Settled = 1
WHERE VideoID = %s AND Viewer = %s AND Session = %s AND Settled = 0
"""

# A source's budget begins anew when its window has passed.
SPEND = f"""
INSERT INTO ViewBudgets (Source, VideoID, Used, Since) VALUES (%s, %s, %s, NOW(3))
ON DUPLICATE KEY UPDATE
    Used = IF(Since <= NOW(3) - INTERVAL {WINDOW_HOURS} HOUR, 0, Used) + VALUES(Used),
    Since = IF(Since <= NOW(3) - INTERVAL {WINDOW_HOURS} HOUR, NOW(3), Since)
"""

SPENT = f"""
SELECT Used FROM ViewBudgets
WHERE Source = %s AND VideoID = %s AND Since > NOW(3) - INTERVAL {WINDOW_HOURS} HOUR
"""

# Changes no row where the viewer has a mark of less than the window.
MARK = f"""
INSERT INTO ViewMarks (VideoID, Viewer, Outcome, At) VALUES (%s, %s, %s, NOW(3))
ON DUPLICATE KEY UPDATE At = IF(At <= NOW(3) - INTERVAL {WINDOW_HOURS} HOUR, NOW(3), At)
"""

COUNTED_BEFORE = f"""
SELECT 1 FROM ViewMarks
WHERE VideoID = %s AND Viewer = %s AND Outcome = '{Outcome.COUNTED}'
    AND At > NOW(3) - INTERVAL {WINDOW_HOURS} HOUR
"""

LOG = """
INSERT INTO ViewLog (VideoID, Viewer, Account, At, Seconds, Outcome)
VALUES (%s, %s, %s, NOW(3), %s, %s)
"""

COUNT = """
INSERT INTO VideoCounters (VideoID, Views) VALUES (%s, %s)
ON DUPLICATE KEY UPDATE Views = Views + VALUES(Views)
RETURNING Views
"""

COUNT_OF_CHANNEL = """
INSERT INTO ChannelCounters (ChannelID, Views) VALUES (%s, %s)
ON DUPLICATE KEY UPDATE Views = Views + VALUES(Views)
"""

SWEEP_SESSIONS = f"""
DELETE FROM ViewSessions WHERE LastAt < NOW(3) - INTERVAL {WINDOW_HOURS} HOUR
ORDER BY LastAt LIMIT 1000
"""

SWEEP_MARKS = f"""
DELETE FROM ViewMarks WHERE At < NOW(3) - INTERVAL {WINDOW_HOURS} HOUR ORDER BY At LIMIT 1000
"""

SWEEP_BUDGETS = f"""
DELETE FROM ViewBudgets WHERE Since < NOW(3) - INTERVAL {WINDOW_HOURS} HOUR
ORDER BY Since LIMIT 1000
"""

# The oldest rows have the lowest numbers, but for the moment that a commit takes.
OLD = """
SELECT ViewID, VideoID, Outcome FROM ViewLog
WHERE At < NOW(3) - INTERVAL %s DAY ORDER BY At LIMIT 1000 FOR UPDATE
"""

FOLD = """
INSERT INTO ViewBase (VideoID, Views) VALUES (%s, %s)
ON DUPLICATE KEY UPDATE Views = Views + VALUES(Views)
"""

UNLOG = "DELETE FROM ViewLog WHERE ViewID IN %s"


class ViewTables:
    """Views in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database
        # All videos together: a row of the log is of another video than the next one.
        self._batches = Batches[None, Watched, Outcome | None](
            lambda _, some: self._settle_all(some), MOST_SETTLED
        )

    def watch(self, viewing: Viewing, seconds: float, enough: float) -> bool:
        """Add what was watched, as far as it is believed; whether the session is to be settled.

        Raises:
            Failure: ``not_found``: the video was deleted meanwhile.
        """
        key = _key(viewing)
        with self._database.read() as reading:
            reading.execute(FIND, key)
            row = reading.fetchone()
        if row and row[1]:
            return False

        def work(cursor: Cursor) -> bool:
            hold_video(cursor, viewing.video_id)
            if row is None and _spent(cursor, viewing.viewer.source, ANY_VIDEO) >= MOST_SESSIONS:
                return False
            if row is not None or not _begin(cursor, viewing, seconds):
                cursor.execute(ADD, (seconds, SLACK_SECONDS, seconds, *key))
            cursor.execute(FIND, key)
            found = cursor.fetchone()
            return found is not None and found[0] >= enough and not found[1]

        return self._database.transaction("views.watch", work)

    def settle(self, watched: Watched) -> Outcome | None:
        """Count the view or log why not; ``None`` where another call has settled the session."""
        return self._batches.do(None, watched)

    def _settle_all(self, batch: Sequence[Watched]) -> Sequence[Outcome | None]:
        # In one order everywhere: processes wait for each other, and do not end in deadlocks.
        order = sorted(range(len(batch)), key=lambda at: _key(batch[at].viewing))

        def work(cursor: Cursor) -> list[Outcome | None]:
            found: list[Outcome | None] = [None] * len(batch)
            for at in order:
                found[at] = _settle(cursor, batch[at])
            counted = [
                watched.viewing
                for watched, outcome in zip(batch, found, strict=True)
                if outcome is Outcome.COUNTED
            ]
            _count(cursor, counted)
            return found

        return self._database.transaction("views.settle", work)

    def sweep(self) -> None:
        """Delete sessions, marks and budgets whose window has passed; a bounded number."""
        for statement in (SWEEP_SESSIONS, SWEEP_MARKS, SWEEP_BUDGETS):
            self._database.sweep(statement)

    def fold(self, days: int) -> None:
        """Fold what was counted so long ago into the base of its video; refusals go."""

        def work(cursor: Cursor) -> int:
            cursor.execute(OLD, (days,))
            rows = cursor.fetchall()
            counted = Counter(video for _, video, outcome in rows if outcome == Outcome.COUNTED)
            for video_id, views in sorted(counted.items()):
                cursor.execute(FOLD, (video_id, views))
            if rows:
                cursor.execute(UNLOG, ([view_id for view_id, _, _ in rows],))
            return len(rows)

        for _ in range(SWEEP_BATCHES):
            if self._database.transaction("views.fold", work) < SWEEP_ROWS:
                return


def _key(viewing: Viewing) -> tuple[int, bytes, bytes]:
    return viewing.video_id, viewing.viewer.key, viewing.session


def _begin(cursor: Cursor, viewing: Viewing, seconds: float) -> bool:
    """Begin a session; ``False`` where another call has begun it at the same time."""
    first = min(seconds, FIRST_SECONDS)
    # What the first call did not claim, the next ones may: players differ in how often they call.
    slack = max(SLACK_SECONDS, FIRST_SECONDS - first)
    begun = cursor.execute(BEGIN, (*_key(viewing), first, slack))
    if begun:
        cursor.execute(SPEND, (viewing.viewer.source, ANY_VIDEO, 1))
    return bool(begun)


def _settle(cursor: Cursor, watched: Watched) -> Outcome | None:
    viewing, viewer = watched.viewing, watched.viewing.viewer
    try:
        hold_video(cursor, viewing.video_id)
    except Failure:
        # Deleted meanwhile, and its rows with it.
        return None
    if not cursor.execute(SETTLE, _key(viewing)):
        return None
    outcome = watched.refused or _judge(cursor, viewing)
    # A refusal is logged once in a window: a row more would say nothing.
    if outcome is Outcome.COUNTED or cursor.execute(
        MARK, (viewing.video_id, viewer.key, outcome.value)
    ):
        cursor.execute(FIND, _key(viewing))
        ((seconds, _),) = cursor.fetchall()
        account = viewer.account is not None
        cursor.execute(LOG, (viewing.video_id, viewer.key, account, seconds, outcome.value))
    return outcome


def _judge(cursor: Cursor, viewing: Viewing) -> Outcome:
    """Whether a view counts that nothing is known against; the mark decides between two at once."""
    video_id, viewer = viewing.video_id, viewing.viewer
    if cursor.execute(COUNTED_BEFORE, (video_id, viewer.before)):
        return Outcome.AGAIN
    if viewer.account is None and _spent(cursor, viewer.source, video_id) >= MOST_OF_NETWORK:
        again = cursor.execute(COUNTED_BEFORE, (video_id, viewer.key))
        return Outcome.AGAIN if again else Outcome.CROWD
    marked = cursor.execute(MARK, (video_id, viewer.key, Outcome.COUNTED.value))
    return Outcome.COUNTED if marked else Outcome.AGAIN


def _spent(cursor: Cursor, source: bytes, video_id: int) -> int:
    cursor.execute(SPENT, (source, video_id))
    row = cursor.fetchone()
    return int(row[0]) if row else 0


def _count(cursor: Cursor, counted: Sequence[Viewing]) -> None:
    """The counters come last: many want these rows, and a commit frees them."""
    strangers = [each for each in counted if each.viewer.account is None]
    for (source, video_id), views in _sums((v.viewer.source, v.video_id) for v in strangers):
        cursor.execute(SPEND, (source, video_id, views))
    owners = {viewing.video_id: viewing.owner for viewing in counted}
    for video_id, views in _sums(viewing.video_id for viewing in counted):
        cursor.execute(COUNT, (video_id, views))
        ((now,),) = cursor.fetchall()
        # The highest alone, if several were passed at once.
        passed = [number for number in MILESTONES if now - views < number <= now]
        if passed:
            events.publish(cursor, ViewsReached(video_id, owners[video_id], passed[-1]))
    for channel_id, views in _sums(viewing.owner for viewing in counted):
        cursor.execute(COUNT_OF_CHANNEL, (channel_id, views))


def _sums(keys: Any) -> list[tuple[Any, int]]:
    return sorted(Counter(keys).items())
