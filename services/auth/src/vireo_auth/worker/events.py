"""What auth does about the events that it consumes."""

from pymysql.cursors import Cursor

from vireo_auth.storage.exports import notify_requested
from vireo_common.events import Consumed, DataExportRequested, InTransaction


def consumed() -> Consumed:
    """A function for each kind of event."""
    return {DataExportRequested: _export_requested}


def _export_requested(event: DataExportRequested) -> InTransaction:
    def work(cursor: Cursor) -> None:
        notify_requested(cursor, event.channel_id)

    return work
