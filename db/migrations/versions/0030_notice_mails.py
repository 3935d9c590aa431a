"""Mails of notices: what waits to be mailed to whom, and how many mails somebody got in a day."""

from migrations.statements import run

revision = "0030"
down_revision = "0028"

ASCII = "CHARACTER SET ascii COLLATE ascii_bin"

# A row for each kind that somebody gets by mail, or one of the kind `digest`. `WaitsSince` is when
# the mail that is to be made next began to wait, or the time of the digest. `Reference` names the
# one that is on its way. It tells of changes after `Mailed`; up to `Composed` when it was composed
# last, which is `Mailed` once it was sent.
MAILS = f"""
CREATE TABLE IF NOT EXISTS NoticeMails (
    ChannelID int NOT NULL,
    Kind varchar(12) {ASCII} NOT NULL,
    WaitsSince datetime(3) NULL,
    Reference char(32) {ASCII} NULL,
    MadeAt datetime(3) NULL,
    Mailed bigint NOT NULL DEFAULT 0,
    Composed bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (ChannelID, Kind),
    UNIQUE KEY Reference (Reference),
    KEY WaitsSince (WaitsSince)
) ENGINE = InnoDB
"""

DAYS = """
CREATE TABLE IF NOT EXISTS NoticeMailDays (
    ChannelID int NOT NULL PRIMARY KEY,
    Day date NOT NULL,
    Mails int NOT NULL,
    KEY Day (Day)
) ENGINE = InnoDB
"""

# Digests could be chosen before there were any: the first has what comes from here on.
CHOSEN = """
INSERT IGNORE INTO NoticeMails (ChannelID, Kind, WaitsSince, Mailed)
SELECT d.ChannelID, 'digest', NOW(3) + INTERVAL 1 DAY, COALESCE(b.LastChange, 0)
FROM NoticeDigests d LEFT JOIN NoticeBoxes b ON b.ChannelID = d.ChannelID WHERE d.Digest <> 'off'
"""


def upgrade() -> None:
    """Make the tables."""
    run(MAILS, DAYS, CHOSEN)
