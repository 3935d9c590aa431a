"""The step that makes a film of streams as they are."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from vireo_media.core.inspection import Inspection
from vireo_media.core.streams import Colour
from vireo_media.tools.encoder import DiskFull, NoCopy, TranscodeFailed
from vireo_media.tools.measure import Made, NotMade
from vireo_media.worker.steps.copy import copy
from vireo_media.worker.steps.work import Film, Work


def test_it_makes_a_film_at_its_own_name(fakes: Any, work: Work) -> None:
    film = copy(work, fakes.found, fakes.tools(), threading.Event())
    assert film == Film(fakes.made, "", copied=True, matrix="smpte170m")
    assert work.results.video.read_bytes() == work.source.read_bytes()
    assert fakes.calls == ["copy_streams", "measure"]
    assert fakes.stops == [work.stop, work.stop]


def test_its_colours_are_those_of_the_original(fakes: Any, work: Work) -> None:
    named = replace(fakes.found.video, colour=Colour(matrix="bt2020nc"))
    film = copy(work, replace(fakes.found, video=named), fakes.tools(), threading.Event())
    assert film.matrix == "bt2020nc"


def test_its_end_is_told_as_soon_as_the_bytes_are_there(fakes: Any, work: Work) -> None:
    ended = threading.Event()
    seen: list[bool] = []

    def streams(path: Path, target: Path, found: Inspection, **_: Any) -> None:
        seen.append(ended.is_set())

    def measure(path: Path, **_: Any) -> Made:
        seen.append(ended.is_set())
        return fakes.made

    copy(work, fakes.found, replace(fakes.tools(), copy_streams=streams, measure=measure), ended)
    assert seen == [False, True]


@pytest.mark.parametrize("error", [TranscodeFailed("x"), NoCopy("x"), DiskFull("x")])
def test_its_end_is_told_where_it_fails_too(fakes: Any, work: Work, error: Exception) -> None:
    fakes.errors["copy_streams"] = [error]
    ended = threading.Event()
    with pytest.raises(type(error)):
        copy(work, fakes.found, fakes.tools(), ended)
    assert ended.is_set()
    assert fakes.calls == ["copy_streams"]


def test_a_film_without_a_frame_is_none(fakes: Any, work: Work) -> None:
    fakes.errors["measure"] = [NotMade("no frame")]
    with pytest.raises(NotMade):
        copy(work, fakes.found, fakes.tools(), threading.Event())
