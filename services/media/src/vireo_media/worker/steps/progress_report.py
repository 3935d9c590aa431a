"""Notes in the table of renditions how far those are that are being made."""

import time
from collections.abc import Callable, Sequence

from vireo_common.errors import Failure
from vireo_common.logs import get_logger
from vireo_media.core.uploads import Upload
from vireo_media.storage.renditions import RenditionTable

log = get_logger()

EVERY_SECONDS = 1.0


class ProgressReport:
    """Called with the share that is done; writes now and then.

    Args:
        heights: what is being made.
        cost: of that, in pixels times frames.
        behind: of all that comes after it.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        table: RenditionTable,
        upload: Upload,
        heights: Sequence[int],
        *,
        cost: int,
        behind: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._table = table
        self._upload = upload
        self._heights = heights
        self._cost = max(cost, 1)
        self._behind = behind
        self._clock = clock
        self._began = self._written = clock()

    def __call__(self, share: float) -> None:
        """Note it, where the last time is long enough ago."""
        now = self._clock()
        if now - self._written < EVERY_SECONDS or share <= 0:
            return
        self._written = now
        speed = self._cost * share / (now - self._began)
        left = (self._cost * (1 - share) + self._behind) / speed
        names = (self._upload.hash_path, self._upload.upload_id)
        try:
            self._table.report(*names, self._heights, int(share * 100), left)
        except Failure:
            # A figure for who looks; the next one says more.
            log.info("progress_not_noted")
