"""A Vireo of its own in containers: built, started, and taken down with everything that it made."""

import subprocess
import uuid
from collections.abc import Iterator

import pytest

from vireo_ops.layout import CHECKOUT
from vireo_testing.compose import Project
from vireo_testing.mariadb import free_port


@pytest.fixture(scope="session")
def project() -> Iterator[Project]:
    """A running project, from a build of this checkout to nothing left."""
    found = Project(f"vireo-test-{uuid.uuid4().hex[:8]}", free_port())
    try:
        found.compose("up", "--detach", "--build", "--wait", seconds=900)
        yield found
    finally:
        logs = subprocess.run(
            ["docker", "compose", "-p", found.name, "logs", "--tail", "40"],
            cwd=CHECKOUT,
            env=found.environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        print(logs.stdout[-20_000:])
        found.compose("down", "--volumes", "--remove-orphans", "--timeout", "5")
    left = found.docker("ps", "--all", "--quiet", "--filter", f"name={found.name}")
    volumes = found.docker("volume", "ls", "--quiet", "--filter", f"name={found.name}")
    networks = found.docker("network", "ls", "--quiet", "--filter", f"name={found.name}")
    assert (left, volumes, networks) == ("", "", "")
