"""A compose project of its own, for the tests of Vireo in containers."""

import json
import os
import subprocess
from dataclasses import dataclass

from vireo_ops.layout import CHECKOUT

SERVICES = (
    *("gateway", "auth", "auth-worker", "catalog", "catalog-worker", "courier"),
    *("community", "community-worker", "community-stream"),
    *("media", "media-worker", "media-tus", "mariadb"),
)


@dataclass(frozen=True)
class Project:
    """One compose project; `url` is its gateway's address, `version` the tag of its images."""

    name: str
    port: int
    version: str = "latest"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def compose(self, *words: str, seconds: int = 600) -> str:
        """What `docker compose` prints; its complaint is the test's failure."""
        return self._run("docker", "compose", "-p", self.name, *words, seconds=seconds)

    def docker(self, *words: str) -> str:
        """What `docker` prints."""
        return self._run("docker", *words, seconds=120)

    def containers(self, service: str) -> list[str]:
        """The ids of the running containers of a service."""
        return self.compose("ps", "--quiet", "--status", "running", service).split()

    def inspect(self, service: str) -> list[dict[str, object]]:
        """What Docker knows of a service's containers."""
        found: list[dict[str, object]] = json.loads(
            self.docker("inspect", *self.compose("ps", "--all", "--quiet", service).split())
        )
        return found

    def _run(self, *command: str, seconds: int) -> str:
        done = subprocess.run(
            command,
            cwd=CHECKOUT,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stderr[-3000:]}"
        return done.stdout

    def environment(self) -> dict[str, str]:
        """Settings of this project; everything comes from the networks that Docker makes."""
        others = {name: value for name, value in os.environ.items() if name[:6] != "VIREO_"}
        return {
            **others,
            "VIREO_PORT": str(self.port),
            "VIREO_VERSION": self.version,
            "VIREO_LISTEN_ADDRESS": "127.0.0.1",
            # Hashing is not what is tested here.
            "VIREO_BCRYPT_COST": "4",
            "VIREO_SIGN_IN_GUESSES": "100000",
            "VIREO_MAILS_OF_ORIGIN": "100000",
            "VIREO_RATE_LIMIT_EXEMPT": "127.0.0.0/8,10.0.0.0/8,172.16.0.0/12,192.168.0.0/16",
        }
