"""The traffic against a server that is none: what is wrong with its answers stands in the records.

In a process of its own, as in a load: locust turns every wait of its process into one of its own.
"""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

from vireo_load.plan import Clip, Film, Plan
from vireo_load.records import Reader
from vireo_load.records import Request as Record
from vireo_testing.http_server import HttpServer, Reply, Request

SOURCES = [str(Path(__file__).parents[1] / "src")]
PEOPLE = 8


def answering(body: bytes, seconds: float = 0.0) -> HttpServer:
    """Answers everything with 200 and this body, after some seconds."""

    def answer(_: Request) -> Reply:
        time.sleep(seconds)
        return Reply(body, headers={"X-Request-ID": "1", "Content-Type": "application/json"})

    return HttpServer(answer)


def plan(folder: Path, url: str, seconds: int) -> Path:
    """Of a day of some seconds; the file that the program reads."""
    file = folder / "bytes"
    file.write_bytes(b"bytes of a film")
    clip = Clip(file=file, width=1, height=1, seconds=1.0)
    made = Plan(
        url=url,
        seconds=seconds,
        people=PEOPLE,
        arriving=1,
        pause=0.05,
        seed=1,
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
    path.write_text(made.model_dump_json())
    return path


def start(path: Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "vireo_load.traffic", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={"PYTHONPATH": ":".join(SOURCES + [path for path in sys.path if path])},
    )


def records(folder: Path) -> list[Record]:
    reader = Reader(folder / "records")
    reader.more()
    reader.close()
    return reader.requests


def test_every_wrong_answer_is_an_error(tmp_path: Path) -> None:
    with answering(b'{"response": {}}') as server, start(plan(tmp_path, server.url, 2)) as program:
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
    with answering(b"") as server:
        path = plan(tmp_path, server.url, 1)
    with start(path) as program:
        output, _ = program.communicate(timeout=60)
    assert program.returncode == 0, output
    found = records(tmp_path)
    assert found
    assert all(request.error.startswith("no answer") for request in found)


def test_it_ends_when_it_is_told_to(tmp_path: Path) -> None:
    with (
        answering(b'{"response": {}}') as server,
        start(plan(tmp_path, server.url, 3600)) as program,
    ):
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
        answering(b'{"response": []}', seconds=2.5) as server,
        start(plan(tmp_path, server.url, 1)) as program,
    ):
        output, _ = program.communicate(timeout=60)
    assert json.loads(output.splitlines()[-1])["stayed"] == 0
    found = records(tmp_path)
    assert len(found) >= PEOPLE // 2
    assert all(request.ms > 2400 and "no answer" not in request.error for request in found)
