"""The step that takes the thumbnail."""

from typing import Any

import pytest

from vireo_media.tools.thumbnail import NoFrame
from vireo_media.worker.steps.thumbnail import take_thumbnail
from vireo_media.worker.steps.work import Film, Work


@pytest.mark.parametrize("matrix", ["bt709", "smpte170m"])
def test_it_is_taken_of_the_film_in_its_colours(fakes: Any, work: Work, matrix: str) -> None:
    work.results.video.write_bytes(b"film")
    take_thumbnail(work, Film(fakes.made, "", copied=True, matrix=matrix), fakes.tools())
    assert work.results.thumbnail.read_bytes() == b"frame of film"
    assert (fakes.calls, fakes.stops) == (["thumbnail"], [work.stop])
    assert fakes.matrices == [matrix]


def test_a_film_of_which_none_can_be_taken(fakes: Any, work: Work) -> None:
    fakes.errors["thumbnail"] = [NoFrame("no frame")]
    with pytest.raises(NoFrame):
        take_thumbnail(work, Film(fakes.made, "", copied=False), fakes.tools())
    assert not work.results.thumbnail.exists()
