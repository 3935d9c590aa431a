"""What media tells: idempotent, in any order, and counted exactly, by many at once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_catalog.core.videos import Progress
from vireo_catalog.worker.events import handlers
from vireo_common.database import Database
from vireo_common.event_log import Unreadable
from vireo_common.events import VideoStateChanged
from vireo_videos.visibility import State

READY = Progress(State.READY, duration=2.5, width=320, height=180)
LISTS = ("/videos/all", "/videos/channel/Ada", "/search/all/title")


def facts(stage: Any, hash_path: str) -> tuple[Any, ...]:
    (row,) = stage.database.query(
        "SELECT State, Reason, StoredAt IS NULL, Duration, Width, Height FROM Videos"
        " WHERE PathHash = %s",
        (hash_path,),
    )
    return tuple(row)


def test_the_way_of_a_video(stage: Any) -> None:
    ada = stage.channel("Ada")
    hash_path = stage.video(ada, state="waiting")
    assert facts(stage, hash_path) == ("waiting", "", 1, None, None, None)
    for progress, expected in (
        (Progress(State.WAITING, duration=2.0), ("waiting", "", 0, 2.0, None, None)),
        (Progress(State.PROCESSING), ("processing", "", 0, 2.0, None, None)),
        (Progress(State.FAILED, "broken"), ("failed", "broken", 0, 2.0, None, None)),
        (READY, ("ready", "", 0, 2.5, 320, 180)),
    ):
        for _ in range(2):
            assert stage.videos.record(hash_path, progress)
            assert facts(stage, hash_path) == expected
    assert stage.count_of(ada) == 1


@pytest.mark.parametrize("late", [State.WAITING, State.PROCESSING, State.FAILED])
def test_ready_stays_ready(stage: Any, late: State) -> None:
    ada = stage.channel("Ada")
    hash_path = stage.video(ada, state="waiting")
    stage.videos.record(hash_path, READY)
    assert stage.videos.record(hash_path, Progress(late, "late", duration=9.0))
    assert facts(stage, hash_path) == ("ready", "", 0, 2.5, 320, 180)
    assert stage.count_of(ada) == 1


def test_a_copy_that_is_encoded_after_all_has_other_facts_and_counts_once(stage: Any) -> None:
    ada = stage.channel("Ada")
    hash_path = stage.video(ada, state="waiting")
    stage.videos.record(hash_path, READY)
    assert stage.videos.record(hash_path, Progress(State.READY, "no sound", duration=9.0))
    assert facts(stage, hash_path) == ("ready", "no sound", 0, 9.0, 320, 180)
    assert stage.count_of(ada) == 1


def test_upload_is_the_time_at_which_the_bytes_were_there(stage: Any) -> None:
    hash_path = stage.video(stage.channel("Ada"), state="waiting", upload="2020-01-01 00:00:00")
    stage.videos.record(hash_path, Progress(State.WAITING))
    ((age, stored),) = stage.database.query(
        "SELECT TIMESTAMPDIFF(SECOND, Upload, UTC_TIMESTAMP()), Upload = StoredAt FROM Videos"
    )
    assert age < 120
    assert stored == 1
    stage.database.query("UPDATE Videos SET Upload = '2021-01-01', StoredAt = '2021-01-01'")
    stage.videos.record(hash_path, READY)
    assert stage.database.query("SELECT YEAR(Upload), YEAR(StoredAt) FROM Videos") == (
        (2021, 2021),
    )


def test_long_reasons_are_cut(stage: Any) -> None:
    hash_path = stage.video(stage.channel("Ada"), state="waiting")
    stage.videos.record(hash_path, Progress(State.FAILED, "é" * 300))
    assert facts(stage, hash_path)[1] == "é" * 255


def test_no_such_video(stage: Any) -> None:
    stage.video(stage.channel("Ada"), hash_path="abcdefg")
    assert not stage.videos.record("ABCDEFG", READY)


def test_counters_are_exact_under_eight_threads(stage: Any) -> None:
    channels = [stage.channel("Ada"), stage.channel("Bob")]
    hashes = [
        (channels[number % 2], stage.video(channels[number % 2], state="waiting"))
        for number in range(48)
    ]

    def act(number: int) -> None:
        # Each video is told ready by several at once, and every third is deleted meanwhile.
        channel_id, hash_path = hashes[number % len(hashes)]
        stage.videos.record(hash_path, READY)
        if (number % len(hashes)) % 3 == 0:
            stage.videos.remove(hash_path, channel_id)

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(act, number) for number in range(len(hashes) * 3)]:
            done.result()
    for channel_id in channels:
        ((left,),) = stage.database.query(
            "SELECT COUNT(*) FROM Videos WHERE ChannelID = %s AND State = 'ready'", (channel_id,)
        )
        assert left == 16
        assert stage.count_of(channel_id) == left
    # One event for each video that went or came, however many tried.
    ready = [hash_path for _, hash_path, _ in stage.published("video_published")]
    assert len(ready) == len(set(ready)) >= 32
    assert len(stage.removed()) == len(set(stage.removed())) == 16


def test_only_ready_videos_are_counted(http: FlaskClient, stage: Any) -> None:
    ada = stage.channel("Ada")
    for state in ("waiting", "processing", "failed", "ready"):
        stage.videos.remove(stage.video(ada, state=state), ada)
        stage.video(ada, state=state)
    (shown,) = http.get("/search/channel/ada").json["response"]
    assert shown["nb_count"] == 1


def test_internal_routes_are_closed_to_others(http: FlaskClient, stage: Any, token: Any) -> None:
    ada = stage.channel("Ada")
    hash_path = stage.video(ada, state="waiting")
    for headers in ({}, token(ada), {"X-Vireo-Service-Token": "x"}, {"X-Vireo-Service-Token": "é"}):
        for method in ("GET", "PUT"):
            body = {"state": "ready"} if method == "PUT" else None
            path = f"/internal/videos/{hash_path}"
            response = http.open(path, method=method, json=body, headers=headers)
            assert response.status_code == 403
            assert response.json["response"]["error"] == "forbidden"
    assert facts(stage, hash_path)[0] == "waiting"


def test_what_media_asks_and_tells(http: FlaskClient, stage: Any, service_token: Any) -> None:
    ada = stage.channel("Ada")
    path = f"/internal/videos/{stage.video(ada, state='waiting')}"
    asked = http.get(path, headers=service_token)
    assert asked.json["response"] == {"channel_id": ada}
    body = {"state": "ready", "reason": "", "duration": 2.5, "width": 320, "height": 180}
    for _ in range(2):
        told = http.put(path, json=body, headers=service_token)
        assert (told.status_code, told.json) == (200, {"response": ""})
    assert facts(stage, path.rpartition("/")[2])[0] == "ready"
    assert http.get("/internal/videos/nothere", headers=service_token).status_code == 404
    for name in ("nothere", "abcdefg", "%C3%A9", "%00", "a%2Fb"):
        gone = http.put(f"/internal/videos/{name}", json=body, headers=service_token)
        assert gone.status_code == 404
    for bad in ({}, {"state": "gone"}, {"state": "ready", "width": "1"}, {"state": 1}):
        assert http.put(path, json=bad, headers=service_token).status_code == 400


def test_the_thumbnail_of_a_video_has_a_version(stage: Any, http: FlaskClient) -> None:
    hash_path = stage.video(stage.channel("Ada"), state="waiting")

    def shown() -> list[Any]:
        answers = (http.get(f"/v/{hash_path}"), *(http.get(path) for path in LISTS))
        found = [answer.get_json()["response"] for answer in answers]
        return [(one[0] if isinstance(one, list) else one)["thumbnail_version"] for one in found]

    stage.videos.record(hash_path, READY)
    # From before there were any.
    assert shown() == [None] * 4
    stage.videos.record(hash_path, replace(READY, thumbnail_version="65f-1a"))
    assert shown() == ["65f-1a"] * 4
    # A worker that died has made another picture.
    stage.videos.record(hash_path, replace(READY, thumbnail_version="660-1b"))
    assert shown() == ["660-1b"] * 4
    # News without one says nothing about it.
    stage.videos.record(hash_path, READY)
    assert shown() == ["660-1b"] * 4


def consume(database: Database, change: VideoStateChanged, event_id: int = 1) -> None:
    handler = handlers()[VideoStateChanged]
    database.transaction("test", lambda cursor: handler(cursor, change, event_id))


def test_what_media_says_comes_as_an_event_too(stage: Any, catalog_database: Database) -> None:
    hash_path = stage.video(stage.channel("Ada"), state="waiting")
    change = VideoStateChanged(hash_path, "ready", "no sound", 2.5, 320, 180, "65f-1a")
    for _ in range(2):
        consume(catalog_database, change)
    assert facts(stage, hash_path) == ("ready", "no sound", 0, 2.5, 320, 180)
    assert stage.removed() == []
    # Its files came after its deletion.
    consume(catalog_database, replace(change, hash_path="gone123"))
    assert stage.removed() == ["gone123"]


@pytest.mark.parametrize("later", ["event", "call"])
def test_an_older_state_overwrites_no_later_one(
    stage: Any,
    catalog_database: Database,
    http: FlaskClient,
    service_token: dict[str, str],
    later: str,
) -> None:
    """A call is quicker than the log, whose events come when the worker is back."""
    hash_path = stage.video(stage.channel("Ada"), state="waiting")
    states = {3: "waiting", 5: "processing", 8: "failed"}

    def call(event_id: int) -> None:
        body = {"state": states[event_id], "event_id": event_id}
        path = f"/internal/videos/{hash_path}"
        assert http.put(path, json=body, headers=service_token).status_code == 200

    def event(event_id: int) -> None:
        change = VideoStateChanged(hash_path, states[event_id])
        consume(catalog_database, change, event_id)

    first, second = (call, event) if later == "event" else (event, call)
    for tell, event_id, expected in (
        (first, 5, "processing"),
        (second, 3, "processing"),
        (second, 5, "processing"),
        (second, 8, "failed"),
        (first, 5, "failed"),
        (first, 8, "failed"),
    ):
        tell(event_id)
        assert facts(stage, hash_path)[0] == expected


def test_a_video_is_published_once(stage: Any) -> None:
    ada = stage.channel("Ada")
    hash_path = stage.video(ada, state="waiting")
    assert stage.published() == []
    for state in (State.PROCESSING, State.READY, State.READY):
        stage.videos.record(hash_path, Progress(state))
    ((video_id,),) = stage.database.query("SELECT VideoID FROM Videos")
    said = {"hash_path": hash_path, "channel_id": ada, "video_id": video_id}
    assert stage.published() == [("video_published", hash_path, said)]


def test_a_state_of_a_later_version_is_not_recorded(catalog_database: Database) -> None:
    with pytest.raises(Unreadable):
        consume(catalog_database, VideoStateChanged("abcdefg", "scheduled"))
