"""The rest of a stream: what is made of which file, in which order, and what becomes of it when
something fails or somebody else waits."""

import threading
from pathlib import Path
from typing import Any

import pytest

from vireo_common.jobs import Job, LeaseLost
from vireo_common.worker import TryLater
from vireo_media.core.captions import Track
from vireo_media.core.uploads import Step, UploadState
from vireo_media.storage import blobs
from vireo_media.storage.visibility import VisibilityTable
from vireo_media.tools.encoder import DiskFull, TranscodeFailed
from vireo_media.tools.fragments import BadFragments
from vireo_media.tools.renditions import Beginning
from vireo_media.worker.encoder_turns import EncoderTurns
from vireo_media.worker.janitor import PART_SECONDS
from vireo_media.worker.renditions import NOT_ALL
from vireo_testing.media_folder import left_behind


@pytest.fixture
def upload_id(stage: Any, tmp_path: Path) -> str:
    body = tmp_path / "body"
    body.write_bytes(b"body" * 1000)
    received: str = stage.receive(body)
    return received


def copied(stage: Any, fakes: Any) -> None:
    """An upload whose film was copied, and the calls for it forgotten."""
    stage.prepare(tools=fakes.tools())
    fakes.calls.clear()


def encoded(stage: Any, fakes: Any) -> None:
    """One of which the first rendition was encoded."""
    fakes.needs_encoder()
    stage.prepare(tools=fakes.tools())
    stage.pipeline(tools=fakes.tools()).encode(stage.claim_encode(), threading.Event())
    fakes.calls.clear()


def master(stage: Any) -> list[str]:
    """The heights of the renditions that the master names, and whether it names sound."""
    text = stage.paths.stream(stage.hash_path, "master.m3u8").read_text()
    lines = text.splitlines()
    names = [line for line in lines if line.startswith("v")]
    for line in lines:
        part = line if line.startswith("v") else line.rpartition('URI="')[2].rstrip('"')
        if part.endswith(".m3u8"):
            assert stage.paths.stream(stage.hash_path, part).exists(), part
    heights = [name.partition("x")[0].removeprefix("v") for name in names]
    return [*heights, *(["sound"] if "TYPE=AUDIO" in text else [])]


def step(stage: Any) -> Step:
    return Step(stage.uploads.find(stage.hash_path).step)


def test_the_frames_of_a_copy_join_before_anything_is_encoded(
    stage: Any, upload_id: str, fakes: Any
) -> None:
    copied(stage, fakes)
    seen: list[list[str]] = []
    tools = fakes.tools()
    fakes.before_encode = lambda: seen.append(master(stage))
    stage.render(tools=tools)
    assert seen == [["180", "sound"]]
    assert master(stage) == ["144", "180", "sound"]
    assert fakes.rungs == [[144]]
    # All are cut where the film's own frames can be.
    assert fakes.keyframes == [[0.0, 4.0]]
    assert stage.rows() == {0: "ready", 144: "ready", 180: "ready"}
    assert step(stage) is Step.DONE
    assert {name for name in stage.left() if "staging" in name} == set()


@pytest.mark.parametrize("way", [copied, encoded])
def test_captions_that_were_there_before_are_in_the_master(
    stage: Any, upload_id: str, fakes: Any, way: Any
) -> None:
    way(stage, fakes)
    text = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello\n"
    stage.captions.set(stage.hash_path, Track("de", "Deutsch", text, 2000))
    stage.render(tools=fakes.tools())
    found = stage.paths.stream(stage.hash_path, "master.m3u8").read_text()
    assert found.count("TYPE=SUBTITLES") == 1


def test_the_rest_stands_aside_for_what_is_played_first(
    stage: Any, upload_id: str, fakes: Any
) -> None:
    copied(stage, fakes)
    turns = EncoderTurns(1)

    def encode(job: Job, stop: threading.Event) -> None:
        stage.render(tools=fakes.tools(), turns=turns)

    turns.first(encode)(Job(0, "encode", "other", {}, 1, 3, "lease"), threading.Event())
    assert fakes.waited == [True]


def test_what_was_encoded_is_played_at_once_and_completed_later(
    stage: Any, upload_id: str, fakes: Any
) -> None:
    encoded(stage, fakes)
    assert master(stage) == ["144", "sound"]
    assert stage.state() is UploadState.PUBLISHED
    assert stage.rows() == {0: "ready", 144: "ready", 180: "waiting"}
    video = stage.paths.video(stage.hash_path)
    assert video.read_bytes() == b"encoded"
    stage.render(tools=fakes.tools())
    assert master(stage) == ["144", "180", "sound"]
    assert (fakes.rungs, fakes.keyframes) == ([[180]], [[]])
    # The MP4 is of the best there is, with the sound that there was.
    assert video.read_bytes() == b"frames of 180 and sound of encoded"
    told = [call.body for call in stage.catalog.calls if "state" in call.body]
    assert (told[-1]["state"], told[-1]["width"], told[-1]["height"]) == ("ready", 320, 180)


def test_catalog_hears_of_a_stream_by_a_call_and_an_event(
    stage: Any, upload_id: str, fakes: Any
) -> None:
    copied(stage, fakes)
    stage.render(tools=fakes.tools())
    events = [each for each in stage.published_events() if each["kind"] == "video_files_changed"]
    assert [event["stream"] for event in events] == [True, True]
    calls = [call for call in stage.catalog.calls if call.path.endswith("/files")]
    assert [call.body["stream"] for call in calls] == [True, True]


def test_frames_that_are_not_upright_are_encoded(stage: Any, upload_id: str, fakes: Any) -> None:
    copied(stage, fakes)
    fakes.turn(90)
    stage.render(tools=fakes.tools())
    assert fakes.rungs == [[144, 180]]
    assert fakes.keyframes == [[]]


def test_frames_before_the_beginning_are_not_shown(stage: Any, upload_id: str, fakes: Any) -> None:
    copied(stage, fakes)
    fakes.begins = Beginning(0.0, cut=True)
    stage.render(tools=fakes.tools())
    assert fakes.rungs == [[144, 180]]


def test_long_segments_are_encoded(stage: Any, upload_id: str, fakes: Any) -> None:
    copied(stage, fakes)
    fakes.segment_seconds = 11.0
    stage.render(tools=fakes.tools())
    assert fakes.rungs == [[144, 180]]


def test_who_waits_has_their_turn_in_between(stage: Any, upload_id: str, fakes: Any) -> None:
    fakes.grow(7680, 4320)
    copied(stage, fakes)
    fakes.turn(90)
    stage.render(tools=fakes.tools(), waited_for=True, group_cost=10**9)
    (first,) = fakes.rungs
    assert stage.rows()[2160] == "waiting"
    assert step(stage) is Step.RENDITIONS
    stage.render(tools=fakes.tools(), group_cost=10**9)
    assert [height for group in fakes.rungs for height in group] == [
        144,
        240,
        360,
        480,
        720,
        1080,
        1440,
        2160,
    ]
    assert (len(first), len(fakes.rungs)) == (6, 3)
    assert set(stage.rows().values()) == {"ready"}


@pytest.mark.parametrize("error", [TranscodeFailed("no frame"), BadFragments("no fragment")])
def test_what_fails_leaves_what_there_is(
    stage: Any, upload_id: str, fakes: Any, error: Exception
) -> None:
    encoded(stage, fakes)
    fakes.errors["encode_rungs"] = [error]
    stage.render(tools=fakes.tools())
    assert stage.rows() == {0: "ready", 144: "ready", 180: "failed"}
    assert master(stage) == ["144", "sound"]
    assert stage.state() is UploadState.PUBLISHED
    ((failure,),) = stage.clean.query("SELECT Failure FROM Uploads")
    assert failure == NOT_ALL
    assert stage.clean.query("SELECT 1 FROM Jobs WHERE Kind = 'render'") == ()


def test_a_full_disk_is_waited_for(stage: Any, upload_id: str, fakes: Any) -> None:
    encoded(stage, fakes)
    fakes.errors["encode_rungs"] = [DiskFull("staging")]
    with pytest.raises(TryLater):
        stage.render(tools=fakes.tools())
    assert stage.rows()[180] == "waiting"
    assert {name for name in stage.left() if "staging" in name} == set()


def test_a_worker_that_died_is_followed(stage: Any, upload_id: str, fakes: Any) -> None:
    encoded(stage, fakes)
    fakes.errors["join"] = [KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        stage.render(tools=fakes.tools())
    stage.expire_leases()
    stage.render(tools=fakes.tools())
    assert master(stage) == ["144", "180", "sound"]


@pytest.mark.parametrize("taken", ["deleted", "by another"])
def test_who_lost_it_publishes_nothing(stage: Any, upload_id: str, fakes: Any, taken: str) -> None:
    copied(stage, fakes)

    def meanwhile() -> None:
        if taken == "deleted":
            stage.delete()
        else:
            stage.clean.query("UPDATE Jobs SET LeaseToken = 'another' WHERE Kind = 'render'")

    fakes.before_encode = meanwhile
    with pytest.raises(LeaseLost):
        stage.render(tools=fakes.tools())
    if taken == "deleted":
        assert (stage.left(), stage.stream(), stage.rows()) == (set(), set(), {})
    else:
        assert master(stage) == ["180", "sound"]


def test_what_is_hidden_is_not_served(
    stage: Any, upload_id: str, fakes: Any, open_pool: Any
) -> None:
    copied(stage, fakes)
    stage.clean.query("UPDATE Videos SET HiddenBy = 1")
    VisibilityTable(open_pool("media")).apply(stage.hash_path, stage.files)
    stage.render(tools=fakes.tools())
    assert stage.rows() == {0: "ready", 144: "ready", 180: "ready"}
    assert {name.partition("/")[0] for name in stage.stream()} == {"hidden"}
    stage.clean.query("UPDATE Videos SET HiddenBy = 0")
    VisibilityTable(open_pool("media")).apply(stage.hash_path, stage.files)
    assert {name.partition("/")[0] for name in stage.stream()} == {"public"}
    assert master(stage) == ["144", "180", "sound"]


def test_a_film_that_is_moved_between_two_groups_is_looked_for_again(
    stage: Any, upload_id: str, fakes: Any
) -> None:
    """As a moderator's decision moves it: what then fails says nothing about the film."""
    copied(stage, fakes)
    video = stage.paths.video(stage.hash_path)
    aside = video.with_name("aside")

    def move() -> None:
        video.rename(aside)
        raise TranscodeFailed("no such file")

    fakes.before_encode = move
    with pytest.raises(TryLater):
        stage.render(tools=fakes.tools())
    assert "failed" not in stage.rows().values()
    assert stage.clean.query("SELECT Failure FROM Uploads") == ((None,),)


def test_a_deletion_takes_the_stream_too(stage: Any, upload_id: str, fakes: Any) -> None:
    copied(stage, fakes)
    stage.render(tools=fakes.tools())
    stage.delete()
    assert (stage.left(), stage.stream(), stage.rows()) == (set(), set(), {})


def test_parts_that_nothing_names_are_swept(stage: Any, upload_id: str, fakes: Any) -> None:
    copied(stage, fakes)
    stage.render(tools=fakes.tools())
    there = stage.stream()
    for path in there:
        left_behind(stage.root / path, PART_SECONDS + 1)
    names = ("v144x0000", "v144x0000i")
    new = [stage.paths.stream(stage.hash_path, f"{name}.m3u8") for name in names]
    new.append(stage.paths.stream(stage.hash_path, "v144x0000.mp4"))
    for path in new:
        path.write_bytes(b"")
    stage.sweep()
    assert all(path.exists() for path in new), "its row comes after it"
    for path in new:
        left_behind(path, PART_SECONDS + 1)
    stage.sweep()
    assert stage.stream() == there


def test_a_stream_takes_no_more_than_it_may(stage: Any, upload_id: str, fakes: Any) -> None:
    fakes.grow(1920, 1080)
    copied(stage, fakes)
    fakes.turn(90)
    stage.render(tools=fakes.tools(), storage=0.05)
    # Those between the lowest and the largest go first.
    assert list(stage.rows()) == [0, 144, 1080]
    assert master(stage) == ["144", "1080", "sound"]


def test_how_far_it_is_can_be_read(stage: Any, upload_id: str, fakes: Any) -> None:
    fakes.grow(1920, 1080)
    copied(stage, fakes)
    seen: list[Any] = []

    def look() -> None:
        stage.renditions.report(stage.hash_path, upload_id, fakes.rungs[-1], 40, 7.0)
        seen.append(stage.clean.query("SELECT Height, State, Percent FROM Renditions"))

    fakes.before_encode = look
    stage.render(tools=fakes.tools())
    (rows,) = seen
    assert (144, "processing", 40) in rows
    assert (1080, "ready", 100) in rows, "what is ready stays so"
    assert stage.files.blobs.size(blobs.stream_list(stage.hash_path, "master")) is not None
