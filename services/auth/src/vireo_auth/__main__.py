"""``python -m vireo_auth rotate-keys``: commands for a running auth."""

import argparse
import sys

from vireo_auth.rotation import NotRetired, rotate
from vireo_auth.settings import AuthSettings
from vireo_auth.storage.keys import KeyTable
from vireo_common import logs
from vireo_common.database import Database
from vireo_common.errors import Failure


def main() -> int:
    """Run one command; its exit status."""
    parser = argparse.ArgumentParser(prog="vireo-auth")
    parser.add_argument("command", choices=["rotate-keys"])
    parser.parse_args()
    settings = AuthSettings.read()
    logs.configure("auth", settings.log_level)
    try:
        key_id = rotate(settings.signing_key, KeyTable(Database.connect("auth", settings, size=1)))
    except Failure as failure:
        print(f"Nothing was changed: {failure.message}", file=sys.stderr)
        return 1
    except NotRetired as error:
        print(f"Tokens are signed with the key {error} from now on.", file=sys.stderr)
        print("The old key could not be retired: rotate once more.", file=sys.stderr)
        return 1
    print(f"Tokens are signed with the key {key_id} from now on.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
