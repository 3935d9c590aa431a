"""MariaDB's users: one for each service, and one for migrations. db/grants.sql says what each may.

`python -m vireo_ops.database_users SOCKET SECRETS` creates them where the database is a container:
a one-shot task that connects as root through the Unix socket. It runs at every start, because an
upgrade may add a user.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import pymysql
from pymysql.cursors import Cursor

from vireo_ops.secrets_store import read_secret

USERS = ("auth", "catalog", "community", "courier", "media", "migrate")
DATABASE_NAME = "vireo"
_CONNECT_SECONDS = 5


def make_users(cursor: Cursor, secrets: Path) -> None:
    """Create missing users, and set each password from its secret file."""
    for name in USERS:
        given = (f"vireo_{name}", read_secret(secrets, f"db_{name}_password"))
        cursor.execute("CREATE USER IF NOT EXISTS %s@'%%' IDENTIFIED BY %s", given)
        cursor.execute("ALTER USER %s@'%%' IDENTIFIED BY %s", given)
    cursor.execute(
        f"GRANT ALL PRIVILEGES ON `{DATABASE_NAME}`.* TO 'vireo_migrate'@'%' WITH GRANT OPTION"
    )


def main(arguments: Sequence[str]) -> None:
    """Create the users of the database behind a Unix socket."""
    path, secrets = arguments[0], Path(arguments[1])
    connection = pymysql.connect(
        unix_socket=path,
        user="root",
        password=read_secret(secrets, "db_root_password"),
        charset="utf8mb4",
        autocommit=True,
        connect_timeout=_CONNECT_SECONDS,
    )
    try:
        with connection.cursor() as cursor:
            make_users(cursor, secrets)
    finally:
        connection.close()


if __name__ == "__main__":
    main(sys.argv[1:])
