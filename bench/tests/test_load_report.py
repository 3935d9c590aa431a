"""What comes out of a load: JSON, tables, a picture, the verdict."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from rich.console import Console

from vireo_harness.command import Report
from vireo_load import memory, picture
from vireo_load.__main__ import LOAD
from vireo_load.memory import DATABASE, MIB, VIREO, Sample
from vireo_load.outcome import Load
from vireo_load.plan import Clip, Plan
from vireo_load.records import Problem, Request, Summary
from vireo_load.report import reported

BEGAN, SECONDS = 1000.0, 80


def plan() -> Plan:
    clip = Clip(file=Path("clip.mp4"), width=320, height=180, seconds=2.0)
    return Plan(
        url="http://127.0.0.1:1",
        seconds=SECONDS,
        videos=2000,
        seed=1,
        films=[],
        playable=clip,
        foreign=clip,
        shown={},
        words={},
        public=Path("public"),
        records=Path("records"),
    )


def load(error: str = "", grows: float = 0.0) -> Load:
    """A day with a request and a sample a second, and MiB a second that auth grows by."""
    requests = [Request(BEGAN + n, "GET <v>", 1.0 + n, 1000) for n in range(SECONDS)]
    if error:
        requests.append(Request(BEGAN + 3, "GET <v>", 3.0, 0, error))
    samples = [
        Sample(BEGAN + n, {"auth": int((100 + grows * n) * MIB), DATABASE: 50 * MIB})
        for n in range(SECONDS)
    ]
    return Load(
        plan=plan(),
        summary=Summary(BEGAN, float(SECONDS), 0.25, {"browser": 3, "member": 1}, 0),
        requests=requests,
        samples=samples,
        measure="PSS",
        trends=memory.trends(samples, BEGAN, BEGAN + SECONDS, judge=True),
        busy=0.5,
    )


def shown(report: Report) -> str:
    out = io.StringIO()
    console = Console(file=out, width=130)
    for each in report.shown:
        console.print(each)
    return out.getvalue()


def test_a_good_day_is_shown_and_passes() -> None:
    report = reported(load())
    assert report.wrong == []
    text = shown(report)
    assert "3 browsers, 1 members" in text
    (line,) = [line for line in text.splitlines() if "GET <v>" in line]
    cells = [cell.strip() for cell in line.strip("│").split("│")]
    assert cells == ["GET <v>", "80", "1", "40", "76", "80", "80", "0"]
    (line,) = [line for line in text.splitlines() if VIREO in line and "│" in line]
    assert [cell.strip() for cell in line.strip("│").split("│")][-1] == "yes"


STILL_WAITING = replace(load(), summary=replace(load().summary, stayed=2))
UNSEEN = replace(load(), trends=[], samples=[])


@pytest.mark.parametrize(
    ("day", "wrong"),
    [
        (load(error="status 502 in place of [200]"), "1 x GET <v>: status 502 in place of [200]"),
        (replace(load(), logged=[Problem("log of media", "unhandled", 3)]), "3 x log of media: un"),
        (UNSEEN, "memory could not be looked at"),
        (replace(load(), requests=[]), "nobody asked anything"),
        (STILL_WAITING, "2 people were still waiting"),
    ],
)
def test_what_is_wrong_is_said_and_fails(day: Load, wrong: str) -> None:
    (found,) = reported(day).wrong
    assert found.startswith(wrong)


def test_memory_that_grows_fails() -> None:
    found = reported(load(grows=0.5)).wrong
    assert [text.partition(" is not flat")[0] for text in found] == [
        "memory of auth",
        f"memory of {VIREO}",
    ]


def test_memory_that_is_not_judged_passes() -> None:
    unjudged = plan().model_copy(update={"judge": False})
    assert reported(replace(UNSEEN, plan=unjudged)).wrong == []


def test_a_busy_client_says_so() -> None:
    day = load()
    assert "too busy" not in shown(reported(day))
    busy = replace(day, summary=replace(day.summary, processor=0.95))
    assert "too busy" in shown(reported(busy))


def test_the_values_are_the_same() -> None:
    found: Any = reported(load(error="no ETag")).values
    first, total = found["requests"]
    assert (first["kind"], first["count"], first["errors"]) == ("GET <v>", 81, 1)
    assert (total["kind"], total["p50"]) == ("all", 40)
    assert found["problems"] == [{"kind": "GET <v>", "text": "no ETag", "count": 1}]
    assert found["memory"][0]["program"] == "auth"
    assert found["memory"][0]["flat"] is True
    assert len(found["memory_over_time"]) == SECONDS
    assert found["memory_over_time"][3] == {"second": 3.0, "MariaDB": 50.0, "auth": 100.0}
    assert sum(moment["errors"] for moment in found["moments"]) == 1


def test_the_page_has_the_same() -> None:
    text = reported(load()).page
    assert text.startswith("80 s, 2,000 videos")
    assert text.endswith("(load.svg)")
    assert "| GET <v> | 80 | 1 | 40 | 76 | 80 | 80 | 0 |" in text
    assert f"| {VIREO} | 100.0 | 100.0 | 100.0 | 100.0 | +0.00 | 110.0 | yes |" in text


def test_the_picture_has_every_line() -> None:
    tree = ElementTree.fromstring(reported(load()).picture)
    texts = {element.text for element in tree.iter() if element.tag.endswith("text")}
    assert {"all", "p50", "p95", "p99", VIREO, DATABASE, "memory, MiB (PSS)"} <= texts
    paths = [element.get("d", "") for element in tree.iter() if element.tag.endswith("path")]
    assert len(paths) == 6
    assert all(path.startswith("M") and path.count(",") > 30 for path in paths)


def test_axes_have_round_numbers() -> None:
    assert picture.steps(100) == [0, 20, 40, 60, 80, 100]
    assert picture.steps(101)[-1] >= 101
    assert picture.steps(0) == [0, 1]
    assert picture.decades([0.4, 30]) == [0.1, 1, 10, 100]
    assert picture.decades([]) == [1, 10]
    for most in (0.3, 1, 7, 42, 180, 999, 3600):
        ticks = picture.steps(most)
        assert most <= ticks[-1] <= 2 * most
        assert 3 <= len(ticks) <= 7


def test_names_do_not_lie_upon_each_other() -> None:
    assert picture.apart([10, 50, 12], 15) == [10, 50, 25]


def test_a_plan_is_read_as_it_was_written() -> None:
    assert Plan.model_validate_json(plan().model_dump_json()) == plan()


@pytest.mark.parametrize("wrong", [["--seconds", "86400"], ["--users", "100000"], ["--users", "0"]])
def test_a_load_has_bounds(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        LOAD.main(wrong)
    assert "must be" in capsys.readouterr().err
