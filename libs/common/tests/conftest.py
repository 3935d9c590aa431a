"""What the tests of vireo_common share: a signer, and a pool on the database."""

from pathlib import Path
from typing import Any

import pytest

from vireo_common.database import Database
from vireo_common.tokens import Signer


@pytest.fixture
def signer(secrets_dir: Path) -> Signer:
    return Signer((secrets_dir / "token_signing_key.pem").read_text())


@pytest.fixture
def database(open_pool: Any) -> Database:
    """A pool of media's own user: jobs are its."""
    pool: Database = open_pool("media", size=8)
    return pool
