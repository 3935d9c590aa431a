"""What catalog hears of a video: by the event ``VideoStateChanged``, and by a call at once."""

from pymysql.cursors import Cursor

from vireo_common import events
from vireo_common.errors import Code, Failure
from vireo_common.events import VideoStateChanged
from vireo_media.catalog import Catalog
from vireo_media.core.inspection import Inspection
from vireo_media.core.ladder import Size
from vireo_media.core.removal import Removal
from vireo_media.storage.video_files import FilesChange
from vireo_media.tools.measure import Made


class Change:
    """A change that is published in a transaction, and then told at once too.

    ``change`` may be completed until it is published.
    """

    def __init__(self, change: VideoStateChanged) -> None:
        self.change = change
        self.event_id = 0

    def publish(self, cursor: Cursor) -> None:
        """Have everybody hear of it, with the caller's transaction."""
        self.event_id = events.publish(cursor, self.change)


class Reports:
    """Notifies catalog; a video that it does not know any more is removed."""

    def __init__(self, catalog: Catalog, removal: Removal) -> None:
        self._catalog = catalog
        self._removal = removal

    def notify_files(self, told: FilesChange) -> None:
        """Notify catalog now of what there is beside the MP4; where it can't be reached, the event
        does."""
        try:
            self._catalog.notify_files(told.files, told.event_id)
        except Failure as failure:
            if failure.code is Code.NOT_FOUND:
                self._removal(told.files.hash_path)

    def notify(self, told: Change) -> None:
        """Notify catalog now of what was published; where it can't be reached, the event does."""
        try:
            self._catalog.notify(told.change, told.event_id)
        except Failure as failure:
            if failure.code is Code.NOT_FOUND:
                # The video was deleted: what came after its deletion goes too.
                self._removal(told.change.hash_path)


def change_to(
    state: str,
    hash_path: str,
    measured: Inspection | Made,
    note: str = "",
    size: Size | None = None,
    sha256: str = "",
) -> VideoStateChanged:
    """The change of a video whose file was measured; ``size`` is its own, where that is of a
    smaller one; ``sha256`` is of its original, where that was computed."""
    size = size or Size(measured.width, measured.height)
    return VideoStateChanged(
        hash_path,
        state,
        reason=note,
        duration=round(measured.duration, 3),
        width=size.width,
        height=size.height,
        sha256=sha256,
    )
