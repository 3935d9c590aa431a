"""``vireo-auth rotate-keys``, ``grant`` and ``revoke``: commands for a running auth."""

import argparse
import sys

from vireo_auth.core.accounts import USERNAME
from vireo_auth.core.roles import NoSuchAccount
from vireo_auth.rotation import NotRetired, rotate
from vireo_auth.settings import AuthSettings
from vireo_auth.storage.keys import KeyTable
from vireo_auth.storage.roles import RoleTable
from vireo_common import logs
from vireo_common.database import Database
from vireo_common.errors import Failure
from vireo_common.roles import Role


def main() -> int:
    """Run one command; its exit status."""
    given = _arguments()
    settings = AuthSettings.read()
    logs.configure("auth", settings.log_level)
    try:
        database = Database.connect("auth", settings, size=1)
        if given.command == "rotate-keys":
            return _rotate_keys(settings, database)
        return _change_role(RoleTable(database), given)
    except Failure as failure:
        print(f"Nothing was changed: {failure.message}", file=sys.stderr)
        return 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="vireo-auth")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("rotate-keys", help="sign tokens with another key")
    grant = commands.add_parser("grant", help="give an account a role")
    grant.add_argument("name")
    grant.add_argument("role", choices=[role.value for role in Role])
    revoke = commands.add_parser("revoke", help="take an account's role away")
    revoke.add_argument("name")
    return parser.parse_args()


def _rotate_keys(settings: AuthSettings, database: Database) -> int:
    try:
        key_id = rotate(settings.signing_key, KeyTable(database))
    except NotRetired as error:
        print(f"Tokens are signed with the key {error} from now on.", file=sys.stderr)
        print("The old key could not be retired: rotate once more.", file=sys.stderr)
        return 1
    print(f"Tokens are signed with the key {key_id} from now on.")
    return 0


def _change_role(roles: RoleTable, given: argparse.Namespace) -> int:
    try:
        if not USERNAME.fullmatch(given.name):
            raise NoSuchAccount
        if given.command == "grant":
            changed = roles.grant(given.name, Role(given.role))
            print(f"{given.name} is {given.role} {'from now on' if changed else 'already'}.")
        else:
            changed = roles.revoke(given.name)
            print(f"{given.name} has no role {'any more' if changed else 'anyway'}.")
    except NoSuchAccount:
        print(f"There is no account {given.name!r}.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
