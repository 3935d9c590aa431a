"""Settings that every service has: read once from ``VIREO_*`` variables, checked, then frozen.

Secrets never stand in a variable: they are files in the folder ``VIREO_SECRETS``.
"""

import hmac
import sys
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class ServiceSettings(BaseSettings):
    """What a service needs to serve and to reach the database and its neighbours."""

    model_config = SettingsConfigDict(env_prefix="VIREO_", frozen=True, extra="ignore")

    bind: str = Field(
        "127.0.0.1:8000", description="Address and port, or unix:PATH, that the service listens on."
    )
    db_host: str = Field("127.0.0.1", description="Host of MariaDB.")
    db_port: int = Field(3306, ge=1, le=65535, description="Port of MariaDB.")
    db_name: str = Field("vireo", description="Name of the database.")
    secrets: Path = Field(Path("/run/secrets"), description="Folder of the secret files.")
    catalog_url: str = Field("http://127.0.0.1:8002", description="Internal address of catalog.")
    media_url: str = Field("http://127.0.0.1:8003", description="Internal address of media.")
    web_workers: int = Field(2, ge=1, le=64, description="Gunicorn worker processes.")
    web_threads: int = Field(16, ge=1, le=256, description="Threads of each worker process.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe level that is logged."
    )
    metrics_dir: Path | None = Field(
        None, description="Folder of the metrics that the worker processes share."
    )
    alive_file: Path | None = Field(
        None, description="File that a worker touches every half second while it is alive."
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
            SystemExit: the file is not there or can't be read; the name is told, no content.
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
            return cls()
        except ValidationError as error:
            lines = [
                f"  VIREO_{str(problem['loc'][0]).upper()}: {problem['msg']}"
                for problem in error.errors()
            ]
            sys.exit("settings: these variables are not valid\n" + "\n".join(lines))
