"""What comes out of kills: the verdict, and the bounds of what is asked for."""

import pytest

from vireo_kills.__main__ import KILLS, Outcome, reported


def outcome(**changes: object) -> Outcome:
    values = {
        "seconds": 61.0,
        "killed": {"worker": 3, "database": 2},
        "uploaded": {"copied": 4, "encoded": 1},
        "failed": 1,
        "wrong": (),
    }
    return Outcome(**{**values, **changes})  # type: ignore[arg-type]


def test_a_run_is_told_in_one_table() -> None:
    found = reported(outcome())
    assert "3 x worker, 0 x tool, 2 x database in 61 s" in found.page
    assert "4 copied, 1 encoded" in found.page
    assert not found.wrong
    assert found.values == {
        "killed": {"worker": 3, "database": 2},
        "uploaded": {"copied": 4, "encoded": 1},
        "failed": 1,
        "wrong": [],
    }


def test_what_differs_is_the_verdict() -> None:
    wrong = ["copied abcdefg: frames is 149, and not 150"]
    assert reported(outcome(wrong=wrong)).wrong == wrong


@pytest.mark.parametrize("count", ["0", "1001", "many"])
def test_kills_have_bounds(count: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        KILLS.main(["--kills", count])
    assert ended.value.code == 2
    assert "--kills" in capsys.readouterr().err
