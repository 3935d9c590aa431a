"""Media's settings: ``VIREO_*`` variables."""

from pathlib import Path

from pydantic import Field

from vireo_common.settings import ServiceSettings


class MediaSettings(ServiceSettings):
    """What media needs beside what every service needs; its worker reads the same."""

    media_root: Path = Field(Path("/var/lib/vireo/media"), description="Folder of media files.")
    spool_socket: Path | None = Field(
        None, description="Socket of the spool, where bodies belong to another user."
    )
    auth_url: str = Field("http://127.0.0.1:8001", description="Internal address of auth.")
    max_upload_bytes: int = Field(10 * 1024**3, ge=1, description="Largest upload, in bytes.")
    disk_reserve_bytes: int = Field(
        256 * 1024**2, ge=0, description="Room on the media disk that uploads leave free."
    )
    open_uploads: int = Field(
        8, ge=1, le=1000, description="Videos of one account that may be on their way at once."
    )
    least_upload_rate: int = Field(
        64 * 1024, ge=1, description="Bytes a second that an upload must have on the average."
    )
    prepare_slots: int = Field(2, ge=1, le=64, description="Uploads a worker checks at once.")
    encode_slots: int = Field(1, ge=0, le=64, description="Videos a worker encodes at once.")
    export_seconds: int = Field(
        24 * 3600, ge=60, description="For how long the archive of a person's data is served."
    )
