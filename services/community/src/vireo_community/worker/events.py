"""What community does about the events that it consumes."""

from vireo_common.event_log import Handlers


def handlers() -> Handlers:
    """A function for each kind of event."""
    return {}
