"""Captions and chapters that are in a file: tracks of text, closed captions, names of chapters.

Text is copied out where its form is one that is read here, because ffmpeg's own conversions lose
much (docs/media.md); what is in another form becomes ASS, which has an escape for everything.
"""

import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vireo_common.logs import get_logger
from vireo_media.core.ass_files import read_ass
from vireo_media.core.captions import Track, made_track, track_of_cues
from vireo_media.core.chapters import Chapter, sane_chapters
from vireo_media.core.cue_texts import visible
from vireo_media.core.cues import NotCaptions, earlier
from vireo_media.core.formats import FileFormat
from vireo_media.core.languages import MAX_LABEL, UNDETERMINED, canonical, label_of
from vireo_media.tools import sandbox
from vireo_media.tools.ffmpeg import FORMATS, quiet, source
from vireo_media.tools.head import format_of

log = get_logger()

MOST_TRACKS = 20
_ENTRIES = (
    "format=start_time:stream=index,codec_type,codec_name"
    ":stream_disposition=default,forced,hearing_impaired,attached_pic"
    ":stream_tags=language,title:chapter=start_time:chapter_tags=title"
)
_LOOK = sandbox.Limits(1 << 30, 60, 120.0, file_bytes=0)
# All of a file is read, which may have 10 GiB and be on a slow disk.
_TRACK_BYTES = 4 << 20
_COPY = sandbox.Limits(1 << 30, 600, 1800.0, file_bytes=2 * _TRACK_BYTES)
# All of its frames are decoded, because closed captions stand between them.
_DECODE = sandbox.Limits(2 << 30, 3600, 7200.0, file_bytes=2 * _TRACK_BYTES)
# What is copied out, and in which form. On the way from WebVTT to WebVTT ffmpeg 5.1.9 and 7.0.2
# make ASS of it, where braces and "\n" mean something, and write "&lt;" as "<"
# (findings/cue-text-through-ass.sh).
_COPIED = {"subrip": "srt", "webvtt": "webvtt", "ass": "ass", "ssa": "ass"}
_CONVERTED = frozenset({"mov_text", "text", "eia_608"})
# How closed captions are announced in the frames of H.264, HEVC and MPEG-2 (ATSC A/53, part 4).
_CLOSED_CAPTIONS = b"GA94\x03"
_HAVE_CLOSED_CAPTIONS = frozenset({"h264", "hevc", "mpeg2video"})
_LOOKED_THROUGH = 256 << 20
_PIECE = 1 << 20

# Makes a path for each name of a track, with an empty file.
NewFile = Callable[[], Path]


@dataclass(frozen=True)
class Texts:
    """What a file has of text beside its video."""

    tracks: Sequence[Track] = ()
    chapters: Sequence[Chapter] = ()


@dataclass(frozen=True)
class _Stream:
    """A stream of text; ``form`` is the one that it is written in."""

    index: int
    form: str
    language: str
    title: str
    rank: tuple[bool, bool, bool]


@dataclass
class _Contents:
    """What ffprobe says."""

    streams: list[_Stream] = field(default_factory=list)
    chapters: list[Chapter] = field(default_factory=list)
    begins: float = 0.0
    sound_language: str = UNDETERMINED
    may_have_closed_captions: bool = False


def find_texts(path: Path, new_file: NewFile, *, stop: threading.Event | None = None) -> Texts:
    """Captions and chapters of a file.

    What can't be read is passed over: a video is none the worse without it.

    Args:
        new_file: makes an empty file, which the caller removes.

    Raises:
        Refused: the file is no video.
        sandbox.Stopped, sandbox.Starved, sandbox.NotStarted, OSError: trying again may help.
    """
    file_format = format_of(path)
    found, tracks = _Contents(), dict[str, Track]()
    try:
        found = _look(path, file_format, stop)
        for track in _tracks(path, file_format, found.streams, new_file, stop):
            tracks.setdefault(track.language, track)
        language = found.sound_language
        if found.may_have_closed_captions and language not in tracks and _announces(path):
            closed = _closed_captions(path, file_format, found, new_file, stop)
            tracks |= {language: closed} if closed else {}
    except sandbox.LimitExceeded as error:
        log.warning("texts_not_found", error=str(error))
    return Texts(list(tracks.values()), sane_chapters(found.chapters))


def _look(path: Path, file_format: FileFormat, stop: threading.Event | None) -> _Contents:
    argv = [*quiet("ffprobe"), "-of", "json", "-show_entries", _ENTRIES]
    argv += source(path, file_format)
    files = sandbox.Files(reads=[path])
    done = sandbox.run(
        argv, _LOOK, files=files, stop=stop, nice=sandbox.NICE_LAST, max_output=4 << 20
    )
    try:
        printed: dict[str, Any] = json.loads(done.stdout.decode(errors="replace") or "{}")
    except ValueError:
        return _Contents()
    contents = _Contents()
    for stream in printed.get("streams", []):
        _note(contents, stream)
    # What fills an encoder of sound is before 0 (in ffprobe 7.1, of Matroska too), and not played.
    contents.begins = max(_number(printed.get("format", {}), "start_time"), 0.0)
    for chapter in printed.get("chapters", [])[:2000]:
        title = str(chapter.get("tags", {}).get("title", ""))
        contents.chapters.append(Chapter(_number(chapter, "start_time") - contents.begins, title))
    contents.streams.sort(key=lambda each: (each.rank, each.index))
    return contents


def _note(contents: _Contents, stream: dict[str, Any]) -> None:
    codec, tags = str(stream.get("codec_name", "")), stream.get("tags", {})
    flags = stream.get("disposition", {})
    language = canonical(str(tags.get("language", ""))[:35]) or UNDETERMINED
    match stream.get("codec_type"):
        case "subtitle" if codec in _COPIED or codec in _CONVERTED:
            rank = (
                flags.get("forced") == 1,
                flags.get("default") != 1,
                flags.get("hearing_impaired") == 1,
            )
            title = " ".join(visible(str(tags.get("title", ""))).split())[:MAX_LABEL].strip()
            form = _COPIED.get(codec, "")
            contents.streams.append(_Stream(int(stream["index"]), form, language, title, rank))
        case "audio" if contents.sound_language == UNDETERMINED:
            contents.sound_language = language
        case "video" if codec in _HAVE_CLOSED_CAPTIONS:
            contents.may_have_closed_captions = True


def _number(fields: dict[str, Any], name: str) -> float:
    try:
        return float(fields.get(name, 0.0))
    except (TypeError, ValueError):
        return 0.0


def _label(stream: _Stream) -> str:
    return stream.title or ("CC" if stream.language == UNDETERMINED else label_of(stream.language))


def _tracks(
    path: Path,
    file_format: FileFormat,
    streams: Sequence[_Stream],
    new_file: NewFile,
    stop: threading.Event | None,
) -> list[Track]:
    """All tracks of text, in one go through the file."""
    chosen = list({each.language: each for each in reversed(streams)}.values())[:MOST_TRACKS]
    if not chosen:
        return []
    argv = [*quiet("ffmpeg"), "-y", *source(path, file_format)]
    targets = []
    for stream in chosen:
        target = new_file()
        targets.append(target)
        codec = ["-c:s", "copy"] if stream.form else ["-c:s", "ass"]
        argv += ["-map", f"0:{stream.index}", *codec, "-map_metadata", "-1"]
        argv += ["-fs", str(_TRACK_BYTES), "-f", stream.form or "ass", f"file:{target}"]
    files = sandbox.Files(reads=[path], writes=targets)
    sandbox.run(argv, _COPY, files=files, stop=stop, nice=sandbox.NICE_LAST)
    found = []
    for stream, target in zip(chosen, targets, strict=True):
        try:
            found.append(_read(target.read_bytes(), stream.form, stream.language, _label(stream)))
        except NotCaptions as problem:
            log.info("track_not_taken", index=stream.index, reason=str(problem))
    return found


def _read(body: bytes, form: str, language: str, label: str) -> Track:
    if form in {"srt", "webvtt"}:
        return made_track(body, language, label, lenient=True)
    return track_of_cues(read_ass(body, language), language, label)


def _announces(path: Path) -> bool:
    """Whether captions are announced in what may be frames; frames are not decoded for nothing."""
    keep = len(_CLOSED_CAPTIONS) - 1
    before = b""
    with path.open("rb") as file:
        for _ in range(_LOOKED_THROUGH // _PIECE):
            piece = file.read(_PIECE)
            if _CLOSED_CAPTIONS in before + piece:
                return True
            if not piece:
                break
            before = piece[-keep:]
    return False


def _closed_captions(
    path: Path,
    file_format: FileFormat,
    found: _Contents,
    new_file: NewFile,
    stop: threading.Event | None,
) -> Track | None:
    """The captions of CEA-608 that stand between the frames of the video."""
    target, language = new_file(), found.sound_language
    # The graph knows of no sound, which may begin before the first frame: its times are left as
    # they are in the file.
    argv = [*quiet("ffmpeg"), "-y", "-copyts", "-f", "lavfi"]
    argv += ["-i", movie_graph(path, file_format)]
    argv += ["-map", "0:s", "-c:s", "ass", "-map_metadata", "-1"]
    argv += ["-fs", str(_TRACK_BYTES), "-f", "ass", f"file:{target}"]
    files = sandbox.Files(reads=[path], writes=[target])
    done = sandbox.run(argv, _DECODE, files=files, stop=stop, nice=sandbox.NICE_LAST)
    label = "CC" if language == UNDETERMINED else f"{label_of(language)} (CC)"
    try:
        cues = earlier(read_ass(target.read_bytes()), round(found.begins * 1000))
        return track_of_cues(cues, language, label)
    except NotCaptions:
        log.info("no_closed_captions", verdict=done.verdict)
        return None


def movie_graph(path: Path, file_format: FileFormat) -> str:
    """A graph of filters that reads a file, and gives its frames and its closed captions.

    Its words are taken apart twice: as a graph, and then as the options of a filter.
    """
    options = f"protocol_whitelist=file:format_whitelist={FORMATS}"
    if file_format.leading_zeros:
        options += f":skip_initial_bytes={file_format.leading_zeros}"
    words = (
        f"filename={_quoted(f'file:{path.absolute()}', _OPTION)}",
        f"format_name={file_format.demuxer}",
        f"format_opts={_quoted(options, _OPTION)}",
    )
    return f"movie={_quoted(':'.join(words), _GRAPH)}[out0+subcc]"


_OPTION, _GRAPH = "\\':", "\\'[],;"


def _quoted(text: str, special: str) -> str:
    return "".join(f"\\{c}" if c in special else c for c in text)
