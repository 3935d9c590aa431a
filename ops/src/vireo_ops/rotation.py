"""`make rotate-keys`: runs auth's and media's own commands, as their users."""

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
    users = choose_users(CHECKOUT, runtime.layout.data)
    for service, user in (("auth", users.services), ("media", users.media)):
        description = runtime.layout.programs / f"{service}.json"
        if not description.exists():
            raise OperationError("No Vireo has been started here yet: make up")
        status = subprocess.run(
            [sys.executable, "-m", f"vireo_{service}", "rotate-keys"],
            **switch_to(user),
            check=False,
            cwd=CHECKOUT,
            env=json.loads(description.read_text())["environment"],
        ).returncode
        if status != 0:
            return status
    return 0
