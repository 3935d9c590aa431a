"""The courier's variables."""

from pathlib import Path

import pytest

from vireo_courier.settings import MailSettings


def read(monkeypatch: pytest.MonkeyPatch, **variables: str) -> MailSettings:
    for name, text in variables.items():
        monkeypatch.setenv(f"VIREO_{name.upper()}", text)
    return MailSettings.read()


@pytest.mark.parametrize(
    "text", ["Vireo", "", "vireo@", "a@b.org\nBcc: c@d.org", "jörg@example.org"]
)
def test_senders_that_are_none(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    with pytest.raises(SystemExit, match="VIREO_MAIL_FROM"):
        read(monkeypatch, mail_from=text)


def test_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    sender = read(monkeypatch, mail_from="Vídeo <hello@exämple.org>").sender
    assert (sender.display_name, sender.addr_spec) == ("Vídeo", "hello@xn--exmple-cua.org")


def test_no_password_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"smtp_user": "vireo", "smtp_security": "none"}
    read(monkeypatch, smtp_host="localhost", **given)
    with pytest.raises(SystemExit, match="VIREO_SMTP_USER"):
        read(monkeypatch, smtp_host="mail.example.org", **given)


def test_password(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert read(monkeypatch, secrets=str(tmp_path)).smtp_password() == ""
    settings = read(monkeypatch, smtp_user="vireo", secrets=str(tmp_path))
    with pytest.raises(SystemExit, match="smtp_password"):
        settings.smtp_password()
    (tmp_path / "smtp_password").write_text("sesame\n")
    assert settings.smtp_password() == "sesame"
    (tmp_path / "smtp_password").write_text("sésame\n")
    with pytest.raises(SystemExit, match="ASCII"):
        settings.smtp_password()
