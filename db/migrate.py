"""Bring the database to the newest schema, then give each service's user its grants.

Run once before the services start, as the user ``vireo_migrate``; several runs at the same time
wait for each other. Reads ``VIREO_DB_HOST``, ``VIREO_DB_PORT``, ``VIREO_DB_NAME`` and the secret
file ``db_migrate_password`` in ``VIREO_SECRETS``.
"""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy
from alembic import command
from alembic.config import Config
from sqlalchemy import URL, Connection

HERE = Path(__file__).resolve().parent
LOCK_SECONDS = 120


def main() -> None:
    """Migrate and grant.

    Raises:
        SystemExit: another run holds the lock for too long.
    """
    engine = sqlalchemy.create_engine(_url())
    with engine.connect() as connection:
        lock = sqlalchemy.text("SELECT GET_LOCK('vireo.migrations', :seconds)")
        if connection.execute(lock, {"seconds": LOCK_SECONDS}).scalar() != 1:
            sys.exit(f"migrate: another migration has been running for {LOCK_SECONDS} s")
        # The lock belongs to the session and goes with it.
        _upgrade(connection)
        _grant(connection)
    engine.dispose()


def _url() -> URL:
    secrets = Path(os.environ.get("VIREO_SECRETS", "/run/secrets"))
    return URL.create(
        "mysql+pymysql",
        username="vireo_migrate",
        password=(secrets / "db_migrate_password").read_text().strip(),
        host=os.environ.get("VIREO_DB_HOST", "127.0.0.1"),
        port=int(os.environ.get("VIREO_DB_PORT", "3306")),
        database=os.environ.get("VIREO_DB_NAME", "vireo"),
        query={"charset": "utf8mb4"},
    )


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(HERE / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    connection.commit()


def _grant(connection: Connection) -> None:
    for statement in _statements((HERE / "grants.sql").read_text()):
        connection.exec_driver_sql(statement)


def _statements(script: str) -> Iterator[str]:
    code = "\n".join(line for line in script.splitlines() if not line.lstrip().startswith("--"))
    return (part.strip() for part in code.split(";") if part.strip())


if __name__ == "__main__":
    main()
