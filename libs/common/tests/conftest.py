"""What the tests of vireo_common share: a signer."""

import pytest

from vireo_common.tokens import Signer


@pytest.fixture
def signer(secrets_dir) -> Signer:
    return Signer((secrets_dir / "token_signing_key.pem").read_text())
