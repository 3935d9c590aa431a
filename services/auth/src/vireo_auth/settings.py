"""Auth's settings: ``VIREO_*`` variables."""

from pydantic import Field

from vireo_common.settings import ServiceSettings


class AuthSettings(ServiceSettings):
    """What auth needs beside what every service needs."""

    # Bcrypt runs in the threads and lets the others go on, so there are more of them than cores.
    bcrypt_cost: int = Field(12, ge=4, le=16, description="Cost of new password hashes (log2).")
    sign_in_attempts: int = Field(
        5, ge=1, le=100, description="Wrong passwords before a name is blocked for an address."
    )
    sign_in_window: int = Field(600, ge=1, description="Seconds in which they are counted.")
    sign_in_block: int = Field(900, ge=1, description="Seconds for which the block lasts.")
    sign_in_strangers: int = Field(
        30, ge=1, description="Wrong passwords for a name from all unknown addresses together."
    )
