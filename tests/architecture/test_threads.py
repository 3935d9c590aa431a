"""A class that is a thread uses no name that ``threading.Thread`` keeps for itself."""

import ast
import threading

import pytest

from vireo_testing.sources import Module, modules

FOUND = [*modules("services/*/src"), *modules("libs/common/src")]
# Instance attributes of Python 3.13 and 3.14 that 3.11 does not have: CPython, Lib/threading.py.
NEWER = {"_handle", "_context", "_os_thread_handle"}
KEPT = {*dir(threading.Thread()), *vars(threading.Thread()), *NEWER} - {"__init__", "run"}


def threads(module: Module) -> list[ast.ClassDef]:
    """Its classes that derive from ``threading.Thread``."""
    return [
        node
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef)
        and any(ast.unparse(base).endswith("Thread") for base in node.bases)
    ]


def names(thread: ast.ClassDef) -> set[str]:
    """Its methods, and what it assigns to itself."""
    return {
        node.name if isinstance(node, ast.FunctionDef) else node.attr
        for node in ast.walk(thread)
        if isinstance(node, ast.FunctionDef)
        or (isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store))
    }


@pytest.mark.parametrize("module", [module for module in FOUND if threads(module)], ids=str)
def test_a_thread_uses_no_name_of_its_base(module: Module) -> None:
    """``_handle`` of a consumer of events was replaced by Python 3.13's own: nothing was read."""
    for thread in threads(module):
        assert not (names(thread) & KEPT) - {"__doc__", "daemon"}, thread.name


def test_threads_are_found() -> None:
    """The check above looks at something."""
    assert sum(len(threads(module)) for module in FOUND) >= 5
