"""Texts that are generated from the declarations of settings."""

import re

import pytest

from vireo_common.settings import ServiceSettings
from vireo_ops import settings_texts
from vireo_ops.errors import OperationError
from vireo_ops.layout import CHECKOUT
from vireo_ops.settings import READERS

COMPOSE = (CHECKOUT / "docker-compose.yml").read_text()
TABLE = (CHECKOUT / "docs/operations.md").read_text()


def test_the_files_are_as_the_declarations_say() -> None:
    assert settings_texts.write(check=True) == []


def test_the_table_has_every_variable() -> None:
    written = set(re.findall(r"^\| `(VIREO_\w+)`", TABLE, re.MULTILINE))
    declared = {f"VIREO_{name.upper()}" for kind in READERS.values() for name in kind.model_fields}
    in_compose = set(re.findall(r"\$\{(VIREO_\w+)", COMPOSE))
    assert written == {"VIREO_DATA", *declared, *in_compose}


def test_containers_are_told_what_their_program_reads() -> None:
    """A program with settings of its own and no block in the file would never get them."""
    blocks = set(re.findall(r"# settings of ([a-z-]+)", COMPOSE))
    own = {
        program
        for program, kind in READERS.items()
        if kind.model_fields.keys() - ServiceSettings.model_fields.keys()
    }
    # Containers have no spool; what make alone reads is in the file by hand.
    assert blocks == {"services", *own} - {"media-spool", "make"}


def test_what_is_changed_by_hand_is_seen_and_mended() -> None:
    text = TABLE.replace("| `VIREO_PORT` | `8080` |", "| `VIREO_PORT` | `80` |")
    assert text != TABLE
    assert settings_texts.filled(text, "docs/operations.md") == TABLE


def test_a_block_of_nobody_is_told() -> None:
    text = "# settings of nobody\n# end of settings\n"
    with pytest.raises(OperationError, match="nobody"):
        settings_texts.filled(text, "docker-compose.yml")
