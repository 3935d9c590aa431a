"""Failed sign-ins by address: one that guesses at many names is slowed down."""

from alembic import op

revision = "0005"
down_revision = "0004"

ADD_INDEX = "CREATE INDEX IF NOT EXISTS ByAddress ON SignInFailures (Address, FailedAt)"


def upgrade() -> None:
    """Add the index."""
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(ADD_INDEX)
