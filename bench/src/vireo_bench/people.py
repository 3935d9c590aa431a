"""What people do: long lists of comments, feeds, notices, comments that are written, followers.

Lists are held against a list of videos that is asked for in the same way, with a token, by as many
clients. A comment is held against an announcement, the other small thing that people write. All
rows that are read here are put in by statements, as they would be after years.
"""

import contextlib
import json
import secrets
import statistics
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import requests
from pymysql.cursors import Cursor

from vireo_bench import transfers, wrk
from vireo_bench.figures import Figure, Goal, Judged
from vireo_bench.setup import Setup, fetch
from vireo_common.tokens import Signer
from vireo_harness.processes import pss
from vireo_harness.vireo import HOST

_CLIENTS = 8
_LISTED = 24
_LONGEST_PAGE = 100
_MEGA = 1e6
_STREAMS_OF_ONE = 10
_PATIENCE_SECONDS = 120.0
LISTED = "GET /videos/all?limit=24, with a token"

_COMMENTS = """
INSERT INTO Comments (VideoID, ChannelID, State, Listed, Likes, CreatedAt, Text)
SELECT %s, %s + seq %% %s, 'shown', 1, seq * 7919 %% 1000, NOW() - INTERVAL seq SECOND,
    CONCAT('What a film, number ', seq)
FROM seq_1_to_{count}
"""
_COUNT_COMMENTS = "INSERT INTO VideoCounters (VideoID, Comments) VALUES (%s, %s)"
_FOLLOWERS = """
INSERT INTO Channels (Username, Password)
SELECT CONCAT('fan_', seq), 'x' FROM seq_1_to_{count}
"""
_FOLLOW = """
INSERT INTO Subscriptions (FollowerID, ChannelID, Notify, CreatedAt)
SELECT ChannelID, %s, 'all', NOW(3) FROM Channels WHERE Username LIKE 'fan\\_%%'
"""
_FOLLOWED = """
INSERT INTO Subscriptions (FollowerID, ChannelID, Notify, CreatedAt)
SELECT %s, ChannelID, 'all', NOW(3) FROM Channels WHERE Username LIKE 'seed\\_%%' LIMIT %s
"""
_NOTICES = """
INSERT INTO Notices (ChannelID, Kind, Subject, `Change`, Count, VideoID, ActorID, CreatedAt)
SELECT %s, 'like', CONCAT('bench ', seq), seq, 1, %s, %s, NOW(3) FROM seq_1_to_1000
"""
_BOX = "REPLACE INTO NoticeBoxes (ChannelID, LastChange) VALUES (%s, 1000)"
_PUBLISHED = """
INSERT INTO Events (Kind, Subject, Payload) VALUES ('video_published', %s, %s)
"""
_UNTOLD = """
SELECT VideoID, PathHash FROM Videos v
WHERE ChannelID = %s AND State = 'ready' AND NOT EXISTS (
    SELECT 1 FROM NoticesTold t
    WHERE t.ChannelID = v.ChannelID AND t.Kind = 'video' AND t.Subject = v.VideoID)
ORDER BY VideoID LIMIT 1
"""
_ROUND = "SELECT RunningVideo, Running, Waiting FROM NoticeFanouts WHERE ChannelID = %s"
_TOLD = "SELECT COUNT(*) FROM Notices WHERE VideoID = %s AND Kind = 'video'"
_ALL = "SELECT COUNT(*) FROM Subscriptions WHERE ChannelID = %s"
_OLD_ENOUGH = "UPDATE Channels SET CreatedAt = NOW() - INTERVAL 1 YEAR WHERE ChannelID = %s"
_SESSION = """
INSERT INTO Sessions (SessionID, ChannelID, Device, Address, CreatedAt, SeenAt, RefreshedAt)
VALUES (%s, %s, 'bench', %s, NOW(3), NOW(3), NOW(3))
"""


def figures(setup: Setup) -> list[Figure]:
    """The rows of what people do."""
    owner, channel = _seed(setup)
    path = f"/v/{setup.film_hash}/comments?limit={_LISTED}"
    deep = f"{path}&cursor={_cursor_of_page(setup, path)}"
    return [
        _page(setup, "comments", f"GET /v/../comments of {setup.scale.comments:,}", path),
        _page(setup, "comments_deep", f"page {setup.scale.comments_page:,} of them", deep),
        _page(setup, "feed", f"GET /feed of {setup.scale.followed:,} channels", "/feed?limit=24"),
        _page(setup, "notices", "GET /notifications", "/notifications?limit=24"),
        _written(setup, owner),
        _streams(setup),
        _fanout(setup, channel),
    ]


def _seed(setup: Setup) -> tuple[int, int]:
    """Comments, followers, follows and notices; the ids of the owner and of who has followers."""
    scale, name = setup.scale, setup.owner.show_me().username
    with setup.vireo.database() as connection, connection.cursor() as cursor:
        owner = _number(cursor, "SELECT ChannelID FROM Channels WHERE Username = %s", name)
        find = "SELECT VideoID FROM Videos WHERE PathHash = %s"
        video = _number(cursor, find, setup.film_hash)
        seeded = "SELECT COUNT(*) FROM Channels WHERE Username LIKE %s"
        channels = _number(cursor, seeded, "seed\\_%")
        first = "SELECT MIN(ChannelID) FROM Channels WHERE Username LIKE %s"
        beginning = _number(cursor, first, "seed\\_%")
        cursor.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 2")
        writers = (video, beginning, channels)
        cursor.execute(_COMMENTS.format(count=scale.comments), writers)
        cursor.execute(_COUNT_COMMENTS, (video, scale.comments))
        cursor.execute(_FOLLOWERS.format(count=scale.followers))
        cursor.execute(_FOLLOW, (beginning,))
        cursor.execute(_FOLLOWED, (owner, scale.followed))
        cursor.execute(_NOTICES, (owner, video, beginning))
        cursor.execute(_BOX, (owner,))
        cursor.execute(_OLD_ENOUGH, (owner,))
        cursor.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 1")
        cursor.execute("ANALYZE TABLE Comments, Channels, Subscriptions, Notices")
        cursor.fetchall()
    return owner, beginning


def _number(cursor: Cursor, statement: str, value: object) -> int:
    cursor.execute(statement, (value,))
    ((found,),) = cursor.fetchall()
    return int(found)


def _cursor_of_page(setup: Setup, path: str) -> str:
    """Page through to the page, as a reader would."""
    before = (setup.scale.comments_page - 1) * _LISTED
    seen, cursor = 0, ""
    base = setup.vireo.url + path.partition("?")[0]
    while seen < before:
        limit = min(_LONGEST_PAGE, before - seen)
        query = f"?limit={limit}" + (f"&cursor={cursor}" if cursor else "")
        answer = requests.get(base + query, timeout=_PATIENCE_SECONDS)
        rows = answer.json()["response"]
        assert len(rows) == limit, f"{len(rows)} comments, not {limit}"
        seen += len(rows)
        cursor = answer.links["next"]["url"].partition("cursor=")[2]
    return cursor


def _page(setup: Setup, name: str, title: str, path: str) -> Figure:
    def p95(path: str) -> float:
        rows = json.loads(fetch(setup.vireo.url + path, setup.owner.token))["response"]
        assert len(rows) == _LISTED, f"{len(rows)} rows of {path}"
        seconds, token = setup.scale.burst, setup.owner.token
        load = wrk.load(
            setup.vireo.url,
            [path],
            seconds=seconds,
            connections=_CLIENTS,
            token=token,
        )
        return load.p95_ms

    return Figure(
        name,
        f"{title}, p95 of {_CLIENTS} clients",
        "ms",
        Goal(Judged.RATIO_AT_MOST, 1.3),
        lambda: p95(path),
        LISTED,
        lambda: p95(f"/videos/all?limit={_LISTED}"),
    )


def _written(setup: Setup, owner: int) -> Figure:
    """A comment beside an announcement; their accounts' limits are emptied before each turn."""
    comments = f"/v/{setup.film_hash}/comments"

    def turn(path: str, body: dict[str, str]) -> float:
        with setup.vireo.database() as connection, connection.cursor() as cursor:
            for table in ("CommentWrites", "ChannelWrites"):
                cursor.execute(f"DELETE FROM {table} WHERE ChannelID = %s", (owner,))
            cursor.execute(
                "DELETE FROM Videos WHERE ChannelID = %s AND State = 'waiting'", (owner,)
            )
        taken = []
        with requests.Session() as session:
            session.headers["Authorization"] = setup.owner.token
            for number in range(setup.scale.asked):
                sent = {name: f"{text} {number}" for name, text in body.items()}
                began = time.perf_counter()
                answer = session.post(setup.vireo.url + path, json=sent, timeout=_PATIENCE_SECONDS)
                taken.append((time.perf_counter() - began) * 1000)
                assert answer.status_code == 200, answer.text
        return statistics.median(taken)

    return Figure(
        "comment",
        "POST /v/../comments",
        "ms",
        Goal(Judged.RATIO_AT_MOST, 2.0),
        lambda: turn(comments, {"text": "What a film"}),
        "POST /upload",
        lambda: turn("/upload", {"title": "A film", "description": "Not yet"}),
    )


def _streams(setup: Setup) -> Figure:
    count = setup.scale.streams

    def turn() -> float:
        tokens = _tokens(setup, -(-count // _STREAMS_OF_ONE))
        before = _size(setup)
        with _open_streams(setup, [token for token in tokens for _ in range(_STREAMS_OF_ONE)]):
            return (_size(setup) - before) / _MEGA

    return Figure(
        "streams",
        f"memory that {count:,} open streams add",
        "MB",
        Goal(Judged.VALUE_AT_MOST, 100),
        turn,
    )


def _size(setup: Setup) -> int:
    processes = setup.vireo.processes().items()
    return sum(pss(pid) for pid, program in processes if "mariadbd" not in program)


def _tokens(setup: Setup, people: int) -> list[str]:
    """Tokens of so many channels, as a sign-in makes them."""
    signer = Signer((setup.vireo.layout.secrets / "token_signing_key.pem").read_text())
    made = []
    with setup.vireo.database() as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT ChannelID FROM Channels WHERE Username LIKE 'fan\\_%%' LIMIT %s", (people,)
        )
        for (channel,) in cursor.fetchall():
            session = secrets.token_urlsafe(16)
            cursor.execute(_SESSION, (session, channel, HOST))
            made.append(signer.access_token(channel, session))
    return made


@contextmanager
def _open_streams(setup: Setup, tokens: list[str]) -> Iterator[None]:
    """So many clients, each of whom has heard something."""
    heads = []
    with contextlib.ExitStack() as stack:
        for token in tokens[: setup.scale.streams]:
            line = stack.enter_context(closing(transfers.Connection(HOST, setup.vireo.port)))
            heads.append(line.ask("GET", "/notifications/stream", Authorization=token))
        statuses = {head.status for head in heads}
        assert statuses == {200}, f"streams were answered with {statuses}"
        yield


def _fanout(setup: Setup, channel: int) -> Figure:
    """From the moment at which a video is public to the last of its channel's followers.

    Nobody else publishes for the channel, and each turn has a video of its own, so what is waited
    for and counted is of this turn: the owner's rounds of the day may be used up by their uploads.
    """

    def turn() -> float:
        with setup.vireo.database() as connection, connection.cursor() as cursor:
            video, hash_path = _untold(cursor, channel)
            # Those of the turns before, which have ended.
            cursor.execute("UPDATE NoticeFanouts SET Runs = 0 WHERE ChannelID = %s", (channel,))
            said = {"hash_path": hash_path, "channel_id": channel, "video_id": video}
            began = time.monotonic()
            cursor.execute(_PUBLISHED, (hash_path, json.dumps(said)))
            while (round_of := _round(cursor, channel)) != (video, 0, 0):
                late = f"not all were told of video {video} in time, but: {round_of}"
                assert time.monotonic() - began < _PATIENCE_SECONDS, late
                time.sleep(0.02)
            taken = time.monotonic() - began
            told, followers = _number(cursor, _TOLD, video), _number(cursor, _ALL, channel)
            assert told == followers, f"{told} of {followers} were told of video {video}"
            return taken

    return Figure(
        "fanout",
        f"{setup.scale.followers:,} followers know of a video",
        "s",
        Goal(Judged.VALUE_AT_MOST, 60),
        turn,
    )


def _untold(cursor: Cursor, channel: int) -> tuple[int, str]:
    """A video of a channel that its followers have not been told of: its id and hash path."""
    assert cursor.execute(_UNTOLD, (channel,)), f"no video of channel {channel} is left"
    ((video, hash_path),) = cursor.fetchall()
    return int(video), str(hash_path)


def _round(cursor: Cursor, channel: int) -> tuple[int, int, int] | None:
    """The latest video of a channel's round, and how many are being told and wait; where there is
    one."""
    cursor.execute(_ROUND, (channel,))
    row = cursor.fetchone()
    return (int(row[0]), int(row[1]), int(row[2])) if row else None
