"""The one exception that this package shows to a person.

OperationError: something that the person at the keyboard can understand and act upon. Its text is
printed as it is, without a stack trace; everything else is a bug and keeps its stack trace.
"""


class OperationError(Exception):
    """An operation could not be done; the message says why and what to do."""
