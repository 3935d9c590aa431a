"""``python -m vireo_common.ready``: exit status 0 when the service of this container is ready."""

import os
import sys
import urllib.error
import urllib.request

SECONDS = 4.0


def main() -> int:
    """Ask ``/readyz`` on the service's own port."""
    port = os.environ.get("VIREO_BIND", "127.0.0.1:8000").rpartition(":")[2]
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=SECONDS):
            return 0
    except (urllib.error.URLError, OSError) as error:
        print(error, file=sys.stderr)  # noqa: T201 - what `docker inspect` shows of a health check
        return 1


if __name__ == "__main__":
    sys.exit(main())
