"""Settings that every service has: read once from ``VIREO_*`` variables, checked, then frozen.

A field is the one declaration of a setting: its name, default, check and description become the
row in docs/operations.md, the line in docker-compose.yml and the example in ``vireo.env``
(``make settings``). Secrets never stand in a variable: they are files in the folder
``VIREO_SECRETS``.
"""

import hmac
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError

PREFIX = "VIREO_"


def fixed(default: Any, description: str, **checks: Any) -> Any:
    """A setting that ``make up`` and docker-compose.yml give themselves."""
    return Field(default, description=description, json_schema_extra={"fixed": True}, **checks)


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    plain = parts.scheme in {"http", "https"} and parts.netloc
    if not plain or parts.query or parts.fragment:
        raise ValueError("must be an address like https://video.example.org")
    return value.rstrip("/")


WebAddress = Annotated[str, AfterValidator(_web_address)]
"""An address with a scheme, and nothing behind its path."""


PUBLIC_URL: Any = Field(
    "http://localhost:8080",
    description="address that people know Vireo by: links in mails lead there; with `https:` "
    "cookies stay there, under names that say so",
)
"""A field of those who make links."""


class ServiceSettings(BaseModel):
    """What a service needs to serve and to reach the database and its neighbours."""

    model_config = ConfigDict(frozen=True, extra="ignore", validate_default=True)

    web_workers: int = Field(2, ge=1, le=64, description="processes of each service")
    web_threads: int = Field(
        16,
        ge=1,
        le=256,
        description="threads of each process, and (up to 16) its connections to the database",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="`debug`, `info`, `warning` or `error`"
    )
    bind: str = fixed(
        "127.0.0.1:8000", "address and port, or `unix:` and a path, of the service's socket"
    )
    db_host: str = fixed("127.0.0.1", "host of MariaDB")
    db_port: int = fixed(3306, "its port", ge=1, le=65535)
    db_name: str = fixed("vireo", "name of the database")
    secrets: Path = fixed(Path("/run/secrets"), "folder of the secret files")
    catalog_url: str = fixed("http://127.0.0.1:8002", "internal address of catalog")
    media_url: str = fixed("http://127.0.0.1:8003", "internal address of media")
    metrics_dir: Path | None = fixed(
        None, "folder that the processes of one service share for metrics"
    )
    alive_file: Path | None = fixed(
        None, "file that a worker touches every half second; for health checks of containers"
    )

    def derived_key(self, purpose: str) -> bytes:
        """A key of 32 bytes for one purpose, the same in every process that has the service token.

        Raises:
            SystemExit: see ``secret``.
        """
        token = self.secret("service_token").get_secret_value()
        return hmac.digest(token.encode(), f"vireo {purpose}".encode(), "sha256")

    def secret(self, name: str) -> SecretStr:
        """The content of one secret file.

        Raises:
            SystemExit: the file is not there or can't be read; says its name, no content.
        """
        try:
            return SecretStr((self.secrets / name).read_text().strip())
        except OSError as error:
            sys.exit(f"settings: the secret file {name!r} can't be read: {error.strerror}")

    @classmethod
    def read(cls) -> Self:
        """Read the environment.

        Raises:
            SystemExit: with every variable that is missing or wrong, one a line.
        """
        try:
            return cls.parse(os.environ)
        except ValidationError as error:
            lines = [f"  {line}" for line in complaints(error).values()]
            sys.exit("settings: these variables are not valid\n" + "\n".join(lines))

    @classmethod
    def parse(cls, variables: Mapping[str, str]) -> Self:
        """Read the settings from ``VIREO_*`` variables.

        Raises:
            ValidationError: see ``complaints``.
        """
        given = {
            name.removeprefix(PREFIX).lower(): text
            for name, text in variables.items()
            if name.startswith(PREFIX)
        }
        return cls.model_validate(given)


def complaints(error: ValidationError) -> dict[str, str]:
    """What is wrong with each variable, as a line that begins with its name."""
    found = {}
    for problem in error.errors():
        name = f"{PREFIX}{str(problem['loc'][0]).upper()}"
        message = problem["msg"].removeprefix("Value error, ")
        found[name] = f"{name}: {message} (it is {problem['input']!r})"
    return found
