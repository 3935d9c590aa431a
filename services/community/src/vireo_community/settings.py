"""Community's settings: ``VIREO_*`` variables."""

from pydantic import Field

from vireo_common.settings import PUBLIC_URL, ServiceSettings, WebAddress


class CommunitySettings(ServiceSettings):
    """What answers needs beside what every service needs."""

    public_url: WebAddress = PUBLIC_URL


class StreamSettings(ServiceSettings):
    """What streams need beside that."""

    streams_of_account: int = Field(
        10, ge=1, le=1000, description="streams of notices that one account may have open"
    )


class WorkerSettings(ServiceSettings):
    """What the worker needs beside that."""

    view_log_days: int = Field(
        90,
        ge=1,
        le=3650,
        description="days for which each counted view is a row of the log; then it is a part of a "
        "number",
    )
    notice_mail_pause: int = Field(
        600,
        ge=1,
        le=86400,
        description="seconds for which notices wait for more of the same before they are mailed: "
        "one mail of a kind in that time",
    )
    notice_mails_a_day: int = Field(
        20, ge=1, le=1000, description="mails of notices that one account gets in a day (UTC)"
    )
