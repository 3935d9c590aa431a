"""Jobs that a service of the version before has left, which are events now.

Such a service writes them until it is replaced, and again after a rollback, so no migration can
take them over for good. (Its queue ``removal`` has the same jobs as today.) This goes when the
version before has events too.
"""

import json

from pymysql.cursors import Cursor

from vireo_common import events
from vireo_common.database import SWEEP_ROWS, Database
from vireo_common.events import (
    ChannelPictureRemoved,
    DataExportRequested,
    Event,
    VideoRemoved,
    VideoStateChanged,
)

LEFT = """
SELECT JobID, Kind, Subject, Payload FROM Jobs
WHERE Queue = 'media' AND Kind IN ('remove', 'remove_picture', 'tell', 'notice')
    AND (State = 'queued' OR (State = 'running' AND LeaseUntil < NOW(3)))
ORDER BY JobID LIMIT %s FOR UPDATE SKIP LOCKED
"""

DELETE = "DELETE FROM Jobs WHERE JobID = %s"

QUARANTINE = "UPDATE Jobs SET State = 'quarantined', LastError = 'unreadable' WHERE JobID = %s"


def become_events(database: Database) -> None:
    """Turn them into the events that mean the same."""
    while database.transaction("jobs.become_events", _some) == SWEEP_ROWS:
        pass


def _some(cursor: Cursor) -> int:
    cursor.execute(LEFT, (SWEEP_ROWS,))
    rows = cursor.fetchall()
    for job_id, kind, subject, payload in rows:
        try:
            event = _event(kind, subject, payload)
        except (ValueError, KeyError, TypeError):
            cursor.execute(QUARANTINE, (job_id,))
            continue
        events.publish(cursor, event)
        cursor.execute(DELETE, (job_id,))
    return len(rows)


def _event(kind: str, subject: str, payload: str) -> Event:
    if kind == "remove":
        return VideoRemoved(subject)
    if kind == "remove_picture":
        return ChannelPictureRemoved(subject)
    said = json.loads(payload)
    if kind == "notice":
        return DataExportRequested(said["channel_id"])
    return VideoStateChanged(subject, **said["progress"])
