"""Parameters of addresses, and an answer."""

from typing import Literal

from pydantic import BaseModel, Field

from vireo_common.schema import Omitted
from vireo_media.core.processing import State
from vireo_media.core.uploads import HASH_PATH, Step


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


class RenditionObject(BaseModel):
    """A rendition of a stream."""

    height: int = Field(description="The shorter side of its frames.")
    state: State
    percent: int = Field(description="How much of it is made.")
    bytes: int = Field(description="What it takes; 0 until it is ready.")


class ProcessingObject(BaseModel):
    """How far a video is."""

    state: State = Field(
        description="`ready` once all of it is made; it may be played before that."
    )
    step: Step = Field(
        description="What is made: `copy` and `first` what can be played first, `renditions` the "
        "rest of its stream."
    )
    place: int | None = Field(description="In the queue, from 1; `null` where it does not wait.")
    percent: int = Field(description="Of all that is to be made.")
    expected: str | None = Field(
        description="When all of it should be there; `null` where that is not known."
    )
    reason: str = Field(description='Why something of it has failed; `""` where nothing has.')
    attempts: int = Field(description="How often what is done now was begun.")
    renditions: list[RenditionObject] = Field(description="Those of its stream, the lowest first.")
    first_play_seconds: float | None = Field(
        description="From its last byte to when it could be played; `null` until then."
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
