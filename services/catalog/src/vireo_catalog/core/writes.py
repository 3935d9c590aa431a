"""Limits of one account: a token bucket for its writes, and the number of videos without bytes."""

from vireo_common.errors import Code, Failure

ROOM = 300
ROOM_A_SECOND = 2
"""Size and refill of the bucket: enough for a studio that edits hundreds of videos in an afternoon;
it stops a program that never pauses."""
CHARACTERS_FOR_ONE = 5_000
"""Texts cost by their length, because each of their words is a row of the index."""
MOST_OPEN = 100
"""Announcements without bytes of one account; after a day they are deleted."""
OPEN_RETRY_SECONDS = 3600


class TooManyOpen(Exception):
    """So many videos of the account wait for their bytes already."""


def cost_of(*texts: str | None) -> int:
    """What writing these texts takes from the bucket."""
    return 1 + sum(len(text or "") for text in texts) // CHARACTERS_FOR_ONE


def too_many_open() -> Failure:
    """The answer to an announcement beyond ``MOST_OPEN``."""
    said = f"{MOST_OPEN} of your videos wait for their bytes; send them, or delete some, first."
    return Failure(Code.RATE_LIMITED, said, limit=MOST_OPEN, retry_after=OPEN_RETRY_SECONDS)
