"""Media's tests hand in what is to be another one; they replace nothing inside of its modules."""

import ast

from vireo_testing.sources import modules

REPLACING = {"setattr", "delattr", "patch", "object"}
SAMPLE = """
from vireo_media.worker import pipeline
from vireo_media.storage.files import MediaFiles as Files
import vireo_media.worker.pipeline
import zipfile

monkeypatch.setattr(pipeline, "copy", None)
patch.setattr(pipeline.steps, "copy", None)
setattr(Files, "free_bytes", None)
monkeypatch.setattr(vireo_media.worker.pipeline, "copy", None)
mock.patch("vireo_media.worker.pipeline.copy")
monkeypatch.setattr("vireo_media.worker.pipeline.copy", None)
monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1)
monkeypatch.setenv("VIREO_SECRET", "x")
"""


def ours(tree: ast.Module) -> set[str]:
    """The names in a module that stand for something of the project's."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("vireo_"):
            found |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("vireo_"):
                    found.add(alias.asname or alias.name.partition(".")[0])
    return found


def replacements(tree: ast.Module) -> list[int]:
    """The lines that set an attribute of something of the project's, or patch it by its path."""
    names = ours(tree)
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        what = node.args[0]
        if isinstance(what, ast.Constant):
            replaced = str(what.value).startswith("vireo_")
        else:
            replaced = ast.unparse(what).partition(".")[0] in names
        if called in REPLACING and replaced:
            found.append(node.lineno)
    return sorted(found)


def test_no_test_of_media_replaces_a_name_of_a_module() -> None:
    tests = modules("services/media/tests")
    assert tests
    assert {each.where: lines for each in tests if (lines := replacements(each.tree))} == {}


def test_the_rule_sees_replacements() -> None:
    """Otherwise the test above could not fail."""
    assert replacements(ast.parse(SAMPLE)) == [7, 8, 9, 10, 11, 12]
