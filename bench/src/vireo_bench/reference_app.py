"""The minimal Flask application that Vireo's answers are held against; gunicorn runs it.

It is what somebody would write who wants these few answers and nothing else: no token, no log, no
metrics, no checks. Each thread keeps one PyMySQL connection, and each answer costs one SELECT; a
video for who sends a token another one, of what they think of it (everybody is the same person).
"""

import os
import threading
from typing import Any

import pymysql
from flask import Flask, Response, jsonify, request
from pymysql.cursors import Cursor

_COLUMNS = """
v.PathHash, c.Username, v.Title, v.Upload, v.Duration, v.Width, v.Height, v.`Like`, v.Dislike,
COALESCE(k.Views, 0), COALESCE(k.Comments, 0),
"""
_JOINS = "JOIN Channels c USING (ChannelID) LEFT JOIN VideoCounters k USING (VideoID)"
ONE = f"""
SELECT {_COLUMNS} v.Description, v.ThumbnailVersion, v.Stream, v.Storyboard, v.Visibility,
    v.PublishedAt, v.CommentsPolicy
FROM Videos v {_JOINS}
WHERE v.PathHash = %s
"""
# The index and the order of the join that Vireo asks for, and one row more, as Vireo reads it.
NEWEST = f"""
SELECT STRAIGHT_JOIN {_COLUMNS} '', v.ThumbnailVersion, v.Stream, v.Storyboard, v.Visibility,
    v.PublishedAt
FROM Videos v FORCE INDEX (NewestPublic) {_JOINS}
WHERE v.IsPublic = 1 ORDER BY v.Upload DESC, v.VideoID DESC LIMIT %s
"""

MINE = """
SELECT v.PathHash, r.Reaction, h.Position, f.FollowerID IS NOT NULL FROM Videos v
LEFT JOIN Reactions r ON r.VideoID = v.VideoID AND r.ChannelID = %s
LEFT JOIN WatchHistory h ON h.VideoID = v.VideoID AND h.ChannelID = %s
LEFT JOIN Subscriptions f ON f.ChannelID = v.ChannelID AND f.FollowerID = %s
WHERE v.PathHash IN %s
"""
SOMEBODY = 1

app = Flask("reference")
_own = threading.local()


def _cursor() -> Cursor:
    if not hasattr(_own, "connection"):
        _own.connection = pymysql.connect(
            host="127.0.0.1",
            port=int(os.environ["REFERENCE_DB_PORT"]),
            user="vireo_catalog",
            password=os.environ["REFERENCE_DB_PASSWORD"],
            database="vireo",
            charset="utf8mb4",
            autocommit=True,
        )
    cursor: Cursor = _own.connection.cursor()
    return cursor


def _shown(row: tuple[Any, ...]) -> dict[str, object]:
    hash_path, channel, title, upload, duration, width, height, likes, dislikes, *rest = row
    views, comments, text, version, stream, storyboard, visibility, published, *policy = rest
    shown = {
        "type": "video",
        "channel": channel,
        "title": title,
        "thumbnail": hash_path,
        "nb_count": "",
        "description": text,
        "upload": upload.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "duration": duration,
        "width": width,
        "height": height,
        "likes": likes,
        "dislikes": dislikes,
        "thumbnail_version": version,
        "views": views,
        "comments": comments,
        "visibility": visibility,
        "published": published.strftime("%Y-%m-%dT%H:%M:%SZ") if published else "",
        "stream": f"/hls/{hash_path}/master.m3u8" if stream else "",
        "storyboard": f"/storyboard/{hash_path}.vtt" if storyboard else "",
        "captions": [],
        "chapters": [],
    }
    # In lists it is left out.
    if not policy:
        return shown
    picture = f"/thumbnails/{hash_path}"
    files = {
        "video": f"/video/d/{hash_path}",
        "stream": shown["stream"],
        "thumbnail": f"{picture}?v={version}" if version else picture,
        "storyboard": shown["storyboard"],
    }
    return {**shown, "comments_policy": policy[0], "files": files}


def _mine(cursor: Cursor, hash_paths: list[str]) -> dict[str, dict[str, object]]:
    """What a viewer has with videos."""
    cursor.execute(MINE, (SOMEBODY, SOMEBODY, SOMEBODY, hash_paths))
    return {
        hash_path: {
            "my_reaction": reaction or "none",
            "my_position": position or 0.0,
            "subscribed": bool(subscribed),
        }
        for hash_path, reaction, position, subscribed in cursor.fetchall()
    }


@app.get("/v/<hash_path>")
def one(hash_path: str) -> Response:
    """A video."""
    with _cursor() as cursor:
        cursor.execute(ONE, (hash_path,))
        row = cursor.fetchone()
        assert row, f"there is no video {hash_path}"
        shown = _shown(row)
        if "Authorization" in request.headers:
            shown |= _mine(cursor, [hash_path])[hash_path]
    return jsonify({"response": shown})


@app.get("/videos/all")
def newest() -> Response:
    """The newest videos."""
    limit = int(request.args["limit"])
    with _cursor() as cursor:
        cursor.execute(NEWEST, (limit + 1,))
        shown = [_shown(row) for row in cursor.fetchall()[:limit]]
        if "Authorization" in request.headers:
            theirs = _mine(cursor, [str(row["thumbnail"]) for row in shown])
            shown = [{**row, **theirs[str(row["thumbnail"])]} for row in shown]
    return jsonify({"response": shown})


@app.post("/spooled")
def spooled() -> Response:
    """Sync the body that nginx has written."""
    descriptor = os.open(request.headers["X-Body-File"], os.O_RDONLY)
    try:
        size = os.fstat(descriptor).st_size
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    return jsonify({"response": size})
