"""``python -m vireo_media rotate-keys``: commands for a running media."""

import argparse
import sys

from vireo_common import logs
from vireo_common.database import Database
from vireo_common.errors import Failure
from vireo_media.settings import MediaSettings
from vireo_media.storage.grant_keys import GrantKeyTable


def main() -> int:
    """Run one command; its exit status."""
    parser = argparse.ArgumentParser(prog="vireo-media")
    parser.add_argument("command", choices=["rotate-keys"])
    parser.parse_args()
    settings = MediaSettings.read()
    logs.configure("media", settings.log_level)
    try:
        key_id = GrantKeyTable(Database.connect("media", settings, size=1)).rotate()
    except Failure as failure:
        print(f"Nothing was changed: {failure.message}", file=sys.stderr)
        return 1
    print(f"Grants are signed with the key {key_id} within a minute.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
