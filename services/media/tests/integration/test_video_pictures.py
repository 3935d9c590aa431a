"""Pictures of published videos, made by a worker: what is in place, and what is left of it."""

import os
import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from vireo_common.jobs import Job, JobQueue, LeaseLost
from vireo_media.core.thumbnails import (
    AskState,
    Choice,
    VideoGone,
    drafts_of_sizes,
)
from vireo_media.storage.video_pictures import FRAME_QUEUE, PICTURES_QUEUE
from vireo_media.tools.picture import thumbnail_sizes
from vireo_media.worker.janitor import STAGING_SECONDS
from vireo_media.worker.pictures import Pictures
from vireo_testing.clips import Library

HASH, CHANNEL, LEASE_SECONDS = "aB3dE6g", 7, 12
SIZED = {f"sizes/aB/{HASH}.{width}.{end}" for width in (320, 640, 1280) for end in ("jpg", "webp")}
WHOLE_FILE = f"thumbnails/aB/{HASH}.jpg"


class Maker:
    """Does the jobs as a worker does."""

    def __init__(self, stage: Any, database: Any) -> None:
        self.stage = stage
        self.made = JobQueue(database, PICTURES_QUEUE, LEASE_SECONDS)
        self.asked = JobQueue(database, FRAME_QUEUE, LEASE_SECONDS)
        self.pictures = Pictures(
            self.made, self.asked, stage.uploads, stage.video_pictures, stage.files
        )

    def claim(self) -> Job:
        job = self.made.claim()
        assert job is not None
        return job

    def make(self) -> None:
        self.pictures.make(self.claim(), threading.Event())

    def take(self, at: int) -> AskState:
        """Ask for a frame, and take it; what became of it."""
        ask_id = secrets.token_hex(16)
        self.stage.video_pictures.ask(HASH, CHANNEL, ask_id, at)
        job = self.asked.claim()
        assert job is not None
        self.pictures.take(job, threading.Event())
        return self.stage.video_pictures.asked(HASH, ask_id)

    def upload_picture(self, folder: Path, colour: str = "red") -> None:
        """What the web side does with a picture."""
        source = folder / "picture.png"
        Image.new("RGB", (90, 60), colour).save(source)
        made = drafts_of_sizes(self.stage.files.staging.draft, HASH, "0" * 32)
        thumbnail_sizes(source, made)
        self.stage.video_pictures.publish(HASH, made)

    def files(self, place: str = "public") -> set[str]:
        """What there is of pictures, without the numbers of sprites and candidates."""
        return {
            name.removeprefix(f"{place}/")
            for name in self.stage.left()
            if name.startswith(f"{place}/") and "videos" not in name and "hls" not in name
        }

    def told(self) -> list[dict[str, Any]]:
        """What catalog heard of files."""
        calls = self.stage.catalog.calls
        return [call.body for call in calls if call.path.endswith("/files")]


@pytest.fixture
def maker(stage: Any, media_database: Any, library: Library) -> Maker:
    """Of a video that is published."""
    stage.receive(library.path("plain.mp4"))
    stage.prepare()
    return Maker(stage, media_database)


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


def test_what_is_made(maker: Maker) -> None:
    version = maker.stage.files.pictures.version(HASH)
    maker.make()
    files = maker.files()
    sprites = {name for name in files if name.startswith("storyboards/") and name.endswith(".jpg")}
    assert len(sprites) == 1
    rest = {f"storyboards/aB/{HASH}.vtt", f"previews/aB/{HASH}.mp4", WHOLE_FILE}
    assert files == {*SIZED, *rest, *sprites}
    public = maker.stage.root / "public"
    webvtt = (public / f"storyboards/aB/{HASH}.vtt").read_text()
    [sprite] = sprites
    name = Path(sprite).name.removeprefix(f"{HASH}.")
    assert f"\n{HASH}/{name}#xywh=0,0," in webvtt
    found = maker.stage.video_pictures.find(HASH)
    assert found is not None
    assert found.candidates
    assert {f"aB/{HASH}.{each}.jpg" for each in found.candidates} == maker.files("candidates")
    # The picture is as it was, and nothing is enlarged.
    assert maker.stage.files.pictures.version(HASH) == version
    assert size_of(public / f"sizes/aB/{HASH}.1280.webp") == (320, 180)
    assert maker.files("drafts") == set()
    assert maker.stage.clean.query("SELECT 1 FROM Jobs WHERE Queue = 'pictures'") == ()


def test_catalog_hears_of_the_storyboard(maker: Maker) -> None:
    maker.make()
    [event] = [
        event
        for event in maker.stage.published_events()
        if event["kind"] == "video_files_changed" and event["storyboard"]
    ]
    assert event["thumbnail_version"] is None
    assert maker.told()[-1]["storyboard"] is True


def test_sizes_have_the_time_of_the_thumbnail(maker: Maker) -> None:
    """By which the gateway knows that they belong to its version."""
    maker.make()
    public = maker.stage.root / "public"
    times = {int((public / name).stat().st_mtime) for name in (*SIZED, WHOLE_FILE)}
    assert len(times) == 1
    maker.upload_picture(maker.stage.root)
    later = {int((public / name).stat().st_mtime) for name in (*SIZED, WHOLE_FILE)}
    assert len(later) == 1
    assert min(later) > max(times)


def test_a_frame_becomes_the_thumbnail(maker: Maker) -> None:
    before = maker.stage.files.pictures.version(HASH)
    assert maker.take(1000) is AskState.DONE
    found = maker.stage.video_pictures.find(HASH)
    assert found is not None
    assert (found.choice, found.chosen_at) == (Choice.FRAME, 1000)
    version = maker.stage.files.pictures.version(HASH)
    assert version != before
    assert maker.told()[-1]["thumbnail_version"] == version
    # With all sizes, whether others were made yet or not.
    assert maker.files() == {*SIZED, WHOLE_FILE}


def test_a_time_after_the_end(maker: Maker) -> None:
    before = maker.stage.files.pictures.version(HASH)
    assert maker.take(60_000) is AskState.OUT_OF_RANGE
    assert maker.stage.files.pictures.version(HASH) == before
    assert maker.told() == []


def test_nobody_waits_any_more(maker: Maker) -> None:
    """A request that has given up changes nothing afterwards."""
    before, table = maker.stage.files.pictures.version(HASH), maker.stage.video_pictures
    ask_id = secrets.token_hex(16)
    table.ask(HASH, CHANNEL, ask_id, 500)
    job = maker.asked.claim()
    assert job is not None
    table.withdraw(HASH, ask_id)
    with pytest.raises(LeaseLost):
        maker.pictures.take(job, threading.Event())
    assert maker.stage.files.pictures.version(HASH) == before
    assert maker.files("drafts") == set()


def test_what_was_chosen_stays_when_the_film_is_made_again(maker: Maker, tmp_path: Path) -> None:
    maker.upload_picture(tmp_path)
    version = maker.stage.files.pictures.version(HASH)
    maker.stage.clean.query("UPDATE Uploads SET State = 'received' WHERE PathHash = %s", (HASH,))
    maker.stage.clean.query("DELETE FROM Jobs")
    upload = maker.stage.uploads.find(HASH)
    assert upload is not None
    maker.stage.clean.query(
        "INSERT INTO Jobs (Queue, Kind, Subject, Payload, MaxAttempts, RunAfter, CreatedAt) "
        "VALUES ('media', 'prepare', %s, %s, 3, NOW(3), NOW(3))",
        (HASH, f'{{"upload_id": "{upload.upload_id}"}}'),
    )
    maker.stage.prepare()
    assert maker.stage.files.pictures.version(HASH) == version
    maker.make()
    assert maker.stage.files.pictures.version(HASH) == version
    assert size_of(maker.stage.root / "public" / WHOLE_FILE) == (90, 60)
    # Catalog hears of it with the film too.
    states = [event for event in maker.stage.published_events() if event.get("state") == "ready"]
    assert states[-1]["thumbnail_version"] == version


def test_a_choice_while_sizes_are_made(maker: Maker, tmp_path: Path) -> None:
    """Sizes of the picture before do not come in the place of those of the chosen one."""
    inner = maker.stage.files.pictures.transfer_thumbnail
    chosen: list[str | None] = []

    def transfer(*given: Any, **more: Any) -> Any:
        done = inner(*given, **more)
        if not chosen:
            chosen.append("")
            maker.upload_picture(tmp_path)
            chosen[0] = maker.stage.files.pictures.version(HASH)
        return done

    maker.stage.files.pictures.transfer_thumbnail = transfer  # type: ignore[method-assign]
    maker.make()
    assert maker.stage.files.pictures.version(HASH) == chosen[0]
    assert size_of(maker.stage.root / "public" / f"sizes/aB/{HASH}.320.webp") == (90, 60)


def test_pictures_of_a_hidden_video_are_where_it_is(maker: Maker, tmp_path: Path) -> None:
    stage = maker.stage
    maker.make()
    shown = maker.files()
    stage.clean.query("UPDATE Videos SET HiddenBy = 1 WHERE PathHash = %s", (HASH,))
    stage.files.place(HASH, hidden=True)
    stage.files.pictures.settle(HASH)
    assert maker.files() == set()
    assert maker.files("hidden") == shown
    # What is made meanwhile comes there too.
    assert maker.take(500) is AskState.DONE
    maker.upload_picture(tmp_path)
    stage.clean.query("UPDATE VideoPictures SET State = 'waiting'")
    stage.video_pictures.fill()
    maker.make()
    assert maker.files() == set()
    assert maker.files("hidden") > SIZED
    stage.files.place(HASH, hidden=False)
    assert maker.files("hidden") == set()
    assert maker.files() > SIZED


def test_nothing_is_left_of_a_deleted_video(maker: Maker) -> None:
    maker.make()
    maker.take(500)
    maker.stage.delete()
    assert maker.stage.left() == set()
    assert maker.stage.clean.query("SELECT 1 FROM VideoPictures") == ()
    assert maker.stage.clean.query("SELECT 1 FROM Jobs") == ()


@pytest.mark.parametrize("part", ["film", "transfer"])
def test_a_video_that_is_deleted_meanwhile(maker: Maker, part: str) -> None:
    pictures = maker.stage.files.pictures
    inner: Callable[..., Any] = getattr(pictures, part)

    def happens(*given: Any) -> Any:
        done = inner(*given)
        maker.stage.delete()
        return done

    setattr(pictures, part, happens)
    job = maker.claim()
    # A film that is gone may have been moved; the next attempt, of which there is none, would know.
    with pytest.raises((LeaseLost, FileNotFoundError)):
        maker.pictures.make(job, threading.Event())
    assert maker.stage.left() == set()
    assert maker.made.claim() is None


def test_what_a_killed_worker_leaves_goes(maker: Maker) -> None:
    """Its drafts, once they are old and nobody holds its lease."""
    job = maker.claim()
    draft = maker.stage.files.staging.draft(HASH, job.lease, "sprite-0.jpg")
    draft.write_bytes(b"x")
    old = draft.stat().st_mtime - STAGING_SECONDS - 1
    os.utime(draft, (old, old))
    maker.stage.sweep()
    assert draft.exists()
    maker.stage.expire_leases()
    again = maker.claim()
    assert again.lease != job.lease
    maker.stage.sweep()
    assert not draft.exists()
    # The other worker goes on as if nothing had been.
    maker.pictures.make(again, threading.Event())
    assert maker.files() > SIZED
    # The one that only stood still finds that it lost it.
    with pytest.raises(LeaseLost):
        maker.pictures.make(job, threading.Event())


def test_files_without_a_video_go(maker: Maker) -> None:
    maker.make()
    maker.stage.clean.query("DELETE FROM Uploads")
    maker.stage.sweep()
    assert maker.stage.left() == set()


def test_another_storyboard_takes_the_place_of_the_first(maker: Maker) -> None:
    maker.make()
    before = maker.files()
    maker.stage.clean.query("UPDATE VideoPictures SET State = 'waiting'")
    maker.stage.video_pictures.fill()
    maker.make()
    after = maker.files()
    assert len(after) == len(before)
    assert len(after - before) == 1


def test_videos_of_before_get_theirs(maker: Maker) -> None:
    stage = maker.stage
    stage.clean.query("DELETE FROM Jobs")
    stage.clean.query("UPDATE VideoPictures SET State = 'waiting', Matrix = ''")
    stage.sweep()
    stage.sweep()
    rows = stage.clean.query("SELECT Kind, TurnOf FROM Jobs WHERE Queue = 'pictures'")
    assert list(rows) == [("make_pictures", str(CHANNEL))]
    maker.make()
    assert maker.files() > SIZED


def test_a_film_that_can_not_be_read_has_no_pictures(maker: Maker) -> None:
    maker.stage.paths.video(HASH).write_bytes(b"no film at all")
    maker.make()
    # The thumbnail is there, so its sizes are.
    assert maker.files() == {*SIZED, WHOLE_FILE}
    [(state,)] = maker.stage.clean.query("SELECT State FROM VideoPictures")
    assert state == "failed"
    assert maker.take(500) is AskState.FAILED


def test_a_job_that_kills_its_workers(maker: Maker) -> None:
    job = maker.claim()
    maker.stage.files.staging.draft(HASH, job.lease, "mp4").write_bytes(b"x")
    maker.pictures.give_up_make(job, "died")
    assert maker.files("drafts") == set()
    ask_id = secrets.token_hex(16)
    maker.stage.video_pictures.ask(HASH, CHANNEL, ask_id, 500)
    asked = maker.asked.claim()
    assert asked is not None
    maker.pictures.give_up_take(asked, "died")
    assert maker.stage.video_pictures.asked(HASH, ask_id) is AskState.FAILED


def test_a_picture_for_a_video_that_is_gone(maker: Maker, tmp_path: Path) -> None:
    maker.stage.delete()
    with pytest.raises(VideoGone):
        maker.upload_picture(tmp_path)
    maker.stage.files.staging.discard_drafts(HASH)
    assert maker.stage.left() == set()
