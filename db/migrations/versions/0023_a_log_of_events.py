"""``Events`` becomes a log: written once, read by every consumer from a place of its own.

It was a queue with a row for each consumer. Its rows stay: whatever waits is an event of the log,
in the order of before. Services of the version before go on writing until they are replaced: what
they name is still there, out of sight, with defaults. Their workers find no row in the state
``queued``, so that the new ones alone consume.
"""

from migrations.statements import run

revision = "0023"
down_revision = "0022"

ASCII = "CHARACTER SET ascii COLLATE ascii_bin"

STATEMENTS = (
    f"""
    ALTER TABLE Events
        CHANGE COLUMN IF EXISTS JobID EventID bigint NOT NULL AUTO_INCREMENT,
        MODIFY COLUMN CreatedAt datetime(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
        ADD COLUMN IF NOT EXISTS Place bigint NULL,
        MODIFY COLUMN Queue varchar(32) {ASCII} INVISIBLE NOT NULL DEFAULT '',
        MODIFY COLUMN State varchar(11) {ASCII} INVISIBLE NOT NULL DEFAULT '',
        MODIFY COLUMN MaxAttempts int INVISIBLE NOT NULL DEFAULT 0,
        MODIFY COLUMN RunAfter datetime(3) INVISIBLE NULL,
        MODIFY COLUMN LeaseUntil datetime(3) INVISIBLE NULL,
        MODIFY COLUMN TurnOf varchar(64) {ASCII} INVISIBLE NOT NULL DEFAULT '',
        MODIFY COLUMN Turn bigint INVISIBLE NOT NULL DEFAULT 0,
        MODIFY COLUMN Cost bigint INVISIBLE NOT NULL DEFAULT 0,
        DROP COLUMN IF EXISTS Attempts,
        DROP COLUMN IF EXISTS LeaseToken,
        DROP COLUMN IF EXISTS LastError,
        DROP KEY IF EXISTS Due,
        DROP KEY IF EXISTS Leases,
        DROP KEY IF EXISTS Turns,
        DROP KEY IF EXISTS OwnCosts,
        DROP KEY IF EXISTS OwnTurns,
        DROP KEY IF EXISTS Subject,
        ADD UNIQUE KEY IF NOT EXISTS Place (Place),
        ADD KEY IF NOT EXISTS OfSubject (Subject, Kind)
    """,
    "UPDATE Events SET State = '' WHERE State <> ''",
    # One row, made when it is first needed: whoever gives places locks it, and changes it.
    """
    CREATE TABLE IF NOT EXISTS EventLog (
        LogID tinyint NOT NULL PRIMARY KEY,
        LastPlace bigint NOT NULL
    ) ENGINE = InnoDB
    """,
    f"""
    CREATE TABLE IF NOT EXISTS EventPlaces (
        Consumer varchar(32) {ASCII} NOT NULL PRIMARY KEY,
        Place bigint NOT NULL,
        TriedUntil bigint NOT NULL DEFAULT 0,
        Attempts int NOT NULL DEFAULT 0
    ) ENGINE = InnoDB
    """,
    f"""
    CREATE TABLE IF NOT EXISTS EventFailures (
        Consumer varchar(32) {ASCII} NOT NULL,
        EventID bigint NOT NULL,
        Error varchar(500) NOT NULL,
        Again boolean NOT NULL DEFAULT FALSE,
        CreatedAt datetime(3) NOT NULL,
        PRIMARY KEY (Consumer, EventID),
        KEY Event (EventID)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
    """,
    # The event that a video's state is of: an earlier one changes nothing.
    "ALTER TABLE Videos ADD COLUMN IF NOT EXISTS StateEvent bigint NOT NULL DEFAULT 0",
    # A log is not changed. (To take away what was never given is an error.)
    "GRANT UPDATE, DELETE ON Events TO vireo_auth, vireo_catalog, vireo_media",
    "REVOKE UPDATE, DELETE ON Events FROM vireo_auth, vireo_catalog",
    "REVOKE UPDATE ON Events FROM vireo_media",
)


def upgrade() -> None:
    """Run them all."""
    run(*STATEMENTS)
