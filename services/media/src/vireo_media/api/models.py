"""Parameters of addresses, and an answer."""

from typing import Literal

from pydantic import BaseModel, Field

from vireo_common.schema import Omitted
from vireo_media.core.uploads import HASH_PATH


class HashPathInPath(BaseModel):
    """The hash path in an address."""

    hash_path: str = Field(
        description="The video's hash path, 7 characters.",
        json_schema_extra={"example": "aB3dE5g", "pattern": f"^{HASH_PATH.pattern}$"},
    )


class StreamPath(HashPathInPath):
    """A part of a stream."""

    part: str = Field(
        description="What the master names, or the master itself.",
        json_schema_extra={"example": "master.m3u8"},
    )


class ExportNameInPath(BaseModel):
    """The name of a data export in an address of the gateway's."""

    export_name: str = Field(description="32 hexadecimal digits.")


class ExportRow(BaseModel):
    """An archive that is being made."""

    state: Literal["waiting"] = Field(description="Ask again after `Retry-After` seconds.")


class RangeHeaders(BaseModel):
    """The headers that ask for a part of a file (RFC 9110); the gateway answers them."""

    range: str | Omitted = Field(None, alias="Range", description="The bytes that are wanted.")
    if_range: str | Omitted = Field(
        None, alias="If-Range", description="Send a part only while the file has this tag."
    )
    if_none_match: str | Omitted = Field(
        None, alias="If-None-Match", description="Send nothing while the file has this tag."
    )
