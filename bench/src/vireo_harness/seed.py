"""Seeds a Vireo with videos as it would hold them after years: rows, counters, the word index.

The rows are those that sign-up, upload and publication make, put in by statements of a thousand;
the texts and hash paths are the same in every run. Their files are not there: what is measured on
files is uploaded through the API.
"""

import datetime as dt
import itertools
import random
import time
from collections.abc import Iterator
from dataclasses import astuple, dataclass

import bcrypt
from pymysql.cursors import Cursor

from vireo_harness.vireo import Vireo
from vireo_harness.words import Writer

_SEED = 20_231
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_FIRST_UPLOAD = dt.datetime(2022, 1, 1, tzinfo=dt.UTC)
_YEARS_SECONDS = 3 * 365 * 24 * 3600
_ROWS = 1_000
# A hundred thousand videos are some three million words.
_INDEXED_SECONDS = 1800.0

# In which share of all videos a word stands that searches are measured with.
_SHARES = {"rare": 0.000_2, "medium": 0.02, "common": 0.6}

_CHANNEL = "INSERT INTO Channels (Username, Password) VALUES (%s, %s)"
_DETAILS = """
INSERT INTO ChannelDetails (ChannelID, Fname, Mname, Lname, Email, Birth)
SELECT ChannelID, 'River', '', 'Delta', CONCAT(Username, '@example.com'), '1990-02-01'
FROM Channels WHERE Username LIKE 'seed\\_%'
"""
_HASH_PATH = "INSERT INTO HashPaths (PathHash) VALUES (%s)"
_VIDEO = """
INSERT INTO Videos (PathHash, ChannelID, Title, Description, Upload, StoredAt, State,
    Duration, Width, Height, `Like`, Dislike)
VALUES (%s, %s, %s, %s, %s, %s, 'ready', %s, %s, %s, %s, %s)
"""
_COUNTS = """
INSERT INTO ChannelStats (ChannelID, Videos)
SELECT ChannelID, COUNT(*) FROM Videos WHERE State = 'ready' GROUP BY ChannelID
ON DUPLICATE KEY UPDATE Videos = VALUES(Videos)
"""


@dataclass(frozen=True)
class Corpus:
    """What is in the Vireo now.

    ``shown`` holds, for some hash paths, what ``GET /v/<hash>`` must say of them. ``words`` are a
    rare, a medium and a common one, and ``texts_with`` says in how many videos each word stands.
    """

    videos: int
    shown: dict[str, dict[str, object]]
    words: dict[str, str]
    texts_with: dict[str, int]


@dataclass(frozen=True)
class _Video:
    hash_path: str
    channel: int
    title: str
    description: str
    upload: dt.datetime
    duration: float
    width: int
    height: int
    likes: int
    dislikes: int

    def shown(self) -> dict[str, object]:
        return {
            "type": "video",
            "channel": _channel_name(self.channel),
            "title": self.title,
            "thumbnail": self.hash_path,
            "nb_count": "",
            "description": self.description,
            "upload": self.upload.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "duration": self.duration,
            "width": self.width,
            "height": self.height,
            "likes": self.likes,
            "dislikes": self.dislikes,
            "thumbnail_version": None,
            "views": 0,
            "comments": 0,
            "stream": "",
            "storyboard": "",
            "visibility": "public",
            "published": "",
            "files": {
                "video": f"/video/d/{self.hash_path}",
                "stream": "",
                "thumbnail": f"/thumbnails/{self.hash_path}",
                "storyboard": "",
            },
            "captions": [],
            "chapters": [],
            "comments_policy": "open",
        }


def fill(vireo: Vireo, videos: int, channels: int) -> Corpus:
    """Put ``videos`` videos of ``channels`` channels in, before anybody has signed up."""
    writer = Writer(_SEED)
    made = _videos(writer, videos, channels)
    some: list[_Video] = []
    with vireo.database() as connection, connection.cursor() as cursor:
        first = _channels(cursor, channels)
        # What a power cut loses here is put in again by the next run.
        cursor.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 2")
        for batch in iter(lambda: list(itertools.islice(made, _ROWS)), []):
            cursor.execute("BEGIN")
            cursor.executemany(_HASH_PATH, [(video.hash_path,) for video in batch])
            cursor.executemany(_VIDEO, [_values(video, first) for video in batch])
            cursor.execute("COMMIT")
            some += batch[:: max(1, videos // 10_000)]
        cursor.execute(_COUNTS)
        _wait_until_indexed(cursor)
        cursor.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 1")
        cursor.execute("ANALYZE TABLE Channels, Videos, ChannelStats, HashPaths, SearchWords")
    return Corpus(
        videos=videos,
        shown={video.hash_path: video.shown() for video in some},
        words={name: writer.word_in(share) for name, share in _SHARES.items()},
        texts_with=dict(writer.texts),
    )


def _wait_until_indexed(cursor: Cursor) -> None:
    """Catalog's worker makes the words of what it finds, as after an upgrade."""
    until = time.monotonic() + _INDEXED_SECONDS
    while cursor.execute("SELECT 1 FROM Videos WHERE Indexed = 0 AND State = 'ready' LIMIT 1"):
        assert time.monotonic() < until, "the videos were not indexed in time"
        time.sleep(0.2)


def _channels(cursor: Cursor, count: int) -> int:
    """Insert the channels, with one password that nobody knows; the first one's id."""
    password = bcrypt.hashpw(random.randbytes(16).hex().encode(), bcrypt.gensalt(12)).decode()
    cursor.executemany(_CHANNEL, [(_channel_name(number), password) for number in range(count)])
    cursor.execute(_DETAILS)
    cursor.execute("SELECT MIN(ChannelID), MAX(ChannelID) FROM Channels")
    ((first, last),) = cursor.fetchall()
    assert last - first == count - 1, "ids of channels have gaps"
    return int(first)


def _videos(writer: Writer, count: int, channels: int) -> Iterator[_Video]:
    source = random.Random(_SEED)
    seen: set[str] = set()
    # Few channels have most of the videos.
    weights = list(itertools.accumulate(1 / rank for rank in range(1, channels + 1)))
    owners = source.choices(range(channels), cum_weights=weights, k=count)
    times = sorted(source.randrange(_YEARS_SECONDS) for _ in range(count))

    for channel, seconds in zip(owners, times, strict=True):
        title, description = writer.video()
        width, height = source.choice([(1920, 1080), (1280, 720), (640, 360), (720, 1280)])
        likes = min(int(source.paretovariate(0.8)) - 1, 10**8)
        yield _Video(
            _hash_path(source, seen),
            channel,
            title,
            description,
            _FIRST_UPLOAD + dt.timedelta(seconds=seconds),
            round(source.lognormvariate(4.5, 1.2), 3),
            width,
            height,
            likes,
            likes // source.randint(5, 50),
        )


def _hash_path(source: random.Random, seen: set[str]) -> str:
    while True:
        hash_path = "".join(source.choices(_ALPHABET, k=7))
        if hash_path not in seen:
            seen.add(hash_path)
            return hash_path


def _values(video: _Video, first: int) -> tuple[object, ...]:
    hash_path, channel, title, description, upload, *rest = astuple(video)
    upload = upload.replace(tzinfo=None)
    return (hash_path, first + channel, title, description, upload, upload, *rest)


def _channel_name(number: int) -> str:
    return f"seed_{number:05}"
