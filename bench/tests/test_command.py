"""What both commands do around a measurement: exit status, what is printed, what is written."""

import argparse
import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from vireo_harness.command import Command, Display, Report

MARKS = ("<!-- day -->", "<!-- end of day -->")


@pytest.fixture(autouse=True)
def handler() -> Iterator[None]:
    """The command takes SIGTERM for itself."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


def command(checkout: Path, measure: Callable[[], list[str]]) -> Command[list[str]]:
    """One whose result is what it says is wrong."""
    (checkout / "bench").mkdir()
    (checkout / "docs").mkdir()
    (checkout / "docs/performance.md").write_text(f"before\n{MARKS[0]}{MARKS[1]}\nafter\n")

    def measured(options: argparse.Namespace, display: Display) -> list[str]:
        display.step("measuring")
        return measure()

    def add_options(parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--seconds", type=int)

    return Command(
        *("day", "day", "A day.", "day", "day-page.svg", MARKS),
        add_options=add_options,
        measure=measured,
        report=lambda wrong: Report(["a table"], {"wrong": wrong}, "| a |", "<svg/>", wrong),
        checkout=checkout,
    )


@pytest.mark.parametrize(("wrong", "status"), [([], 0), (["status 502 in place of [200]"], 1)])
def test_what_is_wrong_decides_about_the_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: list[str], status: int
) -> None:
    assert command(tmp_path, lambda: wrong).main(["--seconds", "3"]) == status
    printed = capsys.readouterr().out
    assert "a table" in printed
    assert "written: bench/day.json, day.svg" in printed
    assert all(text in printed for text in wrong)
    assert json.loads((tmp_path / "bench/day.json").read_text()) == {"wrong": wrong}
    assert (tmp_path / "bench/day.svg").read_text() == "<svg/>\n"
    assert "| a |" not in (tmp_path / "docs/performance.md").read_text()


def test_the_page_is_written_where_it_is_asked_for(tmp_path: Path) -> None:
    assert command(tmp_path, list).main(["--docs"]) == 0
    page = (tmp_path / "docs/performance.md").read_text()
    assert page == f"before\n{MARKS[0]}\n| a |\n{MARKS[1]}\nafter\n"
    assert (tmp_path / "docs/day-page.svg").read_text() == "<svg/>\n"


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (KeyboardInterrupt(), "stopped; nothing of it is left"),
        (AssertionError("another [body]"), "The day ended early: another [body] (test_command.py:"),
        (AssertionError(), "The day ended early: AssertionError (test_command.py:"),
        (OSError("no disk"), "The day ended early: no disk"),
        (psutil.AccessDenied(7), "The day ended early: (pid=7)"),
    ],
)
def test_what_ends_it_early_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], problem: BaseException, said: str
) -> None:
    def measure() -> list[str]:
        raise problem

    assert command(tmp_path, measure).main([]) == 2
    assert said in capsys.readouterr().out
    assert list((tmp_path / "bench").iterdir()) == []


def test_a_stop_by_the_system_is_one_by_the_person(tmp_path: Path) -> None:
    def measure() -> list[str]:
        signal.raise_signal(signal.SIGTERM)
        raise AssertionError("not stopped")

    assert command(tmp_path, measure).main([]) == 2


def test_what_ended_it_is_shown_where_it_is_asked_for(tmp_path: Path) -> None:
    def measure() -> list[str]:
        raise RuntimeError("make up failed")

    with pytest.raises(RuntimeError, match="make up failed"):
        command(tmp_path, measure).main(["--trace"])
