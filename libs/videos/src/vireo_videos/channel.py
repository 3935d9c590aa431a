"""A channel as a value."""

import datetime as dt
import re
from dataclasses import dataclass

NAME = re.compile(r"[A-Za-z0-9_.-]{1,25}")


@dataclass(frozen=True)
class ChannelSummary:
    """A channel in a list; ``newest`` and ``upload`` are those of its newest ready video."""

    channel_id: int
    name: str
    videos: int
    newest: str | None
    upload: dt.datetime | None
