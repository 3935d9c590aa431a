"""The repository as tests of its architecture see it: files, modules, and what they import."""

import ast
import fnmatch
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from vireo_ops.layout import CHECKOUT

Function = ast.FunctionDef | ast.AsyncFunctionDef
ROUTE_METHODS = frozenset({"get", "post", "put", "patch", "delete", "route"})


@cache
def files() -> tuple[Path, ...]:
    """Every file of the repository: all but what ``.gitignore`` names. Needs no git."""
    ignored = [
        line.strip("/")
        for line in (CHECKOUT / ".gitignore").read_text().splitlines()
        if line.strip() and not line.startswith("#")
    ]
    return tuple(sorted(_walk(CHECKOUT, [".git", *ignored])))


def _walk(folder: Path, ignored: list[str]) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        for entry in entries:
            where = Path(entry.path).relative_to(CHECKOUT).as_posix()
            # As git does: what has a slash in it is a path from the root, all else a name anywhere.
            names = [where if "/" in pattern else entry.name for pattern in ignored]
            if any(map(fnmatch.fnmatch, names, ignored)):
                continue
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(Path(entry.path), ignored)
            elif entry.is_file(follow_symlinks=False):
                yield Path(entry.path)


@dataclass(frozen=True)
class Module:
    """One Python file. ``where`` is its path from the repository's root."""

    path: Path

    @cached_property
    def where(self) -> str:
        """Its path from the root, with slashes."""
        return self.path.relative_to(CHECKOUT).as_posix()

    @cached_property
    def tree(self) -> ast.Module:
        """Its syntax tree."""
        return ast.parse(self.path.read_text(encoding="utf-8"), self.where)

    @cached_property
    def imports(self) -> frozenset[str]:
        """Dotted names of what it imports, at the top or anywhere inside.

        ``from a.b import c`` gives both ``a.b`` and ``a.b.c``, for ``c`` may be a module.
        """
        found = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                # Relative ones stand under a name that no rule allows.
                base = "." * node.level + (node.module or "")
                found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
        return frozenset(found)

    def imports_any(self, *names: str) -> set[str]:
        """Which of its imports are one of ``names`` or lie below one."""
        return {
            found
            for found in self.imports
            if any(found == name or found.startswith(f"{name}.") for name in names)
        }

    def functions(self) -> Iterator[Function]:
        """All functions and methods, inner ones too."""
        for node in ast.walk(self.tree):
            if isinstance(node, Function):
                yield node

    def handlers(self) -> Iterator[Function]:
        """Functions that are routes: decorated with ``bp.get(...)`` and the like."""
        for function in self.functions():
            if any(_is_route(decorator) for decorator in function.decorator_list):
                yield function


def length(function: Function) -> int:
    """Lines from ``def`` to the end, without the docstrings of functions inside of it.

    Those of handlers are texts of the API document, of which a blueprint has several.
    """
    inner = [node for node in ast.walk(function) if isinstance(node, Function)]
    texts = [node.body[0] for node in inner if node is not function and ast.get_docstring(node)]
    return _lines(function) - sum(map(_lines, texts))


def _lines(node: ast.stmt) -> int:
    return (node.end_lineno or 0) - node.lineno + 1


def _is_route(decorator: ast.expr) -> bool:
    return (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr in ROUTE_METHODS
    )


def modules(below: str) -> list[Module]:
    """The Python files below a folder; ``*`` stands for any part, as in ``services/*/src``.

    Each is read and parsed once, however often it is asked for.
    """
    return [each for each in _modules() if fnmatch.fnmatch(each.where, f"{below}/*")]


@cache
def _modules() -> tuple[Module, ...]:
    return tuple(Module(path) for path in files() if path.suffix == ".py")


def service_names() -> list[str]:
    """Names of the services: the folders of ``services/``."""
    return sorted(path.name for path in (CHECKOUT / "services").iterdir() if path.is_dir())
