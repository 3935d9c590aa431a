"""``python -m vireo_community recount``: are the counters what the rows behind them say?"""

import argparse
import sys

from vireo_common import logs
from vireo_common.database import Database
from vireo_common.errors import Failure
from vireo_community.settings import CommunitySettings
from vireo_community.storage.recount import Recount


def main() -> int:
    """Run one command; 1 where a counter differs, also one that was repaired."""
    parser = argparse.ArgumentParser(prog="python -m vireo_community")
    parser.add_argument("command", choices=["recount"])
    parser.add_argument("--repair", action="store_true", help="set what differs")
    given = parser.parse_args()
    settings = CommunitySettings.read()
    logs.configure("community", settings.log_level)
    try:
        return _recount(Recount(Database.connect("community", settings, size=1)), given.repair)
    except Failure as failure:
        print(f"Not finished: {failure.message}", file=sys.stderr)
        return 1


def _recount(recount: Recount, repair: bool) -> int:
    differing = 0
    for found in recount.differences():
        differing += 1
        print(f"{found.counter} of {found.subject}: {found.kept}, by its rows {found.rows}")
        if repair:
            recount.repair(found)
    print(f"{differing} counters differ{' and were set' if repair and differing else ''}.")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
