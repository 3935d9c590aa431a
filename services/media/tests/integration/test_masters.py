"""Captions in the master playlist of a stream."""

import os
from pathlib import Path
from typing import Any

import pytest
from pymysql.cursors import Cursor

from vireo_common.database import Database
from vireo_media.core.captions import Source, Track
from vireo_media.core.playlists import Rendition
from vireo_media.storage import renditions
from vireo_media.storage.captions import CaptionTable
from vireo_media.storage.files import MediaFiles
from vireo_media.storage.masters import captions_of, master_of
from vireo_media.storage.texts import write_found
from vireo_media.storage.video_files import FilesChange

TEXT = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello\n"
ENGLISH, GERMAN = (
    Track(tag, name, TEXT, 2000) for tag, name in (("en", "English"), ("de", "Deutsch"))
)
MADE = Rendition(180, "v180x0", "avc1.64000d", 90_000, 80_000, width=320, shown_height=180)


class Killed(BaseException):
    """What a process that is killed does not do any more."""


class DyingFiles(MediaFiles):
    """Dies behind the master and before the commit."""

    def rewrite_master(self, *args: Any, **options: Any) -> None:
        super().rewrite_master(*args, **options)
        raise Killed


class Stream:
    """A video with a rendition, and its master."""

    def __init__(self, stage: Any, database: Database, upload_id: str) -> None:
        self.stage, self.upload_id = stage, upload_id
        self.table = CaptionTable(database, stage.files)
        files = DyingFiles(stage.files.staging, stage.files.blobs)
        self.dying = CaptionTable(database, files)
        self.database = database

    @property
    def path(self) -> Path:
        name = self.stage.hash_path
        found: Path = self.stage.root / "public" / "hls" / name[:2] / f"{name}.master.m3u8"
        return found

    def languages(self) -> list[str]:
        """Of the captions that the master names, and that the gateway finds."""
        text = self.path.read_text()
        lines = [line for line in text.splitlines() if "TYPE=SUBTITLES" in line]
        assert bool(lines) == ('SUBTITLES="captions"' in text)
        found = []
        for line in lines:
            language = line.partition('LANGUAGE="')[2].partition('"')[0]
            name = self.stage.hash_path
            assert f'URI="../../captions/{name}/{language}.m3u8"' in line
            file = self.stage.root / "public" / "captions" / name[:2] / f"{name}.{language}.m3u8"
            assert f"\n{language}.vtt\n" in file.read_text()
            found.append(language)
        return found


@pytest.fixture
def stream(stage: Any, media_database: Database, tmp_path: Path) -> Stream:
    body = tmp_path / "body"
    body.write_bytes(b"body")
    upload_id = stage.receive(body)
    stage.clean.query("UPDATE Videos SET State = 'ready'")
    stage.clean.query("UPDATE Uploads SET State = 'published'")
    made = Stream(stage, media_database, upload_id)

    def work(cursor: Cursor) -> None:
        renditions.set_ready(
            cursor,
            stage.hash_path,
            upload_id,
            MADE,
            1000,
            start=0.0,
            copied=True,
            of_film=False,
            note="",
        )

    media_database.transaction("test", work)
    return made


def test_the_master_follows_the_captions(stream: Stream) -> None:
    stream.table.set(stream.stage.hash_path, ENGLISH)
    assert stream.languages() == ["en"]
    stream.table.set(stream.stage.hash_path, GERMAN)
    assert stream.languages() == ["de", "en"]
    stream.table.remove(stream.stage.hash_path, "en")
    assert stream.languages() == ["de"]
    stream.table.remove(stream.stage.hash_path, "de")
    assert stream.languages() == []
    assert "v180x0.m3u8" in stream.path.read_text()


def test_what_is_found_in_the_file_is_in_it(stream: Stream) -> None:
    told = FilesChange(stream.stage.hash_path)
    with stream.table.staged(stream.stage.hash_path, [ENGLISH]) as staged:
        stream.database.transaction(
            "test",
            lambda cursor: write_found(
                cursor, stream.stage.files, told, stream.upload_id, staged, []
            ),
        )
    assert stream.languages() == ["en"]


def test_a_video_without_a_stream_gets_no_master(stream: Stream) -> None:
    stream.stage.clean.query("DELETE FROM Renditions")
    stream.table.set(stream.stage.hash_path, ENGLISH)
    assert not stream.path.exists()
    with stream.database.read() as cursor:
        assert master_of(cursor, stream.stage.hash_path, stream.upload_id) == ""


def test_no_two_have_the_same_label(stream: Stream) -> None:
    stream.stage.clean.query(
        "INSERT INTO Captions (PathHash, Language, Label, Source, Bytes, SetAt)"
        " VALUES (%s, 'en', 'Same', %s, 1, 1), (%s, 'en-GB', 'Same', %s, 1, 1)",
        (stream.stage.hash_path, Source.FILE, stream.stage.hash_path, Source.FILE),
    )
    with stream.database.read() as cursor:
        found = captions_of(cursor, stream.stage.hash_path)
    assert [each.label for each in found] == ["Same", "Same (en-GB)"]


def test_a_master_that_names_what_was_never_committed_is_written_anew(stream: Stream) -> None:
    """The process dies behind the master and before the commit."""
    stream.table.set(stream.stage.hash_path, GERMAN)
    with pytest.raises(Killed):
        stream.dying.set(stream.stage.hash_path, ENGLISH)
    assert stream.languages() == ["de", "en"]
    for path in stream.stage.root.rglob("*captions*/**/*.en.*"):
        os.utime(path, times=(0, path.stat().st_mtime - 120))
    stream.stage.sweep()
    assert stream.languages() == ["de"]
    assert list(stream.stage.root.rglob("*captions*/**/*.en.*")) == []


def test_captions_are_there_while_their_row_is(stream: Stream) -> None:
    """Their removal dies before its commit."""
    stream.table.set(stream.stage.hash_path, ENGLISH)
    with pytest.raises(Killed):
        stream.dying.remove(stream.stage.hash_path, "en")
    assert stream.table.has(stream.stage.hash_path, "en")
    assert len(list(stream.stage.root.rglob("*captions*/**/*.en.*"))) == 2
    # And who tries again removes them.
    assert stream.table.remove(stream.stage.hash_path, "en") is not None
    assert list(stream.stage.root.rglob("*captions*/**/*.en.*")) == []
    assert stream.languages() == []
