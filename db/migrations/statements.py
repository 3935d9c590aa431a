"""How migrations run: raw SQL on the driver's own cursor, which gives ``%`` and ``:`` no meaning.

MariaDB commits after each DDL statement, so every statement of a migration must be one that can be
run again.
"""

from alembic import op


def run(*statements: str) -> None:
    """Run the statements of a migration, one after the other."""
    with op.get_bind().connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
