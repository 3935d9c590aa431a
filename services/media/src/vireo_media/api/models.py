"""Parameters of addresses, and an answer."""

from typing import Literal

from pydantic import BaseModel, Field


class HashPathInPath(BaseModel):
    """The hash path in an address."""

    hash_path: str = Field(description="The video's hash path, 7 characters.")


class ExportNameInPath(BaseModel):
    """The name of a data export in an address of the gateway's."""

    export_name: str = Field(description="32 hexadecimal digits.")


class ExportRow(BaseModel):
    """An archive that is being made."""

    state: Literal["waiting"] = Field(description="Ask again after `Retry-After` seconds.")


class RangeHeaders(BaseModel):
    """The headers that ask for a part of a file (RFC 9110); the gateway answers them."""

    range: str | None = Field(None, alias="Range", description="The bytes that are wanted.")
    if_range: str | None = Field(
        None, alias="If-Range", description="Send a part only while the file has this tag."
    )
    if_none_match: str | None = Field(
        None, alias="If-None-Match", description="Send nothing while the file has this tag."
    )
