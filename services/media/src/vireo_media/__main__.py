"""``python -m vireo_media rotate-keys`` and ``make-streams``: commands for a running media."""

import argparse
import sys

from vireo_common import logs
from vireo_common.database import Database
from vireo_common.errors import Failure
from vireo_common.grant_key_table import GrantKeyTable
from vireo_media.settings import MediaSettings
from vireo_media.storage import earlier_videos


def main() -> int:
    """Run one command; its exit status."""
    commands = {"rotate-keys": _rotate_keys, "make-streams": _make_streams}
    parser = argparse.ArgumentParser(prog="vireo-media")
    parser.add_argument("command", choices=sorted(commands))
    command = parser.parse_args().command
    settings = MediaSettings.read()
    logs.configure("media", settings.log_level)
    try:
        print(commands[command](Database.connect("media", settings, size=1)))
    except Failure as failure:
        print(f"{command} failed: {failure.message}", file=sys.stderr)
        return 1
    return 0


def _rotate_keys(database: Database) -> str:
    key_id = GrantKeyTable(database).rotate()
    return f"Grants are signed with the key {key_id} within a minute."


def _make_streams(database: Database) -> str:
    count = earlier_videos.add_jobs(database)
    return (
        f"{count} earlier videos get a stream and the captions of their files, behind all others."
    )


if __name__ == "__main__":
    sys.exit(main())
