"""What there is of a video beside its MP4: told by media, shown with the video."""

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient
from pymysql.cursors import Cursor

from vireo_catalog.core.videos import Files, Progress
from vireo_catalog.worker.events import handlers
from vireo_common.database import Database
from vireo_common.event_log import Unreadable
from vireo_common.events import VideoFilesChanged
from vireo_videos.video import Captions, Chapter
from vireo_videos.visibility import State

CHAPTERS = [{"start": 0.0, "title": "One"}, {"start": 61.5, "title": ""}]
LATER = Files(
    8,
    stream=True,
    captions=[Captions("pt-BR", "Português (BR)")],
    chapters=[Chapter(0.0, "One"), Chapter(61.5, "")],
)


def shown(http: FlaskClient, hash_path: str) -> Any:
    found = http.get(f"/v/{hash_path}").json
    assert found
    return found["response"]


def test_the_latest_is_shown_and_lists_have_none_of_the_long_ones(
    stage: Any, http: FlaskClient
) -> None:
    hash_path = stage.video(stage.channel("Ada"))
    assert (shown(http, hash_path)["captions"], shown(http, hash_path)["chapters"]) == ([], [])
    assert stage.videos.record_files(hash_path, LATER)
    # In any order, and twice.
    for files in (Files(7, captions=[Captions("en", "English")]), LATER):
        assert stage.videos.record_files(hash_path, files)
    video = shown(http, hash_path)
    url = f"/captions/{hash_path}/pt-BR.vtt"
    assert video["captions"] == [{"language": "pt-BR", "label": "Português (BR)", "url": url}]
    assert video["chapters"] == CHAPTERS
    assert video["stream"] == f"/hls/{hash_path}/master.m3u8"
    for path in ("/videos/all", "/videos/channel/Ada", "/search/all/title"):
        (row, *_) = (each for each in http.get(path).json["response"] if each["type"] == "video")
        assert (row["captions"], row["chapters"]) == ([], []), path
        assert row["stream"] == video["stream"]


def test_chapters_of_the_description_win(stage: Any, http: FlaskClient) -> None:
    hash_path = stage.video(stage.channel("Ada"))
    stage.videos.record_files(hash_path, LATER)
    stage.database.query(
        "UPDATE Videos SET Duration = 99, Description = '0:00 Mine\\n0:10 Too\\n0:20 End'"
    )
    titles = [each["title"] for each in shown(http, hash_path)["chapters"]]
    assert titles == ["Mine", "Too", "End"]


def test_the_event_says_the_same(stage: Any, http: FlaskClient, open_pool: Any) -> None:
    hash_path = stage.video(stage.channel("Ada"))
    database: Database = open_pool("catalog")
    captions = [{"language": "pt-BR", "label": "Português (BR)"}]

    def consume(event: VideoFilesChanged, event_id: int) -> None:
        def work(cursor: Cursor) -> None:
            handlers()[VideoFilesChanged](cursor, event, event_id)

        database.transaction("test", work)

    consume(VideoFilesChanged(hash_path, captions=captions, chapters=CHAPTERS), 3)
    consume(VideoFilesChanged(hash_path), 2)
    assert shown(http, hash_path)["chapters"] == CHAPTERS
    assert len(shown(http, hash_path)["captions"]) == 1
    # A video that is gone meanwhile is no reason to stop.
    consume(VideoFilesChanged("zzzzzzz", captions=captions), 4)
    for strange in ([{"name": "x"}], [{"start": "x", "title": "y"}]):
        with pytest.raises(Unreadable):
            consume(VideoFilesChanged(hash_path, chapters=strange), 5)


def test_of_two_thumbnails_the_later_one(stage: Any, http: FlaskClient) -> None:
    """States tell of one, and what its owner chose does, in any order."""
    hash_path = stage.video(stage.channel("Ada"), state="waiting")
    ready = Progress(State.READY, "", 2.5, 320, 180, "65f-1a", event_id=5)
    chosen = Files(7, storyboard=True, thumbnail_version="660-1b")
    assert stage.videos.record_files(hash_path, chosen)
    assert stage.videos.record(hash_path, ready)
    video = shown(http, hash_path)
    assert video["thumbnail_version"] == "660-1b"
    assert video["storyboard"] == f"/storyboard/{hash_path}.vtt"
    # What says nothing of it changes nothing.
    assert stage.videos.record_files(hash_path, Files(8))
    assert shown(http, hash_path)["thumbnail_version"] == "660-1b"
    again = replace(ready, thumbnail_version="661-1c", event_id=9)
    assert stage.videos.record(hash_path, again)
    assert shown(http, hash_path)["thumbnail_version"] == "661-1c"
    assert stage.videos.record_files(hash_path, chosen)
    assert shown(http, hash_path)["thumbnail_version"] == "661-1c"
