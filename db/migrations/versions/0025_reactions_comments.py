"""Reactions, comments and their likes, and counters of videos that equal the rows."""

from migrations.statements import run

revision = "0025"
down_revision = "0024"

# NULL for the accounts of before, which are old enough for everything.
CREATED = "ALTER TABLE Channels ADD COLUMN IF NOT EXISTS CreatedAt datetime NULL"

POLICY = """
ALTER TABLE Videos ADD COLUMN IF NOT EXISTS CommentsPolicy
    enum('open', 'review', 'closed') CHARACTER SET ascii NOT NULL DEFAULT 'open'
"""

# What changes often, apart from the rows of videos, which lists and searches lock and read.
COUNTERS = """
CREATE TABLE IF NOT EXISTS VideoCounters (
    VideoID int NOT NULL PRIMARY KEY,
    Comments int NOT NULL DEFAULT 0,
    Views bigint NOT NULL DEFAULT 0,
    PinnedID bigint NULL,
    InReview int NOT NULL DEFAULT 0
) ENGINE = InnoDB
"""

REACTIONS = """
CREATE TABLE IF NOT EXISTS Reactions (
    VideoID int NOT NULL,
    ChannelID int NOT NULL,
    Reaction enum('like', 'dislike') CHARACTER SET ascii NOT NULL,
    CreatedAt datetime NOT NULL,
    PRIMARY KEY (VideoID, ChannelID),
    KEY OfChannel (ChannelID, VideoID)
) ENGINE = InnoDB
"""

# A comment of the video itself has the ParentID 0, and one that was deleted and stays for its
# replies the ChannelID 0. `Listed` is whether everybody's lists have it, `Below` counts replies in
# whatever state, `Replies` those that are shown. New and Top are the orders of the lists.
COMMENTS = """
CREATE TABLE IF NOT EXISTS Comments (
    CommentID bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
    VideoID int NOT NULL,
    ChannelID int NOT NULL,
    ParentID bigint NOT NULL DEFAULT 0,
    State enum('shown', 'review', 'deleted') CHARACTER SET ascii NOT NULL,
    Listed tinyint NOT NULL,
    Likes int NOT NULL DEFAULT 0,
    Replies int NOT NULL DEFAULT 0,
    Below int NOT NULL DEFAULT 0,
    CreatedAt datetime NOT NULL,
    EditedAt datetime NULL,
    RequestKey binary(32) NULL,
    Text text NOT NULL,
    UNIQUE KEY RequestKey (RequestKey),
    KEY New (VideoID, ParentID, Listed, CommentID),
    KEY Top (VideoID, ParentID, Listed, Likes, CommentID),
    KEY Own (ChannelID, VideoID, ParentID, Listed, CommentID),
    KEY OfChannel (ChannelID, CommentID)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_uca1400_ai_ci
"""

LIKES = """
CREATE TABLE IF NOT EXISTS CommentLikes (
    CommentID bigint NOT NULL,
    ChannelID int NOT NULL,
    CreatedAt datetime NOT NULL,
    PRIMARY KEY (CommentID, ChannelID),
    KEY OfChannel (ChannelID, CommentID)
) ENGINE = InnoDB
"""

# A comment may have more likes than one transaction should delete.
GONE = """
CREATE TABLE IF NOT EXISTS GoneComments (
    CommentID bigint NOT NULL PRIMARY KEY
) ENGINE = InnoDB
"""

WRITES = """
CREATE TABLE IF NOT EXISTS CommentWrites (
    ChannelID int NOT NULL PRIMARY KEY,
    Room double NOT NULL,
    FilledAt datetime(3) NOT NULL
) ENGINE = InnoDB
"""

# What young accounts wrote in the last hour; a comment that was deleted counts too.
YOUNG = """
CREATE TABLE IF NOT EXISTS YoungWrites (
    WriteID bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
    ChannelID int NOT NULL,
    CreatedAt datetime(3) NOT NULL,
    KEY OfChannel (ChannelID, CreatedAt),
    KEY CreatedAt (CreatedAt)
) ENGINE = InnoDB
"""


def upgrade() -> None:
    """Make the tables and columns."""
    run(CREATED, POLICY, COUNTERS, REACTIONS, COMMENTS, LIKES, GONE, WRITES, YOUNG)
