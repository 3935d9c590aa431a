"""What comes out of a load: JSON, tables, a picture, the verdict."""

import io
import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from rich.console import Console

from vireo_load import __main__ as command
from vireo_load import memory, picture, report
from vireo_load.memory import DATABASE, MIB, VIREO, Sample
from vireo_load.plan import Clip, Plan, read
from vireo_load.records import Problem, Request, Summary
from vireo_load.report import Load

BEGAN, SECONDS = 1000.0, 80


def plan() -> Plan:
    clip = Clip(file=Path("clip.mp4"), width=320, height=180, seconds=2.0)
    return Plan(
        url="http://127.0.0.1:1",
        seconds=SECONDS,
        people=4,
        arriving=5,
        pause=0.5,
        seed=1,
        videos=2000,
        channels=50,
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
        judged=True,
        summary=Summary(BEGAN, float(SECONDS), 0.25, {"browser": 3, "member": 1}, 0),
        requests=requests,
        samples=samples,
        measure="PSS",
        courses=memory.courses(samples, BEGAN, BEGAN + SECONDS, judge=True),
        busy=0.5,
    )


def said(of: Load) -> tuple[bool, str]:
    out = io.StringIO()
    console = Console(file=out, width=130)
    report.show(of, console)
    return report.verdict(of, console), out.getvalue()


def test_a_good_day_is_told_and_passes() -> None:
    wrong, text = said(load())
    assert not wrong
    assert "3 browsers, 1 members" in text
    (line,) = [line for line in text.splitlines() if "GET <v>" in line]
    cells = [cell.strip() for cell in line.strip("│").split("│")]
    assert cells == ["GET <v>", "80", "1", "40", "76", "80", "80", "0"]
    (line,) = [line for line in text.splitlines() if VIREO in line and "│" in line]
    assert [cell.strip() for cell in line.strip("│").split("│")][-1] == "yes"


def test_one_wrong_answer_is_told_and_fails() -> None:
    wrong, text = said(load(error="status 502 in place of [200]"))
    assert wrong
    assert "1 x GET <v>: status 502 in place of [200]" in text


def test_what_the_logs_say_fails() -> None:
    wrong, text = said(replace(load(), logged=[Problem("log of media", "unhandled", 3)]))
    assert wrong
    assert "3 x log of media: unhandled" in text


def test_memory_that_grows_is_told_and_fails() -> None:
    wrong, text = said(load(grows=0.5))
    assert wrong
    assert "memory of auth is not flat" in text
    assert f"memory of {VIREO} is not flat" in text
    assert DATABASE + " is not flat" not in text


def test_a_day_that_nobody_looked_at_fails() -> None:
    wrong, text = said(replace(load(), courses=[], samples=[]))
    assert wrong
    assert "could not be looked at" in text
    assert not said(replace(load(), courses=[], samples=[], judged=False))[0]


def test_a_day_on_which_nobody_came_fails() -> None:
    wrong, text = said(replace(load(), requests=[]))
    assert wrong
    assert "nobody asked anything" in text


def test_people_who_still_wait_fail() -> None:
    day = load()
    wrong, text = said(replace(day, summary=replace(day.summary, stayed=2)))
    assert wrong
    assert "2 people were still waiting" in text


def test_a_busy_client_says_so() -> None:
    day = load()
    assert "too busy" not in said(day)[1]
    assert "too busy" in said(replace(day, summary=replace(day.summary, processor=0.95)))[1]


def test_the_file_has_the_same(tmp_path: Path) -> None:
    path = tmp_path / "load.json"
    report.write(load(error="no ETag"), path)
    found = json.loads(path.read_text())
    first, total = found["requests"]
    assert (first["kind"], first["count"], first["errors"]) == ("GET <v>", 81, 1)
    assert (total["kind"], total["p50"]) == ("all", 40)
    assert found["problems"] == [{"kind": "GET <v>", "text": "no ETag", "count": 1}]
    assert found["memory"][0]["program"] == "auth"
    assert found["memory"][0]["flat"] is True
    assert len(found["memory_over_time"]) == SECONDS
    assert found["memory_over_time"][3] == {"second": 3.0, "MariaDB": 50.0, "auth": 100.0}
    assert sum(moment["errors"] for moment in found["moments"]) == 1


def test_tables_are_put_into_a_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{report.BEGIN}\nprevious\n{report.END}\nafter\n")
    report.write_page(load(), page)
    text = page.read_text()
    assert text.startswith(f"before\n{report.BEGIN}\n80 s, 2,000 videos")
    assert text.endswith(f"(load.svg)\n{report.END}\nafter\n")
    assert "previous" not in text
    assert "| GET <v> | 80 | 1 | 40 | 76 | 80 | 80 | 0 |" in text
    assert f"| {VIREO} | 100.0 | 100.0 | 100.0 | 100.0 | +0.00 | 110.0 | yes |" in text


def test_the_picture_has_every_line(tmp_path: Path) -> None:
    path = tmp_path / "load.svg"
    picture.draw(load(), path)
    tree = ElementTree.parse(path)
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


def test_a_plan_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    plan().write(path)
    assert read(path) == plan()


@pytest.mark.parametrize("wrong", [["--seconds", "86400"], ["--users", "100000"], ["--users", "0"]])
def test_a_load_has_bounds(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(wrong)
    assert "must be" in capsys.readouterr().err
