"""Control characters."""

import pytest

from vireo_common.text import has_control_characters


@pytest.mark.parametrize("bad", ["\0", "\n", "\r", "\t", "\x1b", "\x7f", "\x85", "\x9f", "\ud800"])
def test_found_wherever_they_stand(bad: str) -> None:
    for text in (bad, f"a{bad}", f"{bad}a", f"a{bad}b"):
        assert has_control_characters(text)


@pytest.mark.parametrize("good", ["", "é", "漢字", "👩‍👩‍👧", "a b", "مرحبا", "\u00a0"])
def test_text_of_any_script(good: str) -> None:
    assert not has_control_characters(good)


def test_allowed_ones() -> None:
    assert not has_control_characters("a\r\n\tb", "\r\n\t")
    assert has_control_characters("a\r\n\t\0b", "\r\n\t")
