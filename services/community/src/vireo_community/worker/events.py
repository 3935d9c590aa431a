"""What community does about the events that it consumes."""

from vireo_common.events import Consumed


def consumed() -> Consumed:
    """A function for each kind of event."""
    return {}
