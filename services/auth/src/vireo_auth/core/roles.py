"""Roles: who runs this Vireo grants them and takes them away."""

from typing import Protocol

from vireo_common.roles import Role


class NoSuchAccount(Exception):
    """There is no account with this name."""


class RoleStore(Protocol):
    """Where roles are kept; each change stands in the audit log."""

    def grant(self, name: str, role: Role) -> bool:
        """Give an account a role in place of the one that it has; ``False``: it had it already.

        Raises:
            NoSuchAccount: nothing was changed.
        """

    def revoke(self, name: str) -> bool:
        """Take an account's role away; ``False``: it had none.

        Raises:
            NoSuchAccount: nothing was changed.
        """
