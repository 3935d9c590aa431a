"""The settings of the gateway and of `make`, read once together with those of all services.

Values come from the caller's environment first, then from config/vireo.env in the data folder, then
from the defaults. All programs' settings are validated before anything starts, from a plain mapping
and not from os.environ, so that one process can run several Vireos with different settings.
"""

import ipaddress
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from vireo_auth.settings import AuthSettings
from vireo_auth.settings import WorkerSettings as AuthWorkerSettings
from vireo_catalog.settings import CatalogSettings
from vireo_common.settings import PREFIX, ServiceSettings, complaints
from vireo_community.settings import CommunitySettings, StreamSettings
from vireo_community.settings import WorkerSettings as CommunityWorkerSettings
from vireo_courier.settings import MailSettings
from vireo_media.settings import (
    MAX_UPLOAD_BYTES,
    FilesSettings,
    MediaSettings,
    TusSettings,
    WorkerSettings,
)
from vireo_ops.errors import OperationError


def _whole_number(value: object) -> int:
    if isinstance(value, int):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,18}", value.strip()):
        raise ValueError("must be a whole number")
    return int(value)


def _port(value: int) -> int:
    if not 1 <= value <= 65535:
        raise ValueError("must be a port from 1 to 65535")
    return value


def _positive(value: int) -> int:
    if value < 1:
        raise ValueError("must be at least 1")
    return value


def _rate(value: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]{0,8}r/[sm]", value):
        raise ValueError("must be a rate like 5r/s (a second) or 30r/m (a minute)")
    return value


def _address(value: str) -> str:
    if value:
        try:
            ipaddress.ip_address(value)
        except ValueError:
            raise ValueError("must be an IP address, or empty for all addresses") from None
    return value


def _items(value: object) -> object:
    """Split a list given as text, by commas or blanks, or as JSON."""
    if not isinstance(value, str):
        return value
    if value.startswith("["):
        try:
            items = json.loads(value)
        except ValueError:
            raise ValueError('must be a list like a,b or ["a", "b"]') from None
        return tuple(str(item) for item in items)
    return tuple(item for item in re.split(r"[\s,]+", value) if item)


def _networks(items: tuple[str, ...]) -> tuple[str, ...]:
    for item in items:
        try:
            ipaddress.ip_network(item, strict=False)
        except ValueError:
            raise ValueError(f"{item!r} is neither an address nor a network") from None
    return items


def _not_everybody(items: tuple[str, ...]) -> tuple[str, ...]:
    for item in items:
        if ipaddress.ip_network(item, strict=False).prefixlen == 0:
            raise ValueError(f"{item!r} is everybody; name the proxies")
    return items


def _origins(items: tuple[str, ...]) -> tuple[str, ...]:
    for item in items:
        parts = urlsplit(item)
        plain = re.fullmatch(r"[A-Za-z0-9.:\[\]-]+", parts.netloc)
        if parts.scheme not in {"http", "https"} or not plain or item != _origin(item):
            raise ValueError(f"{item!r} is not an origin like https://app.example.org")
    return items


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


Port = Annotated[int, BeforeValidator(_whole_number), AfterValidator(_port)]
Count = Annotated[int, BeforeValidator(_whole_number), AfterValidator(_positive)]
Rate = Annotated[str, AfterValidator(_rate)]
Networks = Annotated[tuple[str, ...], BeforeValidator(_items), AfterValidator(_networks)]
Origins = Annotated[tuple[str, ...], BeforeValidator(_items), AfterValidator(_origins)]


class GatewaySettings(BaseModel):
    """The gateway's settings; media reads the largest upload too."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    port: Port = Field(8080, description="port of the gateway")
    listen_address: Annotated[str, AfterValidator(_address)] = Field(
        "", description="address that it listens on; all IPv4 addresses when empty"
    )
    max_upload_bytes: Count = MAX_UPLOAD_BYTES
    rate_sign_up: Rate = Field(
        "1r/s",
        description="sign-ups of one client address, a second (`r/s`) or a minute (`r/m`); bursts "
        "of 100",
    )
    rate_sign_in: Rate = Field(
        "5r/s",
        description="sign-ins, refreshes and other checks of passwords of one client address, "
        "together; bursts of 50",
    )
    rate_upload: Rate = Field(
        "5r/s",
        description="announced videos of one client address, and by itself changed and deleted "
        "ones; bursts of 100",
    )
    rate_search: Rate = Field("10r/s", description="searches of one client address; bursts of 50")
    rate_community: Rate = Field(
        "20r/s",
        description="reactions, comments, follows and other writes to community of one client "
        "address; bursts of 200",
    )
    streams_of_address: Count = Field(
        50, description="streams of notices that one client address may have open"
    )
    rate_limit_exempt: Networks = Field(
        (),
        description="addresses and networks without these rates, with commas or blanks between",
        examples=["127.0.0.1 10.0.0.0/8"],
    )
    trusted_proxies: Annotated[Networks, AfterValidator(_not_everybody)] = Field(
        (),
        description="proxies in front, addresses and networks: their `X-Forwarded-For` and "
        "`X-Forwarded-Proto` are believed",
        examples=["192.0.2.10 2001:db8::/64"],
    )
    cors_origins: Origins = Field(
        (),
        description="origins of other front ends, such as `https://app.example.org`",
        examples=["https://app.example.org"],
    )


class ThreadSettings(BaseModel):
    """VIREO_WEB_THREADS of auth and media, whose threads block."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    auth_threads: Count = Field(
        64,
        description="what auth gets as its `VIREO_WEB_THREADS`: there seven eighths of them may "
        "wait for a password's hash",
    )
    media_threads: Count = Field(
        64,
        description="what media gets as its `VIREO_WEB_THREADS`: there three quarters of them may "
        "wait for uploads to be validated",
    )


READERS: Mapping[str, type[GatewaySettings | ThreadSettings | ServiceSettings]] = {
    "gateway": GatewaySettings,
    "make": ThreadSettings,
    "auth": AuthSettings,
    "auth-worker": AuthWorkerSettings,
    "catalog": CatalogSettings,
    "catalog-worker": CatalogSettings,
    "community": CommunitySettings,
    "community-worker": CommunityWorkerSettings,
    "community-stream": StreamSettings,
    "media": MediaSettings,
    "media-tus": TusSettings,
    "media-worker": WorkerSettings,
    "media-spool": FilesSettings,
    "courier": MailSettings,
}
"""The settings that each program reads."""


@dataclass(frozen=True)
class Settings:
    """All settings of one Vireo."""

    gateway: GatewaySettings
    threads: ThreadSettings
    auth: AuthSettings
    mail: MailSettings
    given: Mapping[str, str]
    """What was set explicitly, by the variables' names."""

    @classmethod
    def parse(cls, variables: Mapping[str, str]) -> Self:
        """Read the settings from VIREO_* variables.

        Raises:
            OperationError: names every invalid variable, not only the first.
        """
        given = {
            name: value.strip() for name, value in variables.items() if name.startswith(PREFIX)
        }
        read: dict[str, Any] = {}
        wrong: dict[str, str] = {}
        for program, kind in READERS.items():
            try:
                read[program] = parse(kind, given)
            except ValidationError as failure:
                wrong = complaints(failure) | wrong
        if wrong:
            lines = [f"  {line}" for line in wrong.values()]
            raise OperationError("\n".join(["These settings can't be used:", *lines]))
        return cls(read["gateway"], read["make"], read["auth"], read["courier"], given)

    def of(self, program: str) -> dict[str, str]:
        """The explicitly set variables that a program reads."""
        names = {f"{PREFIX}{field.upper()}" for field in READERS[program].model_fields}
        return {name: text for name, text in self.given.items() if name in names}

    @property
    def port(self) -> int:
        """The port of the gateway."""
        return self.gateway.port

    @property
    def listen(self) -> str:
        """What nginx listens on: a port, or an address with a port."""
        address = self.gateway.listen_address
        if ":" in address:
            return f"[{address}]:{self.port}"
        return f"{address}:{self.port}" if address else str(self.port)

    @property
    def public_address(self) -> str:
        """The address in links to this Vireo."""
        return self.auth.public_url if "VIREO_PUBLIC_URL" in self.given else self.url

    @property
    def url(self) -> str:
        """The address of the gateway for a person on this machine."""
        host = self.gateway.listen_address or "localhost"
        if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
            host = "localhost"
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def parse(
    kind: type[GatewaySettings | ThreadSettings | ServiceSettings], variables: Mapping[str, str]
) -> GatewaySettings | ThreadSettings | ServiceSettings:
    """The settings of one kind, from variables.

    Raises:
        ValidationError: some are invalid.
    """
    if issubclass(kind, ServiceSettings):
        return kind.parse(variables)
    return kind.model_validate(
        {name.removeprefix(PREFIX).lower(): text for name, text in variables.items()}
    )


def read_env_file(path: Path) -> dict[str, str]:
    """Read NAME=value lines; blank lines and lines that begin with # are skipped.

    Raises:
        OperationError: a line is neither, or names something that is not a VIREO_* variable.
    """
    variables: dict[str, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        name, equals, value = text.partition("=")
        if not equals or not re.fullmatch(r"VIREO_[A-Z0-9_]+", name.strip()):
            raise OperationError(f"{path}, line {number}: expected VIREO_NAME=value")
        value = value.strip()
        if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        variables[name.strip()] = value
    return variables
