"""The references that serve: a bare nginx, and a minimal Flask application behind it.

Fair means: the same nginx program on the same files and the same disk, with as many workers; the
same gunicorn with the very settings of Vireo's services (``vireo_common.gunicorn``), connections to
it kept alive; the same rows of the same database. Not more than that: neither logs, limits, adds
headers, or checks a token. What Vireo does beyond it has to fit into what the goals leave.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from vireo_harness.vireo import HOST, Vireo
from vireo_ops.layout import CHECKOUT
from vireo_ops.programs import find_server
from vireo_testing import programs
from vireo_testing.mariadb import free_port
from vireo_testing.programs import Program

_NGINX = """\
daemon off;
{user}
worker_processes auto;
worker_rlimit_nofile 16384;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 8000; }}
http {{
    access_log off;
    types {{ video/mp4 mp4; image/jpeg jpg; }}
    sendfile on;
    tcp_nopush on;
    proxy_temp_path {folder}/proxy;
    client_body_temp_path {folder}/body;
    fastcgi_temp_path {folder}/none;
    uwsgi_temp_path {folder}/none;
    scgi_temp_path {folder}/none;
    proxy_cache_path {folder}/cache levels=1:2 keys_zone=pages:20m max_size=256m inactive=10s
        use_temp_path=off;
    upstream app {{ server {host}:{app}; keepalive 64; }}
    server {{
        listen {host}:{port} backlog=4096;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        # Bytes out: the files that Vireo serves, by their paths.
        location /files/ {{ alias {public}/; }}
        # Answers, uncached.
        location /app/ {{ proxy_pass http://app/; }}
        # Answers, remembered as Vireo's gateway remembers them.
        location /cached/ {{
            proxy_cache pages;
            proxy_cache_valid 200 1s;
            proxy_cache_min_uses 4;
            proxy_cache_lock on;
            proxy_cache_use_stale updating;
            proxy_pass http://app/;
        }}
        # Bytes in: spooled to the disk that Vireo spools to, then synced by the application.
        location = /spool {{
            client_max_body_size 0;
            client_body_buffer_size 64k;
            client_body_in_file_only clean;
            proxy_pass_request_body off;
            proxy_set_header Content-Length "";
            proxy_set_header X-Body-File $request_body_file;
            proxy_pass http://app/spooled;
        }}
    }}
}}
"""


class References:
    """Started once, idle while Vireo is measured.

    Args:
        folder: where it keeps its files; on the disk of the Vireo.
    """

    def __init__(self, folder: Path, vireo: Vireo) -> None:
        self._folder = folder
        self._vireo = vireo
        self._log = folder / "references.log"
        self._programs: list[Program] = []
        self.port = free_port()
        self.url = f"http://{HOST}:{self.port}"

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run both until the end of the ``with``, which begins when they answer."""
        try:
            self._start()
            yield
        finally:
            for program in self._programs:
                programs.end(program, seconds=60)

    def _start(self) -> None:
        app = free_port()
        self._folder.mkdir()
        # nginx's workers, which are not root, pass through it to what is theirs.
        self._folder.chmod(0o755)
        configuration = self._folder / "nginx.conf"
        configuration.write_text(
            _NGINX.format(
                user="user root;" if os.geteuid() == 0 else "",
                folder=self._folder,
                public=self._vireo.public,
                host=HOST,
                app=app,
                port=self.port,
            )
        )
        self._run(find_server("nginx"), "-e", "stderr", "-c", str(configuration))
        secrets = self._vireo.layout.secrets
        self._run(
            *(sys.executable, "-m", "gunicorn", "--no-control-socket"),
            *("-c", "python:vireo_common.gunicorn", "vireo_bench.reference_app:app"),
            VIREO_BIND=f"{HOST}:{app}",
            PYTHONPATH=str(CHECKOUT / "bench/src"),
            REFERENCE_DB_PORT=str(self._vireo.database_port),
            REFERENCE_DB_PASSWORD=(secrets / "db_catalog_password").read_text().strip(),
        )
        programs.wait_until_ready(self._programs[-1], self._log, self._answers, seconds=30)

    def _run(self, *command: str, **variables: str) -> None:
        # Of a session of its own, as Vireo's programs: Linux shares the cores out between sessions
        # first (sched(7), autogroup), and must not count a reference as part of its client.
        program = programs.start(command, variables, self._log, at_death="TERM", session=True)
        self._programs.append(program)

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/app/videos/all?limit=1", timeout=5).ok
        except requests.ConnectionError:
            return False
