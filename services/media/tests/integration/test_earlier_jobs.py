"""Jobs of the version before, which knew no events."""

import json
from typing import Any

from vireo_common.database import Database
from vireo_media.storage.earlier_jobs import become_events

PROGRESS = {"state": "ready", "duration": 2.5, "thumbnail_version": None}
JOBS = [
    ("removal", "remove", "aB3dE5g", {}),
    ("media", "remove", "aB3dE5h", {}),
    ("removal", "remove_picture", "f" * 32, {}),
    ("media", "tell", "aB3dE5i", {"progress": PROGRESS}),
    ("media", "notice", "export", {"channel_id": 7, "mail_id": "0a"}),
    ("media", "prepare", "aB3dE5j", {"upload_id": "1"}),
]
REMOVED, CHANGED = "video_removed", "video_state_changed"
EVENTS = [
    ("media_events", REMOVED, "aB3dE5g", {"hash_path": "aB3dE5g"}),
    ("media_events", REMOVED, "aB3dE5h", {"hash_path": "aB3dE5h"}),
    ("media_events", "channel_picture_removed", "f" * 32, {"name": "f" * 32}),
    ("catalog_events", CHANGED, "aB3dE5i", {**PROGRESS, "hash_path": "aB3dE5i"}),
    ("auth_events", "data_export_requested", "7", JOBS[4][3]),
    ("media", "prepare", "aB3dE5j", {"upload_id": "1"}),
]


def put(stage: Any, state: str, lease: str) -> None:
    for queue, kind, subject, payload in JOBS:
        stage.clean.query(
            "INSERT INTO Jobs (Queue, Kind, Subject, Payload, State, LeaseUntil, MaxAttempts,"
            f" RunAfter, CreatedAt) VALUES (%s, %s, %s, %s, %s, {lease}, 3, NOW(3), NOW(3))",
            (queue, kind, subject, json.dumps(payload), state),
        )


def rows(stage: Any) -> list[tuple[Any, ...]]:
    found = stage.clean.query("SELECT Queue, Kind, Subject, Payload FROM Jobs ORDER BY JobID")
    return [(*row[:3], json.loads(row[3])) for row in found]


def test_what_waits_becomes_events(stage: Any, media_database: Database) -> None:
    put(stage, "queued", "NULL")
    become_events(media_database)
    assert rows(stage) == EVENTS


def test_what_a_dead_worker_had_becomes_events(stage: Any, media_database: Database) -> None:
    put(stage, "running", "NOW(3) - INTERVAL 1 SECOND")
    become_events(media_database)
    assert rows(stage) == EVENTS
    states = stage.clean.query("SELECT State FROM Jobs WHERE Queue <> 'media'")
    assert set(states) == {("queued",)}


def test_what_a_worker_of_the_version_before_does_is_left_to_it(
    stage: Any, media_database: Database
) -> None:
    put(stage, "running", "NOW(3) + INTERVAL 10 SECOND")
    become_events(media_database)
    assert rows(stage) == [tuple(job) for job in JOBS]
