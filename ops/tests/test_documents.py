"""The written documents say what the code says."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_openapi3.openapi import OpenAPI

from vireo_common.errors import MESSAGES, STATUS, Code, FieldCode
from vireo_ops import openapi
from vireo_ops.layout import CHECKOUT
from vireo_ops.openapi_document import service_applications

DOCS = CHECKOUT / "docs"


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    below = text.split(f"\n## {heading}\n", 1)[1]
    table = re.search(r"(?:^\|.*\n)+", below, re.MULTILINE)
    assert table, heading
    lines = table[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_manual_has_every_error_code() -> None:
    text = (DOCS / "api.md").read_text()
    written = [row[:3] for row in rows(text, "Error codes")]
    assert written == [
        [f"`{code.value}`", str(STATUS[code]), MESSAGES[code]]
        for code in sorted(Code, key=lambda code: (STATUS[code], code.value))
    ]


def test_the_manual_has_every_code_of_a_field() -> None:
    below = (DOCS / "api.md").read_text().split("What `problems` says of one field:", 1)[1]
    written = [code for line in below.splitlines()[4:] for code in re.findall(r"`([a-z_]+)`", line)]
    assert sorted(written) == sorted(code.value for code in FieldCode)


def routes(application: Flask) -> set[str]:
    """The routes of a service as its page writes them, without those that every service has."""
    every = {"/healthz", "/readyz", "/metrics"}
    return {
        f"{method} {re.sub(r'<[a-z]+:', '<', rule.rule).replace('hash_path', 'hash')}"
        for rule in application.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in {"HEAD", "OPTIONS"} and rule.rule not in every
    }


@pytest.fixture(scope="module")
def applications() -> Iterator[dict[str, OpenAPI]]:
    with service_applications() as made:
        yield made


@pytest.mark.parametrize("service", ["auth", "catalog", "media"])
def test_a_services_page_has_its_routes(service: str, applications: dict[str, OpenAPI]) -> None:
    text = (CHECKOUT / f"services/{service}/README.md").read_text()
    written = {row[0].strip("`") for row in rows(text, "Routes")[:-1]}
    assert written == routes(applications[service])


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
        *("libs/common", "libs/testing", "ops", "bench"),
        *("services/auth", "services/catalog", "services/courier", "services/media"),
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
        for below in ("bench", "docs", "db", "gateway", "libs", "ops", "services")
        for page in (CHECKOUT / below).rglob("*.md")
    ]
    dead = {
        f"{page.relative_to(CHECKOUT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text())
        if "://" not in target and not (page.parent / target).exists()
    }
    assert dead == set()


def test_the_api_document_is_up_to_date() -> None:
    document = openapi.build()
    assert openapi.problems(document) == []
    for path, text in openapi.texts(document).items():
        assert path.read_text() == text, f"{path.name} differs from the code: make openapi"


def test_the_check_of_the_api_document_fails(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.startswith("VIREO_")]:
        # The command forgets them, and the other tests get them back.
        monkeypatch.delenv(name)
    monkeypatch.setattr(openapi, "CHECKOUT", tmp_path)
    monkeypatch.setattr(openapi, "DOCS", tmp_path)
    assert openapi.main(["--check"]) == 1
    assert "make openapi" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    assert openapi.main([]) == 0
    assert openapi.main(["--check"]) == 0
