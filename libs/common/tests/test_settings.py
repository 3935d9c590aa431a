"""Settings: read once, and every bad variable told at once."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from vireo_common.settings import ServiceSettings


@pytest.fixture(autouse=True)
def no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("VIREO_"):
            monkeypatch.delenv(name)


def test_defaults_listen_on_loopback_alone() -> None:
    settings = ServiceSettings.read()
    assert settings.bind.startswith("127.0.0.1:")
    assert settings.db_name == "vireo"


def test_variables_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIREO_DB_PORT", "3307")
    monkeypatch.setenv("VIREO_LOG_LEVEL", "debug")
    settings = ServiceSettings.read()
    assert (settings.db_port, settings.log_level) == (3307, "debug")


def test_all_bad_variables_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = {
        "VIREO_DB_PORT": "70000",
        "VIREO_WEB_WORKERS": "0",
        "VIREO_WEB_THREADS": "many",
        "VIREO_LOG_LEVEL": "loud",
    }
    for name, value in bad.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as caught:
        ServiceSettings.read()
    told = str(caught.value.code)
    for name in bad:
        assert told.count(name) == 1
    assert "VIREO_DB_HOST" not in told


def test_settings_are_frozen() -> None:
    settings = ServiceSettings.read()
    with pytest.raises(ValidationError):
        settings.db_host = "elsewhere"


def test_secret_is_a_file_and_hides_itself(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "service_token").write_text("  hush-hush\n")
    monkeypatch.setenv("VIREO_SECRETS", str(tmp_path))
    secret = ServiceSettings.read().secret("service_token")
    assert secret.get_secret_value() == "hush-hush"
    assert "hush" not in f"{secret!r}{secret}"


def test_missing_secret_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("VIREO_SECRETS", str(tmp_path))
    with pytest.raises(SystemExit) as caught:
        ServiceSettings.read().secret("service_token")
    assert "service_token" in str(caught.value.code)


def test_derived_keys_are_for_one_purpose(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "service_token").write_text("hush-hush")
    monkeypatch.setenv("VIREO_SECRETS", str(tmp_path))
    settings = ServiceSettings.read()
    key = settings.derived_key("names")
    assert len(key) == 32
    assert key == settings.derived_key("names") != settings.derived_key("tokens")
    (tmp_path / "service_token").write_text("another")
    assert settings.derived_key("names") != key
