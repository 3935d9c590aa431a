"""Channels as everybody sees them: the name, the videos, the picture."""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PIL import Image, ImageDraw

from vireo_common.errors import Code, Failure
from vireo_videos.channel import NAME, Link

PICTURE_SIZE = 256
GRID = 5
BACKGROUND = (240, 240, 244)


@dataclass(frozen=True)
class Channel:
    """A channel's id, and its name as its owner typed it."""

    channel_id: int
    name: str


@dataclass(frozen=True)
class Picture:
    """A channel's picture: a file that its owner has set, or a pattern made from its name."""

    channel: str
    file: str | None


@dataclass(frozen=True)
class ChannelCount:
    """A channel, how many of its videos are ready, and what it says about itself."""

    channel_id: int
    name: str
    videos: int
    about: str = ""
    links: Sequence[Link] = ()


class ChannelStore(Protocol):
    """Where channels are found."""

    def find(self, name: str) -> Channel | None:
        """The channel with this name, whatever the case of its letters."""

    def picture(self, name: str) -> Picture | None:
        """What the channel with this name is shown by."""


class Channels:
    """The rules of channels."""

    def __init__(self, store: ChannelStore) -> None:
        self._store = store

    def find(self, name: str) -> Channel:
        """The channel with this name, whatever the case of its letters.

        Raises:
            Failure: ``not_found``.
        """
        channel = self._find(name)
        if channel is None:
            raise Failure(Code.NOT_FOUND)
        return channel

    def exists(self, name: str) -> bool:
        """Whether there is a channel with this name."""
        return self._find(name) is not None

    def picture(self, name: str) -> Picture:
        """What the channel is shown by.

        Raises:
            Failure: ``not_found``.
        """
        picture = self._store.picture(name) if NAME.fullmatch(name) else None
        if picture is None:
            raise Failure(Code.NOT_FOUND)
        return picture

    def _find(self, name: str) -> Channel | None:
        return self._store.find(name) if NAME.fullmatch(name) else None


def draw_picture(name: str) -> bytes:
    """A symmetric pattern of squares: the same for a name every time, another for another name.

    Returns:
        A PNG of ``PICTURE_SIZE`` pixels squared.
    """
    digest = hashlib.sha256(name.lower().encode()).digest()
    # From the middle of the range, so that the pattern stands out on light and on dark pages.
    colour = tuple(64 + part % 128 for part in digest[:3])
    image = Image.new("RGB", (PICTURE_SIZE, PICTURE_SIZE), BACKGROUND)
    draw = ImageDraw.Draw(image)
    square = PICTURE_SIZE // (GRID + 1)
    margin = (PICTURE_SIZE - GRID * square) // 2
    for row in range(GRID):
        for column in range(GRID):
            mirrored = min(column, GRID - 1 - column)
            if digest[3 + row * 3 + mirrored] % 2:
                left, top = margin + column * square, margin + row * square
                draw.rectangle((left, top, left + square - 1, top + square - 1), fill=colour)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
