"""The step that encodes: what it tries, and what it says is missing."""

from dataclasses import replace
from typing import Any

import pytest

from vireo_media.core.refused import Refused
from vireo_media.tools.encoder import DiskFull, NoCopy, TranscodeFailed
from vireo_media.tools.survey import Shape
from vireo_media.worker.steps.encode import NO_SOUND, PART_OF_SOUND, WrongLength, make_film
from vireo_media.worker.steps.tools import Tools
from vireo_media.worker.steps.work import BT709, Film, Work

FAILED = TranscodeFailed("a packet without a time")


def encode(work: Work, tools: Tools) -> Film:
    may_copy = bool(work.job.payload.get("may_copy", True))
    target = work.results.video
    return make_film(work.source, target, tools, may_copy=may_copy, stop=work.stop)


def tried(fakes: Any) -> list[tuple[bool, bool]]:
    """Of each try: are the frames copied, and is there sound?"""
    return [(each.video_copies, each.audio is not None) for each in fakes.encoded]


def test_it_looks_encodes_and_measures(fakes: Any, work: Work) -> None:
    fakes.needs_encoder()
    film = encode(work, fakes.tools())
    assert (film.made, film.note, film.copied, film.matrix) == (fakes.made, "", False, BT709)
    assert fakes.calls == ["inspect", "survey", "encode", "measure"]
    assert fakes.stops == [work.stop] * 4
    assert work.results.video.read_bytes() == b"encoded"


def test_frames_are_copied_where_they_can_be(fakes: Any, work: Work) -> None:
    assert encode(work, fakes.tools()).copied
    assert tried(fakes) == [(True, True)]


def test_frames_are_encoded_where_the_job_says_so(fakes: Any, work: Work) -> None:
    payload = {**work.job.payload, "may_copy": False}
    film = encode(replace(work, job=replace(work.job, payload=payload)), fakes.tools())
    assert not film.copied
    assert tried(fakes) == [(False, True)]


@pytest.mark.parametrize(
    "change",
    [
        {"interlaced": True},
        {"shapes": (Shape(320, 180, 1.0, 5.0), Shape(180, 320, 1.0, 5.0))},
    ],
)
def test_frames_that_change_are_encoded(fakes: Any, work: Work, change: Any) -> None:
    fakes.looked = replace(fakes.looked, **change)
    encode(work, fakes.tools())
    assert tried(fakes) == [(False, True)]


def test_what_fails_is_tried_without_copying_and_then_without_sound(fakes: Any, work: Work) -> None:
    fakes.errors["encode"] = [FAILED, FAILED]
    film = encode(work, fakes.tools())
    assert tried(fakes) == [(True, True), (False, True), (False, False)]
    assert film.note == NO_SOUND
    assert not film.copied


def test_what_fails_each_time_has_failed(fakes: Any, work: Work) -> None:
    fakes.errors["encode"] = [FAILED, FAILED, FAILED]
    with pytest.raises(TranscodeFailed):
        encode(work, fakes.tools())
    assert len(tried(fakes)) == 3


def test_a_full_disk_is_not_tried_again(fakes: Any, work: Work) -> None:
    fakes.errors["encode"] = [DiskFull("staging")]
    with pytest.raises(DiskFull):
        encode(work, fakes.tools())
    assert tried(fakes) == [(True, True)]


def test_frames_that_can_not_be_copied_are_encoded(fakes: Any, work: Work) -> None:
    fakes.errors["encode"] = [NoCopy("2 keyframes, 1 of them IDR")]
    assert not encode(work, fakes.tools()).copied
    assert tried(fakes) == [(True, True), (False, True)]


@pytest.mark.parametrize("seconds", [5.0, 15.0])
def test_a_copy_of_another_length_is_encoded(fakes: Any, work: Work, seconds: float) -> None:
    fakes.measured = [replace(fakes.made, video_seconds=seconds), fakes.made]
    assert not encode(work, fakes.tools()).copied
    assert tried(fakes) == [(True, True), (False, True)]


def test_a_film_of_another_length_is_none(fakes: Any, work: Work) -> None:
    fakes.needs_encoder()
    fakes.made = replace(fakes.made, video_seconds=5.0)
    with pytest.raises(WrongLength, match=r"5\.0 s of 10\.0 s"):
        encode(work, fakes.tools())
    assert tried(fakes) == [(False, True)]
    assert not work.results.video.exists()


def test_its_owner_is_told_of_sound_that_is_missing(fakes: Any, work: Work) -> None:
    fakes.made = replace(fakes.made, sound_seconds=5.0)
    assert encode(work, fakes.tools()).note == PART_OF_SOUND
    fakes.looked = replace(fakes.looked, sound=replace(fakes.looked.sound, seconds=0.0))
    assert encode(work, fakes.tools()).note == NO_SOUND
    assert tried(fakes)[-1] == (True, False)


def test_of_a_silent_video_nothing_is_missing(fakes: Any, work: Work) -> None:
    fakes.found = fakes.found.without_sound()
    fakes.looked = replace(fakes.looked, sound=None)
    assert encode(work, fakes.tools()).note == ""
    fakes.found = replace(fakes.found, silenced=True)
    assert encode(work, fakes.tools()).note == NO_SOUND


def test_what_would_keep_the_encoder_too_long_is_not_looked_through(fakes: Any, work: Work) -> None:
    with pytest.raises(Refused, match="keep the encoder too long"):
        encode(work, replace(fakes.tools(), max_cost=1))
    assert fakes.calls == ["inspect"]


def test_frames_that_grow_on_the_way_count(fakes: Any, work: Work) -> None:
    fakes.looked = replace(fakes.looked, shapes=(Shape(8192, 4352, 1.0, 10.0),))
    with pytest.raises(Refused, match="keep the encoder too long"):
        encode(work, replace(fakes.tools(), max_cost=320 * 180 * 250))
    assert fakes.calls == ["inspect", "survey"]
