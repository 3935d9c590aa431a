"""How models say in the API document what Python's types do not."""

from pydantic.json_schema import SkipJsonSchema

Omitted = SkipJsonSchema[None]
"""Beside the type of a key that is left out rather than sent as null: ``int | Omitted``."""
