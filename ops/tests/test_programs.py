"""Commands and environments of the programs."""

import dataclasses
import os
from pathlib import Path

import pytest

from vireo_ops.errors import OperationError
from vireo_ops.layout import CHECKOUT, Layout
from vireo_ops.programs import Program, fixed_environment, service_programs, tree_digest
from vireo_ops.run_user import Owner, Users, current_user
from vireo_ops.settings import Settings

ONE = Users(current_user(), current_user())
TWO = Users(current_user(), dataclasses.replace(current_user(), name="m", uid=os.geteuid() + 1))


def programs(users: Users = ONE, **variables: str) -> dict[str, Program]:
    layout, settings = Layout(Path("/srv/vireo")), Settings.parse(variables)
    fixed = fixed_environment(layout, settings, 3307, users)
    found = service_programs(layout, settings, fixed, users)
    return {program.name: program for program in found}


def test_services_and_workers() -> None:
    assert list(programs()) == [
        *("auth", "catalog", "media", "community", "community-stream", "media-tus"),
        *("media-worker", "auth-worker", "catalog-worker", "community-worker", "courier"),
    ]


def test_media_that_is_another_user_has_a_spool_and_its_own_secrets() -> None:
    assert "VIREO_SPOOL_SOCKET" not in programs()["media"].environment
    found = programs(TWO)
    spool = found["media-spool"]
    assert spool.owner is Owner.SERVICES
    for name in ("media", "media-worker"):
        assert found[name].owner is Owner.MEDIA
        own = found[name].environment
        assert own["VIREO_SPOOL_SOCKET"] == spool.environment["VIREO_SPOOL_SOCKET"]
        assert own["VIREO_SECRETS"] == "/srv/vireo/run/media-secrets"
        assert own["HOME"] == "/srv/vireo/run/media"
        assert own["USER"] == "m"


def test_services_and_those_who_ask_them_share_a_socket_and_no_port() -> None:
    found = programs()
    asked = found["media-worker"].environment
    for name in ("auth", "catalog", "community", "media"):
        address = found[name].environment["VIREO_BIND"]
        folder = "media" if name == "media" else "sockets"
        assert address == f"unix:/srv/vireo/run/{folder}/{name}.sock"
        assert address == asked[f"VIREO_{name.upper()}_URL"]
        assert found[name].ready == f"{address}:/readyz"


def test_a_module_that_python_is_compiling_is_no_change() -> None:
    source = CHECKOUT / "libs" / "common" / "src"
    before = tree_digest([source])
    cache = source / "vireo_common" / "__pycache__"
    cache.mkdir(exist_ok=True)
    # Python renames a compiled module into place.
    half = cache / "errors.cpython-311.pyc.140234"
    half.touch()
    try:
        assert tree_digest([source]) == before
    finally:
        half.unlink()


@pytest.mark.parametrize(
    ("variable", "value", "readers"),
    [
        ("VIREO_SMTP_HOST", "mail.example.org", {"courier"}),
        ("VIREO_MAILS_OF_ORIGIN", "9", {"auth-worker"}),
        ("VIREO_BCRYPT_COST", "13", {"auth"}),
        ("VIREO_ENCODE_SLOTS", "2", {"media-worker"}),
        ("VIREO_MAX_UPLOAD_BYTES", "5000", {"media", "media-tus"}),
        ("VIREO_DISK_RESERVE_BYTES", "5000", {"media", "media-tus", "media-worker"}),
        ("VIREO_RATE_SEARCH", "3r/s", set()),
        ("VIREO_LOG_LEVEL", "debug", set(programs())),
    ],
)
def test_a_setting_is_told_to_those_who_read_it(
    variable: str, value: str, readers: set[str]
) -> None:
    """A change restarts nothing else."""
    found = programs(**{variable: value})
    told = {name for name in found if found[name].environment.get(variable) == value}
    assert told == readers
    assert {name for name in found if variable in found[name].environment} == readers


def test_where_links_and_mails_go() -> None:
    found = programs(VIREO_PORT="9000")
    assert found["auth-worker"].environment["VIREO_PUBLIC_URL"] == "http://localhost:9000"
    assert found["courier"].environment["VIREO_MAIL_FOLDER"] == "/srv/vireo/mail"
    assert "VIREO_MAIL_FOLDER" not in found["auth-worker"].environment
    given = {"VIREO_PUBLIC_URL": "https://v.example.org/", "VIREO_MAIL_FOLDER": "/srv/out"}
    found = programs(**given)
    assert found["auth-worker"].environment["VIREO_PUBLIC_URL"] == "https://v.example.org"
    assert found["courier"].environment["VIREO_MAIL_FOLDER"] == "/srv/out"


@pytest.mark.parametrize("url", ["v.example.org", "ftp://v.example.org", "https://v.example.org?a"])
def test_public_addresses_that_are_none(url: str) -> None:
    with pytest.raises(OperationError, match="VIREO_PUBLIC_URL"):
        Settings.parse({"VIREO_PUBLIC_URL": url})
