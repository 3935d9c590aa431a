"""Paths that can't hold a Vireo are refused before anything is made."""

from pathlib import Path

import pytest

from vireo_ops.errors import OperationError
from vireo_ops.layout import layout_of


def test_a_path_too_long_for_unix_sockets_is_refused_with_the_limit(tmp_path: Path) -> None:
    with pytest.raises(OperationError, match=r"at most 79 will do.*VIREO_DATA"):
        layout_of(tmp_path / ("x" * 100))


def test_the_longest_path_is_taken_and_one_byte_more_is_not() -> None:
    longest = Path("/" + "x" * 78)
    assert layout_of(longest).data == longest
    with pytest.raises(OperationError):
        layout_of(Path("/" + "x" * 79))


@pytest.mark.parametrize("sign", [";", "%", "'", '"', "\n"])
def test_signs_that_supervisor_can_not_take_are_refused(sign: str) -> None:
    with pytest.raises(OperationError, match="supervisor"):
        layout_of(Path(f"/srv/a{sign}b"))
