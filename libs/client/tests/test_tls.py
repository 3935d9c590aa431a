"""Behind TLS: the same bytes arrive, and nobody is trusted who is not who they say."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from vireo_client import Client, NoAnswer, VireoError
from vireo_testing.mail_server import make_certificate, server_context

HASH = "aB3dE5g"
MEBIBYTE = 1 << 20


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A key and a certificate of 127.0.0.1 that nobody has heard of."""
    return make_certificate(tmp_path / "server.pem")


@pytest.fixture
def behind_tls(scripted: Any, certificate: Path) -> Iterator[Any]:
    """The server, behind TLS."""
    with scripted(server_context(certificate)) as found:
        yield found


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Large enough that tickets of TLS come meanwhile."""
    path = tmp_path / "film.mp4"
    path.write_bytes(bytes(range(256)) * (16 * MEBIBYTE // 256))
    return path


@pytest.fixture
def trusting(
    behind_tls: Any, session: Any, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Client]:
    """A client that knows the certificate."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with Client(behind_tls.url, store=session(), patience=0) as found:
        yield found


def test_an_upload(behind_tls: Any, trusting: Client, film: Path) -> None:
    seen: list[int] = []
    trusting.upload_video(HASH, film, progress=lambda sent, total: seen.append(sent))
    (asked,) = behind_tls.asked
    assert asked.size == seen[-1] == 16 * MEBIBYTE
    assert seen.count(0) == 1


def test_a_refusal_is_read_in_the_end(
    behind_tls: Any, trusting: Client, film: Path, refusal: Any
) -> None:
    behind_tls.early = refusal("too_large", 413)
    with pytest.raises(VireoError) as caught:
        trusting.upload_video(HASH, film)
    assert caught.value.code == "too_large"


def test_a_certificate_that_nobody_knows(behind_tls: Any, session: Any, film: Path) -> None:
    with Client(behind_tls.url, store=session(), patience=0) as client:
        for call in (client.show_me, lambda: client.upload_video(HASH, film)):
            with pytest.raises(NoAnswer, match="no certificate that can be trusted"):
                call()
    assert behind_tls.asked == []
