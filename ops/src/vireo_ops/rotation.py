"""`make rotate-keys`: runs auth's own command as auth's user, with auth's environment."""

import json
import subprocess
import sys

from vireo_ops.errors import OperationError
from vireo_ops.layout import CHECKOUT
from vireo_ops.run_user import choose_users, switch_to
from vireo_ops.runtime import Runtime


def rotate_keys(runtime: Runtime) -> int:
    """Replace the key that signs tokens; the command's exit status.

    Raises:
        OperationError: no Vireo has been started here yet.
    """
    description = runtime.layout.programs / "auth.json"
    if not description.exists():
        raise OperationError("No Vireo has been started here yet: make up")
    return subprocess.run(
        [sys.executable, "-m", "vireo_auth", "rotate-keys"],
        **switch_to(choose_users(CHECKOUT, runtime.layout.data).services),
        check=False,
        cwd=CHECKOUT,
        env=json.loads(description.read_text())["environment"],
    ).returncode
