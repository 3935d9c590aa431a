"""A channel as a value."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

NAME = re.compile(r"[A-Za-z0-9_.-]{1,25}")


@dataclass(frozen=True)
class ChannelSummary:
    """A channel in a list; ``newest`` and ``upload`` are those of its newest ready video."""

    channel_id: int
    name: str
    videos: int
    newest: str | None
    upload: dt.datetime | None


class Notify(StrEnum):
    """What a follower wants to be told of."""

    ALL = "all"
    NONE = "none"


@dataclass(frozen=True)
class Link:
    """A link that a channel shows: to ``http`` or ``https``."""

    label: str
    url: str


@dataclass(frozen=True)
class ChannelPage:
    """A channel as its own page shows it.

    Args:
        views: of its videos together.
        created: ``None`` for accounts of before this was noted.
        notify: what the one who looks is told of; ``None`` where they do not follow it.
    """

    summary: ChannelSummary
    subscribers: int
    views: int
    about: str
    links: Sequence[Link]
    created: dt.datetime | None
    notify: Notify | None
