"""`make dev SERVICE=catalog`: one service in the foreground, reloaded at every change.

The other programs keep running under supervisor. The service keeps its address, settings and
secrets, and logs to the terminal; at the end supervisor starts it again.
"""

import json
import signal
import subprocess

from vireo_ops.errors import OperationError
from vireo_ops.layout import CHECKOUT
from vireo_ops.programs import SERVICES
from vireo_ops.run_user import choose_users, switch_to
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
    users = choose_users(CHECKOUT, runtime.layout.data)
    description = json.loads((runtime.layout.programs / f"{service}.json").read_text())
    # One process, for reloading and for debuggers.
    command = [*description["command"], "--reload", "--workers", "1"]
    # SIGTERM ends it as Ctrl-C does, so that the supervised service is started again then too.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        supervisor.stop(service)
        with subprocess.Popen(
            command,
            **switch_to(users.media if service == "media" else users.services),
            cwd=CHECKOUT,
            env=description["environment"],
        ) as process:
            return _until_interrupted(process)
    finally:
        supervisor.start(service)
        signal.signal(signal.SIGTERM, before)


def _until_interrupted(process: "subprocess.Popen[bytes]") -> int:
    """Wait for the service; an interrupt terminates it, and it stops its workers first."""
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.terminate()
        process.wait()
        return 0
