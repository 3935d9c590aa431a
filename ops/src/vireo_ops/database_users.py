"""MariaDB's users: one for each service, and one for migrations. db/grants.sql says what each may.

`python -m vireo_ops.database_users SOCKET SECRETS` makes them where the database is a container: a
task that root lets in by its Unix socket, and that ends. At every start, because an upgrade may
bring a user.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import pymysql
from pymysql.cursors import Cursor

from vireo_ops.secrets_store import read_secret

USERS = ("auth", "catalog", "courier", "media", "migrate")
DATABASE_NAME = "vireo"
_CONNECT_SECONDS = 5


def make_users(cursor: Cursor, secrets: Path) -> None:
    """Make each user that is missing, and give each the password of its secret file."""
    for name in USERS:
        given = (f"vireo_{name}", read_secret(secrets, f"db_{name}_password"))
        cursor.execute("CREATE USER IF NOT EXISTS %s@'%%' IDENTIFIED BY %s", given)
        cursor.execute("ALTER USER %s@'%%' IDENTIFIED BY %s", given)
    cursor.execute(
        f"GRANT ALL PRIVILEGES ON `{DATABASE_NAME}`.* TO 'vireo_migrate'@'%' WITH GRANT OPTION"
    )


def main(arguments: Sequence[str]) -> None:
    """Make the users of the database behind a socket."""
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
