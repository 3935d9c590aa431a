"""Logging: one JSON object a line on standard output; no personal data and no secret in it.

``request_id`` is the gateway's ``X-Request-ID``: ``web`` binds it for each request, ``client``
hands it on to other services. All modules get their loggers here, and not from structlog.
"""

import contextlib
import logging
import re
import sys
from collections.abc import Iterator, MutableMapping
from typing import Any

from vireo_common.log_output import logger_factory

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""The form of a request's id, which stands in its log lines; another one is not taken over."""


@contextlib.contextmanager
def _hidden(package: str) -> Iterator[None]:
    """Let ``import`` not find a package that nobody has imported yet."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment] # as the import system has it
    try:
        yield
    finally:
        del sys.modules[package]


# For consoles structlog imports rich wherever it is installed. Our lines are JSON, and it would
# take 6 MB in each program.
with _hidden("rich"):
    import structlog
    import structlog.tracebacks

get_logger = structlog.get_logger
bind_context = structlog.contextvars.bind_contextvars
clear_context = structlog.contextvars.clear_contextvars
context = structlog.contextvars.get_contextvars

# The values of local variables stay out of tracebacks: a password may be among them.
TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)
_LEVEL_AND_TIME: list[Any] = [
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def plain_formatter() -> logging.Formatter:
    """Makes JSON of lines of `logging`, where no service has been configured yet."""
    return _formatter(_LEVEL_AND_TIME)


def _formatter(first: list[Any]) -> logging.Formatter:
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=first,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            TRACEBACKS,
            structlog.processors.JSONRenderer(),
        ],
    )


def configure(service: str, level: str) -> None:
    """Send the log lines of ``service``, and those of the libraries it uses, out as JSON.

    Args:
        level: "debug", "info", "warning" or "error".
    """
    shared = [structlog.contextvars.merge_contextvars, *_LEVEL_AND_TIME]

    def name_service(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["service"] = service
        return event

    structlog.configure(
        processors=[
            *shared,
            name_service,
            TRACEBACKS,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=logger_factory(),
        wrapper_class=structlog.make_filtering_bound_logger(level.upper()),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler()
    handler.setFormatter(_formatter([*shared, name_service]))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # Chatty libraries, whose lines may hold addresses and statements.
    for name in ("urllib3", "werkzeug", "flask_openapi3"):
        logging.getLogger(name).setLevel("WARNING")
