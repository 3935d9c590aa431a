"""What auth does about the events that it consumes."""

from collections.abc import Callable, Mapping
from typing import Any

from vireo_auth.storage.exports import ExportTables
from vireo_common.events import DataExportRequested


def consumed(exports: ExportTables) -> Mapping[type[Any], Callable[[Any], None]]:
    """A function for each kind of event."""

    def export_requested(event: DataExportRequested) -> None:
        exports.notify_requested(event.channel_id, event.mail_id)

    return {DataExportRequested: export_requested}
