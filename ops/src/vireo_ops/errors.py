"""The one exception that is reported without a stack trace.

OperationError: a failure that the caller can understand and act upon. Its text is printed as it is;
everything else is a bug and keeps its stack trace.
"""


class OperationError(Exception):
    """An operation could not be done; the message says why and what to do."""
