"""What people read about the contract is what the code says."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from flask_openapi3.openapi import OpenAPI

from vireo_common.errors import MESSAGES, STATUS, Code, FieldCode
from vireo_contract.__main__ import CHECKOUT
from vireo_contract.document import service_applications

MANUAL = (CHECKOUT / "docs/api.md").read_text()


def rows(text: str, heading: str) -> list[list[str]]:
    """The cells of the first table below a heading, without its head."""
    below = text.split(f"\n## {heading}\n", 1)[1]
    table = re.search(r"(?:^\|.*\n)+", below, re.MULTILINE)
    assert table, heading
    lines = table[0].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_manual_has_every_error_code() -> None:
    written = [row[:3] for row in rows(MANUAL, "Error codes")]
    assert written == [
        [f"`{code.value}`", str(STATUS[code]), MESSAGES[code]]
        for code in sorted(Code, key=lambda code: (STATUS[code], code.value))
    ]


def test_the_manual_has_every_code_of_a_field() -> None:
    below = MANUAL.split("What `problems` says of one field:", 1)[1]
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


@pytest.mark.parametrize("service", ["auth", "catalog", "community", "media"])
def test_a_services_page_has_its_routes(service: str, applications: dict[str, OpenAPI]) -> None:
    text = (CHECKOUT / f"services/{service}/README.md").read_text()
    written = {row[0].strip("`") for row in rows(text, "Routes")[:-1]}
    assert written == routes(applications[service])
