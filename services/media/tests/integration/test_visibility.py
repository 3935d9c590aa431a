"""Files of what moderators hide are served no more, whatever happens at the same time."""

import os
import threading
from pathlib import Path
from typing import Any

import pytest

from vireo_common.database import Database
from vireo_common.event_log import consumer
from vireo_common.events import ChannelVisibilityChanged, VideoVisibilityChanged, publish
from vireo_common.jobs import Job, JobQueue
from vireo_common.worker import Interrupted
from vireo_media.storage import blobs
from vireo_media.storage.visibility import PAGE, VISIBILITY_QUEUE, VisibilityTable
from vireo_media.worker.events import handlers
from vireo_media.worker.visibility import Visibility
from vireo_testing.clips import Library


class Hiding:
    """A published video of a channel, and the worker's part that hides it."""

    def __init__(self, stage: Any, database: Database) -> None:
        self.stage, self._database = stage, database
        self.queue = JobQueue(database, VISIBILITY_QUEUE, 12)
        self.visibility = Visibility(self.queue, VisibilityTable(database), stage.files)
        with stage.clean.connect() as connection, connection.cursor() as cursor:
            cursor.execute("INSERT INTO Channels (Username, Password) VALUES ('Ada', 'x')")
            self.channel = int(cursor.lastrowid)
        stage.clean.query(
            "INSERT INTO Videos (PathHash, ChannelID, Title, Description, Upload, State)"
            " VALUES (%s, %s, 't', '', NOW(), 'ready')",
            (stage.hash_path, self.channel),
        )

    def set(self, hidden_by: int) -> None:
        self.stage.clean.query("UPDATE Videos SET HiddenBy = %s", (hidden_by,))

    def add_before(self, count: int) -> None:
        """Other videos of the channel, which come first."""
        self.stage.clean.query("UPDATE Videos SET VideoID = VideoID + %s", (count,))
        numbers = range(1, count + 1)
        values = ", ".join(f"({n}, 'b{n:06}', {self.channel}, 't', '', NOW())" for n in numbers)
        self.stage.clean.query(
            "INSERT INTO Videos (VideoID, PathHash, ChannelID, Title, Description, Upload)"
            f" VALUES {values}"
        )

    def tell(self, event: Any) -> None:
        self._database.transaction("test", lambda cursor: publish(cursor, event))
        reader = consumer("media", self._database, handlers(), threading.Event(), from_start=True)
        for _ in range(5):
            reader.read()

    def claim(self) -> Job:
        job = self.queue.claim()
        assert job is not None
        return job

    def apply(self) -> None:
        job = self.claim()
        run = self.visibility.of_channel if "all" in job.kind else self.visibility.of_video
        run(job, threading.Event())

    @property
    def served(self) -> list[bool]:
        """Whether the video and its thumbnail are where the gateway finds them, and else where
        they are kept."""
        name = self.stage.hash_path
        keys = (blobs.video(name), blobs.thumbnail(name))
        hidden = [blobs.hidden(key) for key in keys]
        sizes = self.stage.files.blobs.size
        found = [sizes(key) is not None for key in keys]
        assert found == [sizes(key) is None for key in hidden]
        return found


@pytest.fixture
def hiding(stage: Any, open_pool: Any, library: Library) -> Hiding:
    made = Hiding(stage, open_pool("media"))
    stage.receive(library.path("plain.mp4"))
    return made


def test_hidden_and_shown_again(hiding: Hiding) -> None:
    hiding.stage.prepare()
    store, name = hiding.stage.files.blobs, hiding.stage.hash_path
    version = store.version(blobs.video(name))
    for hidden_by, served in ((1, False), (3, False), (2, False), (0, True)):
        hiding.set(hidden_by)
        hiding.tell(VideoVisibilityChanged(name, hiding.channel))
        hiding.apply()
        assert hiding.served == [served, served]
    assert store.version(blobs.video(name)) == version


def test_what_its_owner_closes_is_served_no_more(hiding: Hiding) -> None:
    hiding.stage.prepare()
    name = hiding.stage.hash_path
    for visibility, served in (
        ("private", False),
        ("scheduled", False),
        ("unlisted", True),
        ("private", False),
        ("public", True),
    ):
        hiding.stage.clean.query("UPDATE Videos SET Visibility = %s", (visibility,))
        hiding.tell(VideoVisibilityChanged(name, hiding.channel))
        hiding.apply()
        assert hiding.served == [served, served], visibility


def test_what_is_closed_before_it_is_made_is_never_served(hiding: Hiding) -> None:
    hiding.stage.clean.query("UPDATE Videos SET Visibility = 'private'")
    hiding.stage.prepare()
    assert hiding.served == [False, False]


def test_who_opens_and_closes_without_end_waits_alone(hiding: Hiding) -> None:
    hiding.stage.prepare()
    for _ in range(5):
        hiding.tell(VideoVisibilityChanged(hiding.stage.hash_path, hiding.channel))
    hiding.tell(VideoVisibilityChanged("c000001", hiding.channel))
    hiding.tell(VideoVisibilityChanged("c000002", hiding.channel))
    hiding.tell(VideoVisibilityChanged("d000001", hiding.channel + 1))
    order = []
    while (job := hiding.queue.claim()) is not None:
        order.append(job.subject)
        hiding.queue.finish(job)
    assert sorted(order) == sorted([hiding.stage.hash_path, "c000001", "c000002", "d000001"])
    assert order.index("d000001") <= 2, "somebody else's waits for no more than a turn"


def test_playlists_of_before_name_captions_relatively(hiding: Hiding) -> None:
    """Below a grant an absolute address would lead to where nothing is served."""
    hiding.stage.prepare()
    files, name = hiding.stage.files, hiding.stage.hash_path
    store, staged = files.blobs, files.staging.captions("0" * 32, "m3u8")
    master = blobs.stream_list(name, "master")
    listed = blobs.captions(blobs.Kind.CAPTIONS_LIST, name, "en")
    before = {
        master: f'#EXTM3U\n#EXT-X-MEDIA:TYPE=SUBTITLES,URI="/captions/{name}/en.m3u8"\n',
        listed: f"#EXTM3U\n#EXTINF:2.000,\n/captions/{name}/en.vtt\n",
    }
    for key, text in before.items():
        staged.write_text(text)
        store.put(key, staged)
    hiding.stage.clean.query("UPDATE Videos SET Visibility = 'private'")
    for _ in range(2):
        hiding.tell(VideoVisibilityChanged(name, hiding.channel))
        hiding.apply()
        said = {}
        for key in before:
            with store.open(blobs.hidden(key)) as content:
                said[key] = content.read(1000).decode()
        assert f'URI="../../captions/{name}/en.m3u8"' in said[master]
        assert said[listed].splitlines()[-1] == "en.vtt"
    assert not list(staged.parent.glob("captions-of-video.*"))


def test_all_videos_of_a_channel(hiding: Hiding) -> None:
    hiding.stage.prepare()
    hiding.set(2)
    hiding.tell(ChannelVisibilityChanged(hiding.channel))
    stopped = threading.Event()
    stopped.set()
    job = hiding.claim()
    with pytest.raises(Interrupted):
        hiding.visibility.of_channel(job, stopped)
    assert hiding.served == [True, True]
    hiding.visibility.of_channel(job, threading.Event())
    assert hiding.served == [False, False]


@pytest.mark.parametrize("of_channel", [False, True])
def test_a_move_survives_a_power_cut_before_its_job_ends(
    hiding: Hiding, monkeypatch: pytest.MonkeyPatch, of_channel: bool
) -> None:
    """Both folders are synced: that of the new name, and that of the old one."""
    hiding.stage.prepare()
    root, name, synced = hiding.stage.root, hiding.stage.hash_path, []
    real = os.fsync

    def note(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink().relative_to(root)
        synced.append((str(path), hiding.served[0], len(hiding.stage.jobs())))
        real(descriptor)

    hiding.set(1)
    channel = ChannelVisibilityChanged(hiding.channel)
    hiding.tell(channel if of_channel else VideoVisibilityChanged(name, hiding.channel))
    before = len(hiding.stage.jobs())
    monkeypatch.setattr(os, "fsync", note)
    hiding.apply()
    for folder in ("public/videos", "public/thumbnails", "hidden/videos", "hidden/thumbnails"):
        assert (f"{folder}/{name[:2]}", False, before) in synced
        assert (folder, False, before) in synced, "the folder of the name may be new"
    assert len(hiding.stage.jobs()) == before - 1


def test_one_video_does_not_wait_for_all_of_a_channel(hiding: Hiding) -> None:
    """A page is done by a job, and the rest stands behind what came meanwhile."""
    hiding.stage.prepare()
    hiding.add_before(PAGE)
    hiding.set(2)
    hiding.tell(ChannelVisibilityChanged(hiding.channel))
    first = hiding.claim()
    hiding.tell(VideoVisibilityChanged(hiding.stage.hash_path, hiding.channel))
    hiding.visibility.of_channel(first, threading.Event())
    assert hiding.served == [True, True], "it is on the next page"
    one = hiding.claim()
    assert one.kind == "show_or_hide"
    hiding.visibility.of_video(one, threading.Event())
    assert hiding.served == [False, False]


def test_every_page_of_a_channel_is_done(hiding: Hiding) -> None:
    hiding.stage.prepare()
    hiding.add_before(PAGE)
    hiding.set(2)
    hiding.tell(ChannelVisibilityChanged(hiding.channel))
    hiding.apply()
    hiding.apply()
    assert hiding.served == [False, False]
    assert hiding.queue.claim() is None


def test_what_is_published_while_it_is_hidden(hiding: Hiding) -> None:
    hiding.set(1)
    hiding.stage.prepare()
    assert hiding.served == [False, False]
    hiding.stage.verify()
    assert hiding.served == [False, False]


def test_what_was_hidden_and_is_removed_is_not_served_until_its_files_are_gone(
    hiding: Hiding,
) -> None:
    """The row of the video goes at once, and that of its upload with its files."""
    hiding.stage.prepare()
    hiding.set(1)
    hiding.tell(VideoVisibilityChanged(hiding.stage.hash_path, hiding.channel))
    hiding.apply()
    hiding.stage.clean.query("DELETE FROM Videos")
    hiding.tell(VideoVisibilityChanged(hiding.stage.hash_path, hiding.channel))
    hiding.apply()
    assert hiding.served == [False, False]


def test_what_is_removed_before_it_is_published_is_never_served(hiding: Hiding) -> None:
    hiding.stage.clean.query("DELETE FROM Videos")
    hiding.stage.prepare()
    assert hiding.served == [False, False]


def test_what_is_removed_while_it_is_hidden(hiding: Hiding) -> None:
    hiding.set(1)
    hiding.stage.prepare()
    hiding.stage.files.remove(hiding.stage.hash_path)
    folder: Path = hiding.stage.root / "hidden"
    assert [path for path in folder.rglob("*") if path.is_file()] == []


def test_a_hidden_file_of_a_video_that_is_gone_is_swept(hiding: Hiding) -> None:
    hiding.set(1)
    hiding.stage.prepare()
    hiding.stage.clean.query("DELETE FROM Uploads")
    hiding.stage.sweep()
    folder: Path = hiding.stage.root / "hidden"
    assert [path for path in folder.rglob("*") if path.is_file()] == []
