"""The programs of a Vireo: what is started, with which settings, and when it is ready."""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from vireo_ops.errors import OperationError
from vireo_ops.layout import CHECKOUT, Layout
from vireo_ops.run_user import Owner, RunUser, Users
from vireo_ops.secrets_store import write_private
from vireo_ops.settings import Settings

SERVICES = ("auth", "catalog", "media")
DATABASE_NAME = "vireo"
_GATEWAY_ONLY = {
    "VIREO_PORT",
    "VIREO_LISTEN_ADDRESS",
    "VIREO_RATE_SIGN_UP",
    "VIREO_RATE_SIGN_IN",
    "VIREO_RATE_UPLOAD",
    "VIREO_RATE_SEARCH",
    "VIREO_RATE_LIMIT_EXEMPT",
    "VIREO_TRUSTED_PROXIES",
    "VIREO_CORS_ORIGINS",
}
_MAIL_ONLY = {
    "VIREO_SMTP_HOST",
    "VIREO_SMTP_PORT",
    "VIREO_SMTP_SECURITY",
    "VIREO_SMTP_USER",
    "VIREO_MAIL_FROM",
    "VIREO_MAIL_FOLDER",
    "VIREO_MAILS_OF_ORIGIN",
}
# Debian keeps servers where an ordinary user's PATH does not look.
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Program:
    """One program under the supervisor.

    `digest` changes when the program must be restarted; `ready` is the address that answers 200
    when it is ready (see `readiness`), or empty where running is all that can be seen. Programs
    with a higher `priority` are stopped first. `empties` are folders that are emptied before each
    start. `owner` is who runs it.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    priority: int
    digest: str
    stop_seconds: int
    ready: str = ""
    stop_signal: str = "TERM"
    owner: Owner = Owner.SERVICES
    empties: tuple[Path, ...] = ()


def find_server(name: str) -> str:
    """The absolute path of a system program.

    Raises:
        OperationError: it is not installed.
    """
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:{SYSTEM_PATH}")
    if path is None:
        raise OperationError(f"{name} is not installed. Run ops/install.sh, which installs it.")
    return path


def service_environment(
    layout: Layout,
    settings: Settings,
    database_port: int,
    variables: Mapping[str, str],
    users: Users,
) -> dict[str, str]:
    """The environment that all services share: `variables` of the person, then what is fixed."""
    urls = {f"VIREO_{name.upper()}_URL": service_address(layout, name) for name in SERVICES}
    # What concerns the gateway alone must not restart the services when it changes.
    handed_on = {name: text for name, text in variables.items() if name not in _GATEWAY_ONLY}
    return {
        **base_environment(layout, users.services),
        **handed_on,
        "VIREO_DB_HOST": "127.0.0.1",
        "VIREO_DB_PORT": str(database_port),
        "VIREO_DB_NAME": DATABASE_NAME,
        "VIREO_SECRETS": str(layout.secrets),
        **urls,
        **({"VIREO_SPOOL_SOCKET": str(layout.spool_socket)} if users.apart else {}),
        "VIREO_MEDIA_ROOT": str(layout.media),
        "VIREO_PUBLIC_URL": settings.public_address,
        "VIREO_MAIL_FOLDER": settings.mail_folder or str(layout.mail),
        "VIREO_MAX_UPLOAD_BYTES": str(settings.max_upload_bytes),
        "VIREO_WEB_WORKERS": str(settings.web_workers),
        "VIREO_WEB_THREADS": str(settings.web_threads),
        "VIREO_AUTH_THREADS": str(settings.auth_threads),
        "VIREO_MEDIA_THREADS": str(settings.media_threads),
        "VIREO_LOG_LEVEL": settings.log_level,
    }


def base_environment(layout: Layout, user: RunUser) -> dict[str, str]:
    """What any program needs. Nothing else of the caller's environment is handed on."""
    return {
        "PATH": f"{Path(sys.executable).parent}:{SYSTEM_PATH}",
        "HOME": str(layout.services_run),
        "USER": user.name,
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def service_address(layout: Layout, name: str) -> str:
    """Where a service answers, as gunicorn, nginx and `vireo_common.client` write it.

    A Unix socket, and not a port on loopback: that every user of the machine could speak to.
    """
    return f"unix:{layout.service_socket(name)}"


def service_programs(layout: Layout, environment: Mapping[str, str], users: Users) -> list[Program]:
    """The three services, their workers, and the spool where media needs one."""
    # What concerns mails alone must not restart the services when it changes.
    common = {name: text for name, text in environment.items() if name not in _MAIL_ONLY}
    of_media = {
        **common,
        "HOME": str(layout.media_run),
        "USER": users.media.name,
        "VIREO_SECRETS": str(layout.media_secrets),
    }
    workers: list[tuple[str, str, Mapping[str, str], Owner]] = [
        ("media", "worker", of_media, Owner.MEDIA),
        ("auth", "worker", environment, Owner.SERVICES),
        ("catalog", "worker", common, Owner.SERVICES),
    ]
    if users.apart:
        workers.append(("media", "spool", common, Owner.SERVICES))
    return [
        _service(layout, "auth", common, Owner.SERVICES),
        _service(layout, "catalog", common, Owner.SERVICES),
        _service(layout, "media", of_media, Owner.MEDIA),
        *(
            Program(
                name=f"{name}-{part}",
                command=(sys.executable, "-m", f"vireo_{name}.{part}"),
                environment=variables,
                priority=600 + number,
                digest=_code_digest(name),
                stop_seconds=35,
                owner=owner,
            )
            for number, (name, part, variables, owner) in enumerate(workers)
        ),
    ]


def _service(layout: Layout, name: str, common: Mapping[str, str], owner: Owner) -> Program:
    # Three gunicorns of one user would share the control socket in its home; nobody uses it.
    gunicorn = (sys.executable, "-m", "gunicorn", "--no-control-socket")
    address = service_address(layout, name)
    own = {
        **common,
        "VIREO_BIND": address,
        "VIREO_METRICS_DIR": str(layout.records(owner) / "metrics" / name),
    }
    if name in {"auth", "media"}:
        # Threads wait there: for a password's hash, and for the worker's verdict on an upload.
        own["VIREO_WEB_THREADS"] = common[f"VIREO_{name.upper()}_THREADS"]
    return Program(
        name=name,
        command=(*gunicorn, "-c", "python:vireo_common.gunicorn", f"vireo_{name}.app:create_app()"),
        environment=own,
        priority=500 + SERVICES.index(name),
        digest=_code_digest(name),
        # Gunicorn gives running requests 30 s.
        stop_seconds=35,
        ready=f"{address}:/readyz",
        owner=owner,
    )


def write_description(program: Program, layout: Layout, user: RunUser) -> Path:
    """Write the start description that launch.py reads, for the program's user alone."""
    content = {
        "command": program.command,
        "environment": dict(program.environment),
        "empties": [str(folder) for folder in program.empties],
        "record": str(layout.records(program.owner) / f"{program.name}.process"),
        "stop_seconds": program.stop_seconds,
    }
    path = layout.programs / f"{program.name}.json"
    text = (json.dumps(content, indent=2) + "\n").encode()
    if not path.exists() or path.read_bytes() != text or path.stat().st_uid != user.uid:
        write_private(path, text, user)
    return path


def tree_digest(paths: Iterable[Path]) -> str:
    """A digest of the files at and below `paths`, by name and content."""
    digest = hashlib.sha256()
    for top in paths:
        files = sorted(top.rglob("*")) if top.is_dir() else [top]
        for file in files:
            # Python writes there at any moment, also under names that last for a moment.
            if file.is_file() and file.parent.name != "__pycache__":
                digest.update(f"{file.relative_to(CHECKOUT)}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _code_digest(service: str) -> str:
    folder = CHECKOUT / "services" / service
    common = CHECKOUT / "libs" / "common" / "src"
    return tree_digest([folder / "src", folder / "requirements.lock", common])
