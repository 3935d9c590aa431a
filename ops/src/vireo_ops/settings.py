"""The settings of the runtime and the gateway, read once from VIREO_* variables.

Values come from the caller's environment first, then from config/vireo.env in the data folder, then
from the defaults here. They are validated from a plain mapping and not from os.environ, so that
several Vireos with different settings fit into one process.
"""

import ipaddress
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from vireo_ops.errors import OperationError

PREFIX = "VIREO_"
VIREO_ENV = """\
# Settings of this Vireo, one NAME=value a line; `make up` applies them.
# A variable in the environment of `make` wins over a line here.
#
# Port of the gateway, and the address it listens on (all addresses when empty):
#VIREO_PORT=8080
#VIREO_LISTEN_ADDRESS=127.0.0.1
#
# Largest upload, in bytes:
#VIREO_MAX_UPLOAD_BYTES=10737418240
#
# Sign-ups and sign-ins for one client address (a number, then r/s or r/m), and the addresses or
# networks to which no rate limit applies:
#VIREO_RATE_SIGN_UP=1r/s
#VIREO_RATE_SIGN_IN=5r/s
#VIREO_RATE_UPLOAD=5r/s
#VIREO_RATE_SEARCH=10r/s
#VIREO_RATE_LIMIT_EXEMPT=127.0.0.1 10.0.0.0/8
#
# Proxies in front of Vireo, such as one for TLS, whose X-Forwarded-For and X-Forwarded-Proto are
# believed (addresses or networks):
#VIREO_TRUSTED_PROXIES=192.0.2.10 2001:db8::/64
#
# Origins of front ends that may call the API from a browser:
#VIREO_CORS_ORIGINS=https://app.example.org
#
# The address that people know this Vireo by, for links in mails; the mail server (its password is
# the file secrets/smtp_password), without which mails are written to the folder mail:
#VIREO_PUBLIC_URL=https://video.example.org
#VIREO_SMTP_HOST=smtp.example.org
#VIREO_SMTP_USER=vireo
#VIREO_MAIL_FROM=Vireo <vireo@example.org>
#
# Processes and threads of each service, and how much is logged (debug, info, warning, error):
#VIREO_WEB_WORKERS=2
#VIREO_WEB_THREADS=16
#VIREO_LOG_LEVEL=info
"""


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


def _level(value: str) -> str:
    if value.lower() not in {"debug", "info", "warning", "error"}:
        raise ValueError("must be one of debug, info, warning, error")
    return value.lower()


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


def _public_url(value: str) -> str:
    parts = urlsplit(value)
    plain = parts.scheme in {"http", "https"} and parts.netloc and not parts.query + parts.fragment
    if value and not plain:
        raise ValueError("must be an address like https://video.example.org")
    return value.rstrip("/")


Port = Annotated[int, BeforeValidator(_whole_number), AfterValidator(_port)]
Count = Annotated[int, BeforeValidator(_whole_number), AfterValidator(_positive)]
Rate = Annotated[str, AfterValidator(_rate)]
Networks = Annotated[tuple[str, ...], BeforeValidator(_items), AfterValidator(_networks)]
Origins = Annotated[tuple[str, ...], BeforeValidator(_items), AfterValidator(_origins)]


class Settings(BaseModel):
    """Settings of the runtime; the field `port` is the variable VIREO_PORT, and so on."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    port: Port = 8080
    listen_address: Annotated[str, AfterValidator(_address)] = ""
    max_upload_bytes: Count = 10 * 2**30
    rate_sign_up: Rate = "1r/s"
    rate_sign_in: Rate = "5r/s"
    rate_upload: Rate = "5r/s"
    rate_search: Rate = "10r/s"
    rate_limit_exempt: Networks = ()
    trusted_proxies: Annotated[Networks, AfterValidator(_not_everybody)] = ()
    cors_origins: Origins = ()
    web_workers: Count = 2
    web_threads: Count = 16
    auth_threads: Count = 64
    media_threads: Count = 64
    public_url: Annotated[str, AfterValidator(_public_url)] = ""
    smtp_host: str = ""
    mail_folder: str = ""
    log_level: Annotated[str, AfterValidator(_level)] = "info"

    @classmethod
    def parse(cls, variables: Mapping[str, str]) -> Self:
        """Read the settings from VIREO_* variables.

        Raises:
            OperationError: names every variable that is wrong, not only the first.
        """
        given = {
            name.removeprefix(PREFIX).lower(): value.strip()
            for name, value in variables.items()
            if name.startswith(PREFIX)
        }
        try:
            return cls.model_validate(given)
        except ValidationError as failure:
            lines = [
                f"  {PREFIX}{str(error['loc'][0]).upper()}: "
                f"{error['msg'].removeprefix('Value error, ')} (it is {error['input']!r})"
                for error in failure.errors()
            ]
            raise OperationError("\n".join(["These settings can't be used:", *lines])) from None

    @property
    def listen(self) -> str:
        """What nginx listens on: a port, or an address with a port."""
        if ":" in self.listen_address:
            return f"[{self.listen_address}]:{self.port}"
        return f"{self.listen_address}:{self.port}" if self.listen_address else str(self.port)

    @property
    def public_address(self) -> str:
        """The address that people know this Vireo by."""
        return self.public_url or self.url

    @property
    def url(self) -> str:
        """The address of the gateway for a person on this machine."""
        host = self.listen_address or "localhost"
        if host in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
            host = "localhost"
        return f"http://[{host}]:{self.port}" if ":" in host else f"http://{host}:{self.port}"


def read_env_file(path: Path) -> dict[str, str]:
    """Read NAME=value lines; blank lines and lines that begin with # are passed over.

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
