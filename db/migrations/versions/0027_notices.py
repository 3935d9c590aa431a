"""Notices and their way to all followers of a channel; rows that wait for their removal."""

from migrations.statements import run

revision = "0027"
down_revision = "0026"

ASCII = "CHARACTER SET ascii COLLATE ascii_bin"

# What is unread has the ReadMark 0, so that there is one unread notice of a subject, into which
# more of it is merged. `Change` numbers the changes of one recipient's notices; see NoticeBoxes.
NOTICES = f"""
CREATE TABLE IF NOT EXISTS Notices (
    NoticeID bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
    ChannelID int NOT NULL,
    Kind varchar(12) {ASCII} NOT NULL,
    Subject varchar(32) {ASCII} NOT NULL,
    ReadMark bigint NOT NULL DEFAULT 0,
    `Change` bigint NOT NULL,
    Count int NOT NULL,
    VideoID int NULL,
    ActorID int NULL,
    CommentID bigint NULL,
    CreatedAt datetime(3) NOT NULL,
    ReadAt datetime(3) NULL,
    UNIQUE KEY Merged (ChannelID, Kind, Subject, ReadMark),
    KEY Latest (ChannelID, `Change`),
    KEY OfChannel (ChannelID, NoticeID),
    KEY Unread (ChannelID, ReadMark, `Change`),
    KEY OfVideo (VideoID),
    KEY OfActor (ActorID),
    KEY CreatedAt (CreatedAt)
) ENGINE = InnoDB
"""

# Whoever changes somebody's notices locks this row first, so the numbers of changes are committed
# in their order.
BOXES = """
CREATE TABLE IF NOT EXISTS NoticeBoxes (
    ChannelID int NOT NULL PRIMARY KEY,
    LastChange bigint NOT NULL
) ENGINE = InnoDB
"""

# What was told once and never again: who liked or followed, and which video was published.
TOLD = f"""
CREATE TABLE IF NOT EXISTS NoticesTold (
    ChannelID int NOT NULL,
    Kind varchar(12) {ASCII} NOT NULL,
    Subject varchar(32) {ASCII} NOT NULL,
    ActorID int NOT NULL,
    PRIMARY KEY (ChannelID, Kind, Subject, ActorID),
    KEY OfActor (ActorID)
) ENGINE = InnoDB
"""

# The kinds that somebody has switched off or on are rows; what has no row is as by default.
SETTINGS = f"""
CREATE TABLE IF NOT EXISTS NoticeSettings (
    ChannelID int NOT NULL,
    Kind varchar(12) {ASCII} NOT NULL,
    App tinyint NOT NULL,
    Mail tinyint NOT NULL,
    PRIMARY KEY (ChannelID, Kind)
) ENGINE = InnoDB
"""

DIGESTS = f"""
CREATE TABLE IF NOT EXISTS NoticeDigests (
    ChannelID int NOT NULL PRIMARY KEY,
    Digest enum('off', 'daily', 'weekly') {ASCII} NOT NULL
) ENGINE = InnoDB
"""

# A channel's new videos on their way to its followers: `Waiting` have not begun; of those that
# have, followers up to `DoneUntil` know.
FANOUTS = """
CREATE TABLE IF NOT EXISTS NoticeFanouts (
    ChannelID int NOT NULL PRIMARY KEY,
    Waiting int NOT NULL,
    WaitingVideo int NOT NULL,
    Running int NOT NULL DEFAULT 0,
    RunningVideo int NOT NULL DEFAULT 0,
    DoneUntil bigint NOT NULL DEFAULT 0,
    Day date NULL,
    Runs int NOT NULL DEFAULT 0,
    Due tinyint AS (Running > 0 OR Waiting > 0) PERSISTENT,
    StepAt datetime(3) NOT NULL,
    KEY Due (Due, StepAt)
) ENGINE = InnoDB
"""

# Channels and videos that are gone, whose rows in community's tables go in pieces.
REMOVALS = f"""
CREATE TABLE IF NOT EXISTS PendingRemovals (
    What enum('channel', 'video') {ASCII} NOT NULL,
    ID int NOT NULL,
    OwnerID int NOT NULL,
    CreatedAt datetime(3) NOT NULL,
    PRIMARY KEY (What, ID),
    KEY CreatedAt (CreatedAt)
) ENGINE = InnoDB
"""

# From here on, and not from when its worker first reads: people do things before.
PLACE = """
INSERT IGNORE INTO EventPlaces (Consumer, Place)
SELECT 'community', COALESCE(MAX(LastPlace), 0) FROM EventLog
"""


def upgrade() -> None:
    """Make the tables."""
    run(NOTICES, BOXES, TOLD, SETTINGS, DIGESTS, FANOUTS, REMOVALS, PLACE)
