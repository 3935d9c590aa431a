"""Sizes, names and contents of files."""

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest

from vireo_ops.layout import CHECKOUT
from vireo_testing.sources import files, length, modules

FILES = files()
LOCKS = [path for path in FILES if path.name.endswith(".lock")]
MAX_LINES, MAX_FUNCTION, MAX_BYTES = 400, 60, 1 << 20
# Made by programs, or not ours to shorten.
LONG_BY_NATURE = {"LICENSE", "openapi.json", "package-lock.json"}
# In two halves, so that this file does not hold what it looks for.
REGISTRIES = [
    first + second
    for first, second in [
        ("debian", ".org"),
        ("debian", ".net"),
        ("pypi", ".org"),
        ("pythonhosted", ".org"),
        ("npmjs", ".org"),
        ("npmjs", ".com"),
        ("registry", ".yarnpkg"),
        ("crates", ".io"),
        ("golang", ".org"),
        ("ghcr", ".io"),
        ("quay", ".io"),
        ("registry-1", ".docker"),
        ("hub", ".docker.com"),
    ]
]
HOME = re.compile(r"/(?:home|Users)/[A-Za-z0-9_.-]+/|(?<![\w.])/(?:root|work)/")
LEFT_OVER = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X)\b")


def where(path: Path) -> str:
    return path.relative_to(CHECKOUT).as_posix()


def texts() -> dict[str, str]:
    """Every text file of the repository."""
    found = {}
    for path in FILES:
        try:
            found[where(path)] = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return found


def test_the_walk_sees_the_repository() -> None:
    names = {where(path) for path in FILES}
    assert {"Makefile", ".gitignore", "db/init.sql", "services/auth/requirements.lock"} <= names
    assert not any(name.startswith((".git/", ".venv/")) for name in names)


def test_no_long_files() -> None:
    long = {
        name: text.count("\n")
        for name, text in texts().items()
        if text.count("\n") > MAX_LINES
        and Path(name).name not in LONG_BY_NATURE
        and not name.endswith(".lock")
    }
    assert long == {}


def test_no_long_functions() -> None:
    long = {
        f"{module.where}:{function.lineno} {function.name}"
        for below in ("libs", "services", "ops", "contract", "db", "tests", "bench")
        for module in modules(below)
        for function in module.functions()
        if length(function) > MAX_FUNCTION
    }
    assert long == set()


def test_no_large_files() -> None:
    assert [where(path) for path in FILES if path.stat().st_size > MAX_BYTES] == []


def test_names_say_what_is_inside() -> None:
    vague = {"util", "utils", "helper", "helpers", "misc", "common_utils"}
    assert [where(path) for path in FILES if path.stem.lower() in vague] == []


def test_no_package_registry_is_named() -> None:
    named = {
        f"{name}: {host}" for name, text in texts().items() for host in REGISTRIES if host in text
    }
    assert named == set()


def test_no_path_of_somebodys_machine() -> None:
    assert {name: found[0] for name, text in texts().items() if (found := HOME.findall(text))} == {}


def test_nothing_is_left_for_later() -> None:
    assert [name for name, text in texts().items() if LEFT_OVER.search(text)] == []


def test_no_private_key() -> None:
    marker = "PRIVATE KEY" + "-----"
    assert [name for name, text in texts().items() if f"BEGIN {marker}" in text] == []


def requirements(lock: Path) -> dict[str, tuple[str, list[str]]]:
    """Name to version and hashes, of a lock file."""
    found: dict[str, tuple[str, list[str]]] = {}
    name = ""
    for line in lock.read_text().splitlines():
        text = line.strip().removesuffix("\\").strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("--hash="):
            found[name][1].append(text.removeprefix("--hash="))
            continue
        pinned = re.fullmatch(r"([a-z0-9-]+)==([^\s;]+)(\s*;.*)?", text)
        assert pinned, f"{where(lock)}: {text!r} is no pinned requirement"
        name = pinned[1]
        found[name] = (pinned[2], [])
    return found


@pytest.mark.parametrize("lock", LOCKS, ids=where)
def test_locks_have_hashes_and_no_addresses(lock: Path) -> None:
    assert "://" not in lock.read_text()
    found = requirements(lock)
    assert found
    for name, (_, hashes) in found.items():
        assert hashes, f"{name} has no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes), name


def test_the_lock_of_the_page_has_hashes_and_no_addresses() -> None:
    lock = json.loads((CHECKOUT / "web/package-lock.json").read_text())
    packages = {name: one for name, one in lock["packages"].items() if name}
    assert packages
    assert [name for name, one in packages.items() if "integrity" not in one] == []
    assert [name for name, one in packages.items() if "resolved" in one] == []


def test_locks_agree_on_versions() -> None:
    versions: dict[str, set[str]] = defaultdict(set)
    for lock in LOCKS:
        for name, (version, _) in requirements(lock).items():
            versions[name].add(version)
    assert len(LOCKS) >= 5
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_every_deployable_has_a_lock() -> None:
    wanted = [path for path in FILES if path.name.startswith("requirements")]
    asked = {path.with_suffix(".lock") for path in wanted if path.suffix == ".in"}
    # The common ground is no deployable: its requirements are part of each service's.
    asked.discard(CHECKOUT / "libs/common/requirements.lock")
    assert asked <= set(LOCKS)


def test_auth_does_not_inherit_media_s_libraries() -> None:
    names = set(requirements(CHECKOUT / "services/auth/requirements.lock"))
    assert not {name for name in names if "opencv" in name or name in {"numpy", "pillow"}}
