"""``python -m vireo_common.alive``: exit status 0 while this container's worker lives."""

import sys
import time

from vireo_common.settings import ServiceSettings

SECONDS = 10.0


def main() -> int:
    """Look at the file that the worker touches."""
    file = ServiceSettings.read().alive_file
    return 0 if file and file.exists() and time.time() - file.stat().st_mtime < SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
