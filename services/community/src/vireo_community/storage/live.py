"""What open streams have to know: whose sessions stand, and how far uploads of videos are."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from vireo_common.database import Database

AT_ONCE = 500

STANDING = """
SELECT s.SessionID FROM Sessions s JOIN Channels c ON c.ChannelID = s.ChannelID
WHERE s.SessionID IN %s
"""

LAST_PLACE = "SELECT COALESCE(MAX(LastPlace), 0) FROM EventLog"

# Places come without gaps in their order (vireo_common.event_log).
STATES = """
SELECT e.Place, e.Payload, v.PathHash, v.ChannelID
FROM Events e LEFT JOIN Videos v ON v.PathHash = e.Subject
WHERE e.Place > %s AND e.Place <= %s AND e.Kind = 'video_state_changed' ORDER BY e.Place
"""

OWN = """
SELECT ChannelID, PathHash, State, Reason FROM Videos FORCE INDEX (OfChannel)
WHERE ChannelID = %s ORDER BY VideoID DESC LIMIT 20
"""


@dataclass(frozen=True)
class StateChange:
    """Media has got further with a video of the channel; ``reason`` says why it failed."""

    channel_id: int
    hash_path: str
    state: str
    reason: str


class LiveTable:
    """Sessions and events in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def standing(self, sessions: Sequence[str]) -> set[str]:
        """Those of the sessions that have not ended."""
        found: set[str] = set()
        with self._database.read() as cursor:
            for start in range(0, len(sessions), AT_ONCE):
                cursor.execute(STANDING, (list(sessions[start : start + AT_ONCE]),))
                found |= {session for (session,) in cursor.fetchall()}
        return found

    def last_place(self) -> int:
        """The end of the log of events."""
        with self._database.read() as cursor:
            cursor.execute(LAST_PLACE)
            ((place,),) = cursor.fetchall()
        return int(place)

    def own(self, channel_id: int) -> list[StateChange]:
        """How far somebody's latest videos are, the newest first."""
        with self._database.read() as cursor:
            cursor.execute(OWN, (channel_id,))
            return [StateChange(*row) for row in cursor.fetchall()]

    def states(self, place: int) -> tuple[int, list[StateChange]]:
        """States of videos behind a place in the log; the place to go on from."""
        with self._database.read() as cursor:
            cursor.execute(LAST_PLACE)
            ((last,),) = cursor.fetchall()
            last = min(last, place + AT_ONCE)
            if last <= place:
                return place, []
            cursor.execute(STATES, (place, last))
            rows = cursor.fetchall()
        found = []
        for _, payload, hash_path, channel_id in rows:
            said = _read(payload)
            if hash_path is not None and said is not None:
                found.append(StateChange(channel_id, hash_path, *said))
        return last, found


def _read(payload: str) -> tuple[str, str] | None:
    """State and reason of an event; ``None`` where it has none that can be read."""
    try:
        said = json.loads(payload)
        return str(said["state"]), str(said.get("reason", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
