"""The worker as a process: stopped, killed, and started anew."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from vireo_media.core.uploads import UploadState
from vireo_testing.clips import AAC, Library, ffmpeg, tone
from vireo_testing.person import eventually

StartWorker = Callable[[], "subprocess.Popen[bytes]"]
Halt = Callable[[], psutil.Process]


@pytest.fixture
def start_worker(
    stage: Any, auth: Any, community: Any, service_environment: dict[str, str], tmp_path: Path
) -> Iterator[StartWorker]:
    """Starts a worker on the stage's database and folder; it is ended with the test."""
    environment = {
        **os.environ,
        **service_environment,
        "VIREO_MEDIA_ROOT": str(stage.root),
        "VIREO_CATALOG_URL": stage.catalog.url,
        "VIREO_AUTH_URL": auth.url,
        "VIREO_COMMUNITY_URL": community.url,
    }
    with contextlib.ExitStack() as stack:

        def start() -> "subprocess.Popen[bytes]":
            log = stack.enter_context((tmp_path / "worker.log").open("ab"))
            command = [sys.executable, "-m", "vireo_media.worker"]
            worker = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
            stack.callback(worker.wait)
            stack.callback(worker.kill)
            return worker

        yield start


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip that takes a second or more to encode: large pictures of noise."""
    path = tmp_path_factory.mktemp("long") / "long.avi"
    noise = "nullsrc=size=1280x720:rate=25:duration=2,noise=alls=60:allf=t"
    source = ["-f", "lavfi", "-i", noise, *tone(2.0)]
    ffmpeg(*source, "-c:v", "mpeg4", "-q:v", "20", *AAC, str(path))
    return path


def encoders(stage: Any) -> list[psutil.Process]:
    """The programs that write a film of an ``encode`` job."""
    films = [str(path) for path in (stage.root / "staging").glob("*.mp4") if path.stat().st_size]
    encodes = ("encode", "running") in {(job, state) for job, state, _ in stage.jobs()}
    return [
        process
        for process in psutil.process_iter(["name", "cmdline"])
        if encodes
        and process.info["name"] == "ffmpeg"
        and any(film in " ".join(process.info["cmdline"] or []) for film in films)
    ]


def ended(process: psutil.Process) -> bool:
    """Whether it is gone, or waits for its parent's notice."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.fixture
def halt(stage: Any) -> Iterator[Halt]:
    """``halt()`` waits for an encoder that has written something, and lets it stand still."""
    halted: list[psutil.Process] = []

    def work() -> psutil.Process:
        found: list[psutil.Process] = []
        eventually(lambda: found.extend(encoders(stage)) or found)
        (encoder,) = found
        encoder.suspend()
        halted.append(encoder)
        return encoder

    yield work
    for encoder in halted:
        with contextlib.suppress(psutil.NoSuchProcess):
            encoder.resume()


def test_a_stop_gives_the_job_back(
    stage: Any, start_worker: StartWorker, long_clip: Path, halt: Halt
) -> None:
    upload_id = stage.receive(long_clip)
    worker = start_worker()
    halt()

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(timeout=15) == 0
    assert stage.jobs() == [("encode", "queued", 0)]
    assert stage.state() is UploadState.STORED
    assert stage.left() == stage.stored(upload_id), "half a result is no use"


def test_a_killed_worker_is_followed_by_another(
    stage: Any, start_worker: StartWorker, long_clip: Path, halt: Halt
) -> None:
    upload_id = stage.receive(long_clip)
    worker = start_worker()
    encoder = halt()

    worker.kill()
    worker.wait()
    eventually(lambda: ended(encoder))
    stage.expire_leases()
    start_worker()

    # All of it: the rest of its stream, its pictures and texts.
    eventually(lambda: not stage.clean.query("SELECT 1 FROM Jobs"), seconds=240)
    assert stage.state() is UploadState.PUBLISHED
    assert set(stage.rows().values()) == {"ready"}
    assert stage.published(upload_id) <= stage.left()
    on_its_way = ("staging/", "incoming/")
    assert [path for path in stage.left() if path.startswith(on_its_way)] == []


def test_a_deletion_stops_what_is_encoded(
    stage: Any, start_worker: StartWorker, long_clip: Path, halt: Halt
) -> None:
    stage.receive(long_clip)
    start_worker()
    encoder = halt()

    stage.delete()

    eventually(lambda: ended(encoder))
    eventually(lambda: stage.left() == set(), seconds=10)
    assert stage.jobs() == []


def test_an_archive_is_made_while_a_long_video_is_encoded(
    stage: Any, archives: Any, start_worker: StartWorker, long_clip: Path, halt: Halt
) -> None:
    stage.receive(long_clip)
    start_worker()
    encoder = halt()

    token = archives.person()
    archives.ask(token)

    eventually(lambda: archives.ask(token).status_code == 200, seconds=20)
    assert encoder.status() == psutil.STATUS_STOPPED
    assert ("encode", "running", 1) in stage.jobs()


def test_a_worker_that_is_killed_with_half_an_archive_is_followed_by_another(
    stage: Any, archives: Any, start_worker: StartWorker, library: Library
) -> None:
    clip, token, killed = library.path("plain.mp4"), archives.person(), threading.Event()
    for number in range(4):
        archives.add_video(clip, f"aaaaaa{number}", "t")
    stage.clean.query("DELETE FROM Jobs")
    archives.ask(token)
    # The size is asked for first, in two pages; then the worker waits for the second page of what
    # it is to put in, with the first page in its archive.
    halves = stage.root / "exports"
    archives.world.before_videos = [lambda: None] * 3 + [lambda: killed.wait(7)]
    worker = start_worker()
    eventually(lambda: archives.world.before_videos == [], seconds=20)
    assert len(list(halves.glob("*.part"))) == 1

    worker.kill()
    worker.wait()
    killed.set()
    assert len(list(halves.glob("*.part"))) == 1
    assert archives.ask(token).status_code == 202
    stage.expire_leases()
    start_worker()

    eventually(lambda: archives.ask(token).status_code == 200, seconds=20)
    ((name, _, _, _),) = archives.rows()
    assert [path.name for path in halves.iterdir()] == [f"{name}.zip"]
    with zipfile.ZipFile(halves / f"{name}.zip") as archive:
        originals = [entry for entry in archive.namelist() if entry.startswith("videos/")]
        assert {archive.read(entry) for entry in originals} == {clip.read_bytes()}
        assert len(originals) == 4


def test_removals_keep_no_upload_waiting(
    stage: Any, start_worker: StartWorker, library: Library
) -> None:
    gone = [f"{number:07d}" for number in range(5_000)]
    with stage.clean.connect() as connection, connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO Events (Kind, Subject, Payload, CreatedAt)"
            " VALUES ('video_removed', %s, %s, NOW(3))",
            [(name, json.dumps({"hash_path": name})) for name in gone],
        )
    stage.receive(library.path("plain.mp4"))
    start_worker()

    eventually(lambda: stage.state() is UploadState.PUBLISHED)

    assert waiting_removals(stage) > 1_000


def waiting_removals(stage: Any) -> int:
    """Those whose event is not consumed, or whose job is not done."""
    ((events,),) = stage.clean.query(
        "SELECT COUNT(*) FROM Events WHERE Kind = 'video_removed' AND (Place IS NULL OR Place >"
        " (SELECT MAX(p.Place) FROM EventPlaces p WHERE Consumer = 'media'))"
    )
    ((jobs,),) = stage.clean.query("SELECT COUNT(*) FROM Jobs WHERE Kind = 'remove'")
    return int(events) + int(jobs)
