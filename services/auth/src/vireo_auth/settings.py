"""Auth's settings: ``VIREO_*`` variables."""

from pathlib import Path

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
    sign_in_guesses: int = Field(
        100, ge=1, description="Wrong passwords from an address for all names together."
    )
    public_url: str = Field(
        "http://localhost:8080", description="Address that people know Vireo by."
    )

    @property
    def signing_key(self) -> Path:
        """The file of the key that signs tokens."""
        return self.secrets / "token_signing_key.pem"
