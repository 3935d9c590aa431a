"""Captions and chapters that are in files, found by the real programs."""

import json
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest

from vireo_media.core.chapters import MOST_CHAPTERS, Chapter, sane_chapters
from vireo_media.core.formats import MPEG_TS
from vireo_media.tools import sandbox
from vireo_media.tools.text_tracks import Texts, find_texts, movie_graph
from vireo_ops.clips import ffmpeg
from vireo_testing import caption_clips
from vireo_testing.clips import Library
from vireo_testing.webvtt import ReadCue, read_webvtt


class Finder:
    """Looks into files; ``files`` are those that it made for that."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: list[Path] = []

    def __call__(self, path: Path, stop: threading.Event | None = None) -> Texts:
        return find_texts(path, self._new_file, stop=stop)

    def _new_file(self) -> Path:
        path = self.folder / f"{len(self.files)}.txt"
        path.touch()
        self.files.append(path)
        return path


@pytest.fixture
def find(tmp_path: Path) -> Iterator[Finder]:
    folder = tmp_path / "found"
    folder.mkdir()
    finder = Finder(folder)
    yield finder
    assert set(folder.iterdir()) == set(finder.files)


def cues(texts: Texts, language: str) -> list[ReadCue]:
    (track,) = (each for each in texts.tracks if each.language == language)
    return read_webvtt(track.text)


@pytest.mark.parametrize("name", ["tracks.mkv", "tracks.mp4"])
def test_tracks_of_text_and_chapters(find: Finder, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    caption_clips.with_tracks(path)
    texts = find(path)
    assert {(track.language, track.label) for track in texts.tracks} >= {("de", "Deutsch")}
    english = cues(texts, "en")
    assert english[0].text == "Fish &amp; <i>chips</i> &lt;3"
    assert english[0].start == pytest.approx(0.5, abs=0.05)
    assert "Hallo" in cues(texts, "de")[0].text
    if name.endswith("mkv"):
        # MP4 keeps neither places nor who speaks.
        assert english[1].settings == cues(texts, "de")[0].settings == "line:0"
        assert cues(texts, "de")[0].text == "<v Bob>Hallo &amp; so</v>"
        labels = {track.language: track.label for track in texts.tracks}
        assert labels["en"] == "English (SDH)"
    assert texts.chapters == [Chapter(0.0, 'One ; "two"'), Chapter(1.0, "Zwei \U0001f600")]


@pytest.mark.parametrize(
    ("name", "top", "line"), [("cc.ts", False, "line:84.4%"), ("cc.mp4", True, "line:9.7%")]
)
def test_closed_captions_between_the_frames(
    find: Finder, tmp_path: Path, name: str, top: bool, line: str
) -> None:
    path = tmp_path / name
    caption_clips.with_closed_captions(path, "HELLO <THERE> & YOU", top=top)
    texts = find(path)
    assert [(track.language, track.label) for track in texts.tracks] == [("en", "English (CC)")]
    (cue,) = cues(texts, "en")
    assert cue.text == "HELLO &lt;THERE&gt; &amp; YOU"
    assert (cue.start, cue.end) == pytest.approx((1.04, 2.04), abs=0.1)
    assert cue.settings.startswith(line)


@pytest.mark.parametrize("name", ["late.ts", "late.mp4"])
def test_they_keep_their_time_where_the_sound_begins_first(
    find: Finder, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    caption_clips.with_closed_captions(path, "HELLO", late=1.5)
    (cue,) = cues(find(path), "en")
    assert (cue.start, cue.end) == pytest.approx((2.54, 3.54), abs=0.1)


def test_closed_captions_in_a_track(find: Finder, tmp_path: Path) -> None:
    path = tmp_path / "track.mov"
    caption_clips.with_a_caption_track(path)
    texts = find(path)
    assert [(track.language, track.label) for track in texts.tracks] == [("und", "CC")]
    (cue,) = cues(texts, "und")
    assert (cue.text, cue.start) == ("Hello", 1.0)


def test_a_file_with_neither(find: Finder, library: Library) -> None:
    assert find(library.path("plain.mp4")) == Texts([], [])
    # Nothing is decoded where nothing announces captions.
    assert find.files == []


def test_more_than_anybody_names_is_passed_over(
    find: Finder, library: Library, tmp_path: Path
) -> None:
    """A file whose chapters alone are megabytes has none, and is a video all the same."""
    names = tmp_path / "chapters.txt"
    chapter = "[CHAPTER]\nTIMEBASE=1/1000\nSTART={n}\nEND={n}\ntitle={title}\n"
    texts = [chapter.format(n=n, title="x" * 900) for n in range(5000)]
    names.write_text(";FFMETADATA1\n" + "".join(texts))
    path = tmp_path / "many.mkv"
    plain = library.path("plain.mp4")
    ffmpeg("-i", plain, "-i", names, "-map", "0", "-map_chapters", "1", "-c", "copy", path)
    assert find(path) == Texts([], [])


def test_a_name_is_taken_for_no_word_of_a_graph(find: Finder, tmp_path: Path) -> None:
    folder = tmp_path / "a 'b' [c],d;e:f=g\\h %i"
    folder.mkdir()
    path = folder / "cc.ts"
    caption_clips.with_closed_captions(path, "HELLO")
    assert cues(find(path), "en")[0].text == "HELLO"
    assert "[out0+subcc]" in movie_graph(path, MPEG_TS)


def test_a_stop_is_heard(find: Finder, tmp_path: Path) -> None:
    path = tmp_path / "tracks.mkv"
    caption_clips.with_tracks(path)
    stop = threading.Event()
    stop.set()
    with pytest.raises(sandbox.Stopped):
        find(path, stop)


def test_chapters_are_sane() -> None:
    found = [Chapter(5.0, "b\x00\n c"), Chapter(-1.0, "a" * 900), Chapter(5.0, "again")]
    assert sane_chapters(found) == [Chapter(0.0, "a" * 200), Chapter(5.0, "b c")]
    assert sane_chapters(found[:1]) == []
    assert len(sane_chapters([Chapter(n, "") for n in range(2000)])) == MOST_CHAPTERS


@pytest.mark.parametrize("letter", ["a", "\u4e2d", "\U0001f3ac"])
def test_all_titles_fit_into_an_event(letter: str) -> None:
    """Its column has 64 KiB, with captions and all, and letters are escaped there."""
    kept = sane_chapters([Chapter(n, letter * 200) for n in range(MOST_CHAPTERS)])
    assert len(kept) == MOST_CHAPTERS
    assert len(json.dumps([asdict(each) for each in kept])) < 50_000
    few = [Chapter(n, letter * 200) for n in range(10)]
    assert sane_chapters(few) == few
