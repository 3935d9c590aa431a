"""The variables of auth's worker."""

import pytest

from vireo_auth.settings import WorkerSettings


@pytest.mark.parametrize("text", ["example.org", "ftp://example.org", "https://", "http://a/?b"])
def test_addresses_that_are_none(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("VIREO_PUBLIC_URL", text)
    with pytest.raises(SystemExit, match="VIREO_PUBLIC_URL"):
        WorkerSettings.read()


def test_at_least_one_mail_of_an_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIREO_MAILS_OF_ORIGIN", "0")
    with pytest.raises(SystemExit, match="VIREO_MAILS_OF_ORIGIN"):
        WorkerSettings.read()
