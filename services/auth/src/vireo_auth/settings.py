"""The settings of auth and of its worker: ``VIREO_*`` variables."""

from pathlib import Path

from pydantic import Field

from vireo_common.settings import PUBLIC_URL, ServiceSettings, WebAddress, fixed


class PublicSettings(ServiceSettings):
    """What auth and its worker both need."""

    public_url: WebAddress = PUBLIC_URL


class AuthSettings(PublicSettings):
    """What auth needs beside what every service needs."""

    # bcrypt releases the interpreter's lock, so that more threads than cores are of use.
    bcrypt_cost: int = Field(
        12, ge=4, le=16, description="cost of new password hashes: one more takes twice as long"
    )
    sign_in_attempts: int = Field(
        5, ge=1, le=100, description="wrong passwords before a name is blocked for an address"
    )
    sign_in_window: int = Field(600, ge=1, description="seconds in which they are counted")
    sign_in_block: int = Field(900, ge=1, description="seconds for which the block lasts")
    sign_in_strangers: int = Field(
        30,
        ge=1,
        description="wrong passwords for one name, in that window, from all addresses its owner "
        "never signed in from",
    )
    sign_in_guesses: int = Field(
        100,
        ge=1,
        description="wrong passwords from one address, in that window, for all names whose owners "
        "never signed in from it",
    )

    @property
    def signing_key(self) -> Path:
        """The file of the key that signs tokens."""
        return self.secrets / "token_signing_key.pem"


class WorkerSettings(PublicSettings):
    """What auth's worker needs beside what every service needs."""

    community_url: str = fixed("http://127.0.0.1:8004", "internal address of community")
    mails_of_origin: int = Field(
        60,
        ge=1,
        description="mails an hour that one client address may cause to addresses that nobody has "
        "verified, and for new passwords",
    )
