"""Logging: one JSON object a line on standard output; no personal data and no secret in it.

``request_id`` is the gateway's ``X-Request-ID``: ``web`` binds it for each request, ``client``
hands it on to other services.
"""

import logging
from collections.abc import MutableMapping
from typing import Any

import structlog
import structlog.tracebacks

from vireo_common.log_output import logger_factory

# The values of local variables stay out of tracebacks: a password may be among them.
TRACEBACKS = structlog.processors.ExceptionRenderer(
    structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
)


def configure(service: str, level: str) -> None:
    """Send the log lines of ``service``, and those of the libraries it uses, out as JSON.

    Args:
        level: "debug", "info", "warning" or "error".
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]

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
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, name_service],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                TRACEBACKS,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # Chatty libraries, whose lines may hold addresses and statements.
    for name in ("urllib3", "werkzeug", "flask_openapi3"):
        logging.getLogger(name).setLevel("WARNING")
