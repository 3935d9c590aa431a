"""What ends a run early says what was wrong: every assertion has a message."""

import ast
from pathlib import Path

import pytest

SOURCES = sorted((Path(__file__).parents[1] / "src").rglob("*.py"))


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_assertion_has_a_message(source: Path) -> None:
    found = [node for node in ast.walk(ast.parse(source.read_text())) if type(node) is ast.Assert]
    assert [node.lineno for node in found if node.msg is None] == []


def test_there_are_assertions() -> None:
    assert sum(source.read_text().count("    assert ") for source in SOURCES) > 20
