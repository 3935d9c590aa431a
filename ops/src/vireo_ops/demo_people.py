"""What people do on the demonstration's channels: watch, follow, like, comment, make playlists.

All of it goes through the API, as the page does it, and nothing is counted that was not done: who
watches a video takes the time that it takes. Only the channels and videos of the run take part.
"""

import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from vireo_client import Client
from vireo_client.values import PlaylistVisibility, Reason

Step = Callable[[str], None]

# A view counts when half of so short a video was watched (docs/views.md).
_WATCHED_SHARE = 0.6
_WATCHED_BY_EACH = 3
# A comment and replies to it. Together no channel writes more than a new one may in an hour.
_THREADS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "I could watch this for an hour. What did you make it with?",
        ("ffmpeg alone, believe it or not.", "No camera at all? Now I have to try it."),
    ),
    ("0:04 is where it gets me every time.", ("Same here. I stop it there, and look.",)),
    ("Could there be a longer one?", ("Next week, if the machine stays cool.",)),
    ("The sound fits better than I thought it would.", ()),
    ("Greetings from the night shift.", ("And back! Coffee is on us.",)),
    ("Is that the whole palette, or are there more colours to come?", ()),
    ("Seen on a phone, then again on a wall. The wall wins.", ("It usually does.",)),
)
_LISTS: tuple[tuple[str, str, PlaylistVisibility], ...] = (
    ("Fractals first", "What begins small and never ends.", "public"),
    ("To fall asleep by", "Slow, dark, quiet.", "public"),
    ("Test cards", "For who is new here: look at these on every screen that you have.", "unlisted"),
    ("Best of the neighbours", "What the other channels do better.", "public"),
    ("To be sorted", "", "private"),
)
_REPORTS: tuple[tuple[Reason, str], ...] = (
    ("misleading", "The title promises more than eight seconds can hold."),
    ("spam", "I have seen this test card before."),
)
# Each channel is followed, watches, makes a list, likes, comments and reports.
STEPS = 6


@dataclass(frozen=True)
class Channel:
    """A channel of this run, signed in."""

    name: str
    password: str
    client: Client


@dataclass(frozen=True)
class Video:
    """An uploaded clip and the channel it belongs to."""

    path_hash: str
    title: str
    channel: Channel


def enliven(channels: Sequence[Channel], videos: Sequence[Video], step: Step) -> None:
    """Have the channels use each other's videos.

    Raises:
        VireoError: a call was refused.
    """
    _follow(channels)
    step("channels follow each other")
    _watch_all(channels, videos)
    step("videos are watched")
    _like(channels, videos)
    step("videos are liked")
    _comment(channels, videos)
    step("comments are written")
    _keep(channels, videos)
    step("playlists are made")
    _report(channels, videos)
    step("moderators have something to do")


def _others(channel: Channel, videos: Sequence[Video], number: int) -> list[Video]:
    """Videos of other channels; each channel begins at another one."""
    found = [video for video in videos if video.channel is not channel]
    start = number % max(1, len(found))
    return found[start:] + found[:start]


def _follow(channels: Sequence[Channel]) -> None:
    for number, channel in enumerate(channels):
        # The first one is followed by all, the last by hardly anybody: sites are like that.
        for other in channels[: max(1, len(channels) - number)]:
            if other is not channel:
                channel.client.follow_channel(other.name)


def _watch_all(channels: Sequence[Channel], videos: Sequence[Video]) -> None:
    with ThreadPoolExecutor(len(channels)) as pool:
        done = [
            pool.submit(_watch, channel, _others(channel, videos, 2 * number)[:_WATCHED_BY_EACH])
            for number, channel in enumerate(channels)
        ]
    for one in done:
        one.result()


def _watch(channel: Channel, videos: Sequence[Video]) -> None:
    """Watch one after the other, each for as long as it takes to count."""
    for video in videos:
        session = secrets.token_hex(8)
        seconds = _WATCHED_SHARE * (channel.client.show_video(video.path_hash).duration or 1.0)
        note = channel.client.note_position
        note(video.path_hash, position=0, watched=0, session=session)
        time.sleep(seconds)
        note(video.path_hash, position=seconds, watched=seconds, session=session)


def _like(channels: Sequence[Channel], videos: Sequence[Video]) -> None:
    for number, channel in enumerate(channels):
        for place, video in enumerate(_others(channel, videos, number)):
            if (place + number) % 3 != 2:
                channel.client.react(video.path_hash, "like")
            elif (place + number) % 9 == 2:
                channel.client.react(video.path_hash, "dislike")


def _comment(channels: Sequence[Channel], videos: Sequence[Video]) -> None:
    for number, video in enumerate(videos):
        guests = [channel for channel in channels if channel is not video.channel]
        text, replies = _THREADS[number % len(_THREADS)]
        guest = guests[number % len(guests)]
        comment = guest.client.post_comment(video.path_hash, text)
        owner = video.channel.client
        for place, reply in enumerate(replies):
            # The owner answers, then others do.
            voice = video.channel if place == 0 else guests[(number + place) % len(guests)]
            voice.client.post_comment(video.path_hash, reply, reply_to=comment.id)
        owner.like_comment(comment.id)
        if number % 4 == 0:
            owner.pin_comment(comment.id)


def _keep(channels: Sequence[Channel], videos: Sequence[Video]) -> None:
    for number, channel in enumerate(channels):
        title, description, visibility = _LISTS[number % len(_LISTS)]
        client = channel.client
        made = client.make_playlist(title, description, visibility=visibility)
        for video in _others(channel, videos, 3 * number)[:5]:
            client.put_into_playlist(made.id, video.path_hash)
        for video in _others(channel, videos, 3 * number + 5)[:3]:
            client.put_into_playlist("later", video.path_hash)


def _report(channels: Sequence[Channel], videos: Sequence[Video]) -> None:
    """Two videos of the first channel are reported by the others; it is no moderator."""
    theirs = [video for video in videos if video.channel is channels[0]]
    for video, (reason, text) in zip(theirs, _REPORTS, strict=False):
        for channel in channels[1:3]:
            channel.client.report("video", video.path_hash, reason, text)
