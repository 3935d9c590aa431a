"""When mails of notices begin to wait, and when what waits is taken back: rows of ``NoticeMails``.

What is in the caller's transaction; the rest is ``notice_mails``'s.
"""

from collections.abc import Sequence

from pymysql.cursors import Cursor

from vireo_community.core.notice_mails import DIGEST, next_digest
from vireo_community.core.notices import Digest, Kind

# The notices of one change of these people: mails of the kind begin to wait, where they get any.
WAIT = """
INSERT INTO NoticeMails (ChannelID, Kind, WaitsSince, Mailed)
SELECT s.ChannelID, s.Kind, NOW(3), b.LastChange - 1
FROM NoticeSettings s JOIN NoticeBoxes b ON b.ChannelID = s.ChannelID
LEFT JOIN NoticeDigests d ON d.ChannelID = s.ChannelID
WHERE s.ChannelID IN %s AND s.Kind = %s AND s.App AND s.Mail AND COALESCE(d.Digest, 'off') = 'off'
ON DUPLICATE KEY UPDATE WaitsSince = COALESCE(NoticeMails.WaitsSince, VALUES(WaitsSince))
"""

FORGET = "DELETE FROM NoticeMails WHERE ChannelID = %s AND Kind IN %s"
FORGET_KINDS = "DELETE FROM NoticeMails WHERE ChannelID = %s AND Kind <> 'digest'"

DIGESTED = """
INSERT INTO NoticeMails (ChannelID, Kind, WaitsSince, Mailed)
SELECT %s, 'digest', %s, COALESCE(MAX(LastChange), 0) FROM NoticeBoxes WHERE ChannelID = %s
ON DUPLICATE KEY UPDATE WaitsSince = VALUES(WaitsSince)
"""

NOW = "SELECT NOW(3)"


def wait(cursor: Cursor, kind: Kind, recipients: Sequence[int]) -> None:
    """Have notices mailed that the caller's transaction has made, to those who want that.

    It holds the boxes of these recipients.
    """
    cursor.execute(WAIT, (list(recipients), kind))


def settings_changed(
    cursor: Cursor, channel_id: int, kinds: Sequence[Kind], digest: Digest | None
) -> None:
    """Take back in the caller's transaction what is not to be mailed any more.

    Args:
        kinds: those that are not mailed now.
        digest: what was chosen, where it is another one than before.
    """
    if kinds:
        cursor.execute(FORGET, (channel_id, list(kinds)))
    if digest is None:
        return
    if digest == "off":
        cursor.execute(FORGET, (channel_id, [DIGEST]))
        return
    cursor.execute(FORGET_KINDS, (channel_id,))
    cursor.execute(NOW)
    ((now,),) = cursor.fetchall()
    cursor.execute(DIGESTED, (channel_id, next_digest(now, digest), channel_id))
