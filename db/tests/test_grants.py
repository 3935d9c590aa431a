"""Each service's database user: logs in, does its work, and can do nothing else."""

import pymysql
import pytest

from vireo_ops.programs import SERVICES as ANSWERING
from vireo_testing.mariadb import TestDatabase

SERVICES = (*ANSWERING, "courier")

# MariaDB's numbers for "you may not": table, column, global privilege, database, file, and
# to end somebody else's connection.
DENIED = {1095, 1142, 1143, 1227, 1044, 1045, 1370, 1410}
HASH = "(PathHash, ChannelID, Title, Description, Upload) VALUES ('aaaaaaa', 1, 't', '', NOW())"

# A log is not changed.
LOG = [
    "UPDATE Events SET Payload = '{}'",
    "UPDATE Events SET Kind = 'x'",
    "UPDATE Events SET EventID = 1",
    "DELETE FROM EventLog",
    "DELETE FROM EventPlaces",
]

# Neither is that of decisions, by those who write it either.
AUDIT_LOG = [
    "UPDATE AuditLog SET Entry = '{}'",
    "UPDATE AuditLog SET Hash = ''",
    "DELETE FROM AuditLog",
    "DELETE FROM AuditHead",
]

# What those may not who only verify tokens.
READERS = [
    "INSERT INTO SigningKeys (KeyID, PublicKey, CreatedAt) VALUES ('x', 'x', NOW())",
    "UPDATE SigningKeys SET PublicKey = 'x'",
    "DELETE FROM SigningKeys",
    "INSERT INTO Sessions (SessionID, ChannelID) VALUES ('x', 1)",
    "UPDATE Sessions SET ChannelID = 1",
    "DELETE FROM Sessions",
    "SELECT Address FROM Sessions",
    "SELECT Device FROM Sessions",
    "SELECT 1 FROM RefreshTokens",
    "SELECT 1 FROM EmailTokens",
    "SELECT 1 FROM MailedAddresses",
    "SELECT 1 FROM ReservedNames",
    "DELETE FROM ReservedNames",
    "SELECT 1 FROM EmailChanges",
    "SELECT 1 FROM Browsers",
    "INSERT INTO Browsers VALUES (1, 'x', NOW(), NOW())",
    "SELECT 1 FROM OutgoingMails",
    "DELETE FROM OutgoingMails",
    "INSERT INTO Roles VALUES (1, 'admin', NOW())",
    "UPDATE Roles SET Role = 'admin'",
    "DELETE FROM Roles",
]

FORBIDDEN = {
    "auth": [
        "SELECT 1 FROM VideoViewers",
        "SELECT Title FROM Videos",
        "SELECT * FROM Videos",
        f"INSERT INTO Videos {HASH}",
        "UPDATE Videos SET Title = 'x'",
        "DELETE FROM Videos",
        "SELECT 1 FROM HashPaths",
        "SELECT 1 FROM Uploads",
        "SELECT 1 FROM ChannelStats",
        "SELECT 1 FROM Exports",
        "DELETE FROM Exports",
        "SELECT 1 FROM Comments",
        "SELECT 1 FROM GrantKeys",
        "DELETE FROM GrantKeys",
        "UPDATE SignInFailures SET Known = 1",
        "DELETE FROM ChannelPictures",
        "DELETE FROM Events",
        "SELECT 1 FROM Reports",
        "SELECT 1 FROM Decisions",
        *AUDIT_LOG,
        *LOG,
    ],
    "catalog": [
        "SELECT Password FROM Channels",
        "SELECT * FROM Channels",
        "SELECT ChannelID FROM Channels WHERE Password LIKE '$2b%'",
        "SELECT ChannelID FROM Channels ORDER BY Password",
        "SELECT 1 FROM ChannelDetails",
        "SELECT Email FROM ChannelDetails",
        "INSERT INTO Channels (Username, Password) VALUES ('x', 'x')",
        "UPDATE Channels SET Username = 'x'",
        "DELETE FROM Channels",
        "SELECT 1 FROM SignInFailures",
        "SELECT 1 FROM SignInPairs",
        "SELECT 1 FROM KnownAddresses",
        "SELECT 1 FROM KnownDevices",
        "SELECT 1 FROM EmailTokens",
        "SELECT 1 FROM MailedAddresses",
        "SELECT 1 FROM Uploads",
        "SELECT 1 FROM Exports",
        "DELETE FROM GrantKeys",
        "UPDATE GrantKeys SET ValidUntil = NOW()",
        "UPDATE Exports SET ChannelID = 1",
        # A mail's job has an address in it, and whoever writes one writes a mail.
        "SELECT 1 FROM Jobs",
        "INSERT INTO Jobs (Queue, Kind) VALUES ('mail', 'verify')",
        "DELETE FROM HashPaths",
        "UPDATE HashPaths SET PathHash = 'bbbbbbb'",
        "DELETE FROM ChannelStats",
        "DELETE FROM ChannelWrites",
        "UPDATE ChannelCounters SET Views = 1",
        "INSERT INTO Subscriptions (FollowerID, ChannelID) VALUES (1, 2)",
        "SELECT WatchedAt FROM WatchHistory",
        "SELECT 1 FROM ViewLog",
        "SELECT 1 FROM ViewKeys",
        "SELECT 1 FROM Playlists",
        "UPDATE SearchWords SET VideoID = 1",
        "DELETE FROM ChannelPictures",
        "INSERT INTO ChannelPictures (ChannelID, Name, SetAt) VALUES (1, 'x', NOW())",
        "DELETE FROM Events",
        "SELECT 1 FROM Comments",
        "SELECT 1 FROM CommentLikes",
        "SELECT PinnedID FROM VideoCounters",
        "UPDATE VideoCounters SET Views = 1",
        "INSERT INTO Reactions VALUES (1, 1, 'like', NOW())",
        "UPDATE Channels SET SuspendedAt = NULL",
        "SELECT 1 FROM Reports",
        "SELECT 1 FROM Decisions",
        "SELECT 1 FROM AuditLog",
        "UPDATE AuditHead SET Number = 0",
        "DELETE FROM Reactions",
        *LOG,
        *READERS,
    ],
    "media": [
        "DELETE FROM VideoViewers",
        "UPDATE Videos SET Visibility = 'public'",
        "SELECT Username FROM Channels",
        "SELECT Password FROM Channels",
        "SELECT * FROM Channels",
        "SELECT 1 FROM ChannelDetails",
        "SELECT Title FROM Videos",
        "UPDATE Videos SET HiddenBy = 0",
        f"INSERT INTO Videos {HASH}",
        "DELETE FROM Videos",
        "DELETE FROM Channels",
        "UPDATE Channels SET Username = 'x'",
        "SELECT 1 FROM HashPaths",
        "SELECT 1 FROM SearchWords",
        "SELECT 1 FROM ChannelWrites",
        "SELECT 1 FROM SignInFailures",
        "SELECT 1 FROM KnownAddresses",
        "SELECT 1 FROM KnownDevices",
        "SELECT 1 FROM EmailTokens",
        "SELECT 1 FROM MailedAddresses",
        "SELECT 1 FROM Comments",
        "SELECT 1 FROM Reactions",
        "UPDATE Channels SET SuspendedAt = NULL",
        "SELECT 1 FROM Reports",
        "SELECT 1 FROM AuditLog",
        *LOG,
        *READERS,
    ],
    "community": [
        "INSERT INTO VideoViewers VALUES (1, 1, NOW(3))",
        "UPDATE Videos SET Visibility = 'public'",
        "SELECT Password FROM Channels",
        "SELECT * FROM Channels",
        "SELECT 1 FROM ChannelDetails",
        "SELECT Description FROM Videos",
        f"INSERT INTO Videos {HASH}",
        "UPDATE Videos SET Title = 'x'",
        "UPDATE Videos SET State = 'ready'",
        "UPDATE Videos SET CommentsPolicy = 'open'",
        "UPDATE Videos SET ChannelID = 1, `Like` = 1",
        "DELETE FROM Videos",
        "DELETE FROM Channels",
        "UPDATE Channels SET Username = 'x'",
        "UPDATE ChannelTexts SET About = 'x'",
        "UPDATE Preferences SET History = 1",
        "UPDATE ViewLog SET Outcome = 'counted'",
        "SELECT 1 FROM HashPaths",
        "SELECT 1 FROM SearchWords",
        "SELECT 1 FROM Uploads",
        "SELECT 1 FROM Jobs",
        "SELECT 1 FROM Exports",
        "SELECT 1 FROM GrantKeys",
        "SELECT 1 FROM SignInFailures",
        "UPDATE Decisions SET Decision = 'dismiss'",
        "UPDATE Decisions SET ActorID = 1",
        "DELETE FROM Decisions",
        *AUDIT_LOG,
        *READERS,
    ],
    "courier": [
        "INSERT INTO OutgoingMails (Service, Reference) VALUES ('x', 'x')",
        "SELECT 1 FROM Channels",
        "SELECT 1 FROM ChannelDetails",
        "SELECT 1 FROM Videos",
        "SELECT 1 FROM Jobs",
        "SELECT 1 FROM Events",
        "SELECT 1 FROM EventLog",
        "SELECT 1 FROM EventPlaces",
        "SELECT 1 FROM EventFailures",
        "SELECT 1 FROM GrantKeys",
        "INSERT INTO Jobs (Queue, Kind) VALUES ('mail', 'reset')",
        "DELETE FROM Jobs",
        "SELECT 1 FROM EmailTokens",
        "SELECT 1 FROM MailedAddresses",
        "SELECT 1 FROM Sessions",
        "SELECT 1 FROM SigningKeys",
        "SELECT 1 FROM IdempotentRequests",
    ],
}
NOBODY_MAY = [
    "CREATE TABLE Mine (a int)",
    "DROP TABLE Videos",
    "ALTER TABLE Channels ADD COLUMN Extra int",
    "TRUNCATE TABLE Channels",
    "CREATE INDEX Extra ON Channels (Password)",
    "CREATE VIEW Seen AS SELECT 1",
    "CREATE DATABASE mine",
    "CREATE USER other",
    "CREATE FUNCTION f () RETURNS int RETURN 1",
    "CREATE TRIGGER t BEFORE INSERT ON Channels FOR EACH ROW SET @a = 1",
    "GRANT SELECT ON Channels TO vireo_media",
    "SELECT 'x' INTO OUTFILE '/tmp/vireo-outfile'",
    "LOAD DATA INFILE '/etc/passwd' INTO TABLE Channels",
    "SELECT User FROM mysql.global_priv",
    "SELECT 1 FROM mysql.user",
    "SET GLOBAL max_connections = 1",
    "SELECT 1 FROM alembic_version",
    "UPDATE alembic_version SET version_num = '0000'",
    "SHUTDOWN",
    "FLUSH TABLES",
]


def refusal(database: TestDatabase, user: str, statement: str) -> int:
    """MariaDB's number for why the user may not do that."""
    with database.connect(user) as connection, connection.cursor() as cursor:
        with pytest.raises((pymysql.err.OperationalError, pymysql.err.ProgrammingError)) as caught:
            cursor.execute(statement)
        return int(caught.value.args[0])


@pytest.mark.parametrize(
    ("user", "statement"), [(user, text) for user, texts in FORBIDDEN.items() for text in texts]
)
def test_what_a_service_may_not(clean_tables: TestDatabase, user: str, statement: str) -> None:
    assert refusal(clean_tables, user, statement) in DENIED


@pytest.mark.parametrize("user", SERVICES)
@pytest.mark.parametrize("statement", NOBODY_MAY)
def test_what_no_service_may(clean_tables: TestDatabase, user: str, statement: str) -> None:
    assert refusal(clean_tables, user, statement) in DENIED


@pytest.mark.parametrize("user", SERVICES)
def test_connections_of_others_can_not_be_ended(clean_tables: TestDatabase, user: str) -> None:
    with clean_tables.connect() as victim:
        assert refusal(clean_tables, user, f"KILL {victim.thread_id()}") in DENIED
        victim.ping(reconnect=False)


def test_file_can_not_be_read(clean_tables: TestDatabase) -> None:
    for user in (*SERVICES, "migrate"):
        with clean_tables.connect(user) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT LOAD_FILE('/etc/passwd')")
            assert cursor.fetchone() == (None,)


@pytest.mark.parametrize(
    ("user", "statement"),
    [
        ("auth", "SELECT Username, Password FROM Channels"),
        ("auth", "SELECT Email FROM ChannelDetails"),
        ("catalog", "SELECT ChannelID, Username FROM Channels"),
        ("catalog", "SELECT Title FROM Videos JOIN Channels USING (ChannelID)"),
        ("catalog", "DELETE FROM Videos"),
        ("auth", "SELECT Content FROM OutgoingMails"),
        *((user, "UPDATE Events SET Place = 1") for user in ("auth", "catalog", "media")),
        ("media", "DELETE FROM Events"),
        ("courier", "SELECT Content FROM OutgoingMails FOR UPDATE SKIP LOCKED"),
        ("courier", "UPDATE OutgoingMails SET Content = NULL"),
        ("courier", "DELETE FROM OutgoingMails"),
        ("media", "SELECT ChannelID FROM Channels"),
        ("media", "SELECT JobID FROM Jobs FOR UPDATE SKIP LOCKED"),
        ("media", "DELETE FROM Uploads"),
        ("media", "SELECT ExportName FROM Exports FOR UPDATE"),
        ("media", "UPDATE Exports SET State = 'ready'"),
        ("media", "DELETE FROM Exports"),
    ],
)
def test_what_a_service_may(clean_tables: TestDatabase, user: str, statement: str) -> None:
    with clean_tables.connect(user) as connection, connection.cursor() as cursor:
        assert cursor.execute(statement) == 0, "the tables are empty"


def test_no_grant_is_global_or_for_a_whole_database(clean_tables: TestDatabase) -> None:
    for service in SERVICES:
        for (grant,) in clean_tables.query(f"SHOW GRANTS FOR vireo_{service}"):
            privileges, _, rest = str(grant).removeprefix("GRANT ").partition(" ON ")
            scope = rest.split(" TO ", maxsplit=1)[0]
            assert privileges == "USAGE" if scope.endswith("*") else scope.count("`.`") == 1, grant
            assert "GRANT OPTION" not in rest


def test_other_databases_are_closed_to_the_migrator(clean_tables: TestDatabase) -> None:
    for statement in ("CREATE DATABASE other", "SELECT 1 FROM mysql.user", "CREATE USER other"):
        assert refusal(clean_tables, "migrate", statement) in DENIED


@pytest.mark.parametrize("user", SERVICES)
def test_wrong_password(clean_tables: TestDatabase, user: str) -> None:
    with pytest.raises(pymysql.err.OperationalError) as caught:
        clean_tables.server.connect(f"vireo_{user}", "", clean_tables.name)
    assert caught.value.args[0] == 1045
