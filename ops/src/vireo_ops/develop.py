"""`make dev SERVICE=catalog`: one service from the working tree, started anew at every change.

The others go on under the supervisor. The service keeps its address, settings and secrets, and its
log goes to the terminal; at the end the supervised one comes back.
"""

import json
import subprocess

from vireo_ops.errors import OperationError
from vireo_ops.layout import CHECKOUT
from vireo_ops.programs import SERVICES
from vireo_ops.run_user import choose_run_user, switch_to
from vireo_ops.runtime import Runtime
from vireo_ops.supervisor import Supervisor


def develop(runtime: Runtime, service: str) -> int:
    """Run `service` in the foreground until it is interrupted; its exit status.

    Raises:
        OperationError: it is none of the services, or Vireo can't be started.
    """
    if service not in SERVICES:
        raise OperationError(f"SERVICE must be one of {', '.join(SERVICES)}.")
    runtime.up()
    supervisor = Supervisor(runtime.layout)
    description = json.loads((runtime.layout.programs / f"{service}.json").read_text())
    # One process: reloading replaces it, and a debugger finds it.
    command = [*description["command"], "--reload", "--workers", "1"]
    supervisor.stop(service)
    try:
        return subprocess.run(
            command,
            **switch_to(choose_run_user(CHECKOUT, runtime.layout.data)),
            check=False,
            cwd=CHECKOUT,
            env=description["environment"],
        ).returncode
    except KeyboardInterrupt:
        return 0
    finally:
        supervisor.start(service)
