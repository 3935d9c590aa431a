"""nginx: gateway/nginx.conf copied as it is, and its templates rendered beside it."""

import gzip
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from vireo_common.settings import PREFIX
from vireo_ops import page
from vireo_ops.errors import OperationError
from vireo_ops.layout import CHECKOUT, Layout
from vireo_ops.programs import (
    ANSWERING,
    Program,
    base_environment,
    find_server,
    service_address,
)
from vireo_ops.run_user import Owner, RunUser, current_user
from vireo_ops.settings import Settings

SOURCE = CHECKOUT / "gateway"
_DOCUMENT = "openapi.json"
_OWN_FOLDERS = ("cache", "tmp", "www")
_TEMPLATE = ".template"
_PLACEHOLDER = re.compile(r"\$\{([A-Z_]+)\}")


def variables(settings: Settings, servers: Mapping[str, str], user: RunUser) -> dict[str, str]:
    """The values of the placeholders in gateway/*.template; `servers`: where the services are."""
    starter, own = current_user(), settings.gateway
    return {
        "VIREO_LISTEN": settings.listen,
        "AUTH_SERVERS": _server(servers["auth"]),
        "CATALOG_SERVERS": _server(servers["catalog"]),
        "COMMUNITY_SERVERS": _server(servers["community"]),
        "COMMUNITY_STREAM_SERVERS": _server(servers["community-stream"]),
        "MEDIA_SERVERS": _server(servers["media"]),
        "MEDIA_TUS_SERVERS": _server(servers["media-tus"]),
        # Only a master that runs as root can choose the user of its workers.
        "VIREO_GATEWAY_USER_LINE": f"user {user.name};" if starter.uid == 0 else "",
        # A setting that is a number or a word is a placeholder by its own name.
        **{
            f"{PREFIX}{name.upper()}": str(value)
            for name, value in own.model_dump().items()
            if isinstance(value, int | str)
        },
        # Media's `PART` says the same.
        "VIREO_UPLOAD_PART_BYTES": str(-(-own.max_upload_bytes // 16)),
        "VIREO_EXEMPT_LINES": "\n".join(f"{item} 1;" for item in own.rate_limit_exempt),
        "VIREO_PROXY_LINES": "\n".join(f"set_real_ip_from {item};" for item in own.trusted_proxies),
        "VIREO_PROXY_ADDRESSES": "\n".join(f"{item} 1;" for item in own.trusted_proxies),
        "VIREO_CORS_LINES": "\n".join(f'"{item}" 1;' for item in own.cors_origins),
        "VIREO_CORS_INCLUDE": "include cors_headers.conf;" if own.cors_origins else "",
    }


def render(source: Path, target: Path, values: Mapping[str, str]) -> bool:
    """Copy nginx.conf and render the templates of `source` into `target`; whether anything changed.

    Raises:
        OperationError: there is no nginx.conf, or a template names an unknown variable.
    """
    main = source / "nginx.conf"
    if not main.exists():
        raise OperationError(f"{main} is missing.")
    files = {"nginx.conf": main.read_text(encoding="utf-8")}
    for template in sorted(source.glob(f"*{_TEMPLATE}")):
        text = template.read_text(encoding="utf-8")
        try:
            # Only ${NAME} is a placeholder, as for envsubst; $name is a variable of nginx's own.
            filled = _PLACEHOLDER.sub(lambda found: values[found.group(1)], text)
        except KeyError as missing:
            raise OperationError(f"{template}: no variable is called {missing.args[0]}.") from None
        files[template.name.removesuffix(_TEMPLATE)] = filled
    written = [_write(target / name, text) for name, text in files.items()]
    for stale in target.glob("*.conf"):
        if stale.name not in files:
            stale.unlink()
            written.append(True)
    return any(written)


def prepare(layout: Layout, values: Mapping[str, str], source: Path = SOURCE) -> bool:
    """Bring the gateway's folder up to date; whether nginx must reload it."""
    for name in _OWN_FOLDERS:
        (layout.gateway / name).mkdir(exist_ok=True)
    served, text = layout.gateway / "www" / _DOCUMENT, (CHECKOUT / "docs" / _DOCUMENT).read_text()
    if _write(served, text):
        packed = served.with_name(f"{_DOCUMENT}.gz")
        packed.write_bytes(gzip.compress(text.encode(), mtime=0))
        packed.chmod(0o644)
    page.put(layout.gateway / "www" / "page")
    return render(source, layout.gateway, values)


def gateway_program(layout: Layout, settings: Settings) -> Program:
    """The description of nginx. Changed configuration is taken over by a signal, not a restart."""
    return Program(
        name="gateway",
        command=_nginx(layout),
        environment=base_environment(layout, current_user()),
        priority=900,
        digest="",
        # Running downloads may finish within this time.
        stop_signal="QUIT",
        stop_seconds=5,
        ready=f"{loopback_url(settings)}/healthz",
        owner=Owner.STARTER,
        # Partial bodies left by a killed nginx.
        empties=(layout.media / "incoming",),
    )


def loopback_url(settings: Settings) -> str:
    """The gateway's address on loopback, for probes."""
    return settings.url.replace("//localhost", "//127.0.0.1")


def check(layout: Layout) -> str:
    """Run `nginx -t` on the configuration in `layout`; its error message, or an empty string."""
    done = subprocess.run(
        [*_nginx(layout), "-t", "-q"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return "" if done.returncode == 0 else (done.stderr.strip() or "nginx -t failed")


def check_source() -> str:
    """Run `nginx -t` on gateway/, with and without optional settings; the first error message, or
    an empty string."""
    with tempfile.TemporaryDirectory(prefix="vireo-gateway-") as name:
        layout = Layout(Path(name))
        for folder in layout.folders():
            folder.path.mkdir(parents=True, exist_ok=True)
        servers = {name: service_address(layout, name) for name in ANSWERING}
        optional = {
            "VIREO_RATE_LIMIT_EXEMPT": "127.0.0.1 10.0.0.0/8",
            "VIREO_TRUSTED_PROXIES": "192.0.2.1 2001:db8::/32",
            "VIREO_CORS_ORIGINS": "https://app.example.org",
        }
        for given in ({}, optional):
            prepare(layout, variables(Settings.parse(given), servers, current_user()))
            if complaint := check(layout):
                return complaint
        return ""


def _server(address: str) -> str:
    # Quoted, because the path of a socket may contain blanks.
    quoted = address.replace("\\", "\\\\")
    # `max_fails=0`: the only server is never marked as unavailable.
    return f'server "{quoted}" max_fails=0;'


def _nginx(layout: Layout) -> tuple[str, ...]:
    # Without -e, nginx opens the log file it was compiled with before it reads the configuration.
    prefix = ("-p", str(layout.data), "-c", "gateway/nginx.conf", "-e", "stderr")
    return (find_server("nginx"), *prefix, "-g", "daemon off;")


def _write(path: Path, text: str) -> bool:
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return False
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_text(text, encoding="utf-8")
    temporary.chmod(0o644)
    shutil.move(temporary, path)
    return True
