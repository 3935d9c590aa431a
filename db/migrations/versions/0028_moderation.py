"""Roles, reports, decisions and their log; what is hidden of videos, comments and channels."""

from migrations.statements import run

revision = "0028"
down_revision = "0027"

ASCII = "CHARACTER SET ascii COLLATE ascii_bin"

# Set while a moderator's decision has the channel shown to nobody.
SUSPENDED = "ALTER TABLE Channels ADD COLUMN IF NOT EXISTS SuspendedAt datetime(3) NULL"

# Why a video is hidden: 1 by a decision about it, 2 with its channel, 4 while its removal waits.
# What everybody may see is one column, so that lists find it in an index.
HIDDEN_VIDEOS = """
ALTER TABLE Videos
    ADD COLUMN IF NOT EXISTS HiddenBy tinyint NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS IsPublic tinyint
        AS (State = _ascii 'ready' COLLATE ascii_bin AND HiddenBy = 0) PERSISTENT
"""
NEWEST = "CREATE INDEX IF NOT EXISTS NewestPublic ON Videos (IsPublic, Upload, VideoID)"
NEWEST_OF_CHANNEL = """
CREATE INDEX IF NOT EXISTS NewestPublicOfChannel ON Videos (ChannelID, IsPublic, Upload, VideoID)
"""

# `HiddenBy` as of a video; `StateBefore` is what a hidden comment becomes when it is restored.
HIDDEN_COMMENTS = """
ALTER TABLE Comments
    MODIFY COLUMN State enum('shown', 'review', 'deleted', 'hidden') CHARACTER SET ascii NOT NULL,
    ADD COLUMN IF NOT EXISTS HiddenBy tinyint NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS StateBefore enum('shown', 'review') CHARACTER SET ascii NULL
"""

# Channels whose comments are to be hidden or shown again, in pieces; up to `DoneUntil` they are.
SYNCS = """
CREATE TABLE IF NOT EXISTS CommentSyncs (
    ChannelID int NOT NULL PRIMARY KEY,
    DoneUntil bigint NOT NULL DEFAULT 0,
    StepAt datetime(3) NOT NULL,
    KEY StepAt (StepAt)
) ENGINE = InnoDB
"""

ROLES = f"""
CREATE TABLE IF NOT EXISTS Roles (
    ChannelID int NOT NULL PRIMARY KEY,
    Role enum('moderator', 'admin') {ASCII} NOT NULL,
    GrantedAt datetime(3) NOT NULL,
    CONSTRAINT RolesChannel FOREIGN KEY (ChannelID)
        REFERENCES Channels (ChannelID) ON DELETE CASCADE
) ENGINE = InnoDB
"""

# An entry is written once and never changed; its hash covers the one before it.
AUDIT_LOG = f"""
CREATE TABLE IF NOT EXISTS AuditLog (
    Number bigint NOT NULL PRIMARY KEY,
    Entry varchar(2000) {ASCII} NOT NULL,
    Hash binary(32) NOT NULL
) ENGINE = InnoDB
"""

# The one row is locked by who appends, and says what the last entry is.
AUDIT_HEAD = """
CREATE TABLE IF NOT EXISTS AuditHead (
    One tinyint NOT NULL PRIMARY KEY,
    Number bigint NOT NULL,
    Hash binary(32) NOT NULL
) ENGINE = InnoDB
"""
FIRST_HEAD = "INSERT IGNORE INTO AuditHead (One, Number, Hash) VALUES (1, 0, REPEAT(CHAR(0), 32))"

# What stands on the desk: the reports about one thing together, or an appeal. What is open has the
# OpenMark 0, so that there is one open case of a kind. Weights are thousandths.
CASES = f"""
CREATE TABLE IF NOT EXISTS ModerationCases (
    CaseID bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
    Kind enum('report', 'appeal') {ASCII} NOT NULL,
    Subject enum('video', 'comment', 'channel') {ASCII} NOT NULL,
    SubjectID bigint NOT NULL,
    OwnerID int NOT NULL,
    AppealedID bigint NULL,
    OpenMark bigint NOT NULL DEFAULT 0,
    Reports int NOT NULL DEFAULT 0,
    Young bigint NOT NULL DEFAULT 0,
    Grown bigint NOT NULL DEFAULT 0,
    Weight bigint AS (Grown + LEAST(Young, 1000)) PERSISTENT,
    CreatedAt datetime(3) NOT NULL,
    UpdatedAt datetime(3) NOT NULL,
    ClosedAt datetime(3) NULL,
    Outcome varchar(8) {ASCII} NULL,
    DecisionID bigint NULL,
    UNIQUE KEY OpenOne (Kind, Subject, SubjectID, OpenMark),
    KEY Desk (OpenMark, Weight, CaseID),
    KEY OfSubject (Subject, SubjectID),
    KEY OfOwner (OwnerID, CaseID),
    KEY Appealed (AppealedID)
) ENGINE = InnoDB
"""

# `Weight` is what it was added up with, in thousandths.
REPORTS = f"""
CREATE TABLE IF NOT EXISTS Reports (
    ReportID bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
    CaseID bigint NOT NULL,
    Subject enum('video', 'comment', 'channel') {ASCII} NOT NULL,
    SubjectID bigint NOT NULL,
    ChannelID int NOT NULL,
    Reason varchar(12) {ASCII} NOT NULL,
    Text varchar(1000) NOT NULL,
    Weight int NOT NULL,
    CreatedAt datetime(3) NOT NULL,
    UNIQUE KEY Once (Subject, SubjectID, ChannelID),
    KEY OfCase (CaseID, ReportID),
    KEY OfChannel (ChannelID, ReportID),
    KEY CreatedAt (CreatedAt)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_uca1400_ai_ci
"""

# What became of somebody's reports, and the token bucket of new ones.
REPORTERS = """
CREATE TABLE IF NOT EXISTS Reporters (
    ChannelID int NOT NULL PRIMARY KEY,
    Upheld int NOT NULL DEFAULT 0,
    Refused int NOT NULL DEFAULT 0
) ENGINE = InnoDB
"""
WRITES = """
CREATE TABLE IF NOT EXISTS ReportWrites (
    ChannelID int NOT NULL PRIMARY KEY,
    Room double NOT NULL,
    FilledAt datetime(3) NOT NULL
) ENGINE = InnoDB
"""

# `Salt` makes the digest of the note, which the log has, say nothing once the note is deleted.
DECISIONS = f"""
CREATE TABLE IF NOT EXISTS Decisions (
    DecisionID bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
    Subject enum('video', 'comment', 'channel') {ASCII} NOT NULL,
    SubjectID bigint NOT NULL,
    OwnerID int NOT NULL,
    ActorID int NOT NULL,
    Decision enum('dismiss', 'hide', 'remove', 'suspend', 'restore') {ASCII} NOT NULL,
    Reason varchar(12) {ASCII} NOT NULL,
    Note varchar(1000) NOT NULL,
    Salt binary(16) NOT NULL,
    Title varchar(255) NOT NULL,
    Entry bigint NOT NULL,
    InForce tinyint NOT NULL,
    Appeal varchar(1000) NULL,
    AppealedAt datetime(3) NULL,
    CreatedAt datetime(3) NOT NULL,
    KEY OfOwner (OwnerID, DecisionID),
    KEY OfSubject (Subject, SubjectID, DecisionID),
    UNIQUE KEY Entry (Entry)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_uca1400_ai_ci
"""

FILTERS = """
CREATE TABLE IF NOT EXISTS CommentFilters (
    ChannelID int NOT NULL PRIMARY KEY,
    Words text NOT NULL,
    Links tinyint NOT NULL
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin
"""


def upgrade() -> None:
    """Make the tables and columns."""
    run(SUSPENDED, HIDDEN_VIDEOS, NEWEST, NEWEST_OF_CHANNEL, HIDDEN_COMMENTS, SYNCS)
    run(ROLES, AUDIT_LOG, AUDIT_HEAD, FIRST_HEAD, CASES, REPORTS, REPORTERS, WRITES)
    run(DECISIONS, FILTERS)
