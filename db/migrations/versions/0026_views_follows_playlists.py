"""Views, history, subscriptions and playlists; what a channel says about itself.

Tables of community have no foreign keys (ADR 0045). ``Preferences`` is auth's and ``ChannelTexts``
catalog's: their rows go with the channel.
"""

from migrations.statements import run

revision = "0026"
down_revision = "0025"

STATEMENTS = (
    # The secret of one day, of which viewers' ids are made; see ADR 0048.
    """
    CREATE TABLE IF NOT EXISTS ViewKeys (
        Day date NOT NULL PRIMARY KEY,
        Secret binary(32) NOT NULL
    ) ENGINE = InnoDB
    """,
    # Seconds are those that were believed; Slack is what may still be claimed beyond real time.
    """
    CREATE TABLE IF NOT EXISTS ViewSessions (
        VideoID int NOT NULL,
        Viewer binary(16) NOT NULL,
        Session binary(16) NOT NULL,
        LastAt datetime(3) NOT NULL,
        Seconds double NOT NULL,
        Slack double NOT NULL,
        Settled tinyint NOT NULL DEFAULT 0,
        PRIMARY KEY (VideoID, Viewer, Session),
        KEY Expiry (LastAt)
    ) ENGINE = InnoDB
    """,
    # When a viewer's view of a video was last counted, or last refused for one reason.
    """
    CREATE TABLE IF NOT EXISTS ViewMarks (
        VideoID int NOT NULL,
        Viewer binary(16) NOT NULL,
        Outcome enum('counted', 'again', 'own', 'robot', 'crowd') CHARACTER SET ascii
            COLLATE ascii_bin NOT NULL,
        At datetime(3) NOT NULL,
        PRIMARY KEY (VideoID, Viewer, Outcome),
        KEY Expiry (At)
    ) ENGINE = InnoDB
    """,
    # What one source has used of its bounds; VideoID 0 stands for its sessions of all videos.
    """
    CREATE TABLE IF NOT EXISTS ViewBudgets (
        Source binary(16) NOT NULL,
        VideoID int NOT NULL,
        Used int NOT NULL,
        Since datetime(3) NOT NULL,
        PRIMARY KEY (Source, VideoID),
        KEY Expiry (Since)
    ) ENGINE = InnoDB
    """,
    """
    CREATE TABLE IF NOT EXISTS ViewLog (
        ViewID bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
        VideoID int NOT NULL,
        Viewer binary(16) NOT NULL,
        Account tinyint NOT NULL,
        At datetime(3) NOT NULL,
        Seconds double NOT NULL,
        Outcome enum('counted', 'again', 'own', 'robot', 'crowd') CHARACTER SET ascii
            COLLATE ascii_bin NOT NULL,
        KEY OfVideo (VideoID, Outcome),
        KEY Age (At)
    ) ENGINE = InnoDB
    """,
    """
    CREATE TABLE IF NOT EXISTS ViewBase (
        VideoID int NOT NULL PRIMARY KEY,
        Views bigint NOT NULL
    ) ENGINE = InnoDB
    """,
    """
    CREATE TABLE IF NOT EXISTS WatchHistory (
        ChannelID int NOT NULL,
        VideoID int NOT NULL,
        Position double NOT NULL,
        WatchedAt datetime(3) NOT NULL,
        PRIMARY KEY (ChannelID, VideoID),
        KEY Latest (ChannelID, WatchedAt, VideoID),
        KEY OfVideo (VideoID)
    ) ENGINE = InnoDB
    """,
    """
    CREATE TABLE IF NOT EXISTS Preferences (
        ChannelID int NOT NULL PRIMARY KEY,
        History tinyint NOT NULL DEFAULT 1,
        CONSTRAINT PreferencesChannel FOREIGN KEY (ChannelID)
            REFERENCES Channels (ChannelID) ON DELETE CASCADE
    ) ENGINE = InnoDB
    """,
    """
    CREATE TABLE IF NOT EXISTS Subscriptions (
        SubscriptionID bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
        FollowerID int NOT NULL,
        ChannelID int NOT NULL,
        Notify enum('all', 'none') CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        CreatedAt datetime(3) NOT NULL,
        UNIQUE KEY Pair (FollowerID, ChannelID),
        KEY OfFollower (FollowerID, SubscriptionID),
        KEY OfChannel (ChannelID, SubscriptionID)
    ) ENGINE = InnoDB
    """,
    """
    CREATE TABLE IF NOT EXISTS ChannelCounters (
        ChannelID int NOT NULL PRIMARY KEY,
        Subscribers int NOT NULL DEFAULT 0,
        Views bigint NOT NULL DEFAULT 0
    ) ENGINE = InnoDB
    """,
    """
    CREATE TABLE IF NOT EXISTS ChannelTexts (
        ChannelID int NOT NULL PRIMARY KEY,
        About text CHARACTER SET utf8mb4 NOT NULL,
        Links mediumtext CHARACTER SET utf8mb4 NOT NULL,
        CONSTRAINT ChannelTextsChannel FOREIGN KEY (ChannelID)
            REFERENCES Channels (ChannelID) ON DELETE CASCADE
    ) ENGINE = InnoDB
    """,
    # Later is 1 for "watch later", of which the key allows a channel one, and NULL for all others.
    """
    CREATE TABLE IF NOT EXISTS Playlists (
        PlaylistID bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
        Name char(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        ChannelID int NOT NULL,
        Later tinyint NULL,
        Title varchar(150) CHARACTER SET utf8mb4 NOT NULL,
        Description text CHARACTER SET utf8mb4 NOT NULL,
        Visibility enum('public', 'unlisted', 'private') CHARACTER SET ascii COLLATE ascii_bin
            NOT NULL,
        Videos int NOT NULL DEFAULT 0,
        UpdatedAt datetime(3) NOT NULL,
        UNIQUE KEY Name (Name),
        UNIQUE KEY OneLater (ChannelID, Later),
        KEY OfChannel (ChannelID, PlaylistID)
    ) ENGINE = InnoDB
    """,
    """
    CREATE TABLE IF NOT EXISTS PlaylistVideos (
        PlaylistID bigint NOT NULL,
        VideoID int NOT NULL,
        Place int NOT NULL,
        PRIMARY KEY (PlaylistID, VideoID),
        KEY Places (PlaylistID, Place),
        KEY OfVideo (VideoID)
    ) ENGINE = InnoDB
    """,
)


def upgrade() -> None:
    """Run them all."""
    run(*STATEMENTS)
