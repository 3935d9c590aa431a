"""The step that says whether a body is taken."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from vireo_media.core.encoding import MAX_COST
from vireo_media.core.refused import Refused
from vireo_media.worker.steps.probe import probe

BODY = Path("body")


def test_it_says_what_is_in_a_body(fakes: Any) -> None:
    stop = threading.Event()
    assert probe(BODY, fakes.tools(), stop) == fakes.found
    assert fakes.calls == ["inspect"]
    assert fakes.stops == [stop]


def test_what_is_no_video_is_refused(fakes: Any) -> None:
    fakes.errors["inspect"] = [Refused("unsupported_media", "It is a text.")]
    with pytest.raises(Refused, match="a text"):
        probe(BODY, fakes.tools(), threading.Event())


def test_only_what_needs_the_encoder_is_refused_for_its_cost(fakes: Any) -> None:
    short = replace(fakes.tools(), max_cost=1)
    probe(BODY, short, threading.Event())
    fakes.needs_encoder()
    with pytest.raises(Refused, match="keep the encoder too long") as refused:
        probe(BODY, short, threading.Event())
    assert refused.value.code == "too_large"


def test_without_another_word_the_cost_is_that_of_the_rules(fakes: Any) -> None:
    fakes.needs_encoder()
    assert fakes.tools().max_cost == MAX_COST
    probe(BODY, fakes.tools(), threading.Event())
