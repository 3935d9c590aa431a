"""What is in the media folder: nothing of what was refused, given up or deleted."""

import time
from pathlib import Path

import pytest

from vireo_ops.runtime import Runtime
from vireo_testing.bait import Bait
from vireo_testing.clips import Library
from vireo_testing.envelope import error_of, response_of
from vireo_testing.hostile_files import HOSTILE_FILES, Entry, make
from vireo_testing.inside import database_root, half_an_upload, media, of_video
from vireo_testing.person import Person, eventually

# One of each kind of ending: a text, a picture, sound, a cut, a lie, and bombs.
HOSTILE = [
    entry
    for entry in HOSTILE_FILES
    if entry.name
    in {
        "hls-absolute.mp4",
        "concat-1.0.mp4",
        "zip.mp4",
        "png.mp4",
        "one-byte.mp4",
        "cover.m4a",
        "cut-in-half.mp4",
        "no-pictures.mp4",
        "encrypted.mp4",
        "day.mp4",
        "rate.mp4",
        "pictures-promised.mp4",
    }
]


@pytest.mark.parametrize("entry", HOSTILE, ids=lambda entry: entry.name)
def test_refused_files_leave_nothing(
    runtime: Runtime, person: Person, entry: Entry, tmp_path: Path, bait: Bait
) -> None:
    hash_path = person.announce(entry.name)
    answer = person.send(hash_path, make(entry, tmp_path, bait))
    assert answer.status_code in {413, 415}
    assert of_video(runtime, hash_path) == []


def test_a_client_that_goes_away_leaves_nothing(
    runtime: Runtime, person: Person, clips: Library
) -> None:
    hash_path = person.announce()
    clip = clips.path("plain.mp4").read_bytes()
    incoming = runtime.data / "media" / "incoming"

    def holds_half() -> bool:
        sizes = [path.stat().st_size for path in incoming.rglob("*") if path.is_file()]
        return len(clip) // 2 in sizes

    for _ in range(3):
        line = half_an_upload(person, hash_path, clip)
        line.close()
    eventually(lambda: not holds_half())
    assert of_video(runtime, hash_path) == []
    assert person.state(hash_path) == "waiting"
    assert response_of(person.send(hash_path, clip)) == ""


def test_deleted_videos_leave_nothing(runtime: Runtime, person: Person, clips: Library) -> None:
    ready = person.publish(clips.path("plain.mp4"))
    busy, waiting = person.announce(), person.announce()
    for hash_path in (busy, waiting):
        assert response_of(person.send(hash_path, clips.path("old-camera.avi"))) == ""
    for hash_path in (ready, busy, waiting):
        assert of_video(runtime, hash_path) != []
        assert response_of(person.delete(f"/v/{hash_path}")) == ""
        # A program that is stopped in the middle needs a moment to end.
        eventually(lambda h=hash_path: of_video(runtime, h) == [])  # type: ignore[misc]
    seconds_of_an_encode = time.monotonic() + 3
    while time.monotonic() < seconds_of_an_encode:
        assert of_video(runtime, busy) == []
        time.sleep(0.2)


def test_what_is_kept_of_a_video(runtime: Runtime, person: Person, clips: Library) -> None:
    hash_path = person.publish(clips.path("plain.mp4"))
    eventually(lambda: len(of_video(runtime, hash_path)) == 3)
    root = runtime.data / "media"
    folders = [path.relative_to(root).parts[0] for path in of_video(runtime, hash_path)]
    assert sorted(folders) == ["originals", "public", "public"]
    (kept,) = [path for path in of_video(runtime, hash_path) if "originals" in path.parts]
    assert kept.read_bytes() == clips.path("plain.mp4").read_bytes()


def test_bodies_over_the_limit(runtime: Runtime, person: Person) -> None:
    limit = int(runtime.environment["VIREO_MAX_UPLOAD_BYTES"])
    hash_path = person.announce()
    answer = person.send(hash_path, b"x" * (limit + 1))
    assert error_of(answer, 413, "too_large")["limit"] == limit
    piece = b"x" * (1 << 20)
    answer = person.send(hash_path, (piece for _ in range(limit // len(piece) + 1)))
    assert error_of(answer, 413, "too_large")["limit"] == limit
    assert of_video(runtime, hash_path) == []
    eventually(lambda: not [path for path in media(runtime, "incoming") if too_large(path, limit)])
    assert person.state(hash_path) == "waiting"


def too_large(path: Path, limit: int) -> bool:
    """Whether a body that is on its way out is one of those above."""
    try:
        return path.stat().st_size > limit // 2
    except FileNotFoundError:
        return False


def test_hash_paths_are_never_given_out_again(runtime: Runtime, person: Person) -> None:
    hash_path = person.announce()
    person.delete(f"/v/{hash_path}")
    with database_root(runtime) as cursor:
        # Every new one is a row here first.
        found = cursor.execute("SELECT * FROM HashPaths WHERE PathHash = %s", (hash_path,))
    assert found == 1
