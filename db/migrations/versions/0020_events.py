"""Events: what one service lets the others know, a job in the queue of each consumer.

Jobs of the version before that meant the same become events.
"""

from migrations.statements import run

revision = "0020"
down_revision = "0019"

BECOME = "UPDATE Jobs SET State = IF(State = 'running', 'queued', State), "
LEASE = "LeaseToken = NULL, LeaseUntil = NULL"

STATEMENTS = (
    f"""
    {BECOME} {LEASE}, Queue = 'media_events', Kind = 'video_removed',
        Payload = JSON_OBJECT('hash_path', Subject)
    WHERE Kind = 'remove'
    """,
    f"""
    {BECOME} {LEASE}, Queue = 'media_events', Kind = 'channel_picture_removed',
        Payload = JSON_OBJECT('name', Subject)
    WHERE Kind = 'remove_picture'
    """,
    f"""
    {BECOME} {LEASE}, Queue = 'catalog_events', Kind = 'video_state_changed',
        Payload = JSON_INSERT(JSON_EXTRACT(Payload, '$.progress'), '$.hash_path', Subject)
    WHERE Kind = 'tell'
    """,
    f"""
    {BECOME} {LEASE}, Queue = 'auth_events', Kind = 'data_export_requested',
        Subject = JSON_VALUE(Payload, '$.channel_id')
    WHERE Kind = 'notice'
    """,
)


def upgrade() -> None:
    """Let the jobs be events."""
    run(*STATEMENTS)
