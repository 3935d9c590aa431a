"""Jobs of the version before, which knew no events."""

import json
from typing import Any

import pytest

from vireo_common.database import Database
from vireo_media.storage.earlier_jobs import become_events

PROGRESS = {"state": "ready", "duration": 2.5, "thumbnail_version": None}
JOBS = [
    ("removal", "remove", "aB3dE5g", {}),
    ("media", "remove", "aB3dE5h", {}),
    ("media", "remove_picture", "f" * 32, {}),
    ("media", "tell", "aB3dE5i", {"progress": PROGRESS}),
    ("media", "notice", "export", {"channel_id": 7, "mail_id": "0a"}),
    ("media", "prepare", "aB3dE5j", {"upload_id": "1"}),
]
# What is done as it is.
KEPT = [JOBS[0], JOBS[-1]]
REMOVED, CHANGED = "video_removed", "video_state_changed"
UNSAID = {"reason": "", "width": None, "height": None, "sha256": ""}
UNKNOWN = {"channel_id": None}
EVENTS = [
    (REMOVED, "aB3dE5h", {"hash_path": "aB3dE5h", "video_id": None, **UNKNOWN}),
    ("channel_picture_removed", "f" * 32, {"name": "f" * 32, **UNKNOWN}),
    (CHANGED, "aB3dE5i", {**PROGRESS, **UNSAID, "hash_path": "aB3dE5i"}),
    ("data_export_requested", "7", {"channel_id": 7}),
]


def put(stage: Any, state: str, lease: str) -> None:
    for queue, kind, subject, payload in JOBS:
        stage.clean.query(
            "INSERT INTO Jobs (Queue, Kind, Subject, Payload, State, LeaseUntil, MaxAttempts,"
            f" RunAfter, CreatedAt) VALUES (%s, %s, %s, %s, %s, {lease}, 3, NOW(3), NOW(3))",
            (queue, kind, subject, json.dumps(payload), state),
        )


def jobs(stage: Any) -> list[tuple[Any, ...]]:
    found = stage.clean.query("SELECT Queue, Kind, Subject, Payload FROM Jobs ORDER BY JobID")
    return [(*row[:3], json.loads(row[3])) for row in found]


def events(stage: Any) -> list[tuple[Any, ...]]:
    found = stage.clean.query("SELECT Kind, Subject, Payload FROM Events ORDER BY EventID")
    return [(*row[:2], json.loads(row[2])) for row in found]


@pytest.mark.parametrize(
    ("state", "lease"), [("queued", "NULL"), ("running", "NOW(3) - INTERVAL 1 SECOND")]
)
def test_what_waits_and_what_a_dead_worker_had_becomes_events(
    stage: Any, media_database: Database, state: str, lease: str
) -> None:
    put(stage, state, lease)
    become_events(media_database)
    assert (events(stage), jobs(stage)) == (EVENTS, KEPT)


def test_what_a_worker_of_the_version_before_does_is_left_to_it(
    stage: Any, media_database: Database
) -> None:
    put(stage, "running", "NOW(3) + INTERVAL 10 SECOND")
    become_events(media_database)
    assert (events(stage), jobs(stage)) == ([], JOBS)


@pytest.mark.parametrize("payload", ["", "no JSON", "[]", "{}", '{"progress": {"x": 1}}'])
def test_what_can_not_be_read_is_put_aside(
    stage: Any, media_database: Database, payload: str
) -> None:
    put(stage, "queued", "NULL")
    stage.clean.query("UPDATE Jobs SET Payload = %s WHERE Kind = 'tell'", (payload,))
    become_events(media_database)
    assert events(stage) == [each for each in EVENTS if each[0] != CHANGED]
    states = "SELECT State FROM Jobs WHERE Kind = 'tell'"
    assert stage.clean.query(states) == (("quarantined",),)
