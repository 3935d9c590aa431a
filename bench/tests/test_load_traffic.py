"""The traffic against a server that is none: what is wrong with its answers stands in the records.

In a process of its own, as in a load: locust turns every wait of its process into one of its own.
"""

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from vireo_load.plan import Clip, Film, Plan
from vireo_load.records import Reader, Request

SOURCES = [str(Path(__file__).parents[1] / "src")]
PEOPLE = 8


@contextmanager
def server(body: bytes, seconds: float = 0.0) -> Iterator[int]:
    """Answers everything with 200 and this body, after some seconds; its port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            time.sleep(seconds)
            self.send_response(200)
            self.send_header("X-Request-ID", "1")
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.daemon_threads = True
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield made.server_port
    finally:
        made.shutdown()
        thread.join()
        made.server_close()


def plan(folder: Path, port: int, seconds: int) -> Path:
    """Of a day of some seconds; the file that the program reads."""
    (folder / "bytes").write_bytes(b"bytes of a film")
    file = folder / "bytes"
    clip = Clip(file=file, width=1, height=1, seconds=1.0)
    made = Plan(
        url=f"http://127.0.0.1:{port}",
        seconds=seconds,
        people=PEOPLE,
        arriving=1,
        pause=0.05,
        seed=1,
        videos=1,
        channels=1,
        films=[Film(hash_path="Abcdef1", title="A film", file=file, thumbnail=file)],
        playable=clip,
        foreign=clip,
        shown={"Abcdef2": {"title": "A title"}},
        words={band: {"word": 1} for band in ("rare", "medium", "common")},
        public=folder,
        records=folder / "records",
    )
    path = folder / "plan.json"
    made.write(path)
    return path


def start(path: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "vireo_load.traffic", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={"PYTHONPATH": ":".join(SOURCES + [path for path in sys.path if path])},
    )


def records(folder: Path) -> list[Request]:
    reader = Reader(folder / "records")
    reader.more()
    reader.close()
    return reader.requests


def test_every_wrong_answer_is_an_error(tmp_path: Path) -> None:
    with server(b'{"response": {}}') as port, start(plan(tmp_path, port, 2)) as program:
        output, _ = program.communicate(timeout=60)
    assert program.returncode == 0, output
    summary = json.loads(output.splitlines()[-1])
    assert sum(summary["people"].values()) == PEOPLE
    assert summary["stayed"] == 0
    assert 1.9 < summary["seconds"] < 30
    found = records(tmp_path)
    kinds = {request.kind for request in found}
    assert {"GET /videos/all", "GET /v", "POST /sign_up"} <= kinds
    assert any(kind.startswith("GET /search") for kind in kinds)
    # Each kind of person stops at the first wrong answer, and none of them is right here.
    assert [request for request in found if not request.error] == []
    assert {"no list: {}"} <= {request.error for request in found}


def test_no_server_is_an_error(tmp_path: Path) -> None:
    with server(b"") as port:
        path = plan(tmp_path, port, 1)
    with start(path) as program:
        output, _ = program.communicate(timeout=60)
    assert program.returncode == 0, output
    found = records(tmp_path)
    assert found
    assert all(request.error.startswith("no answer") for request in found)


def test_it_ends_when_it_is_told_to(tmp_path: Path) -> None:
    with server(b'{"response": {}}') as port, start(plan(tmp_path, port, 3600)) as program:
        deadline = time.monotonic() + 60
        while not (tmp_path / "records").exists() or not records(tmp_path):
            assert time.monotonic() < deadline, "nobody came"
            time.sleep(0.05)
        program.send_signal(signal.SIGTERM)
        output, _ = program.communicate(timeout=60)
    assert program.returncode == 0, output
    assert json.loads(output.splitlines()[-1])["stayed"] == 0


def test_who_has_asked_gets_the_answer(tmp_path: Path) -> None:
    # The day ends while everybody waits: that is no error, and no answer is lost.
    with (
        server(b'{"response": []}', seconds=2.5) as port,
        start(plan(tmp_path, port, 1)) as program,
    ):
        output, _ = program.communicate(timeout=60)
    assert json.loads(output.splitlines()[-1])["stayed"] == 0
    found = records(tmp_path)
    assert len(found) >= PEOPLE // 2
    assert all(request.ms > 2400 and "no answer" not in request.error for request in found)
