"""What came of requests: rows, pieces of the day, problems; and who comes."""

import json
from pathlib import Path

import pytest

from vireo_load import mix
from vireo_load.plan import words_of
from vireo_load.records import (
    TOTAL,
    Reader,
    Recorder,
    Request,
    moments,
    percentile,
    problems,
    rows,
)


def requests(kind: str, times: list[float], error: str = "") -> list[Request]:
    return [Request(100.0 + n, kind, ms, 10, error) for n, ms in enumerate(times)]


@pytest.mark.parametrize(
    ("share", "value"), [(0.5, 50.0), (0.95, 95.0), (0.99, 99.0), (1.0, 100.0), (0.001, 1.0)]
)
def test_percentiles_are_values_that_came(share: float, value: float) -> None:
    assert percentile([float(n) for n in range(1, 101)], share) == value


def test_of_one_value_it_is_every_percentile() -> None:
    assert percentile([7.0], 0.01) == percentile([7.0], 0.99) == 7.0


def test_a_row_for_each_kind_and_one_for_all() -> None:
    b, a, all_of_them = rows(
        [*requests("z", [4.0, 1.0, 3.0]), *requests("b", [8.0], "status 500")], 2.0
    )
    assert (b.kind, b.count, b.p50, b.worst, b.errors) == ("b", 1, 8.0, 8.0, 1)
    assert (a.kind, a.count, a.per_second, a.bytes_per_second) == ("z", 3, 1.5, 15.0)
    assert (a.p50, a.p95, a.worst, a.errors) == (3.0, 4.0, 4.0, 0)
    assert (all_of_them.kind, all_of_them.count, all_of_them.errors) == (TOTAL, 4, 1)
    assert (all_of_them.p50, all_of_them.worst) == (3.0, 8.0)


def test_nothing_has_no_rows() -> None:
    assert rows([], 1.0) == []


def test_the_day_in_pieces() -> None:
    first, last = moments(requests("a", [1.0, 2.0, 3.0, 4.0, 5.0]), 100.0, 5.0, 3.0)
    assert (first.second, first.per_second, first.p50) == (0.0, 1.0, 2.0)
    # The last piece is of two seconds only.
    assert (last.second, last.per_second, last.p99) == (3.0, 1.0, 5.0)


def test_a_moment_that_is_over_is_no_piece() -> None:
    found = moments(requests("a", [1.0] * 7), 100.0, 6.000_1, 3.0)
    assert [each.second for each in found] == [0, 3]
    assert found[1].per_second == pytest.approx(4 / 3, rel=0.01)


def test_what_began_after_the_end_is_in_no_piece() -> None:
    assert [each.second for each in moments(requests("a", [1.0] * 9), 100.0, 4.0, 2.0)] == [0, 2]


def test_the_most_frequent_problem_is_told_first() -> None:
    found = problems(
        [
            *requests("a", [1.0]),
            *requests("a", [1.0], "no ETag"),
            *requests("b", [1.0, 2.0], "status 502"),
        ]
    )
    assert [(one.kind, one.text, one.count) for one in found] == [
        ("b", "status 502", 2),
        ("a", "no ETag", 1),
    ]


def test_a_reader_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "records"
    wanted = requests("a", [1.0, 2.5], 'said "no"')
    with path.open("w", buffering=1) as file:
        reader = Reader(path)
        record = Recorder(file)
        record(wanted[0])
        reader.more()
        assert reader.requests == wanted[:1]
        record(wanted[1])
        # A line that is being written is not read yet.
        half = json.dumps([1.0, "b", 1.0, 1, ""])
        file.write(half[:5])
        file.flush()
        reader.more()
        assert reader.requests == wanted
        file.write(half[5:] + "\n")
        reader.more()
        assert reader.requests == [*wanted, Request(1.0, "b", 1.0, 1)]
        reader.close()


@pytest.mark.parametrize("people", [4, 5, 12, 40, 41, 500])
def test_all_kinds_come(people: int) -> None:
    counts = mix.counted(people)
    assert sum(counts.values()) == people
    assert counts.keys() == mix.PEOPLE.keys()
    assert min(counts.values()) >= 1


def test_shares_are_kept() -> None:
    total = sum(mix.PEOPLE.values())
    for kind, count in mix.counted(400).items():
        assert abs(count - 400 * mix.PEOPLE[kind] / total) < 1


def test_words_of_every_band() -> None:
    texts_with = {"once": 1, "often": 20, "everywhere": 900, "between": 100}
    found = words_of(texts_with, 1000)
    assert found["medium"] == {"often": 20}
    assert found["common"] == {"everywhere": 900}
    assert found["rare"] == {"once": 1, "often": 20}
    with pytest.raises(AssertionError, match="no word is common"):
        words_of({"once": 1, "often": 20}, 1000)
