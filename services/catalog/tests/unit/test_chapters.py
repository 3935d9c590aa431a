"""Chapters in descriptions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vireo_catalog.core.chapters import LONGEST_TITLE, MOST, chapters_in
from vireo_testing.generated import UNHURRIED


def found(description: str, duration: float | None = None) -> list[tuple[float, str]]:
    return [(each.start, each.title) for each in chapters_in(description, duration)]


THREE = [(0.0, "Intro"), (62.0, "Middle"), (3723.0, "End")]


@pytest.mark.parametrize(
    "description",
    [
        "0:00 Intro\n1:02 Middle\n1:02:03 End",
        "Hello.\n\n00:00 Intro\r\n01:02 Middle\r\n01:02:03 End\r\n\nBye.",
        "0:00 - Intro\n1:02 \u2013 Middle\n1:02:03: End",
        "(0:00) Intro\n[1:02] Middle\n(1:02:03) - End",
        "- 0:00 Intro\n* 1:02 Middle\n\u2022 1:02:03 End",
        "  0:00\tIntro\nsee the next one\n  1:02   Middle  \n\t1:02:03\u3000End",
        "3:00 before the list\n0:00 Intro\n1:02 Middle\n1:02:03 End\n0:30 is the best",
    ],
)
def test_lists_as_people_write_them(description: str) -> None:
    assert found(description) == THREE


@pytest.mark.parametrize(
    "description",
    [
        "",
        "0:00 Intro\n1:02 Middle",
        "0:01 Intro\n1:02 Middle\n1:03 End",
        "0:00 Intro\n2:00 Middle\n1:00 End",
        "0:00 Intro\n0:00 Middle\n1:00 End",
        "At 0:00 it begins\nat 1:02 it goes on\nat 2:00 it ends",
        "0:00\n1:02\n2:00",
        "0:00Intro\n1:02Middle\n2:00End",
        "10:00:00.5 Intro\n0:00.1 x\n1:99 y",
    ],
)
def test_what_is_no_list(description: str) -> None:
    assert found(description) == []


def test_what_lies_behind_the_end_is_left_out() -> None:
    assert found("0:00 a\n0:10 b\n0:20 c\n9:00 d", 30.0) == [(0.0, "a"), (10.0, "b"), (20.0, "c")]
    assert found("0:00 a\n0:10 b\n0:20 c", 15.0) == []


def test_bounds() -> None:
    lines = "\n".join(f"{n // 60}:{n % 60:02} {'x' * 300}" for n in range(2 * MOST))
    chapters = found(lines)
    assert len(chapters) == MOST
    assert {len(title) for _, title in chapters} == {LONGEST_TITLE}


@UNHURRIED
@given(
    st.lists(
        st.sampled_from(
            ("0:00", "1:00", "2:00:00", "\n", " ", "- ", "(", ")", "x", "\t", ":", "0:")
        )
        | st.text(max_size=3),
        max_size=40,
    ).map("".join)
)
def test_whatever_is_typed_chapters_ascend_from_0(description: str) -> None:
    chapters = found(description)
    starts = [start for start, _ in chapters]
    assert starts == sorted(set(starts))
    assert chapters == [] or (starts[0] == 0 and len(chapters) >= 3)
    assert all(title == " ".join(title.split()) and title for _, title in chapters)
