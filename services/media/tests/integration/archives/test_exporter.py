"""The worker makes archives: what is in one, and what becomes of it when something goes wrong."""

import errno
import json
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from vireo_common.errors import Code, Failure
from vireo_common.jobs import LeaseLost
from vireo_common.worker import Interrupted, TryLater
from vireo_media.core.thumbnails import drafts_of_sizes
from vireo_media.storage.blobs import Transfer
from vireo_media.storage.files import MediaFiles
from vireo_media.storage.staging import Staging
from vireo_media.tools.picture import thumbnail_sizes
from vireo_testing.clips import Library

ROOMY = 1 << 60


@pytest.fixture
def clip(library: Library) -> Path:
    return library.path("plain.mp4")


def test_what_is_in_it(archives: Any, library: Library, clip: Path) -> None:
    stage, videos = archives.stage, archives.world.videos
    other = library.path("vp8.webm")
    archives.add_video(clip, "aaaaaaa", "../First/")
    archives.add_video(other, "AAAAAAA", "second")
    videos.append({"hash_path": "bbbbbbb", "title": "never sent", "description": ""})
    stage.receive(clip, "ccccccc")
    videos.append({"hash_path": "ccccccc", "title": "not validated", "description": ""})
    archives.add_video(clip, "ddddddd", "lost")
    stage.files.remove("ddddddd")
    archives.ask(archives.person())
    archives.make()

    ((name, _, _, _),) = archives.rows()
    with zipfile.ZipFile(stage.paths.export(name)) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {
            "README.txt",
            *(f"{part}.json" for part in ("account", "sessions", "mails", "channel")),
            *("known_addresses.json", "comments.json", "blocks.json"),
            "videos.json",
            "videos/00001 aaaaaaa First.mp4",
            "videos/00002 AAAAAAA second.mkv",
        }
        assert archive.read("videos/00001 aaaaaaa First.mp4") == clip.read_bytes()
        assert archive.read("videos/00002 AAAAAAA second.mkv") == other.read_bytes()
        addresses = json.loads(archive.read("known_addresses.json"))
        told = json.loads(archive.read("videos.json"))
        comments = json.loads(archive.read("comments.json"))
        assert json.loads(archive.read("blocks.json")) == []
    assert [row["text"] for row in comments] == ["first", "second"]
    assert [row["address"] for row in addresses] == ["198.51.100.7", "2001:db8::1"]
    assert [(row["title"], row["file"]) for row in told] == [
        ("../First/", "videos/00001 aaaaaaa First.mp4"),
        ("second", "videos/00002 AAAAAAA second.mkv"),
        ("never sent", None),
        ("not validated", None),
        ("lost", None),
    ]
    states = [(row["uploaded"] or {}).get("state") for row in told]
    assert states == ["published", "published", None, "received", "published"]
    assert told[0]["uploaded"]["bytes"] == clip.stat().st_size
    assert told[0]["description"] == "é"


def test_a_picture_that_was_sent_as_a_thumbnail(archives: Any, clip: Path, tmp_path: Path) -> None:
    """One of the film is not in it, also where its owner chose it."""
    stage = archives.stage
    for hash_path, title in (("aaaaaaa", "Sent"), ("bbbbbbb", "Chosen")):
        archives.add_video(clip, hash_path, title)
        stage.paths.video(hash_path).parent.mkdir()
        stage.paths.video(hash_path).write_bytes(clip.read_bytes())
        made = drafts_of_sizes(stage.files.staging.draft, hash_path, "0" * 32)
        Image.new("RGB", (90, 60), "red").save(tmp_path / "red.png")
        thumbnail_sizes(tmp_path / "red.png", made)
        stage.video_pictures.publish(hash_path, made)
    frames = "UPDATE VideoPictures SET Chosen = 'frame', ChosenAt = 1 WHERE PathHash = 'bbbbbbb'"
    stage.clean.query(frames)
    archives.ask(archives.person())
    archives.make()
    ((name, _, _, _),) = archives.rows()
    with zipfile.ZipFile(stage.paths.export(name)) as archive:
        pictures = [entry for entry in archive.namelist() if entry.startswith("thumbnails/")]
        assert pictures == ["thumbnails/00001 aaaaaaa Sent.jpg"]
        with Image.open(archive.open(pictures[0])) as image:
            assert (image.format, image.size) == ("JPEG", (90, 60))
        told = json.loads(archive.read("videos.json"))
    assert [row["thumbnail"] for row in told] == [pictures[0], None]


def test_an_empty_channel_has_an_archive_too(archives: Any) -> None:
    archives.ask(archives.person())
    archives.make()
    with zipfile.ZipFile(next(archives.stage.paths.exports.iterdir())) as archive:
        assert json.loads(archive.read("videos.json")) == []


def test_a_job_whose_channel_is_gone_ends(archives: Any) -> None:
    archives.ask(archives.person())
    archives.stage.clean.query("DELETE FROM Channels")
    archives.make()
    assert archives.jobs.claim() is None
    assert archives.stage.left() == set()


@pytest.mark.parametrize("told", [True, False])
def test_a_channel_that_goes_meanwhile_leaves_nothing(
    archives: Any, clip: Path, told: bool
) -> None:
    archives.ask(archives.person())
    archives.add_video(clip, "aaaaaaa", "t")
    original = archives.stage.left()

    def delete() -> None:
        archives.stage.clean.query("DELETE FROM Channels")
        archives.world.gone = told

    archives.world.before_videos = [lambda: None, delete]
    archives.make()
    assert archives.jobs.claim() is None
    assert archives.stage.left() == original


def test_a_channel_that_goes_at_the_last_moment_leaves_nothing(archives: Any) -> None:
    archives.ask(archives.person())

    class Late(MediaFiles):
        """The channel goes once nobody asks for it any more."""

        def transfer_export(self, name: str, part: Path) -> Transfer:
            archives.stage.clean.query("DELETE FROM Channels")
            return super().transfer_export(name, part)

    files = archives.stage.files
    with pytest.raises(LeaseLost):
        archives.make(archives.exporter(Late(files.staging, files.blobs)))
    assert archives.stage.left() == set()
    archives.stage.expire_leases()
    archives.make()
    assert archives.jobs.claim() is None


def test_a_neighbour_of_an_older_version_keeps_the_job_waiting(archives: Any) -> None:
    archives.ask(archives.person())
    archives.world.gone = True
    with pytest.raises(Failure) as caught:
        archives.make()
    assert caught.value.code is Code.UNAVAILABLE
    assert len(archives.rows()) == 1


@pytest.mark.parametrize("who", ["auth", "catalog", "community"])
def test_a_neighbour_that_is_away_costs_nothing(archives: Any, who: str) -> None:
    stage, token = archives.stage, archives.person()
    away = stage.catalog if who == "catalog" else getattr(archives, who)
    away.status = 503
    archives.ask(token)
    with archives.working(archives.exporter()):
        archives.until(lambda: export_job(stage) == ("queued", 0, "unavailable"))
        assert stage.left() == set()
        assert archives.ask(token).status_code == 202
        away.status = None
        stage.clean.query("UPDATE Jobs SET RunAfter = NOW(3)")
        archives.until(lambda: archives.ask(token).status_code == 200)


def export_job(stage: Any) -> tuple[Any, ...]:
    """State, attempts and last error of the one job."""
    (row,) = stage.clean.query("SELECT State, Attempts, LastError FROM Jobs WHERE Queue = 'export'")
    return tuple(row)


def test_a_full_disk_keeps_it_waiting(archives: Any) -> None:
    token = archives.person()
    archives.ask(token)
    with archives.working(archives.exporter(reserve_bytes=ROOMY)):
        archives.until(lambda: export_job(archives.stage) == ("queued", 0, "disk full"))
    assert archives.stage.left() == set()
    ((wait,),) = archives.stage.clean.query(
        "SELECT TIMESTAMPDIFF(SECOND, NOW(), RunAfter) FROM Jobs WHERE Queue = 'export'"
    )
    assert 50 <= wait <= 60
    assert archives.ask(token).status_code == 202


def test_room_for_all_of_it_is_looked_for_first(archives: Any, clip: Path) -> None:
    archives.ask(archives.person())
    archives.add_video(clip, "aaaaaaa", "t")
    archives.stage.clean.query("UPDATE Uploads SET Bytes = %s", (ROOMY,))
    with pytest.raises(TryLater):
        archives.make()
    asked = [call.path for call in archives.stage.catalog.calls if "/videos" in call.path]
    assert len(asked) == 1


class Filling(Staging):
    """A disk that others fill while an archive grows."""

    def __init__(self, root: Path, looks: int) -> None:
        super().__init__(root)
        self._looks = looks

    def free_bytes(self) -> int:
        self._looks -= 1
        return ROOMY if self._looks >= 0 else 0


class Broken(MediaFiles):
    """A disk that fails when an archive is put into its place."""

    def __init__(self, files: MediaFiles, number: int) -> None:
        super().__init__(files.staging, files.blobs)
        self._number = number

    def place_export(self, archive: Transfer) -> None:
        raise OSError(self._number, "the disk says")


@pytest.mark.parametrize("looks", [0, 5])
def test_a_disk_that_fills_up_meanwhile_loses_the_half(
    archives: Any, clip: Path, looks: int
) -> None:
    archives.ask(archives.person())
    for number in range(5):
        archives.add_video(clip, f"aaaaaa{number}", "t")
    originals = archives.stage.left()
    files = MediaFiles(Filling(archives.stage.root, looks), archives.stage.files.blobs)
    with pytest.raises(TryLater):
        archives.make(archives.exporter(files, reserve_bytes=1))
    assert archives.stage.left() == originals


@pytest.mark.parametrize(
    ("number", "raised"), [(errno.ENOSPC, TryLater), (errno.EDQUOT, TryLater), (errno.EIO, OSError)]
)
def test_what_the_disk_says(archives: Any, number: int, raised: type[Exception]) -> None:
    """A full disk waits; any other trouble is counted, and tried again a few times."""
    token = archives.person()
    archives.ask(token)
    with pytest.raises(raised):
        archives.make(archives.exporter(Broken(archives.stage.files, number)))
    assert archives.stage.left() == set()
    assert [row[1] for row in archives.rows()] == ["waiting"]
    assert archives.ask(token).status_code == 202


def test_a_stop_gives_it_back(archives: Any, clip: Path) -> None:
    archives.ask(archives.person())
    archives.add_video(clip, "aaaaaaa", "t")
    originals = archives.stage.left()
    stop = threading.Event()
    archives.world.before_videos = [lambda: None, stop.set]
    with pytest.raises(Interrupted):
        archives.make(stop=stop)
    assert archives.stage.left() == originals


def test_who_has_lost_the_lease_changes_nothing(archives: Any) -> None:
    token = archives.person()
    archives.ask(token)

    def another() -> None:
        archives.stage.expire_leases()
        archives.make()

    archives.world.before_videos = [lambda: None, another]
    with pytest.raises(LeaseLost):
        archives.make()
    ((name, state, _, size),) = archives.rows()
    assert state == "ready"
    assert archives.stage.left() == {f"exports/{name}.zip"}
    assert archives.stage.paths.export(name).stat().st_size == size
    assert archives.ask(token).status_code == 200


def test_halves_of_dead_workers_go_and_others_stay(archives: Any) -> None:
    archives.ask(archives.person())
    ((name, _, _, _),) = archives.rows()
    staging = archives.stage.files.staging
    half, nobodys = staging.export_part(name, "1"), staging.export_part("0" * 32, "1")
    for path in (half, nobodys, archives.stage.paths.exports / "tmpabcdef"):
        path.write_text("half")
    archives.stage.sweep()
    assert len(archives.stage.left()) == 3, "they are too new to judge"
    archives.sweep_later()
    assert archives.stage.left() == {f"exports/{half.name}"}, "its worker may be writing"

    archives.make()
    assert archives.stage.left() == {f"exports/{name}.zip"}
    half.write_text("half")
    archives.sweep_later()
    assert archives.stage.left() == {f"exports/{name}.zip"}
