"""Captions that owners set, and that are found in files: rows, files, and what catalog is told."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_common.database import Database
from vireo_common.event_log import consumer
from vireo_common.events import VideoPublished, VideoStateChanged, VideoVisibilityChanged, publish
from vireo_common.jobs import JobQueue, LeaseLost
from vireo_media.catalog import Catalog
from vireo_media.core.captions import MAX_BYTES, MOST_LANGUAGES, Source, Track
from vireo_media.core.chapters import Chapter
from vireo_media.core.removal import Removal
from vireo_media.storage.masters import captions_of
from vireo_media.storage.visibility import VISIBILITY_QUEUE, VisibilityTable
from vireo_media.tools.text_tracks import Texts
from vireo_media.worker.events import handlers
from vireo_media.worker.texts import TextFinder
from vireo_media.worker.visibility import Visibility
from vireo_testing import caption_clips
from vireo_testing.answers import outcome
from vireo_testing.neighbours import Call, Neighbour
from vireo_testing.sessions import open_session
from vireo_testing.webvtt import read_webvtt

OWNER, OTHER = 7, 8
SRT = b"1\n00:00:01,000 --> 00:00:02,000\n<i>Hello</i> <script>x</script>\n"
FOUND = Track("en", "English (CC)", "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nfile\n", 2000)
GERMAN = Track("de", "Deutsch", "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nDatei\n", 2000)


class Subject:
    """A video that is ready, its owner's requests, and what there is of its captions."""

    def __init__(self, stage: Any, database: Database, http: FlaskClient, catalog: Any) -> None:
        self.stage, self.database, self.http = stage, database, http
        self.catalog = catalog
        self.upload_id = ""

    def put(self, language: str = "en", body: bytes = SRT, **headers: str) -> Any:
        path = f"/v/{self.stage.hash_path}/captions/{language}"
        return self.http.put(path, data=body, headers=headers)

    def delete(self, language: str = "en") -> Any:
        return self.http.delete(f"/v/{self.stage.hash_path}/captions/{language}")

    def set_video(self, **values: object) -> None:
        names = ", ".join(f"{name} = %s" for name in values)
        self.stage.clean.query(f"UPDATE Videos SET {names}", tuple(values.values()))

    def file(self, place: str = "public", language: str = "en", end: str = "vtt") -> Path:
        name = self.stage.hash_path
        found: Path = self.stage.root / place / "captions" / name[:2] / f"{name}.{language}.{end}"
        return found

    def places(self, language: str = "en") -> list[str]:
        """Where its captions are."""
        return [place for place in ("public", "hidden") if self.file(place, language).exists()]

    def rows(self) -> dict[str, str]:
        rows = self.stage.clean.query("SELECT Language, Source FROM Captions ORDER BY Language")
        return dict(rows)

    def told(self) -> Any:
        """What catalog was told last, by a call and by the event alike."""
        call = self.catalog.calls[-1]
        assert call.path.endswith("/files")
        *_, event = (e for e in self.stage.published_events() if e["kind"] == "video_files_changed")
        assert {**event, "event_id": call.body["event_id"]} == {
            **call.body,
            "kind": "video_files_changed",
            "hash_path": self.stage.hash_path,
        }
        return call.body

    def tell(self, *events: Any) -> None:
        """Publish events, and let media consume what there is."""
        for event in events:
            self.database.transaction("test", lambda cursor, e=event: publish(cursor, e))
        stopping = threading.Event()
        stopping.set()
        reader = consumer("media", self.database, handlers(), stopping, from_start=True)
        while reader.read():
            pass

    def move(self) -> None:
        """Do the job that moves files to where they belong."""
        queue = JobQueue(self.database, VISIBILITY_QUEUE, 12)
        job = queue.claim()
        assert job
        table = VisibilityTable(self.database)
        Visibility(queue, table, self.stage.files).of_video(job, threading.Event())

    def finder(self, texts: Texts) -> TextFinder:
        """A worker's part that finds these."""
        stage = self.stage
        removal = Removal(stage.uploads, stage.files)
        neighbour = Catalog(stage.service_client())
        return TextFinder(
            *(stage.texts, self.database, stage.uploads, stage.files, neighbour, removal),
            find=lambda *args, **kwargs: texts,
        )

    def find(self, texts: Texts) -> None:
        """Claim the job that looks for texts, and do it."""
        job = self.stage.texts.claim()
        assert job
        self.finder(texts).run(job, threading.Event())


@pytest.fixture
def owners() -> dict[str, int]:
    return {}


@pytest.fixture
def catalog(deleted: set[str], owners: dict[str, int]) -> Iterator[Neighbour]:
    """Catalog: knows whose a video is."""

    def answer(call: Call) -> tuple[int, Any]:
        name = call.path.split("/")[3].partition("?")[0]
        if name in deleted or name not in owners:
            return 404, {"error": "not_found"}
        return 200, {"channel_id": owners[name]} if call.method == "GET" else ""

    with Neighbour(answer) as neighbour:
        yield neighbour


@pytest.fixture
def subject(
    stage: Any,
    media_database: Database,
    make_app: Any,
    catalog: Neighbour,
    owners: dict[str, int],
    tmp_path: Path,
) -> Iterator[Subject]:
    body = tmp_path / "body"
    body.write_bytes(b"body")
    app = make_app("media", VIREO_MEDIA_ROOT=str(stage.root), VIREO_CATALOG_URL=catalog.url)
    upload_id = stage.receive(body)
    owners[stage.hash_path] = OWNER
    stage.files.keep(stage.hash_path, upload_id)
    stage.clean.query("DELETE FROM Jobs")
    stage.clean.query("UPDATE Uploads SET State = 'published'")
    stage.clean.query("UPDATE Videos SET State = 'ready', Duration = 30")
    with app.test_client() as http:
        http.environ_base["HTTP_AUTHORIZATION"] = open_session(stage.clean, OWNER)
        made = Subject(stage, media_database, http, catalog)
        made.upload_id = upload_id
        yield made


def test_set_replaced_and_removed(subject: Subject) -> None:
    answer = subject.put("EN-us")
    url = f"/captions/{subject.stage.hash_path}/en-US.vtt"
    assert answer.json["response"] == {"language": "en-US", "label": "English (US)", "url": url}
    (cue,) = read_webvtt(subject.file(language="en-US").read_text())
    assert cue.text == "<i>Hello</i>"
    assert subject.told()["captions"] == [{"language": "en-US", "label": "English (US)"}]
    playlist = subject.file(language="en-US", end="m3u8").read_text()
    assert "#EXTINF:30.000,\nen-US.vtt\n" in playlist
    # As long, and within the same second: clients must see that it is another file.
    version = subject.stage.files.blobs.version
    key = subject.stage.files.find_captions(subject.stage.hash_path, "en-US")
    before = version(key)
    assert outcome(subject.put("en-us", SRT.replace(b"Hello", b"Howdy")))[0] == 200
    assert version(key) != before
    assert "Howdy" in subject.file(language="en-US").read_text()
    assert outcome(subject.delete("EN-US")) == (200, "")
    assert subject.told()["captions"] == []
    assert outcome(subject.delete("en-US")) == (404, "not_found")
    assert subject.rows() == {}
    assert [name for name in subject.stage.left() if "captions" in name] == []


@pytest.mark.parametrize(
    ("language", "body", "expected"),
    [
        ("english", SRT, (400, "invalid_query")),
        ("en", b"", (400, "no_bytes")),
        ("en", b" \n ", (400, "no_bytes")),
        ("en", b"\xff\xd8\xff\xe0JFIF", (400, "invalid_body")),
        ("en", b"x" * (MAX_BYTES + 1), (413, "too_large")),
    ],
)
def test_refusals(subject: Subject, language: str, body: bytes, expected: tuple[int, str]) -> None:
    assert outcome(subject.put(language, body)) == expected
    assert subject.rows() == {}
    assert [name for name in subject.stage.left() if "captions" in name] == []


def test_a_refusal_names_the_line(subject: Subject) -> None:
    told = subject.put(body=SRT + b"\n2\n00:00:xx --> 00:00:03,000\ny\n").json["response"]
    assert told["line"] == 6
    assert told["message"] == "Line 6: the times can't be read."
    assert told["problems"]["captions"]["message"] == "line 6: the times can't be read"


def test_who_may(subject: Subject, owners: dict[str, int]) -> None:
    assert outcome(subject.put(Authorization="")) == (400, "token_missing")
    owners[subject.stage.hash_path] = OTHER
    assert outcome(subject.put()) == (404, "not_found")
    assert outcome(subject.delete()) == (404, "not_found")
    owners.clear()
    assert outcome(subject.put()) == (404, "not_found")
    assert subject.rows() == {}


def test_bytes_come_first(subject: Subject) -> None:
    subject.stage.clean.query("UPDATE Uploads SET State = 'refused'")
    assert outcome(subject.put()) == (400, "no_video_file")
    subject.stage.clean.query("DELETE FROM Uploads")
    assert outcome(subject.put()) == (400, "no_video_file")
    assert subject.rows() == {}


def test_so_many_languages_and_no_more(subject: Subject) -> None:
    values = ", ".join(
        f"('{subject.stage.hash_path}', 'q{a}{b}')" for a in "abcdefghij" for b in "abcde"
    )
    subject.stage.clean.query(
        "INSERT INTO Captions (PathHash, Language, Label, Source, Bytes, SetAt)"
        f" SELECT PathHash, Language, 'x', 'owner', 1, 1 FROM (SELECT '' PathHash, '' Language"
        f" UNION VALUES {values}) every WHERE Language <> ''"
    )
    assert len(subject.rows()) == MOST_LANGUAGES
    assert outcome(subject.put("en")) == (400, "invalid_body")
    assert outcome(subject.put("qaa"))[0] == 200


def test_catalog_that_is_away_hears_it_later(subject: Subject, monkeypatch: Any) -> None:
    answer = subject.catalog._answer
    monkeypatch.setattr(
        subject.catalog,
        "_answer",
        lambda call: (503, "") if call.method == "PUT" else answer(call),
    )
    assert outcome(subject.put())[0] == 200
    (event,) = subject.stage.published_events()
    assert event["captions"] == [{"language": "en", "label": "English"}]


def test_a_video_that_is_deleted_meanwhile_leaves_nothing(
    subject: Subject, monkeypatch: Any
) -> None:
    answer = subject.catalog._answer
    monkeypatch.setattr(
        subject.catalog,
        "_answer",
        lambda call: (404, {"error": "not_found"}) if call.method == "PUT" else answer(call),
    )
    assert outcome(subject.put()) == (404, "not_found")
    assert subject.rows() == {}
    assert subject.stage.left() == set()


def test_they_go_with_their_video(subject: Subject) -> None:
    subject.put()
    subject.set_video(HiddenBy=1)
    subject.put("de")
    assert (subject.places("en"), subject.places("de")) == (["public"], ["hidden"])
    subject.stage.delete()
    assert (subject.stage.left(), subject.rows()) == (set(), {})


def test_hidden_with_their_video(subject: Subject) -> None:
    subject.put()
    changed = VideoVisibilityChanged(subject.stage.hash_path, OWNER)
    for hidden_by, place in ((1, "hidden"), (0, "public")):
        subject.set_video(HiddenBy=hidden_by)
        subject.tell(changed)
        subject.move()
        assert subject.places() == [place]
        assert subject.file(place, end="m3u8").exists()
    # Replaced while it is hidden, it is in one place alone.
    subject.set_video(HiddenBy=2)
    subject.put()
    assert subject.places() == ["hidden"]


def test_of_a_video_that_is_not_ready_they_are_seen_once_it_is(subject: Subject) -> None:
    subject.set_video(State="processing")
    subject.put()
    assert subject.places() == ["hidden"]
    subject.set_video(State="ready")
    subject.tell(VideoPublished(subject.stage.hash_path, OWNER, 1))
    subject.move()
    assert subject.places() == ["public"]


def test_found_in_the_file(subject: Subject) -> None:
    subject.tell(VideoStateChanged(subject.stage.hash_path, "processing"))
    assert subject.stage.texts.claim() is None
    subject.tell(VideoStateChanged(subject.stage.hash_path, "ready"))
    chapters = [Chapter(0.0, "a"), Chapter(5.5, "")]
    subject.find(Texts([FOUND, GERMAN], chapters))
    told = subject.told()
    assert told["captions"] == [
        {"language": "de", "label": "Deutsch"},
        {"language": "en", "label": "English (CC)"},
    ]
    assert told["chapters"] == [{"start": 0.0, "title": "a"}, {"start": 5.5, "title": ""}]
    assert subject.file().read_text() == FOUND.text
    assert subject.rows() == {"de": Source.FILE, "en": Source.FILE}
    with subject.database.read() as cursor:
        found = captions_of(cursor, subject.stage.hash_path)
    assert [(each.language, each.part) for each in found] == [
        ("de", f"../../captions/{subject.stage.hash_path}/de"),
        ("en", f"../../captions/{subject.stage.hash_path}/en"),
    ]
    # A file is looked through once, so what its owner has removed does not come back.
    assert outcome(subject.delete("en")) == (200, "")
    subject.tell(VideoStateChanged(subject.stage.hash_path, "ready"))
    assert subject.stage.texts.claim() is None
    assert subject.rows() == {"de": Source.FILE}


def test_what_the_owner_has_set_stays(subject: Subject) -> None:
    subject.put("en")
    subject.tell(VideoStateChanged(subject.stage.hash_path, "ready"))
    subject.find(Texts([FOUND, GERMAN], []))
    assert subject.rows() == {"de": Source.FILE, "en": Source.OWNER}
    assert "Hello" in subject.file().read_text()
    assert "Datei" in subject.file(language="de").read_text()


def test_nothing_found_is_told_to_nobody_and_not_looked_for_again(subject: Subject) -> None:
    subject.tell(VideoStateChanged(subject.stage.hash_path, "ready"))
    subject.find(Texts())
    assert "video_files_changed" not in {e["kind"] for e in subject.stage.published_events()}
    subject.tell(VideoStateChanged(subject.stage.hash_path, "ready"))
    assert subject.stage.texts.claim() is None


def test_a_deletion_while_a_file_is_looked_through_leaves_nothing(subject: Subject) -> None:
    subject.tell(VideoStateChanged(subject.stage.hash_path, "ready"))
    job = subject.stage.texts.claim()
    assert job
    finder = subject.finder(Texts([FOUND], []))

    def find(*args: Any, **kwargs: Any) -> Texts:
        subject.stage.delete()
        return Texts([FOUND], [])

    finder._find = find
    with pytest.raises(LeaseLost):
        finder.run(job, threading.Event())
    assert (subject.stage.left(), subject.rows()) == (set(), {})


def test_in_real_files(subject: Subject, tmp_path: Path) -> None:
    caption_clips.with_tracks(clip := tmp_path / "tracks.mkv")
    original = subject.stage.paths.original(subject.stage.hash_path, subject.upload_id)
    # The upload that is published has its body in staging no more.
    original.unlink()
    original.write_bytes(clip.read_bytes())
    subject.tell(VideoStateChanged(subject.stage.hash_path, "ready"))
    job = subject.stage.texts.claim()
    assert job
    stage = subject.stage
    removal = Removal(stage.uploads, stage.files)
    neighbour = Catalog(stage.service_client())
    parts = (stage.texts, subject.database, stage.uploads, stage.files, neighbour, removal)
    TextFinder(*parts).run(job, threading.Event())
    assert subject.rows() == {"de": "file", "en": "file"}
    assert "Fish &amp;" in subject.file().read_text()
    assert [each["title"] for each in subject.told()["chapters"]] == [
        'One ; "two"',
        "Zwei \U0001f600",
    ]
    assert not [name for name in stage.left() if "captions-of-video" in name]


def test_what_killed_processes_left_is_swept(subject: Subject) -> None:
    """Files without a row, in whatever place; what is being set has a moment."""
    subject.put("en")
    stray = [
        subject.file("public", "de"),
        subject.file("public", "de", "m3u8"),
        subject.file("hidden", "fr"),
        subject.stage.root / "staging" / "captions-of-video.0123456789abcdef.vtt",
    ]
    for path in stray:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("WEBVTT\n")
    subject.stage.sweep()
    assert all(path.exists() for path in stray)
    for path in (*stray, subject.file()):
        os.utime(path, times=(0, path.stat().st_mtime - 120))
    subject.stage.sweep()
    assert not any(path.exists() for path in stray)
    assert subject.file().exists()
