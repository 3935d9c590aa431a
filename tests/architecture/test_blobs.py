"""No path of a blob is built outside of the store of blobs."""

import ast

from vireo_testing.sources import modules

STORE = "services/media/src/vireo_media/storage/disk_blobs.py"
# As a word of its own each of these is a folder of blobs.
NAMES = {"originals", "public", "thumbnails"}
# At the beginning of a path these are too.
FOLDERS = {"originals", "public", "videos", "thumbnails", "pictures", "exports"}
SAMPLE = '''
"""Where the originals are."""

def place(root, kind):
    """In public."""
    first = root / "originals"
    second = f"public/{kind}"
    third = "public/videos/x.mp4"
    return "the originals of a channel"
'''


def texts(tree: ast.Module) -> list[tuple[int, str]]:
    """What a module says that is no docstring, with the lines."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
    ]


def paths(tree: ast.Module) -> list[int]:
    """The lines with a folder of blobs, as a name or as the beginning of a path."""
    return sorted(
        line
        for line, text in texts(tree)
        if text in NAMES or ("/" in text and " " not in text and text.partition("/")[0] in FOLDERS)
    )


def test_only_the_store_builds_paths_of_blobs() -> None:
    found = {each.where: paths(each.tree) for each in modules("services/media/src")}
    assert found.pop(STORE)
    # An entry of an archive.
    assert found.pop("services/media/src/vireo_media/core/exports.py")
    assert {where: lines for where, lines in found.items() if lines} == {}


def test_the_rule_sees_paths() -> None:
    """Otherwise the test above could not fail."""
    assert paths(ast.parse(SAMPLE)) == [6, 7, 8]
