"""What auth does about the events that it consumes."""

from pymysql.cursors import Cursor

from vireo_auth.storage.exports import notify_requested
from vireo_auth.storage.notice_mails import add_notice_mail_job
from vireo_common.event_log import Handlers
from vireo_common.events import DataExportRequested, NoticeMailDue


def handlers() -> Handlers:
    """A function for each kind of event."""
    return {DataExportRequested: _export_requested, NoticeMailDue: _notice_mail_due}


def _export_requested(cursor: Cursor, event: DataExportRequested, event_id: int) -> None:
    notify_requested(cursor, event.channel_id)


def _notice_mail_due(cursor: Cursor, event: NoticeMailDue, event_id: int) -> None:
    add_notice_mail_job(cursor, event.channel_id, event.reference)
