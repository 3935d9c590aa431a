"""Jobs that a service of the version before has left, which are events now.

Such a service writes them until it is replaced, and again after a rollback, so no migration can
take them over for good. This goes when the version before has events too.
"""

from vireo_common.database import Database

LEFT = "(State = 'queued' OR (State = 'running' AND LeaseUntil < NOW(3)))"
BECOME = "UPDATE Jobs SET State = 'queued', LeaseToken = NULL, LeaseUntil = NULL"

STATEMENTS = (
    f"""
    {BECOME}, Queue = 'media_events', Kind = 'video_removed',
        Payload = JSON_OBJECT('hash_path', Subject)
    WHERE Queue IN ('removal', 'media') AND {LEFT} AND Kind = 'remove'
    """,
    f"""
    {BECOME}, Queue = 'media_events', Kind = 'channel_picture_removed',
        Payload = JSON_OBJECT('name', Subject)
    WHERE Queue IN ('removal', 'media') AND {LEFT} AND Kind = 'remove_picture'
    """,
    f"""
    {BECOME}, Queue = 'catalog_events', Kind = 'video_state_changed',
        Payload = JSON_INSERT(JSON_EXTRACT(Payload, '$.progress'), '$.hash_path', Subject)
    WHERE Queue = 'media' AND {LEFT} AND Kind = 'tell'
    """,
    f"""
    {BECOME}, Queue = 'auth_events', Kind = 'data_export_requested',
        Subject = JSON_VALUE(Payload, '$.channel_id')
    WHERE Queue = 'media' AND {LEFT} AND Kind = 'notice'
    """,
)


def become_events(database: Database) -> None:
    """Turn them into the events that mean the same."""
    for statement in STATEMENTS:
        database.write(statement)
