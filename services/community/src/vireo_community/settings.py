"""Community's settings: ``VIREO_*`` variables."""

from pydantic import Field

from vireo_common.settings import ServiceSettings


class CommunitySettings(ServiceSettings):
    """What answers needs what every service needs."""


class WorkerSettings(CommunitySettings):
    """What the worker needs beside that."""

    view_log_days: int = Field(
        90,
        ge=1,
        le=3650,
        description="days for which each counted view is a row of the log; then it is a part of a "
        "number",
    )
