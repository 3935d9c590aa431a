"""Settings: valid values, and all errors reported at once."""

from pathlib import Path

import pytest

from vireo_ops.errors import OperationError
from vireo_ops.settings import Settings, read_env_file
from vireo_ops.settings_texts import example


def test_defaults_listen_on_8080_and_take_ten_gibibytes() -> None:
    settings = Settings.parse({})
    assert settings.listen == "8080"
    assert settings.url == "http://localhost:8080"
    assert settings.gateway.max_upload_bytes == 10 * 2**30


def test_every_wrong_variable_is_named_in_plain_words() -> None:
    with pytest.raises(OperationError) as caught:
        Settings.parse(
            {
                "VIREO_PORT": "99999",
                "VIREO_MAX_UPLOAD_BYTES": "10GB",
                "VIREO_RATE_SIGN_UP": "often",
                "VIREO_RATE_LIMIT_EXEMPT": "127.0.0.1 localhost",
                "VIREO_CORS_ORIGINS": "https://a.example/path",
                "VIREO_LISTEN_ADDRESS": "here",
                "VIREO_WEB_WORKERS": "0",
                # Read by programs themselves when they start.
                "VIREO_BCRYPT_COST": "40",
                "VIREO_SMTP_PORT": "smtp",
                "VIREO_ENCODE_SLOTS": "-1",
            }
        )
    message = str(caught.value)
    assert "VIREO_PORT: must be a port from 1 to 65535 (it is '99999')" in message
    assert "VIREO_MAX_UPLOAD_BYTES: must be a whole number" in message
    assert "VIREO_RATE_SIGN_UP: must be a rate like 5r/s" in message
    assert "'localhost' is neither an address nor a network" in message
    assert "'https://a.example/path' is not an origin" in message
    assert "VIREO_LISTEN_ADDRESS: must be an IP address" in message
    for name in ("WEB_WORKERS", "BCRYPT_COST", "SMTP_PORT", "ENCODE_SLOTS"):
        assert message.count(f"VIREO_{name}: ") == 1


@pytest.mark.parametrize(
    "origin", ["*", "https://a.example;", 'https://a.example"', "ftp://a.example"]
)
def test_an_origin_can_not_carry_configuration_of_nginx(origin: str) -> None:
    with pytest.raises(OperationError):
        Settings.parse({"VIREO_CORS_ORIGINS": origin})


@pytest.mark.parametrize("text", ["127.0.0.1,::1", "127.0.0.1 ::1", '["127.0.0.1", "::1"]'])
def test_lists_are_split_by_commas_and_blanks_and_may_be_json(text: str) -> None:
    settings = Settings.parse({"VIREO_RATE_LIMIT_EXEMPT": text})
    assert settings.gateway.rate_limit_exempt == ("127.0.0.1", "::1")


def test_listen_address_is_joined_with_the_port() -> None:
    assert Settings.parse({"VIREO_LISTEN_ADDRESS": "127.0.0.1"}).listen == "127.0.0.1:8080"
    assert Settings.parse({"VIREO_LISTEN_ADDRESS": "::1", "VIREO_PORT": "90"}).listen == "[::1]:90"


def test_the_first_vireo_env_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "vireo.env"
    path.write_text(example())
    assert read_env_file(path) == {}


def test_every_example_in_vireo_env_can_be_used(tmp_path: Path) -> None:
    examples = [line[1:] for line in example().splitlines() if line.startswith("#VIREO_")]
    path = tmp_path / "vireo.env"
    path.write_text("\n".join(examples))
    variables = read_env_file(path)
    assert len(variables) == len(examples)
    assert Settings.parse(variables).gateway.rate_limit_exempt == ("127.0.0.1", "10.0.0.0/8")


@pytest.mark.parametrize("line", ["VIREO_PORT", "PATH=/bin", "export VIREO_PORT=1"])
def test_a_line_of_vireo_env_that_is_no_setting_is_told_with_its_number(
    tmp_path: Path, line: str
) -> None:
    path = tmp_path / "vireo.env"
    path.write_text(f"# settings\n{line}\n")
    with pytest.raises(OperationError, match="line 2"):
        read_env_file(path)


@pytest.mark.parametrize("everybody", ["0.0.0.0/0", "::/0", "127.0.0.1 ::/0"])
def test_not_everybody_is_a_proxy(everybody: str) -> None:
    """Otherwise every client could forge its address."""
    with pytest.raises(OperationError, match=r"VIREO_TRUSTED_PROXIES: .* is everybody"):
        Settings.parse({"VIREO_TRUSTED_PROXIES": everybody})
