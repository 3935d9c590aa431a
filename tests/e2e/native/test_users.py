"""Media as a user of its own, where root starts Vireo: what a decoder that was broken out of finds.

An ordinary user runs everything as itself; here that is asserted then.
"""

import contextlib
import dataclasses
import json
import os
import pwd
import socket
import stat
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest

from vireo_ops.layout import CHECKOUT
from vireo_ops.run_user import MEDIA_USER, SYSTEM_USER, RunUser, choose_users
from vireo_ops.runtime import Runtime
from vireo_testing.clips import Library
from vireo_testing.person import Person, eventually

OF_MEDIA = {"media", "media-tus", "media-worker"}
# What each attempt ends with: an error's name, or "done".
ATTEMPTS = """
import errno, json, os, signal, socket, sys

def read(path):
    if os.path.isdir(path):
        os.listdir(path)
    else:
        open(path, "rb").read(1)

def write(path):
    os.close(os.open(os.path.join(path, "planted"), os.O_CREAT | os.O_WRONLY))

def connect(path):
    socket.socket(socket.AF_UNIX).connect(path)

def end(pid):
    os.kill(int(pid), 0)

def ask(given):
    path, question = given.split("|")
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(path)
        line.sendall(question.encode() + b"\\n")
        assert line.recv(10) == b"yes\\n"

found = []
for how, what in json.load(sys.stdin):
    try:
        {"read": read, "write": write, "connect": connect, "end": end, "ask": ask}[how](what)
    except OSError as error:
        found.append(errno.errorcode[error.errno])
    else:
        found.append("done")
print(json.dumps(found))
"""

Attempt = Callable[..., Mapping[tuple[str, str], str]]


@pytest.fixture
def as_media() -> Attempt:
    """What the user of media comes to who tries: (how, what) -> the error's name, or "done"."""
    entry = pwd.getpwnam(MEDIA_USER) if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    switched: dict[str, Any] = {}
    if os.geteuid() == 0:
        groups = os.getgrouplist(entry.pw_name, entry.pw_gid)
        switched = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": groups}

    def attempt(*attempts: tuple[str, object]) -> Mapping[tuple[str, str], str]:
        wanted = [(how, str(what)) for how, what in attempts]
        done = subprocess.run(
            ["/usr/bin/python3", "-I", "-c", ATTEMPTS],
            input=json.dumps(wanted),
            capture_output=True,
            text=True,
            check=True,
            cwd="/",
            timeout=60,
            **switched,
        )
        return dict(zip(wanted, json.loads(done.stdout), strict=True))

    return attempt


def families(runtime: Runtime) -> dict[str, list[psutil.Process]]:
    """Each program with its children."""
    found = {}
    for row in runtime.status():
        parent = psutil.Process(row.pid)
        found[row.name] = [parent, *parent.children(recursive=True)]
    return found


def test_media_is_another_user_than_all_else(runtime: Runtime) -> None:
    users: dict[str, set[int]] = {}
    for name, processes in families(runtime).items():
        for process in processes:
            # A tool that the worker started may end at this very moment.
            with contextlib.suppress(psutil.NoSuchProcess):
                users.setdefault(name, set()).add(process.uids().real)
    if os.geteuid() != 0:
        assert set().union(*users.values()) == {os.geteuid()}
        assert "media-spool" not in users
        return
    services, media = pwd.getpwnam(SYSTEM_USER).pw_uid, pwd.getpwnam(MEDIA_USER).pw_uid
    assert users.pop("gateway") == {0, services}
    assert {name: users.pop(name) for name in OF_MEDIA} == {name: {media} for name in OF_MEDIA}
    assert set(users) == {
        *("mariadb", "auth", "catalog", "auth-worker", "catalog-worker", "courier", "media-spool"),
        *("community", "community-worker", "community-stream"),
    }
    assert all(uids == {services} for uids in users.values())


def test_what_media_can_not_reach(runtime: Runtime, as_media: Attempt, published: object) -> None:
    layout = runtime.layout
    if os.geteuid() != 0:
        assert set(as_media(("read", layout.secrets)).values()) == {"done"}
        return
    closed: list[tuple[str, object]] = [
        *(("read", path) for path in layout.secrets.iterdir()),
        *(("read", path) for path in layout.programs.iterdir() if path.stem not in OF_MEDIA),
        *(("read", path) for path in layout.logs.iterdir()),
        *(("read", path) for path in layout.gateway.rglob("*")),
        *(("read", path) for path in (layout.secrets, layout.database, layout.mail, layout.config)),
        *(("read", path) for path in (layout.services_run, layout.logs, layout.gateway)),
        *(("connect", path) for path in (layout.database_socket, layout.supervisor_socket)),
        *(
            ("write", folder.path)
            for folder in layout.folders()
            if folder.path != layout.media_run and folder.path.parent != layout.media
        ),
        ("write", layout.media / "incoming"),
    ]
    for name, processes in families(runtime).items():
        if name not in OF_MEDIA:
            for process in processes:
                closed += [("end", process.pid), ("read", f"/proc/{process.pid}/environ")]
                closed += [
                    ("read", f"/proc/{process.pid}/fd"),
                    ("read", f"/proc/{process.pid}/mem"),
                ]
    supervisor = int((layout.run / "supervisord.pid").read_text())
    closed += [("end", supervisor), ("read", f"/proc/{supervisor}/environ")]
    found = as_media(*closed)
    assert set(found.values()) <= {"EACCES", "EPERM"}, found
    assert len(found) > 60


def test_what_media_does_reach(runtime: Runtime, as_media: Attempt) -> None:
    """Without this the test above could pass because nothing is there."""
    layout = runtime.layout
    needed = [
        *(("connect", layout.service_socket(name)) for name in ("auth", "catalog", "media")),
        *(("read", layout.media_secrets / name) for name in ("service_token", "db_media_password")),
        *(("read", layout.media / name) for name in ("incoming", "staging", "originals", "public")),
        *(("end", process.pid) for name in OF_MEDIA for process in families(runtime)[name][:1]),
    ]
    assert set(as_media(*needed).values()) == {"done"}
    assert {path.name for path in layout.media_secrets.iterdir()} == {
        *("service_token", "db_media_password")
    }


def test_media_has_bodies_by_the_spool_alone(
    runtime: Runtime, as_media: Attempt, person: Person, clips: Library
) -> None:
    incoming, spool = runtime.layout.media / "incoming", runtime.layout.spool_socket
    if os.geteuid() != 0:
        assert not spool.exists()
        return
    owner = pwd.getpwnam(SYSTEM_USER).pw_uid
    body = incoming / "9999999999"
    descriptor = os.open(body, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        os.fchown(descriptor, owner, -1)
        os.write(descriptor, b"x" * 1000)
        assert as_media(("read", body))["read", str(body)] == "EACCES"
        ask = ("ask", f"{spool}|share {body.name}")
        assert as_media(ask)[ask] == "done"
        assert as_media(("read", body))["read", str(body)] == "done"
        ask = ("ask", f"{spool}|cut {body.name}")
        assert as_media(ask)[ask] == "done"
        assert (body.stat().st_size, stat.S_IMODE(body.stat().st_mode)) == (0, 0o200)
        ask = ("ask", f"{spool}|remove {body.name}")
        assert as_media(ask)[ask] == "done"
        assert not body.exists()
    finally:
        os.close(descriptor)
        body.unlink(missing_ok=True)


def test_a_killed_spool_comes_back(runtime: Runtime, person: Person, clips: Library) -> None:
    for process in families(runtime).get("media-spool", []):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    eventually(lambda: all(row.ready for row in runtime.status()))
    # It runs before it listens.
    eventually(lambda: os.geteuid() != 0 or listens(runtime.layout.spool_socket))
    assert person.publish(clips.path("plain.mp4"))


def listens(path: Path) -> bool:
    """Whether somebody answers on a socket."""
    with socket.socket(socket.AF_UNIX) as line:
        return line.connect_ex(str(path)) == 0


def of_the_version_before(runtime: Runtime) -> None:
    """Have all of media's files owned by the user of the services, as they were."""
    layout, user = runtime.layout, pwd.getpwnam(SYSTEM_USER)
    for folder, _, files in os.walk(layout.media):
        for path in (Path(folder), *(Path(folder, name) for name in files)):
            os.lchown(path, user.pw_uid, user.pw_gid)
            if path.is_file():
                # As bodies and archives were.
                path.chmod(0o600)
    for path in (layout.data, layout.run, layout.media):
        os.chown(path, -1, user.pw_gid)
    for path in layout.media_secrets.iterdir():
        path.unlink()


@pytest.mark.parametrize("how", ["stopped", "running", "interrupted"])
def test_a_data_folder_of_the_version_before_is_taken_over(
    runtime: Runtime, person: Person, clips: Library, how: str
) -> None:
    hash_path = person.publish(clips.path("plain.mp4"))
    if os.geteuid() == 0:
        if how != "running":
            runtime.down()
        of_the_version_before(runtime)
        if how == "interrupted":
            media = pwd.getpwnam(MEDIA_USER)
            for path in list((runtime.layout.media / "public").rglob("*"))[:3]:
                os.lchown(path, media.pw_uid, media.pw_gid)
    said: list[str] = []
    dataclasses.replace(runtime, say=said.append).up()
    assert ("stopping what runs: its files get another owner" in said) == (
        os.geteuid() == 0 and how == "running"
    )
    assert all(row.ready for row in runtime.status())
    assert person.get(f"/video/d/{hash_path}").status_code == 200
    assert person.get(f"/thumbnails/{hash_path}").status_code == 200
    # Its original, too.
    eventually(lambda: person.get("/me/export").status_code == 200)
    assert person.publish(clips.path("plain.mp4"))
    before = [(row.name, row.pid) for row in runtime.status()]
    runtime.up()
    assert [(row.name, row.pid) for row in runtime.status()] == before


def test_who_the_programs_run_as_is_said_where_it_is_not_as_it_should_be() -> None:
    users = choose_users(CHECKOUT, Path("/"))
    expected: RunUser = users.services
    assert bool(expected.note) == (os.geteuid() == 0 and not users.apart)
