"""The courier as a process of its own, for tests of those who hand mails over."""

import contextlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from vireo_testing import programs
from vireo_testing.programs import Program


@contextlib.contextmanager
def running_courier(variables: Mapping[str, str], log_file: Path) -> Iterator[Program]:
    """Run it until the end of the ``with``; ``variables`` are its only ``VIREO_*`` ones."""
    program = programs.start([sys.executable, "-m", "vireo_courier"], variables, log_file)
    try:
        yield program
    finally:
        programs.kill(program)


def smtp_variables(port: int) -> dict[str, str]:
    """Its variables for a mail server of a test."""
    return {
        "VIREO_SMTP_HOST": "127.0.0.1",
        "VIREO_SMTP_PORT": str(port),
        "VIREO_SMTP_SECURITY": "none",
        "VIREO_MAIL_FROM": "Vireo <v@example.org>",
    }
