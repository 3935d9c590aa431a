"""`make rotate-keys`, `recount`, `streams`, `audit-log`, `grant`, `revoke`: run a service's own
command, as its user."""

import json
import subprocess
import sys

from vireo_ops.errors import OperationError
from vireo_ops.layout import CHECKOUT
from vireo_ops.run_user import choose_users, switch_to
from vireo_ops.runtime import Runtime


def rotate_keys(runtime: Runtime) -> int:
    """Replace the keys that sign tokens and grants; the first exit status that is not 0.

    Raises:
        OperationError: no Vireo has been started here yet.
    """
    for service in ("auth", "media"):
        status = run_command(runtime, service, "rotate-keys")
        if status != 0:
            return status
    return 0


def recount(runtime: Runtime, *, repair: bool) -> int:
    """Compare the counters with the rows behind them; 0 where all agree.

    Raises:
        OperationError: no Vireo has been started here yet.
    """
    return run_command(runtime, "community", "recount", *(["--repair"] if repair else []))


def run_command(runtime: Runtime, service: str, *arguments: str) -> int:
    """Run a command of a service; its exit status.

    Raises:
        OperationError: no Vireo has been started here yet.
    """
    description = runtime.layout.programs / f"{service}.json"
    if not description.exists():
        raise OperationError("No Vireo has been started here yet: make up")
    users = choose_users(CHECKOUT, runtime.layout.data)
    user = users.media if service == "media" else users.services
    return subprocess.run(
        [sys.executable, "-m", f"vireo_{service}", *arguments],
        **switch_to(user),
        check=False,
        cwd=CHECKOUT,
        env=json.loads(description.read_text())["environment"],
    ).returncode
