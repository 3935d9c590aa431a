"""Writes go through ``Database.write`` and ``transaction``, which retry after a deadlock."""

import ast
import re
from collections.abc import Iterator

from vireo_testing.sources import Function, Module, modules

WRITE = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b")
FOUND = [*modules("services/*/src"), *modules("libs/common/src")]


def statements(module: Module) -> set[str]:
    """Names of its constants that hold a statement which writes."""
    return {
        target.id
        for node in module.tree.body
        if isinstance(node, ast.Assign) and WRITE.match(_text(node.value))
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _text(node: ast.expr) -> str:
    """The beginning of a string or f-string; empty for all else."""
    if isinstance(node, ast.JoinedStr) and node.values:
        node = node.values[0]
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def calls(node: ast.AST) -> Iterator[tuple[str, set[str]]]:
    """The name of each function that is called, and the names in its arguments."""
    for call in ast.walk(node):
        if isinstance(call, ast.Call):
            called = call.func
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            given = [*call.args, *(keyword.value for keyword in call.keywords)]
            yield name, {n.id for each in given for n in ast.walk(each) if isinstance(n, ast.Name)}


def writers() -> set[str]:
    """Names of functions that write with the cursor that they are given."""
    takers: list[tuple[Module, Function]] = [
        (module, function)
        for module in FOUND
        for function in module.functions()
        if any(each.arg == "cursor" for each in function.args.args) and function.name != "work"
    ]
    found = set[str]()
    while more := {f.name for m, f in takers if f.name not in found and writes(m, f, found)}:
        found |= more
    return found


def writes(module: Module, node: ast.AST, known: set[str]) -> bool:
    """Whether it executes a statement that writes, or hands its cursor to one of ``known``."""
    written = statements(module)
    return any(
        (name in {"execute", "executemany"} and names & written)
        or (name in known and "cursor" in names)
        for name, names in calls(node)
    )


def reads(module: Module) -> Iterator[ast.With]:
    """Blocks with a cursor of ``Database.read``."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.With) and any(
            isinstance(item.context_expr, ast.Call)
            and isinstance(item.context_expr.func, ast.Attribute)
            and item.context_expr.func.attr == "read"
            for item in node.items
        ):
            yield node


def test_nothing_is_written_with_a_cursor_for_reading() -> None:
    known = writers()
    assert {"add_mail_job", "publish_key", "enqueue", "charge"} <= known
    blocks = [(module, block) for module in FOUND for block in reads(module)]
    assert blocks
    assert [f"{m.where}:{b.lineno}" for m, b in blocks if writes(m, b, known)] == []
