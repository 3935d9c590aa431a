"""States of videos, uploads, jobs, sign-in attempts, counters, and the indexes of lists and search.

MariaDB commits after each DDL statement, so every statement can be run again.
"""

from migrations.statements import run

revision = "0001"
down_revision = None

STATEMENTS = (
    # 'waiting' before the bytes are there and while they wait for the media worker; StoredAt tells
    # the two apart.
    """
    ALTER TABLE Videos
        ADD COLUMN IF NOT EXISTS State enum('waiting', 'processing', 'ready', 'failed')
            CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'waiting',
        ADD COLUMN IF NOT EXISTS Reason varchar(255) NOT NULL DEFAULT '',
        ADD COLUMN IF NOT EXISTS StoredAt datetime NULL,
        ADD COLUMN IF NOT EXISTS Duration double NULL,
        ADD COLUMN IF NOT EXISTS Width int NULL,
        ADD COLUMN IF NOT EXISTS Height int NULL
    """,
    "CREATE INDEX IF NOT EXISTS Newest ON Videos (State, Upload, VideoID)",
    "CREATE INDEX IF NOT EXISTS NewestOfChannel ON Videos (ChannelID, State, Upload, VideoID)",
    # Words such as "the" and "who" are words of titles; the server's stop list would hide them.
    "SET SESSION innodb_ft_enable_stopword = OFF",
    "CREATE FULLTEXT INDEX IF NOT EXISTS TitleWords ON Videos (Title)",
    "CREATE FULLTEXT INDEX IF NOT EXISTS AllWords ON Videos (Title, Description)",
    # Every hash path that was ever given out: none is reused after its video is deleted.
    """
    CREATE TABLE IF NOT EXISTS HashPaths (
        PathHash varchar(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY
    ) ENGINE = InnoDB
    """,
    # Videos: how many of the channel's videos are ready.
    """
    CREATE TABLE IF NOT EXISTS ChannelStats (
        ChannelID int NOT NULL PRIMARY KEY,
        Videos int NOT NULL DEFAULT 0,
        CONSTRAINT ChannelStatsChannel FOREIGN KEY (ChannelID)
            REFERENCES Channels (ChannelID) ON DELETE CASCADE
    ) ENGINE = InnoDB
    """,
    # One row for each hash path whose bytes have arrived, from the moment they are complete.
    """
    CREATE TABLE IF NOT EXISTS Uploads (
        PathHash varchar(7) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
        UploadID char(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        State enum('received', 'stored', 'refused', 'published')
            CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        Code varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
        Reason varchar(255) NOT NULL DEFAULT '',
        Bytes bigint NOT NULL,
        ReceivedAt datetime(3) NOT NULL
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
    """,
    """
    CREATE TABLE IF NOT EXISTS Jobs (
        JobID bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
        Queue varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        Kind varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        Subject varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        Payload text NOT NULL,
        State enum('queued', 'running', 'quarantined')
            CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'queued',
        Attempts int NOT NULL DEFAULT 0,
        MaxAttempts int NOT NULL,
        RunAfter datetime(3) NOT NULL,
        LeaseToken char(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
        LeaseUntil datetime(3) NULL,
        LastError varchar(500) NOT NULL DEFAULT '',
        CreatedAt datetime(3) NOT NULL,
        KEY Due (Queue, State, RunAfter, JobID),
        KEY Leases (Queue, State, LeaseUntil),
        KEY Subject (Queue, Subject)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
    """,
    # NameKey is a digest of the name in lower case, so that names nobody has (of any length) count
    # like those somebody has, and no name that was mistyped as a password stands here.
    """
    CREATE TABLE IF NOT EXISTS SignInPairs (
        NameKey binary(32) NOT NULL,
        Address varchar(45) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        BlockedUntil datetime(3) NULL,
        SeenAt datetime(3) NOT NULL,
        PRIMARY KEY (NameKey, Address),
        KEY SeenAt (SeenAt)
    ) ENGINE = InnoDB
    """,
    """
    CREATE TABLE IF NOT EXISTS SignInFailures (
        FailureID bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
        NameKey binary(32) NOT NULL,
        Address varchar(45) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        Known tinyint NOT NULL,
        FailedAt datetime(3) NOT NULL,
        KEY Pair (NameKey, Address, FailedAt),
        KEY Strangers (NameKey, Known, FailedAt),
        KEY FailedAt (FailedAt)
    ) ENGINE = InnoDB
    """,
    """
    CREATE TABLE IF NOT EXISTS KnownAddresses (
        ChannelID int NOT NULL,
        Address varchar(45) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        SeenAt datetime(3) NOT NULL,
        PRIMARY KEY (ChannelID, Address),
        CONSTRAINT KnownAddressesChannel FOREIGN KEY (ChannelID)
            REFERENCES Channels (ChannelID) ON DELETE CASCADE
    ) ENGINE = InnoDB
    """,
)


def upgrade() -> None:
    """Run them all."""
    run(*STATEMENTS)
