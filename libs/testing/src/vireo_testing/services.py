"""A service under test: its Flask application in this process, or the real thing under gunicorn."""

import contextlib
import importlib
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask

from vireo_ops.programs import SERVICES
from vireo_testing import programs
from vireo_testing.mariadb import TestDatabase, free_port
from vireo_testing.programs import Program

# The machine that tests run on may be busy with other tests.
START_SECONDS = 90.0


def service_variables(database: TestDatabase, folder: Path) -> dict[str, str]:
    """The ``VIREO_*`` variables of a service on ``database``; files go below ``folder``.

    Neighbours stand on a port where nobody answers until a test names real ones.
    """
    media = folder / "media"
    media.mkdir(exist_ok=True)
    nobody = f"http://127.0.0.1:{free_port()}"
    return {
        **database.environment(),
        **{f"VIREO_{service.upper()}_URL": nobody for service in SERVICES},
        "VIREO_MEDIA_ROOT": str(media),
        "VIREO_BCRYPT_COST": "4",
        "VIREO_WEB_WORKERS": "1",
        "VIREO_WEB_THREADS": "4",
    }


def build_app(service: str, variables: Mapping[str, str]) -> Flask:
    """The application of ``vireo_<service>``, with ``variables`` as its only ``VIREO_*`` ones."""
    module = importlib.import_module(f"vireo_{service}.app")
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("VIREO_"):
                patch.delenv(name)
        for name, value in variables.items():
            patch.setenv(name, value)
        app: Flask = module.create_app()
    return app


@dataclass
class RunningService:
    """A service under gunicorn.

    ``url`` is its base address; ``pid`` the master process; ``log_file`` what it writes.
    """

    url: str
    pid: int
    log_file: Path
    variables: Mapping[str, str]
    process: Program

    @property
    def log(self) -> str:
        """Everything that it has written so far, and that an earlier run has."""
        return self.log_file.read_text(errors="replace")

    def request(self, method: str, path: str, **arguments: Any) -> requests.Response:
        """One HTTP request on a connection of its own; ``arguments`` as of ``requests``."""
        arguments.setdefault("timeout", 30)
        with requests.Session() as session:
            session.trust_env = False
            return session.request(method, self.url + path, **arguments)

    def answers(self) -> bool:
        """Whether it is alive."""
        try:
            self.request("GET", "/healthz", timeout=START_SECONDS).raise_for_status()
        except requests.ConnectionError:
            return False
        return True

    def kill(self) -> None:
        """End the master as ``kill -9`` does; its workers end when they see it."""
        programs.kill(self.process)


@contextlib.contextmanager
def run_service(
    service: str, variables: Mapping[str, str], log_file: Path
) -> Iterator[RunningService]:
    """Run ``vireo_<service>`` under gunicorn on a free port, ready to answer.

    Raises:
        RuntimeError: it ended or was not ready in time; the message holds its log.
    """
    bind = f"127.0.0.1:{free_port()}"
    own = {**variables, "VIREO_BIND": bind}
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", "python:vireo_common.gunicorn"]
    process = programs.start([*gunicorn, f"vireo_{service}.app:create_app()"], own, log_file)
    running = RunningService(f"http://{bind}", process.pid, log_file, own, process)
    try:
        programs.wait_until_ready(process, log_file, running.answers, START_SECONDS)
        yield running
    finally:
        programs.end(process, seconds=35)
