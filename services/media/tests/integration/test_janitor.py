"""What killed processes left in the media folder is swept away, and nothing else is."""

from typing import Any

from vireo_media.core.uploads import Step, UploadState
from vireo_media.worker.janitor import INCOMING_SECONDS, STAGING_SECONDS
from vireo_testing.clips import Library
from vireo_testing.media_folder import left_behind

OTHER_ID = "0" * 32


def test_bodies_of_a_killed_gateway_go(stage: Any) -> None:
    old = left_behind(stage.root / "incoming" / "0001", INCOMING_SECONDS + 1)
    arriving = left_behind(stage.root / "incoming" / "0002", INCOMING_SECONDS - 60)

    stage.sweep()

    assert not old.exists()
    assert arriving.exists()


def test_bodies_without_a_row_go_once_their_request_had_time(stage: Any) -> None:
    old = left_behind(stage.files.staging.body(stage.hash_path, OTHER_ID), STAGING_SECONDS + 1)
    new = left_behind(stage.files.staging.body("zzzzzzz", OTHER_ID), 0)

    stage.sweep()

    assert not old.exists()
    assert new.exists()


def test_what_an_upload_still_needs_stays(stage: Any, library: Library) -> None:
    upload_id = stage.receive(library.path("plain.mp4"))
    results = stage.files.staging.results(stage.hash_path, upload_id, "lease")
    body = stage.files.staging.body(stage.hash_path, upload_id)
    needed = [body, results.video, results.thumbnail]
    for state in set(UploadState) - {UploadState.REFUSED}:
        for path in needed:
            left_behind(path, STAGING_SECONDS + 1)
        stage.clean.query("UPDATE Uploads SET State = %s", (state,))
        stage.sweep()
        assert [path for path in needed if not path.exists()] == [], state
    # Of a published one more is made, until all of it is done.
    for state, step in (
        (UploadState.PUBLISHED, Step.DONE),
        (UploadState.REFUSED, Step.QUEUED),
    ):
        for path in needed:
            left_behind(path, STAGING_SECONDS + 1)
        stage.clean.query("UPDATE Uploads SET State = %s, Step = %s", (state, step))
        stage.sweep()
        assert [path for path in needed if path.exists()] == [], state


def test_files_of_a_first_upload_go_when_there_is_a_second(stage: Any, library: Library) -> None:
    stage.receive(library.path("plain.mp4"))
    first = [
        left_behind(stage.files.staging.body(stage.hash_path, OTHER_ID), STAGING_SECONDS + 1),
        left_behind(stage.paths.original(stage.hash_path, OTHER_ID), 0),
    ]

    stage.sweep()

    assert not [path for path in first if path.exists()]


def test_what_is_kept_and_served_stays(stage: Any, library: Library) -> None:
    upload_id = stage.receive(library.path("plain.mp4"))
    stage.prepare()

    stage.sweep()

    assert stage.left() == stage.published(upload_id)


def test_what_is_kept_and_served_without_a_row_goes(stage: Any, library: Library) -> None:
    """A worker that was killed right after it put the files of a deleted video in place."""
    stage.receive(library.path("plain.mp4"))
    stage.prepare()
    stage.clean.query("DELETE FROM Uploads")

    stage.sweep()

    assert stage.left() == set()


def test_refusals_that_nobody_heard_of_are_forgotten(stage: Any, library: Library) -> None:
    stage.receive(library.path("plain.mp4"))
    stage.clean.query("UPDATE Uploads SET State = 'refused'")
    stage.sweep()
    assert stage.state() is UploadState.REFUSED

    stage.clean.query("UPDATE Uploads SET ReceivedAt = NOW(3) - INTERVAL 61 MINUTE")
    stage.sweep()
    assert stage.state() is None


def test_pictures_that_no_channel_has_go(stage: Any) -> None:
    name, other, new = "a" * 32, "b" * 32, "c" * 32
    stage.clean.query("INSERT INTO Channels (ChannelID, Username, Password) VALUES (7, 'a', 'x')")
    stage.pictures.set(7, name)
    for path in (stage.paths.picture(name), stage.paths.picture(other)):
        left_behind(path, STAGING_SECONDS + 1)
    left_behind(stage.files.staging.picture_body(other), STAGING_SECONDS + 1)
    left_behind(stage.files.staging.picture_result(other), STAGING_SECONDS + 1)
    left_behind(stage.paths.picture(new), 0)

    stage.sweep()

    assert stage.left() == {f"public/pictures/{key[:2]}/{key}.webp" for key in (name, new)}
