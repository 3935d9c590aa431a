"""Secrets and private data: in no log, on no command line, in nobody else's files; open ports."""

import contextlib
import json
import re

import psutil
import requests

from vireo_ops.runtime import Runtime
from vireo_testing.inside import database_root, processes
from vireo_testing.person import Person, eventually

PROGRAMS = ("mariadb", "auth", "catalog", "media", "media-worker", "gateway")


def secrets_of(runtime: Runtime) -> list[str]:
    """What stands in the secret files."""
    folder = runtime.data / "secrets"
    texts = [path.read_text().strip() for path in folder.iterdir() if path.suffix != ".sql"]
    return [line for text in texts for line in text.splitlines() if "-----" not in line]


def test_logs_hold_no_secret(runtime: Runtime, person: Person, stranger: Person) -> None:
    person.post("/sign_in", json={**person.credentials, "password": "wrong-Secret-7431"})
    hash_path = person.announce("an unmistakable title", "an unmistakable description")
    person.send(hash_path, b"no video")
    person.get(f"/search/all/{stranger.name}?unmistakable=1")
    requests.get(f"{person.url}/v/{'y' * 50}?token={person.token}", timeout=60)
    last = f"end-{person.name[1:]}"
    requests.get(f"{person.url}/nothing", headers={"X-Request-ID": last}, timeout=60)
    gateway_log = runtime.data / "logs" / "gateway.log"
    eventually(lambda: last in gateway_log.read_text())
    with database_root(runtime) as cursor:
        cursor.execute("SELECT Password FROM Channels WHERE Username = %s", (person.name,))
        (password_hash,) = cursor.fetchone()  # type: ignore[misc]
    assert re.fullmatch(r"\$2b\$..\$.{53}", password_hash)
    hidden = [
        *secrets_of(runtime),
        person.password,
        person.token,
        person.token.split(".")[2],
        password_hash,
        person.name,
        stranger.name,
        "wrong-Secret-7431",
        "unmistakable",
        "@example.com",
        "River",
    ]
    for log in (runtime.data / "logs").iterdir():
        text = log.read_text(errors="replace")
        assert not [word for word in hidden if word in text], log.name


def test_logs_are_one_object_a_line(runtime: Runtime, person: Person) -> None:
    name = f"log-{person.name[1:]}"
    person.get("/videos/all", headers={"X-Request-ID": name})

    def lines(program: str) -> list[dict[str, object]]:
        text = (runtime.data / "logs" / f"{program}.log").read_text()
        whole = text[: text.rfind("\n") + 1].splitlines()
        found = [json.loads(line) for line in whole]
        assert all(isinstance(line, dict) and "event" in line for line in found)
        return [line for line in found if line.get("request_id") == name]

    for program in ("gateway", "catalog"):
        eventually(lambda program=program: len(lines(program)) == 1)  # type: ignore[misc]
    for program in ("auth", "media", "media-worker"):
        assert lines(program) == []


def test_no_secret_on_a_command_line_or_in_an_environment(runtime: Runtime) -> None:
    secrets = secrets_of(runtime)
    for program in PROGRAMS:
        for process in processes(runtime, program):
            # A tool that the worker started for another test may end at this very moment.
            with contextlib.suppress(psutil.NoSuchProcess):
                told = " ".join([*process.cmdline(), *process.environ().values()])
                assert not [secret for secret in secrets if secret in told], program


def test_secrets_are_their_owners_alone(runtime: Runtime) -> None:
    folder = runtime.data / "secrets"
    assert folder.stat().st_mode & 0o077 == 0
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0


def test_only_the_gateway_listens_to_the_world(runtime: Runtime) -> None:
    listening = set()
    for program in PROGRAMS:
        for process in processes(runtime, program):
            with contextlib.suppress(psutil.NoSuchProcess):
                for line in process.net_connections("inet"):
                    if line.status == psutil.CONN_LISTEN:
                        listening.add(program)
                        assert line.laddr.ip in {"127.0.0.1", "::1"} or program == "gateway"
    assert listening == {"mariadb", "auth", "catalog", "media", "gateway"}


def test_up_again_changes_nothing(runtime: Runtime) -> None:
    before = [(row.name, row.pid) for row in runtime.status()]
    runtime.up()
    assert [(row.name, row.pid) for row in runtime.status()] == before
