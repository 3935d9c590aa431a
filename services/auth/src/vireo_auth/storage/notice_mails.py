"""The queue ``notice_mail``: mails of community, which auth knows the addresses for.

It is a queue of its own: a hundred thousand digests keep no link for a password waiting.
"""

import time

from pymysql.cursors import Cursor

from vireo_common.jobs import enqueue

QUEUE = "notice_mail"
KIND = "notice_mail"
# Only a worker that died counts; a mail server that is away does not.
MAX_ATTEMPTS = 20


def add_notice_mail_job(cursor: Cursor, channel_id: int, reference: str) -> None:
    """Have a mail sent to an account, once the caller's transaction is committed."""
    payload = {"channel": channel_id, "reference": reference, "at": int(time.time())}
    enqueue(cursor, QUEUE, KIND, str(channel_id), payload, max_attempts=MAX_ATTEMPTS)
