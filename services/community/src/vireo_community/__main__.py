"""``python -m vireo_community recount`` and ``audit-log``: is what is kept what it should be?"""

import argparse
import re
import sys

from vireo_common import logs
from vireo_common.audit_log import AuditLog, Head
from vireo_common.database import Database
from vireo_common.errors import Failure
from vireo_community.settings import CommunitySettings
from vireo_community.storage.decision_check import DecisionCheck
from vireo_community.storage.recount import Recount
from vireo_community.storage.role_check import RoleCheck

HEAD = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")


def main() -> int:
    """Run one command; 1 where something is not as it should be, also a counter that was set."""
    given = _arguments()
    settings = CommunitySettings.read()
    logs.configure("community", settings.log_level)
    try:
        database = Database.connect("community", settings, size=1)
        if given.command == "recount":
            return _recount(Recount(database), given.repair)
        return _audit(database, given.head)
    except Failure as failure:
        print(f"Not finished: {failure.message}", file=sys.stderr)
        return 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m vireo_community")
    commands = parser.add_subparsers(dest="command", required=True)
    recount = commands.add_parser("recount", help="compare counters with the rows behind them")
    recount.add_argument("--repair", action="store_true", help="set what differs")
    audit = commands.add_parser("audit-log", help="compute the hashes of all decisions again")
    audit.add_argument("--head", type=_head, help="a head that was noted before, number:hash")
    return parser.parse_args()


def _head(text: str) -> Head:
    found = HEAD.fullmatch(text)
    if found is None:
        raise argparse.ArgumentTypeError("must be a number and a hash, as this command prints them")
    return Head(int(found[1]), bytes.fromhex(found[2]))


def _recount(recount: Recount, repair: bool) -> int:
    differing = 0
    for found in recount.differences():
        differing += 1
        print(f"{found.counter} of {found.subject}: {found.kept}, by its rows {found.rows}")
        if repair:
            recount.repair(found)
    print(f"{differing} counters differ{' and were set' if repair and differing else ''}.")
    return 1 if differing else 0


def _audit(database: Database, noted: Head | None) -> int:
    verdict = AuditLog(database).verify(noted)
    problem = verdict.problem or DecisionCheck(database).problem() or RoleCheck(database).problem()
    if problem:
        print(f"The audit log is not whole: {problem}")
        return 1
    print(f"Entries: {verdict.head.number}, all as written. Note the head, and compare it")
    print(f"the next time (make audit-log HEAD=...): {verdict.head}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
