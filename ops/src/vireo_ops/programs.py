"""The programs of a Vireo: commands, environments, and readiness addresses."""

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from vireo_ops.database_users import DATABASE_NAME
from vireo_ops.errors import OperationError
from vireo_ops.layout import CHECKOUT, Layout
from vireo_ops.run_user import Owner, RunUser, Users
from vireo_ops.secrets_store import write_private
from vireo_ops.settings import Settings

SERVICES = ("auth", "catalog", "media", "community")
STREAM = "community-stream"
TUS = "media-tus"
ANSWERING = (*SERVICES, STREAM, TUS)
"""What the gateway passes requests to."""
BLOCKS_KEPT = {"MALLOC_TRIM_THRESHOLD_": "16777216", "MALLOC_MMAP_THRESHOLD_": "4194304"}
"""Of a program that moves bytes in blocks: with memory given back after each of them, the system
clears pages for three quarters of its time."""
# Debian installs servers in folders that an ordinary user's PATH lacks.
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Program:
    """One program under the supervisor.

    `digest` changes when the program must be restarted; `ready` is the address that answers 200
    when it is ready (see `readiness`), or empty for a program without one, which is ready when it
    runs. Programs with a higher `priority` are stopped first. `empties` are folders that are
    emptied before each start. `owner` is the user that it runs as.
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


def fixed_environment(
    layout: Layout, settings: Settings, database_port: int, users: Users
) -> dict[str, str]:
    """The variables of every service that Vireo sets itself."""
    urls = {f"VIREO_{name.upper()}_URL": service_address(layout, name) for name in SERVICES}
    return {
        **base_environment(layout, users.services),
        # One heap a process, given back as it empties: with an arena for each thread, and a
        # threshold that grows, a process keeps what it once needed at the same time.
        "MALLOC_ARENA_MAX": "1",
        "MALLOC_TRIM_THRESHOLD_": "131072",
        "VIREO_DB_HOST": "127.0.0.1",
        "VIREO_DB_PORT": str(database_port),
        "VIREO_DB_NAME": DATABASE_NAME,
        "VIREO_SECRETS": str(layout.secrets),
        **urls,
        **({"VIREO_SPOOL_SOCKET": str(layout.spool_socket)} if users.apart else {}),
        "VIREO_MEDIA_ROOT": str(layout.media),
        "VIREO_PUBLIC_URL": settings.public_address,
    }


def base_environment(layout: Layout, user: RunUser) -> dict[str, str]:
    """What any program needs. Nothing else of the caller's environment is inherited."""
    return {
        "PATH": f"{Path(sys.executable).parent}:{SYSTEM_PATH}",
        "HOME": str(layout.services_run),
        "USER": user.name,
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def mail_folder(layout: Layout, settings: Settings) -> Path:
    """Where mails are written while no mail server is set."""
    return Path(settings.given.get("VIREO_MAIL_FOLDER", layout.mail))


def service_address(layout: Layout, name: str) -> str:
    """Where a service answers, as gunicorn, nginx and `vireo_common.client` write it.

    A Unix socket, because every user of the machine can connect to a port on loopback.
    """
    return f"unix:{layout.service_socket(name)}"


def service_programs(
    layout: Layout, settings: Settings, fixed: Mapping[str, str], users: Users
) -> list[Program]:
    """The services that answer, their workers, the spool where media needs one, and the courier.

    Each gets the settings that it reads and no others, so that a changed setting restarts the
    programs that read it.
    """
    of_media = {
        **fixed,
        "HOME": str(layout.media_run),
        "USER": users.media.name,
        "VIREO_SECRETS": str(layout.media_secrets),
    }
    workers: list[tuple[str, str, Mapping[str, str], Owner]] = [
        ("media", "worker", of_media, Owner.MEDIA),
        ("auth", "worker", fixed, Owner.SERVICES),
        ("catalog", "worker", fixed, Owner.SERVICES),
        ("community", "worker", fixed, Owner.SERVICES),
    ]
    if users.apart:
        workers.append(("media", "spool", fixed, Owner.SERVICES))
    threads = settings.threads
    return [
        _service(layout, settings, "auth", _threaded(fixed, threads.auth_threads), Owner.SERVICES),
        _service(layout, settings, "catalog", fixed, Owner.SERVICES),
        _service(
            layout, settings, "media", _threaded(of_media, threads.media_threads), Owner.MEDIA
        ),
        _service(layout, settings, "community", fixed, Owner.SERVICES),
        _open_lines(layout, settings, STREAM, "vireo_community.stream", fixed, Owner.SERVICES),
        _open_lines(
            layout, settings, TUS, "vireo_media.tus", {**of_media, **BLOCKS_KEPT}, Owner.MEDIA
        ),
        *(
            Program(
                name=f"{name}-{part}",
                command=(sys.executable, "-m", f"vireo_{name}.{part}"),
                environment={**settings.of(f"{name}-{part}"), **variables},
                priority=600 + number,
                digest=_code_digest(name),
                stop_seconds=35,
                owner=owner,
            )
            for number, (name, part, variables, owner) in enumerate(workers)
        ),
        Program(
            name="courier",
            command=(sys.executable, "-m", "vireo_courier"),
            environment={
                **settings.of("courier"),
                **fixed,
                "VIREO_MAIL_FOLDER": str(mail_folder(layout, settings)),
            },
            # Stopped after the workers, which may wait for it.
            priority=590,
            digest=_code_digest("courier"),
            stop_seconds=35,
        ),
    ]


def _open_lines(
    layout: Layout,
    settings: Settings,
    name: str,
    module: str,
    variables: Mapping[str, str],
    owner: Owner,
) -> Program:
    """A program for connections that stay open, which answers without gunicorn."""
    address = service_address(layout, name)
    return Program(
        name=name,
        command=(sys.executable, "-m", module),
        environment={**settings.of(name), **variables, "VIREO_BIND": address},
        priority=500 + len(SERVICES),
        digest=_code_digest(name.partition("-")[0]),
        stop_seconds=10,
        ready=f"{address}:/readyz",
        owner=owner,
    )


def _threaded(variables: Mapping[str, str], threads: int) -> dict[str, str]:
    # Their threads block: on a password's hash, and on the worker that processes an upload.
    return {**variables, "VIREO_WEB_THREADS": str(threads)}


def _service(
    layout: Layout, settings: Settings, name: str, variables: Mapping[str, str], owner: Owner
) -> Program:
    # Several gunicorns of one user would share a control socket in its home.
    gunicorn = (sys.executable, "-m", "gunicorn", "--no-control-socket")
    address = service_address(layout, name)
    return Program(
        name=name,
        command=(*gunicorn, "-c", "python:vireo_common.gunicorn", f"vireo_{name}.app:create_app()"),
        environment={
            **settings.of(name),
            **variables,
            "VIREO_BIND": address,
            "VIREO_METRICS_DIR": str(layout.records(owner) / "metrics" / name),
        },
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
            # Python writes there at any time, temporary names included.
            if file.is_file() and file.parent.name != "__pycache__":
                digest.update(f"{file.relative_to(CHECKOUT)}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def _code_digest(service: str) -> str:
    folder = CHECKOUT / "services" / service
    shared = [CHECKOUT / "libs" / name / "src" for name in ("common", "videos")]
    return tree_digest([folder / "src", folder / "requirements.lock", *shared])
