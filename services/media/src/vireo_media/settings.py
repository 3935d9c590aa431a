"""Media's settings: ``VIREO_*`` variables."""

from pathlib import Path

from pydantic import Field

from vireo_common.settings import ServiceSettings, fixed

MAX_UPLOAD_BYTES: int = Field(10 * 1024**3, ge=1, description="largest upload, in bytes")
"""The gateway has the same setting."""


class FilesSettings(ServiceSettings):
    """What media and its worker both need beside what every service needs."""

    disk_reserve_bytes: int = Field(
        256 * 1024**2,
        ge=0,
        description="room on the media disk that uploads and archives of people's data leave free",
    )
    least_upload_rate: int = Field(
        64 * 1024,
        ge=1,
        description="bytes a second that an upload must have on the average, after its first "
        "minute",
    )
    media_root: Path = fixed(
        Path("/var/lib/vireo/media"), "folder of media files, all on one file system"
    )
    spool_socket: Path | None = fixed(
        None, "socket of the spool, where bodies belong to another user"
    )


class MediaSettings(FilesSettings):
    """What the web side needs beside that."""

    max_upload_bytes: int = MAX_UPLOAD_BYTES
    open_uploads: int = Field(
        8,
        ge=1,
        le=1000,
        description="videos of one account that may be on their way at once",
    )


class TusSettings(FilesSettings):
    """What uploads in pieces need beside that."""

    max_upload_bytes: int = MAX_UPLOAD_BYTES


class WorkerSettings(FilesSettings):
    """What the worker needs beside that."""

    prepare_slots: int = Field(2, ge=1, le=64, description="uploads that a worker checks at once")
    encode_slots: int = Field(
        1,
        ge=0,
        le=64,
        description="videos that it encodes at once, two threads each; 0 for a worker that "
        "encodes none",
    )
    stream_storage: float = Field(
        2.0,
        ge=0.5,
        le=100.0,
        description="how many times the bytes of a video its stream may take; the lowest and the "
        "largest rendition are made all the same",
    )
    export_seconds: int = Field(
        24 * 3600,
        ge=60,
        description="for how long the archive of a person's data (`GET /me/export`) is served, in "
        "seconds",
    )
    auth_url: str = fixed("http://127.0.0.1:8001", "internal address of auth")
    community_url: str = fixed("http://127.0.0.1:8004", "internal address of community")
