"""Mails on their way to the courier, which alone sends them.

A row that is ``OnDemand`` gets its ``Content`` at the moment in which the mail server wants it, and
loses it with the outcome; any other brings it and is deleted once it is sent.
"""

from migrations.statements import run

revision = "0019"
down_revision = "0018"

STATEMENTS = (
    """
    CREATE TABLE IF NOT EXISTS OutgoingMails (
        MailID bigint NOT NULL AUTO_INCREMENT PRIMARY KEY,
        Service varchar(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        Reference varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        Name varchar(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        Recipient varchar(320) NOT NULL,
        Content mediumtext NULL,
        OnDemand boolean NOT NULL DEFAULT FALSE,
        Wanted boolean NOT NULL DEFAULT FALSE,
        State enum('queued', 'running', 'sent', 'postponed', 'refused', 'quarantined')
            CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'queued',
        Attempts int NOT NULL DEFAULT 0,
        LastError varchar(500) NOT NULL DEFAULT '',
        LeaseToken char(32) CHARACTER SET ascii COLLATE ascii_bin NULL,
        LeaseUntil datetime(3) NULL,
        RunAfter datetime(3) NOT NULL,
        CreatedAt datetime(3) NOT NULL,
        UNIQUE KEY Reference (Service, Reference),
        KEY Due (State, OnDemand, RunAfter),
        KEY Leases (State, LeaseUntil),
        KEY CreatedAt (CreatedAt)
    ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
    """,
)


def upgrade() -> None:
    """Run them all."""
    run(*STATEMENTS)
