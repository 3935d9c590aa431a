"""Parameters of addresses, and an answer."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

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


class CaptionsPath(HashPathInPath):
    """Captions of a video in a language."""

    language: str = Field(
        max_length=100,
        description="BCP 47: a language, with a script, region or variant where it matters.",
        json_schema_extra={"example": "pt-BR"},
    )


class CaptionsFile(HashPathInPath):
    """A file of captions."""

    file: str = Field(
        description="As `captions` of the video, or a master playlist, names it.",
        json_schema_extra={"example": "en.vtt"},
    )


class CaptionsRow(BaseModel):
    """Captions that were set."""

    language: str = Field(description="The tag in the spelling that BCP 47 recommends.")
    label: str = Field(description="What the language is called in a menu.")
    url: str = Field(description="Where the WebVTT is.")


class ThumbnailQuery(BaseModel):
    """How wide a thumbnail is to be, and which one is meant."""

    w: Literal["", "320", "640", "1280"] = Field(
        "",
        description="Its width in pixels; a smaller picture is not enlarged. As WebP where `Accept`"
        " takes it, else as JPEG. While no sizes are made yet, the whole one is sent.",
    )
    v: str | Omitted = Field(
        None,
        description="The `thumbnail_version`: while it is that of the thumbnail, the answer may be"
        " kept for good. Any other one is answered as none.",
    )


class CandidatePath(HashPathInPath):
    """A frame that may become the thumbnail."""

    number: int = Field(description="Its `id`.")


class ThumbnailBody(BaseModel):
    """Which frame becomes the thumbnail: one of both fields."""

    model_config = ConfigDict(strict=True)

    candidate: int | None = Field(None, ge=0, lt=2**31, description="The `id` of a candidate.")
    time: float | None = Field(
        None,
        ge=0,
        le=86_400,
        allow_inf_nan=False,
        description="Seconds from the beginning; what is shown then.",
    )


class ThumbnailObject(BaseModel):
    """A frame that may become the thumbnail, or what has become it."""

    id: int | None = Field(description="Names a frame; `null` for a picture of one's own.")
    time: float | None = Field(description="When the frame is shown, in seconds; `null` likewise.")
    url: str = Field(
        description="Where the picture is.",
        json_schema_extra={"example": "/v/aB3dE5g/thumbnails/1500"},
    )
    chosen: bool = Field(description="Whether it is the thumbnail because its owner chose it.")
    thumbnail_version: str | Omitted = Field(
        None, description="As in the video's object; of a thumbnail alone."
    )


class SpritePath(HashPathInPath):
    """A sprite of a storyboard."""

    sprite: str = Field(
        description="As the WebVTT names it.",
        json_schema_extra={"example": "0123456789abcdefn0.jpg"},
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


class FileHeaders(BaseModel):
    """The header that asks whether a file is another one (RFC 9110); the gateway answers it."""

    if_none_match: str | Omitted = Field(
        None, alias="If-None-Match", description="Send nothing while the file has this tag."
    )


class RangeHeaders(FileHeaders):
    """The headers that ask for a part of a file."""

    range: str | Omitted = Field(None, alias="Range", description="The bytes that are wanted.")
    if_range: str | Omitted = Field(
        None, alias="If-Range", description="Send a part only while the file has this tag."
    )
