"""What catalog hears of a video: at once, or by the event ``VideoStateChanged``."""

from pymysql.cursors import Cursor

from vireo_common import events
from vireo_common.errors import Code, Failure
from vireo_common.events import VideoStateChanged
from vireo_media.catalog import Catalog
from vireo_media.core.inspection import Inspection
from vireo_media.core.removal import Removal
from vireo_media.tools.measure import Made


class Reports:
    """Notifies catalog; a video that it does not know any more is removed."""

    def __init__(self, catalog: Catalog, removal: Removal) -> None:
        self._catalog = catalog
        self._removal = removal

    def notify(self, change: VideoStateChanged) -> bool:
        """Notify catalog now; ``False`` where it can't be reached."""
        try:
            self._catalog.notify(change)
        except Failure as failure:
            if failure.code is not Code.NOT_FOUND:
                return False
            # The video was deleted: what came after its deletion goes too.
            self._removal(change.hash_path)
        return True


def withdraw_changes(cursor: Cursor, hash_path: str) -> None:
    """Take back in the caller's transaction what catalog has not heard of a video.

    Before it is notified of the next state, which an earlier one would overwrite.
    """
    events.withdraw(cursor, VideoStateChanged, hash_path)


def publish_change(cursor: Cursor, change: VideoStateChanged) -> None:
    """Have catalog record a change, and no earlier one, with the caller's transaction."""
    withdraw_changes(cursor, change.hash_path)
    events.publish(cursor, change)


def change_to(
    state: str, hash_path: str, measured: Inspection | Made, note: str = ""
) -> VideoStateChanged:
    """The change of a video whose file was measured."""
    return VideoStateChanged(
        hash_path,
        state,
        reason=note,
        duration=round(measured.duration, 3),
        width=measured.width,
        height=measured.height,
    )
