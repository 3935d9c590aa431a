"""The table ``KnownDevices``: from where an account was signed in to before."""

from pymysql.cursors import Cursor

from vireo_auth.core.devices import device_key
from vireo_auth.core.mails import Template
from vireo_auth.core.sessions import Client
from vireo_auth.storage.mails import Cause, add_mail_job
from vireo_common.addresses import network
from vireo_common.database import Database

HAS_ANY = "SELECT 1 FROM KnownDevices WHERE ChannelID = %s LIMIT 1"

# An insertion affects one row, an update two.
KNOW = """
INSERT INTO KnownDevices (ChannelID, DeviceKey, SeenAt) VALUES (%s, %s, NOW(3))
ON DUPLICATE KEY UPDATE SeenAt = NOW(3)
"""

# More devices and networks than a person uses; the oldest make room.
MOST_DEVICES = 100
FORGET_OLDEST = """
DELETE FROM KnownDevices WHERE ChannelID = %s AND DeviceKey NOT IN (
    SELECT DeviceKey FROM (
        SELECT DeviceKey FROM KnownDevices WHERE ChannelID = %s ORDER BY SeenAt DESC LIMIT %s
    ) AS newest
)
"""

OWNER = "SELECT Email FROM ChannelDetails WHERE ChannelID = %s"

SWEEP = """
DELETE FROM KnownDevices WHERE SeenAt < NOW(3) - INTERVAL 400 DAY ORDER BY SeenAt LIMIT 1000
"""


class DeviceTable:
    """Known devices in MariaDB."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sweep(self) -> None:
        """Forget devices that were not seen for more than a year; a bounded number."""
        self._database.sweep(SWEEP)


def know_device(cursor: Cursor, channel_id: int, client: Client) -> None:
    """Remember a device in the caller's transaction, and mail its owner where it is another one.

    No mail is sent for the first device of an account.
    """
    first = not cursor.execute(HAS_ANY, (channel_id,))
    new = cursor.execute(KNOW, (channel_id, device_key(client))) == 1
    if first or not new:
        return
    cursor.execute(FORGET_OLDEST, (channel_id, channel_id, MOST_DEVICES))
    if not cursor.execute(OWNER, (channel_id,)):
        return
    ((address,),) = cursor.fetchall()
    values = {
        "device": client.device or "unknown",
        "address": client.address or "unknown",
    }
    template, cause = Template.NEW_DEVICE, Cause(network(client.address))
    add_mail_job(cursor, template, channel_id=channel_id, to=address, values=values, cause=cause)
