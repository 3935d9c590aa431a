"""The three tables of the contract, and what the unique keys compare."""

import pymysql
import pytest

from vireo_testing.mariadb import TestDatabase

CONTRACT = {
    "Channels": {"ChannelID": "int(11)", "Username": "varchar(25)", "Password": "varchar(60)"},
    "ChannelDetails": {
        "ChannelID": "int(11)",
        "Fname": "varchar(25)",
        "Mname": "varchar(25)",
        "Lname": "varchar(25)",
        "Email": "varchar",
        "Birth": "date",
    },
    "Videos": {
        "VideoID": "int(11)",
        "PathHash": "varchar(7)",
        "ChannelID": "int(11)",
        "Title": "varchar(255)",
        "Description": "mediumtext",
        "Upload": "datetime",
        "Like": "int(11)",
        "Dislike": "int(11)",
    },
}
OWNED = (
    "ChannelDetails",
    "Videos",
    "ChannelStats",
    "KnownAddresses",
    "KnownDevices",
    "EmailTokens",
    "EmailChanges",
    "Browsers",
    "Exports",
)


@pytest.mark.parametrize("table", CONTRACT)
def test_columns_of_the_contract(clean_tables: TestDatabase, table: str) -> None:
    rows = clean_tables.query(
        "SELECT column_name, column_type, is_nullable FROM information_schema.columns"
        " WHERE table_schema = %s AND table_name = %s",
        (clean_tables.name, table),
    )
    found = {name: kind for name, kind, _ in rows}
    for column, kind in CONTRACT[table].items():
        assert found[column].startswith(kind), column
        assert (column, "YES") not in {(name, nullable) for name, _, nullable in rows}


@pytest.mark.parametrize(
    ("table", "key"),
    [("Channels", "ChannelID"), ("ChannelDetails", "Email"), ("Videos", "VideoID")],
)
def test_primary_keys(clean_tables: TestDatabase, table: str, key: str) -> None:
    rows = clean_tables.query(f"SHOW KEYS FROM {table} WHERE Key_name = 'PRIMARY'")
    assert [row[4] for row in rows] == [key]


def test_every_table_is_innodb(clean_tables: TestDatabase) -> None:
    engines = clean_tables.query(
        "SELECT DISTINCT engine FROM information_schema.tables WHERE table_schema = %s",
        (clean_tables.name,),
    )
    assert engines == (("InnoDB",),)


def add_channel(clean: TestDatabase, name: str) -> int:
    clean.query("INSERT INTO Channels (Username, Password) VALUES (%s, 'x')", (name,))
    ((number,),) = clean.query("SELECT ChannelID FROM Channels WHERE Username = %s", (name,))
    return int(number)


def add_details(clean: TestDatabase, channel: int, email: str) -> None:
    clean.query(
        "INSERT INTO ChannelDetails (ChannelID, Fname, Mname, Lname, Email, Birth)"
        " VALUES (%s, 'a', '', 'b', %s, '2000-01-01')",
        (channel, email),
    )


def add_video(clean: TestDatabase, channel: int, path_hash: str, title: str = "t") -> None:
    clean.query(
        "INSERT INTO Videos (PathHash, ChannelID, Title, Description, Upload)"
        " VALUES (%s, %s, %s, '', NOW())",
        (path_hash, channel, title),
    )


def test_deleting_a_channel_takes_what_it_owns(clean_tables: TestDatabase) -> None:
    gone, stays = add_channel(clean_tables, "gone"), add_channel(clean_tables, "stays")
    for channel, mark in ((gone, "a"), (stays, "b")):
        add_details(clean_tables, channel, f"{mark}@example.org")
        add_video(clean_tables, channel, mark * 7)
        clean_tables.query("INSERT INTO ChannelStats (ChannelID) VALUES (%s)", (channel,))
        clean_tables.query("INSERT INTO KnownAddresses VALUES (%s, '::', NOW(3))", (channel,))
        clean_tables.query("INSERT INTO Browsers VALUES (%s, '1', NOW(3), NOW(3))", (channel,))
        clean_tables.query("INSERT INTO KnownDevices VALUES (%s, '1', NOW(3))", (channel,))
        clean_tables.query(
            "INSERT INTO Exports (ExportName, ChannelID, AskedAt) VALUES (%s, %s, NOW(3))",
            (mark, channel),
        )
        clean_tables.query(
            "INSERT INTO EmailChanges (ChannelID, OldEmail, ChangedAt)"
            " VALUES (%s, 'a@b.org', NOW(3))",
            (channel,),
        )
        clean_tables.query(
            "INSERT INTO EmailTokens (TokenHash, ChannelID, Purpose, Email, ExpiresAt)"
            " VALUES (%s, %s, 'reset', 'a@b.org', NOW(3))",
            (mark, channel),
        )
    clean_tables.query("DELETE FROM Channels WHERE ChannelID = %s", (gone,))
    for table in OWNED:
        assert clean_tables.query(f"SELECT ChannelID FROM {table}") == ((stays,),), table


@pytest.mark.parametrize("table", ["ChannelDetails", "Videos"])
def test_nothing_without_its_channel(clean_tables: TestDatabase, table: str) -> None:
    with pytest.raises(pymysql.err.IntegrityError):
        if table == "Videos":
            add_video(clean_tables, 2**31 - 1, "aaaaaaa")
        else:
            add_details(clean_tables, 2**31 - 1, "a@example.org")


def test_path_hash_compares_by_case(clean_tables: TestDatabase) -> None:
    channel = add_channel(clean_tables, "ada")
    for path_hash in ("aaaaaaa", "AAAAAAA", "aaaaaaA"):
        add_video(clean_tables, channel, path_hash)
    found = clean_tables.query("SELECT PathHash FROM Videos WHERE PathHash = 'AAAAAAA'")
    assert found == (("AAAAAAA",),)
    with pytest.raises(pymysql.err.IntegrityError):
        add_video(clean_tables, channel, "aaaaaaa")


@pytest.mark.parametrize("table", ["HashPaths", "Uploads", "Jobs"])
def test_every_column_that_holds_a_hash_compares_by_case(
    clean_tables: TestDatabase, table: str
) -> None:
    rows = clean_tables.query(
        "SELECT collation_name FROM information_schema.columns WHERE table_schema = %s"
        " AND table_name = %s AND column_name IN ('PathHash', 'Subject')",
        (clean_tables.name, table),
    )
    assert rows == (("ascii_bin",),)


def test_username_does_not_compare_by_case_and_stays_as_typed(clean_tables: TestDatabase) -> None:
    add_channel(clean_tables, "Ada.L")
    assert clean_tables.query("SELECT Username FROM Channels WHERE Username = 'aDA.l'") == (
        ("Ada.L",),
    )
    with pytest.raises(pymysql.err.IntegrityError):
        add_channel(clean_tables, "ADA.L")


def test_email_does_not_compare_by_case_but_by_accent(clean_tables: TestDatabase) -> None:
    first, second = add_channel(clean_tables, "first"), add_channel(clean_tables, "second")
    add_details(clean_tables, first, "Jorg@Example.org")
    with pytest.raises(pymysql.err.IntegrityError):
        add_details(clean_tables, second, "jORG@example.ORG")
    add_details(clean_tables, second, "jörg@example.org")


@pytest.mark.parametrize("text", ["👩‍👩‍👧‍👦 🏳️‍🌈", "漢字かな", "مرحبا", "a\u0301", "\U0010ffff"])
def test_text_of_any_script_comes_back(clean_tables: TestDatabase, text: str) -> None:
    add_video(clean_tables, add_channel(clean_tables, "ada"), "aaaaaaa", text)
    assert clean_tables.query("SELECT Title FROM Videos") == ((text,),)


def test_longest_title_and_description_fit(clean_tables: TestDatabase) -> None:
    add_video(clean_tables, add_channel(clean_tables, "ada"), "aaaaaaa", "👩" * 255)
    clean_tables.query("UPDATE Videos SET Description = REPEAT('👩', 50000)")
    assert clean_tables.query("SELECT CHAR_LENGTH(Description) FROM Videos") == ((50000,),)


def test_words_go_with_their_video(clean_tables: TestDatabase) -> None:
    ada = add_channel(clean_tables, "ada")
    for hash_path in ("aaaaaaa", "bbbbbbb"):
        add_video(clean_tables, ada, hash_path, "a title")
    clean_tables.query("INSERT INTO SearchWords SELECT 1, 'title', Upload, VideoID FROM Videos")
    clean_tables.query("DELETE FROM Videos WHERE PathHash = 'aaaaaaa'")
    assert clean_tables.query("SELECT COUNT(*) FROM SearchWords") == ((1,),)
    clean_tables.query("DELETE FROM Channels")
    assert clean_tables.query("SELECT COUNT(*) FROM SearchWords") == ((0,),)


def test_nothing_is_left_of_the_indexes_of_words(clean_tables: TestDatabase) -> None:
    """Each would hold every text that was ever written."""
    kinds = {row[10] for row in clean_tables.query("SHOW INDEX FROM Videos")}
    assert kinds == {"BTREE"}


def test_rules_of_the_server(clean_tables: TestDatabase) -> None:
    """The settings of db/mariadb.cnf reach the tests' server too."""
    ((mode, zone, infile),) = clean_tables.query(
        "SELECT @@global.sql_mode, @@global.time_zone, @@local_infile"
    )
    assert "STRICT_TRANS_TABLES" in mode
    assert (zone, infile) == ("+00:00", 0)
