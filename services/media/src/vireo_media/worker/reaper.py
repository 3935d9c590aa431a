"""The reaper: truncates bodies that are too slow, and guards the reserve of the disk.

The gateway ends a body whose client says nothing, and no other. One that trickles would keep its
disk space for days, and what is reserved for it.
"""

import threading
import time
from collections.abc import Callable, Mapping

from vireo_common.errors import Failure
from vireo_common.logs import get_logger
from vireo_media.core.open_uploads import GRACE_SECONDS
from vireo_media.storage.staging import Incoming, Staging

log = get_logger()

EVERY_SECONDS = 1.0
# A picture that waits for its place is read from its file, and is not growing then.
PATIENCE_SECONDS = GRACE_SECONDS + 30.0


class Reaper(threading.Thread):
    """Looks at the bodies on their way; several workers may do so at once.

    Args:
        least_rate: how many bytes a second a body must have on the average.
        reserve_bytes: the disk space that bodies leave free.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        staging: Staging,
        stopping: threading.Event,
        *,
        least_rate: int,
        reserve_bytes: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name="reaper")
        self._staging = staging
        self._stopping = stopping
        self._least_rate = least_rate
        self._reserve_bytes = reserve_bytes
        self._clock = clock
        self._seen: Mapping[tuple[str, int], float] = {}

    def run(self) -> None:
        """Look until ``stopping`` is set."""
        while not self._stopping.wait(EVERY_SECONDS):
            try:
                self.look()
            except Failure:
                # The spool starts again; in a second there is another look.
                log.info("look_postponed")

    def look(self) -> None:
        """Cut what is too slow, what was cut before, and the newest where there is no room.

        Raises:
            Failure: the spool is not there.
        """
        now = self._clock()
        bodies = list(self._staging.incoming())
        self._seen = {_key(body): self._seen.get(_key(body), now) for body in bodies}
        left = []
        for body in bodies:
            if body.cut:
                self._staging.cut(body, for_room=False)
            elif self._is_slow(body, now - self._seen[_key(body)]):
                self._cut(body, for_room=False)
            else:
                left.append(body)
        missing = self._reserve_bytes - self._staging.free_bytes()
        # Room was held for all of them; who came last found it taken by something else.
        left.sort(key=lambda body: self._seen[_key(body)])
        while missing > 0 and left:
            body = left.pop()
            if body.size and self._cut(body, for_room=True):
                missing -= body.size

    def _is_slow(self, body: Incoming, seconds: float) -> bool:
        return body.size < (seconds - PATIENCE_SECONDS) * self._least_rate

    def _cut(self, body: Incoming, *, for_room: bool) -> bool:
        done = self._staging.cut(body, for_room=for_room)
        if done:
            log.info("body_cut", size=body.size, for_room=for_room)
        return done


def _key(body: Incoming) -> tuple[str, int]:
    # A gateway that starts again counts its files anew, a file system uses its numbers again.
    return body.path.name, body.number
