"""What comes out: JSON, a table, a picture."""

import io
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from rich.console import Console

from vireo_bench import plot
from vireo_bench.figures import Figure, Goal, Judged, Row
from vireo_bench.report import reported
from vireo_bench.rounds import row
from vireo_harness.report import put


def rows() -> list[Row]:
    def one(name: str, goal: Goal | None, value: float, reference: float | None) -> Row:
        figure = Figure(name, f"<{name}>", "MB/s", goal, lambda: value, "something else")
        references = [] if reference is None else [reference]
        return row(figure, [value], references, judge=True)

    return [
        one("good", Goal(Judged.RATIO_AT_LEAST, 0.9), 1234.5678, 1200.0),
        one("bad", Goal(Judged.VALUE_AT_MOST, 10), 20.0, None),
        one("late", Goal(Judged.DIFFERENCE_AT_MOST, 1), 1.5, 0.25),
        one("told", None, 5.0, None),
    ]


def test_the_values_have_a_row_for_each_figure() -> None:
    found: Any = json.loads(json.dumps(reported(rows()).values))
    assert [each["figure"] for each in found] == ["good", "bad", "late", "told"]
    first = found[0]
    assert (first["value"], first["unit"], first["reference"]) == (1235, "MB/s", 1200)
    assert (first["ratio"], first["goal"], first["met"]) == (1.029, 0.9, True)
    assert first["spread"] == [1.029, 1.029]
    assert [each["met"] for each in found] == [True, False, False, None]


def test_the_table_says_which_goals_are_missed() -> None:
    out = io.StringIO()
    report = reported(rows())
    Console(file=out, width=130).print(*report.shown)
    assert report.wrong == ["missed: <bad>; <late>"]
    (bad,) = [line for line in out.getvalue().splitlines() if "<bad>" in line]
    assert "20 MB/s" in bad
    assert "≤ 10 MB/s" in bad
    assert "no" in bad


def test_the_picture_is_svg_with_every_judged_row() -> None:
    tree = ElementTree.fromstring(reported(rows()).picture)
    texts = {element.text for element in tree.iter() if element.tag.endswith("text")}
    assert {"<good>", "<bad>", "<late>"} <= texts
    assert "<told>" not in texts


def test_the_goal_is_one_in_both_directions() -> None:
    good, bad, late, _ = rows()
    assert plot.goodness(good, 0.9) == plot.goodness(bad, 10) == plot.goodness(late, 1) == 1
    assert plot.goodness(bad, 20) == 0.5
    assert plot.goodness(bad, 0) == 2


def test_the_page_has_the_same() -> None:
    text = reported(rows()).page
    assert text.startswith("| figure |")
    assert "| <bad> | 20 MB/s |  |  | 20 to 20 | ≤ 10 MB/s | **no** |" in text


def test_a_report_is_put_between_the_marks_of_a_page(tmp_path: Path) -> None:
    page, marks = tmp_path / "page.md", ("<!-- figures -->", "<!-- end of figures -->")
    page.write_text("before\n<!-- figures -->\nprevious\n<!-- end of figures -->\nafter\n")
    put(page, marks, "now")
    assert page.read_text() == "before\n<!-- figures -->\nnow\n<!-- end of figures -->\nafter\n"
    with pytest.raises(AssertionError, match="no place"):
        put(page, ("<!-- load -->", "<!-- end of load -->"), "now")
