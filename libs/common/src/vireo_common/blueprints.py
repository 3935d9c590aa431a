"""Blueprints of a service, and whether the API document is made of their routes.

A service that runs has no use for it: nginx serves what ``make openapi`` wrote. The schemas of all
models would take most of the time in which its application is made.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask_openapi3.blueprint import APIBlueprint as _APIBlueprint

_documented = ContextVar("documented", default=False)


class APIBlueprint(_APIBlueprint):
    """A blueprint whose routes are documented within ``documented()`` alone."""

    def __init__(self, name: str, import_name: str, *, doc_ui: bool = True, **options: Any) -> None:
        super().__init__(name, import_name, doc_ui=doc_ui and _documented.get(), **options)


@contextmanager
def documented() -> Iterator[None]:
    """Applications that are made meanwhile have the API document of their routes, ``api_doc``."""
    token = _documented.set(True)
    try:
        yield
    finally:
        _documented.reset(token)
