"""``db/migrate.py``: safe to run at any time, and several times at once."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from vireo_testing.mariadb import Server, TestDatabase, start_migration

HEAD = max(path.name[:4] for path in Path(__file__).parents[1].glob("migrations/versions/*.py"))


@pytest.fixture
def fresh(empty_database: TestDatabase, mariadb_server: Server) -> Iterator[TestDatabase]:
    """A second database with the three original tables, and the same users."""
    name = f"{empty_database.name}_fresh"
    database = TestDatabase(mariadb_server, name, empty_database.secrets_dir)
    database.create()
    yield database
    database.drop()


def schema(database: TestDatabase) -> list[str]:
    tables = database.query(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = %s ORDER BY 1",
        (database.name,),
    )
    made = [str(database.query(f"SHOW CREATE TABLE `{table}`")[0][1]) for (table,) in tables]
    # Without where its numbers have come to.
    return [re.sub(r" AUTO_INCREMENT=\d+", "", each) for each in made]


def version(database: TestDatabase) -> str:
    return str(database.query("SELECT version_num FROM alembic_version")[0][0])


def test_three_at_once(fresh: TestDatabase, empty_database: TestDatabase) -> None:
    runs = [start_migration(fresh.environment()) for _ in range(3)]
    outputs = [run.communicate(timeout=120)[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], outputs
    assert fresh.query("SELECT version_num FROM alembic_version") == ((HEAD,),)
    assert len(schema(fresh)) == len(schema(empty_database))


def test_again_changes_nothing_and_keeps_the_rows(clean_tables: TestDatabase) -> None:
    clean_tables.query("INSERT INTO Channels (Username, Password) VALUES ('ada', 'x')")
    before = schema(clean_tables)
    clean_tables.migrate()
    assert schema(clean_tables) == before
    assert clean_tables.query("SELECT Username FROM Channels") == (("ada",),)


def test_init_again_is_harmless(clean_tables: TestDatabase) -> None:
    clean_tables.query("INSERT INTO Channels (Username, Password) VALUES ('ada', 'x')")
    before = schema(clean_tables)
    with clean_tables.connect() as connection, connection.cursor() as cursor:
        cursor.execute((Path(__file__).parents[1] / "init.sql").read_text())
        while cursor.nextset():
            pass
    assert schema(clean_tables) == before
    assert clean_tables.query("SELECT Username FROM Channels") == (("ada",),)


def test_run_that_was_cut_off_is_completed(
    fresh: TestDatabase, empty_database: TestDatabase
) -> None:
    """MariaDB commits each DDL statement: what an earlier run did is there, its version is not."""
    fresh.migrate()
    complete = schema(fresh)
    fresh.query("DELETE FROM alembic_version")
    fresh.query("DROP TABLE Jobs")
    fresh.migrate()
    assert schema(fresh) == complete
    assert version(fresh) == HEAD


def test_original_database_with_rows_is_taken_over(fresh: TestDatabase) -> None:
    fresh.query("INSERT INTO Channels (Username, Password) VALUES ('ada', 'x')")
    fresh.query(
        "INSERT INTO Videos (PathHash, ChannelID, Title, Description, Upload, `Like`, Dislike)"
        " SELECT 'aB3dE5g', ChannelID, 'Old', 'one', '2020-01-01 10:00:00', 3, 1 FROM Channels"
    )
    fresh.migrate()
    assert fresh.query("SELECT PathHash, Title, `Like`, Dislike FROM Videos") == (
        ("aB3dE5g", "Old", 3, 1),
    )


def lines(statements: list[str]) -> list[list[str]]:
    """Each table's lines without their order: a column that is added anew is the last one."""
    return [sorted(line.rstrip(",") for line in text.splitlines()) for text in statements]


def test_what_waits_as_a_row_for_a_consumer_is_an_event_of_the_log(fresh: TestDatabase) -> None:
    """Version 0022 had ``Events`` as a queue, all of which its services might change."""
    fresh.migrate()
    complete = lines(schema(fresh))
    for statement in (
        "DROP TABLE Events, EventLog, EventPlaces, EventFailures",
        "CREATE TABLE Events LIKE Jobs",
        "ALTER TABLE Videos DROP COLUMN StateEvent",
        "UPDATE alembic_version SET version_num = '0022'",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON Events TO vireo_auth, vireo_catalog, vireo_media",
    ):
        fresh.query(statement)
    for number, state in enumerate(("queued", "running", "quarantined"), 1):
        fresh.query(
            "INSERT INTO Events (Queue, Kind, Subject, Payload, State, Attempts, MaxAttempts,"
            " RunAfter, CreatedAt, LeaseToken, LeaseUntil)"
            " VALUES ('media_events', 'video_removed', %s, '{}', %s, 1, 20, NOW(3), NOW(3),"
            " 'x', NOW(3))",
            (number, state),
        )
    fresh.migrate()
    assert lines(schema(fresh)) == complete
    assert fresh.query("SELECT EventID, Kind, Subject, Payload, Place FROM Events") == tuple(
        (number, "video_removed", str(number), "{}", None) for number in (1, 2, 3)
    )
    assert fresh.query("SELECT 1 FROM Events WHERE State <> ''") == ()
    for user in ("auth", "catalog", "media"):
        for (grant,) in fresh.query(f"SHOW GRANTS FOR vireo_{user}"):
            if f"`{fresh.name}`.`Events`" in grant:
                assert "UPDATE (`Place`)" in grant
                assert "UPDATE," not in grant
                assert ("DELETE" in grant) == (user == "media")


def test_wrong_password_fails(fresh: TestDatabase, tmp_path: Path) -> None:
    (tmp_path / "db_migrate_password").write_text("wrong")
    run = start_migration({**fresh.environment(), "VIREO_SECRETS": str(tmp_path)})
    run.communicate(timeout=60)
    assert run.returncode != 0
