"""Gunicorn's configuration for every service: ``gunicorn -c python:vireo_common.gunicorn``.

Read by gunicorn, so the names are gunicorn's settings.
"""

import gc
import os
import socket
import sys
from pathlib import Path
from typing import Any

from vireo_common.logs import plain_formatter
from vireo_common.settings import ServiceSettings

_settings = ServiceSettings.read()

if _settings.metrics_dir:
    _settings.metrics_dir.mkdir(parents=True, exist_ok=True)
    for _left in _settings.metrics_dir.glob("*.db"):
        _left.unlink()
    # prometheus_client knows its folder by this variable alone, and looks when it is imported.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(_settings.metrics_dir)

# A list: a text would be cut at commas, which the path of a socket may hold.
bind = [_settings.bind]
# For the Unix socket: its owner and its group may connect, if they can enter its folder. The
# service itself keeps the umask that it was started with.
umask = 0o117
workers = _settings.web_workers
threads = _settings.web_threads
worker_class = "vireo_common.gunicorn_worker.EnvelopeWorker"
# Longer than the gateway keeps an idle connection, so that the service never closes one that the
# gateway is about to use.
keepalive = 75
timeout = 120
graceful_timeout = 30
# The heartbeat file must not be on a disk that may be full or slow.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
# The gateway is the only client and sets these headers itself.
forwarded_allow_ips = "*"
# By this one header alone; gunicorn believes others too, and refuses requests where they disagree.
secure_scheme_headers = {"X-FORWARDED-PROTO": "https"}
# Above the gateway's limits, whose refusals have the contract's form, so that these are never hit.
limit_request_line = 0
limit_request_fields = 32768
limit_request_field_size = 0
logger_class = "vireo_common.gunicorn_worker.WithoutAccess"
logconfig_dict: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": plain_formatter}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"level": "INFO", "handlers": ["out"]},
    "loggers": {"gunicorn.error": {"level": "INFO", "handlers": ["out"], "propagate": False}},
}


def on_starting(server: Any) -> None:
    """Make the application before the workers are forked, so that they share what it takes.

    Nothing in it connects or starts a thread before it is asked for something, so that each worker
    has its own connections and threads. Where gunicorn reloads changed code, workers must import it
    anew.
    """
    if server.cfg.reload:
        return
    server.app.wsgi()
    gc.collect()
    # The collector skips frozen objects, so that workers go on sharing their pages (copy-on-write).
    gc.freeze()


def post_fork(_server: Any, _worker: Any) -> None:
    """Shorten the interpreter's switch interval.

    Python's own 5 ms are more than most requests take, so that each would wait for an expensive one
    beside it.
    """
    sys.setswitchinterval(0.0005)


def when_ready(server: Any) -> None:
    """Let the group of a socket's folder connect too: services that run as another user.

    Gunicorn itself gives the socket to the group of its process.
    """
    for listener in server.LISTENERS:
        if listener.sock.family == socket.AF_UNIX:
            path = Path(listener.sock.getsockname())
            group = path.parent.stat().st_gid
            if group in os.getgroups():
                os.chown(path, -1, group)


def child_exit(server: Any, worker: Any) -> None:
    """Forget the gauges of a worker process that has ended."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client import multiprocess  # noqa: PLC0415

        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
