"""The courier as a process of its own, for tests of those who hand mails over."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path


@contextlib.contextmanager
def running_courier(
    variables: Mapping[str, str], log_file: Path
) -> "Iterator[subprocess.Popen[bytes]]":
    """Run it until the end of the ``with``; ``variables`` are its only ``VIREO_*`` ones."""
    command = [
        # The kernel ends it when this process dies, however it dies.
        *("setpriv", "--pdeathsig", "KILL"),
        *(sys.executable, "-m", "vireo_courier"),
    ]
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8", **variables}
    with log_file.open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def smtp_variables(port: int) -> dict[str, str]:
    """Its variables for a mail server of a test."""
    return {
        "VIREO_SMTP_HOST": "127.0.0.1",
        "VIREO_SMTP_PORT": str(port),
        "VIREO_SMTP_SECURITY": "none",
        "VIREO_MAIL_FROM": "Vireo <v@example.org>",
    }
