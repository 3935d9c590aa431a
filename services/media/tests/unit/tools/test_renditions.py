"""The files of a stream, made by the real ffmpeg: cut at the same frames, at the film's own times,
and decoded from their playlists."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from vireo_media.core.ladder import Rung, Size
from vireo_media.core.playlists import Fragments, media_playlist
from vireo_media.tools import fragments
from vireo_media.tools.encoder import TranscodeFailed
from vireo_media.tools.fragments import BadFragments
from vireo_media.tools.probe import inspect
from vireo_media.tools.renditions import Beginning, beginnings, encode_rungs, join, split
from vireo_media.tools.survey import survey
from vireo_testing.clips import AAC, H264, ffmpeg, picture, tone
from vireo_testing.mp4_boxes import turn

LOW, HIGH = Size(128, 72), Size(256, 144)
FRAME = 1 / 25


def rungs(*sizes: Size) -> list[Rung]:
    return [Rung(size.shorter, size, 1_000_000, 1) for size in sizes]


def times(path: Path, stream: str) -> list[float]:
    """When the packets of a stream are shown, in order."""
    command = ["ffprobe", "-loglevel", "error", "-select_streams", stream, "-of", "csv=p=0"]
    done = subprocess.run(
        [*command, "-show_entries", "packet=pts_time", str(path)],
        capture_output=True,
        check=True,
        timeout=30,
        text=True,
    )
    return sorted(float(line.strip(",")) for line in done.stdout.split())


def decoded(path: Path) -> int:
    """How many frames a playlist or a file has, all of which decode."""
    command = ["ffmpeg", "-loglevel", "error", "-xerror", "-i", str(path), "-map", "0:v"]
    done = subprocess.run(
        [*command, "-f", "framecrc", "-"], capture_output=True, check=True, timeout=60, text=True
    )
    return sum(not line.startswith("#") for line in done.stdout.splitlines())


def encoded(
    path: Path, folder: Path, sizes: Sequence[Size], start: float, keyframes: Sequence[float] = ()
) -> dict[Size, Fragments]:
    found = inspect(path)
    looked = survey(path, found)
    targets = [(rung, folder / f"v{rung.height}.mp4") for rung in rungs(*sizes)]
    encode_rungs(path, targets, found, looked, keyframes=keyframes)
    return {rung.size: fragments.read(target, start) for rung, target in targets}


def boundaries(made: Fragments) -> list[float]:
    return [round(each.start, 3) for each in made.segments]


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Nine seconds that can be cut every 1.2."""
    path = tmp_path / "film.mp4"
    ffmpeg(*picture(seconds=9), *tone(9), *H264, "-g", "30", "-sc_threshold", "0", *AAC, str(path))
    return path


def test_renditions_are_cut_at_the_same_frames(film: Path, tmp_path: Path) -> None:
    made = encoded(film, tmp_path, [LOW, HIGH], 0.0)
    assert boundaries(made[LOW]) == boundaries(made[HIGH]) == [0.0, 4.0, 8.0]
    for size, each in made.items():
        assert each.size == size
        assert each.codec.startswith("avc1.64")
        assert each.frame_rate == pytest.approx(25.0)
        assert each.seconds == pytest.approx(9.0, abs=FRAME)


def test_renditions_follow_the_film_s_own_frames(film: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.mp4"
    split(film, own, None)
    copied = fragments.read(own, beginnings(film).video.start)
    assert boundaries(copied) == [0.0, 3.6, 7.2]
    starts = [each.start for each in copied.segments]
    (made,) = encoded(film, tmp_path, [LOW], 0.0, starts).values()
    assert boundaries(made) == boundaries(copied)


def test_a_playlist_plays_every_frame(film: Path, tmp_path: Path) -> None:
    own, sound = tmp_path / "own.mp4", tmp_path / "sound.mp4"
    split(film, own, sound)
    for path in (own, tmp_path / "v72.mp4"):
        if path != own:
            encoded(film, tmp_path, [LOW], 0.0)
        text = media_playlist(path.stem, fragments.read(path, 0.0))
        playlist = path.with_suffix(".m3u8")
        playlist.write_text(text)
        assert decoded(playlist) == 225
    heard = fragments.read(sound, 0.0)
    assert (heard.codec, heard.channels, heard.size) == ("mp4a.40.2", 2, None)
    # Cut near to where the frames are: at most half of a fragment away.
    assert [each.start for each in heard.segments] == pytest.approx([0.0, 4.0, 8.0], abs=0.3)


def test_a_segment_ends_where_the_next_begins(film: Path, tmp_path: Path) -> None:
    own, sound = tmp_path / "own.mp4", tmp_path / "sound.mp4"
    split(film, own, sound)
    for path in (own, sound):
        made, size = fragments.read(path, 0.0), path.stat().st_size
        ends = [made.head_size, *(each.offset + each.size for each in made.segments)]
        assert [each.offset for each in made.segments] == ends[:-1]
        assert ends[-1] == size
        for each in made.segments:
            assert path.read_bytes()[each.offset + 4 : each.offset + 8] == b"moof"
            assert 0 < each.key_size <= each.size


@pytest.mark.parametrize(
    ("late", "begins"), [("video", (0.6, 0.0)), ("sound", (0.0, 0.6)), ("neither", (0.0, 0.0))]
)
def test_sound_and_frames_keep_their_distance(
    film: Path, tmp_path: Path, late: str, begins: tuple[float, float]
) -> None:
    path = tmp_path / "late.mp4"
    delay = {"video": (0.6, 0), "sound": (0, 0.6), "neither": (0, 0)}[late]
    inputs = [word for each in delay for word in ("-itsoffset", str(each), "-i", str(film))]
    ffmpeg(*inputs, "-map", "0:v", "-map", "1:a", "-c", "copy", str(path))
    found = beginnings(path)
    starts = found.video.start, found.sound.start
    # What fills the first packet of the encoder is heard by nobody.
    assert starts == pytest.approx(begins, abs=0.03)

    video, sound = tmp_path / "v.mp4", tmp_path / "s.mp4"
    split(path, video, sound)
    made = [fragments.read(each, start) for each, start in zip((video, sound), starts, strict=True)]
    assert [each.segments[0].start for each in made] == pytest.approx(starts, abs=0.001)

    whole = tmp_path / "joined.mp4"
    join(video, sound, whole)
    joined = [min(time for time in times(whole, each) if time > -0.001) for each in ("v", "a")]
    assert joined == pytest.approx(starts, abs=0.03)
    assert decoded(whole) == 225


def test_a_beginning_that_is_cut_off_is_noticed(film: Path, tmp_path: Path) -> None:
    path = tmp_path / "cut.mp4"
    # From the middle of a group of frames on: those before it are in the file, and not shown.
    ffmpeg("-ss", "0.5", "-i", str(film), "-c", "copy", "-map", "0:v", str(path))
    assert beginnings(path).video.cut
    assert beginnings(film).video == Beginning(0.0, cut=False)


def test_a_turned_film_is_upright_in_every_size(film: Path, tmp_path: Path) -> None:
    path = tmp_path / "turned.mp4"
    path.write_bytes(film.read_bytes())
    turn(path, (0, 1, -1, 0), down=0)
    size = Size(72, 128)
    (made,) = encoded(path, tmp_path, [size], 0.0).values()
    assert made.size == size
    result = inspect(tmp_path / "v72.mp4")
    assert (result.video.rotation, result.video.aspect) == (0, 1.0)


def test_a_failure_leaves_nothing(film: Path, tmp_path: Path) -> None:
    path = tmp_path / "broken.mp4"
    path.write_bytes(film.read_bytes()[:2000])
    found = inspect(film)
    looked = survey(film, found)
    targets = [(rung, tmp_path / f"v{rung.height}.mp4") for rung in rungs(LOW, HIGH)]
    with pytest.raises(TranscodeFailed):
        encode_rungs(path, targets, found, looked)
    with pytest.raises(TranscodeFailed):
        split(path, targets[0][1], None)
    assert not any(target.exists() for _, target in targets)


@pytest.mark.parametrize("bad", ["whole", "empty", "cut", "none"])
def test_what_is_no_fragmented_file_of_ours_is_refused(
    film: Path, tmp_path: Path, bad: str
) -> None:
    path = tmp_path / "bad.mp4"
    split(film, path, None)
    data = path.read_bytes()
    other = {"whole": film.read_bytes(), "empty": b"", "cut": data[:900], "none": data[:700]}[bad]
    path.write_bytes(other)
    with pytest.raises(BadFragments):
        fragments.read(path)
