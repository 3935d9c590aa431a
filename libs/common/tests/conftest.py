"""What the tests of vireo_common share: a signer, and pools on the test's database."""

from collections.abc import Callable, Iterator

import pytest

from vireo_common.database import Database
from vireo_common.tokens import Signer
from vireo_testing.mariadb import TestDatabase

OpenPool = Callable[..., Database]


@pytest.fixture
def signer(secrets_dir) -> Signer:
    return Signer((secrets_dir / "token_signing_key.pem").read_text())


@pytest.fixture
def open_pool(clean_tables: TestDatabase) -> Iterator[OpenPool]:
    """``open_pool("auth", size=4)``: a service's pool on the clean database."""
    opened: list[Database] = []

    def open_(service: str, size: int = 4) -> Database:
        database = Database(
            host=clean_tables.server.host,
            port=clean_tables.server.port,
            name=clean_tables.name,
            user=f"vireo_{service}",
            password=(clean_tables.secrets_dir / f"db_{service}_password").read_text(),
            size=size,
        )
        opened.append(database)
        return database

    yield open_
    for database in opened:
        database.close()
