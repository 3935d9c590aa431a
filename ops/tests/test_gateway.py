"""The gateway's configuration: rendering, and `nginx -t`."""

from pathlib import Path

import pytest

from vireo_ops import gateway
from vireo_ops.errors import OperationError
from vireo_ops.layout import Layout
from vireo_ops.run_user import current_user
from vireo_ops.settings import Settings

SERVERS = {
    "auth": "unix:/srv/a b/auth.sock",
    "catalog": "unix:/srv/a b/catalog.sock",
    "community": "unix:/srv/a b/community.sock",
    "community-stream": "unix:/srv/a b/community-stream.sock",
    "media": "unix:/srv/a b/media.sock",
    "media-tus": "unix:/srv/a b/media-tus.sock",
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "nginx.conf").write_text("include local.conf; # $uri stays as it is\n")
    return folder


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "target"
    folder.mkdir()
    return folder


def test_templates_get_their_values_and_nginx_conf_is_copied(source: Path, target: Path) -> None:
    (source / "local.conf.template").write_text("listen ${VIREO_LISTEN}; set $a ${a}$$;\n")
    assert gateway.render(source, target, {"VIREO_LISTEN": "8080"})
    assert (target / "local.conf").read_text() == "listen 8080; set $a ${a}$$;\n"
    assert (target / "nginx.conf").read_text() == (source / "nginx.conf").read_text()


def test_a_second_rendering_changes_nothing(source: Path, target: Path) -> None:
    assert gateway.render(source, target, {})
    assert not gateway.render(source, target, {})


def test_a_file_whose_template_is_gone_goes_too(source: Path, target: Path) -> None:
    (source / "old.conf.template").write_text("")
    gateway.render(source, target, {})
    (source / "old.conf.template").unlink()
    assert gateway.render(source, target, {})
    assert not (target / "old.conf").exists()


def test_an_unknown_variable_is_an_error(source: Path, target: Path) -> None:
    (source / "local.conf.template").write_text("${UNKNOWN}")
    with pytest.raises(OperationError, match=r"local\.conf\.template"):
        gateway.render(source, target, {"VIREO_LISTEN": "8080"})


def test_lists_become_lines_of_nginx() -> None:
    settings = Settings.parse(
        {
            "VIREO_RATE_LIMIT_EXEMPT": "127.0.0.1 10.0.0.0/8",
            "VIREO_CORS_ORIGINS": "https://app.example.org",
        }
    )
    values = gateway.variables(settings, SERVERS, current_user())
    assert values["VIREO_EXEMPT_LINES"] == "127.0.0.1 1;\n10.0.0.0/8 1;"
    assert values["VIREO_CORS_LINES"] == '"https://app.example.org" 1;'
    assert values["VIREO_CORS_INCLUDE"] == "include cors_headers.conf;"
    assert values["MEDIA_SERVERS"] == 'server "unix:/srv/a b/media.sock" max_fails=0;'


def test_the_repositorys_configuration_is_accepted_by_nginx() -> None:
    assert gateway.check_source() == ""


def test_what_nginx_refuses_is_told(tmp_path: Path, source: Path) -> None:
    layout = Layout(tmp_path / "data")
    for folder in layout.folders():
        folder.path.mkdir(parents=True)
    (source / "nginx.conf").write_text("nonsense;\n")
    gateway.prepare(layout, {}, source)
    assert "nonsense" in gateway.check(layout)
