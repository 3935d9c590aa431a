"""These tests kill and stop programs: each worker of the run has a Vireo of its own for them."""

from collections.abc import Iterator

import pytest

from vireo_ops.runtime import Runtime
from vireo_testing.gateway import own_vireo

ENVIRONMENT = {"VIREO_RATE_LIMIT_EXEMPT": "127.0.0.1", "VIREO_BCRYPT_COST": "4"}


@pytest.fixture(scope="session")
def runtime() -> Iterator[Runtime]:
    """A Vireo that may be broken; every test leaves it whole."""
    with own_vireo(ENVIRONMENT) as found:
        yield found


@pytest.fixture(scope="session")
def gateway(runtime: Runtime) -> str:
    """Its base URL."""
    return f"http://127.0.0.1:{runtime.port}"
