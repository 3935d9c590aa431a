"""Pages name the modules that there are, and their links lead somewhere."""

import re
from pathlib import Path

import pytest

from vireo_ops.layout import CHECKOUT


def modules_named_in(page: Path) -> set[str]:
    """The modules in the first column of a page's table of files, as paths in the package.

    The folder of a name goes for the names after it: `api/videos.py`, `lists.py`.
    """
    table = re.search(r"^\| (?:file|module) \|.*\n(?:\|.*\n)+", page.read_text(), re.MULTILINE)
    assert table, page
    found = set()
    for line in table[0].splitlines()[2:]:
        folder = ""
        for name in re.findall(r"`([^`]+)`", line.split("|")[1]):
            path = re.sub(r"^src/vireo_[a-z]+/", "", name)
            if "/" in path:
                folder = f"{path.rpartition('/')[0]}/"
            else:
                path = folder + path
            found.add(path if path.endswith((".py", ".sh")) else f"{path}.py")
    return found


@pytest.mark.parametrize(
    "part",
    [
        *("libs/common", "libs/videos", "libs/testing", "ops", "contract", "bench"),
        *(
            "services/auth",
            "services/catalog",
            "services/community",
            "services/courier",
            "services/media",
        ),
    ],
)
def test_a_page_names_every_module(part: str) -> None:
    packages = list((CHECKOUT / part / "src").glob("vireo_*"))
    # Where there are several, the page names them too.
    top = packages[0] if len(packages) == 1 else CHECKOUT / part / "src"
    modules = {
        path.relative_to(top).as_posix()
        for package in packages
        for path in package.rglob("*.py")
        if path.name != "__init__.py"
    }
    assert modules_named_in(CHECKOUT / part / "README.md") - {"install.sh"} == modules


def test_links_lead_somewhere() -> None:
    pages = [CHECKOUT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
    pages += [
        page
        for below in ("bench", "contract", "docs", "db", "gateway", "libs", "ops", "services")
        for page in (CHECKOUT / below).rglob("*.md")
    ]
    dead = {
        f"{page.relative_to(CHECKOUT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())
        if "://" not in target and not (page.parent / target).exists()
    }
    assert dead == set()
