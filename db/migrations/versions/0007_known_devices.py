"""From where an account was signed in to before: its owner hears of a sign-in from elsewhere."""

from migrations.statements import run

revision = "0007"
down_revision = "0006"

# DeviceKey is a digest of what a client says of itself and of its part of the network.
CREATE = """
CREATE TABLE IF NOT EXISTS KnownDevices (
    ChannelID int NOT NULL,
    DeviceKey binary(32) NOT NULL,
    SeenAt datetime(3) NOT NULL,
    PRIMARY KEY (ChannelID, DeviceKey),
    KEY SeenAt (SeenAt),
    CONSTRAINT KnownDevicesChannel FOREIGN KEY (ChannelID)
        REFERENCES Channels (ChannelID) ON DELETE CASCADE
) ENGINE = InnoDB
"""


def upgrade() -> None:
    """Make the table."""
    run(CREATE)
