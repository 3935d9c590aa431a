"""What only the machine itself shows: files left behind, kills, memory, logs, ports."""

import contextlib
import json
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import jwt
import psutil
import pytest
import requests

from vireo_ops.database import _as_root
from vireo_ops.runtime import Runtime
from vireo_testing.clips import Library
from vireo_testing.person import PATIENCE_SECONDS, Person, eventually

MEBIBYTE = 1 << 20


def media(runtime: Runtime, part: str) -> list[Path]:
    """The files in a part of the media folder."""
    return [path for path in (runtime.data / "media" / part).rglob("*") if path.is_file()]


def of_video(runtime: Runtime, hash_path: str) -> list[Path]:
    """Every file of a video, wherever it is."""
    return [path for path in media(runtime, "") if path.name.startswith(hash_path)]


def processes(runtime: Runtime, program: str) -> list[psutil.Process]:
    """A program of this Vireo with its children."""
    (row,) = [row for row in runtime.status() if row.name == program]
    parent = psutil.Process(row.pid)
    return [parent, *parent.children(recursive=True)]


def wait_until_whole(runtime: Runtime) -> None:
    """Wait until everything is ready again."""
    eventually(lambda: all(row.ready for row in runtime.status()))


def half_an_upload(person: Person, hash_path: str, clip: bytes) -> socket.socket:
    """Send the head and half of the body of an upload."""
    host, _, port = person.url.removeprefix("http://").partition(":")
    line = socket.create_connection((host, int(port)), timeout=60)
    head = (
        f"POST /upload/v/{hash_path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {person.token}\r\n"
        f"Content-Length: {len(clip)}\r\n\r\n"
    )
    line.sendall(head.encode() + clip[: len(clip) // 2])
    return line


@pytest.mark.parametrize("what", ["file", "folder"])
@pytest.mark.parametrize(
    ("part", "suffix", "address", "missing"),
    [("videos", "mp4", "/video/d", 400), ("thumbnails", "jpg", "/thumbnails", 404)],
)
def test_a_link_in_what_is_served_leads_nowhere(
    runtime: Runtime,
    url: str,
    tmp_path: Path,
    what: str,
    part: str,
    suffix: str,
    address: str,
    missing: int,
) -> None:
    """As a broken decoder could make one, which runs as the user of the media folder."""
    outside = tmp_path / "outside"
    outside.mkdir()
    secret = outside / f"zzSecre.{suffix}"
    secret.write_text("a secret")
    for path in (outside, *outside.parents[:3]):
        path.chmod(path.stat().st_mode | 0o055)
    folder = runtime.data / "media/public" / part / "zz"
    if what == "folder":
        folder.symlink_to(outside)
    else:
        folder.mkdir()
        (folder / secret.name).symlink_to(secret)
    try:
        answer = requests.get(f"{url}{address}/zzSecre", timeout=30)
        assert (answer.status_code, "secret" in answer.text) == (missing, False)
    finally:
        if what == "file":
            (folder / secret.name).unlink()
            folder.rmdir()
        else:
            folder.unlink()


def test_a_client_that_goes_away_leaves_nothing(
    runtime: Runtime, person: Person, clips: Library
) -> None:
    hash_path = person.announce()
    clip = clips.path("plain.mp4").read_bytes()
    for _ in range(3):
        line = half_an_upload(person, hash_path, clip)
        eventually(lambda: media(runtime, "incoming") != [])
        line.close()
    eventually(lambda: media(runtime, "incoming") == [])
    assert of_video(runtime, hash_path) == []
    assert person.send(hash_path, clip).status_code == 200


def test_refused_files_leave_nothing(runtime: Runtime, person: Person) -> None:
    hash_path = person.announce()
    assert person.send(hash_path, b"no video" * 1000).status_code == 415
    assert of_video(runtime, hash_path) == []


def test_deleted_videos_leave_nothing(runtime: Runtime, person: Person, clips: Library) -> None:
    ready = person.publish(clips.path("plain.mp4"))
    busy = person.announce()
    assert person.send(busy, clips.path("old-camera.avi")).status_code == 200
    for hash_path in (ready, busy):
        assert of_video(runtime, hash_path) != []
        assert person.delete(f"/v/{hash_path}").status_code == 200
        eventually(lambda h=hash_path: of_video(runtime, h) == [])  # type: ignore[misc]


def test_whoever_knows_the_name_of_an_archive_has_nothing_of_it(
    runtime: Runtime, person: Person
) -> None:
    # Other tests of this Vireo ask for archives too.
    others = set(media(runtime, "exports"))
    eventually(lambda: person.get("/me/export").status_code == 200)
    (path,) = set(media(runtime, "exports")) - others
    # The gateway, which sends it, may be another user.
    assert path.stat().st_mode & 0o037 == 0
    for address in (f"/_exports/{path.name}", f"/exports/{path.name}", f"/video/d/{path.name}"):
        answer = person.get(address)
        assert (answer.status_code, answer.content[:2]) in {(404, b'{"'), (400, b'{"')}, address


def test_a_large_refused_upload_is_answered_before_its_body(person: Person, url: str) -> None:
    host, _, port = url.removeprefix("http://").partition(":")
    for token, status in ((person.token + "x", b"400"), (person.token, b"404")):
        line = socket.create_connection((host, int(port)), timeout=30)
        head = (
            f"POST /upload/v/0000000 HTTP/1.1\r\nHost: {host}\r\nAuthorization: {token}\r\n"
            f"Content-Length: {1 << 30}\r\n\r\n"
        )
        # Not one byte of the body is sent.
        line.sendall(head.encode())
        answer = line.recv(65536)
        assert answer.startswith(b"HTTP/1.1 " + status)
        line.close()


def is_tool(process: psutil.Process) -> bool:
    """Whether it is what a worker has started, bounded, for one file."""
    with contextlib.suppress(psutil.NoSuchProcess):
        command = " ".join(process.cmdline())
        return process.name().startswith("ff") or "/tools/" in command
    return True


def test_memory_does_not_grow_with_the_upload(
    runtime: Runtime, person: Person, clips: Library
) -> None:
    clip = clips.path("plain.mp4").read_bytes()
    size = 1 << 30
    # A real video, and a box that players pass over behind it.
    padding = size - len(clip)
    pad = b"\0" * MEBIBYTE

    def body() -> Iterator[bytes]:
        yield clip
        yield padding.to_bytes(4, "big") + b"free"
        left = padding - 8
        while left > 0:
            yield pad[: min(left, MEBIBYTE)]
            left -= MEBIBYTE

    programs = ("auth", "catalog", "media", "media-worker", "gateway")
    found = [process for name in programs for process in processes(runtime, name)]
    # Not the tools that make renditions of earlier uploads meanwhile.
    watched = [process for process in found if not is_tool(process)]
    before = {process: process.memory_info().rss for process in watched}
    peak = dict(before)
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.05):
            for process in watched:
                with contextlib.suppress(psutil.NoSuchProcess):
                    peak[process] = max(peak[process], process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    hash_path = person.announce()
    answer = person.send(hash_path, body())
    done.set()
    watcher.join()
    assert answer.status_code == 200
    assert max(peak[process] - before[process] for process in watched) < 32 * MEBIBYTE
    assert person.delete(f"/v/{hash_path}").status_code == 200


@pytest.mark.parametrize("program", ["media", "media-worker", "gateway", "catalog", "mariadb"])
def test_killed_in_the_middle_of_uploads(
    runtime: Runtime, url: str, clips: Library, program: str
) -> None:
    people = [Person(url) for _ in range(3)]
    videos = [(each, each.announce()) for each in people]
    clip = clips.path("plain.mp4")
    acknowledged: list[str] = []

    def upload(owner: Person, hash_path: str) -> None:
        try:
            if owner.send(hash_path, clip).status_code == 200:
                acknowledged.append(hash_path)
        except requests.ConnectionError:
            # The gateway itself was killed: nothing was acknowledged.
            return

    threads = [threading.Thread(target=upload, args=video) for video in videos]
    line = half_an_upload(people[0], videos[0][1], clip.read_bytes())
    for thread in threads:
        thread.start()
    eventually(lambda: media(runtime, "incoming") != [])
    for process in processes(runtime, program):
        # Some end with their parent, others by themselves.
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
    for thread in threads:
        thread.join()
    line.close()
    wait_until_whole(runtime)
    for owner, hash_path in videos:
        if hash_path not in acknowledged:
            # Whoever was not told can send again, or hears that the bytes are there.
            assert owner.send(hash_path, clip).status_code in {200, 409}
        owner.wait_until_ready(hash_path)
        assert owner.get(f"/video/d/{hash_path}").status_code == 200
    eventually(lambda: media(runtime, "incoming") == [])


def test_lockout_outlives_a_restart(runtime: Runtime, person: Person) -> None:
    wrong = {**person.credentials, "password": "not the password"}
    for _ in range(5):
        assert person.post("/sign_in", json=wrong).status_code == 402
    auth = processes(runtime, "auth")[0]
    auth.terminate()
    # It answers what is under way before it goes.
    auth.wait(PATIENCE_SECONDS)
    wait_until_whole(runtime)
    assert person.post("/sign_in", json=person.credentials).status_code == 403


def test_a_stopped_service_gives_the_contracts_error(runtime: Runtime, person: Person) -> None:
    paused = processes(runtime, "catalog")
    for process in paused:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)
    page = requests.get(f"{person.url}/watch/0000000", timeout=60)
    # Without catalog nobody can tell whether it is there; the page itself comes all the same.
    assert page.status_code in {200, 404}
    assert '<div id="page">' in page.text
    answer = requests.get(f"{person.url}/videos/all?limit=77", timeout=60)
    assert answer.status_code in {200, 502, 503}
    assert "response" in answer.json()
    if answer.status_code != 200:
        assert answer.headers["Retry-After"]
    wait_until_whole(runtime)


def test_expired_tokens_and_tokens_of_deleted_accounts(runtime: Runtime, person: Person) -> None:
    key = (runtime.data / "secrets" / "token_signing_key.pem").read_text()
    head = jwt.get_unverified_header(person.token)
    claims = jwt.decode(person.token, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == 10800

    def answer_to(**changes: object) -> requests.Response:
        changed = {**claims, **changes}
        token = jwt.encode(changed, key, algorithm="EdDSA", headers={"kid": head["kid"]})
        body = {"title": "x", "description": ""}
        return requests.post(
            f"{person.url}/upload", json=body, headers={"Authorization": token}, timeout=60
        )

    assert answer_to().status_code == 200
    expired = answer_to(exp=int(time.time()) - 1)
    assert (expired.status_code, expired.json()["response"]["error"]) == (401, "token_expired")
    assert expired.headers["WWW-Authenticate"] == "Bearer"
    for changes in ({"purpose": "reset"}, {"aud": "x"}, {"iss": "x"}, {"sub": "x"}, {"sub": "0"}):
        answer = answer_to(**changes)
        assert (answer.status_code, answer.json()["response"]["error"]) == (400, "token_invalid")
    with _as_root(runtime.layout) as cursor:
        cursor.execute("DELETE FROM vireo.Channels WHERE Username = %s", (person.name,))
    answer = answer_to()
    assert (answer.status_code, answer.json()["response"]["error"]) == (400, "token_invalid")
    assert person.send("0000000", b"x").json()["response"]["error"] == "token_invalid"


def test_only_the_gateway_listens_to_the_world(runtime: Runtime) -> None:
    listening = {}
    for row in runtime.status():
        for process in processes(runtime, row.name):
            # A tool that the worker started may end at this very moment.
            with contextlib.suppress(psutil.NoSuchProcess):
                for line in process.net_connections("inet"):
                    if line.status == psutil.CONN_LISTEN:
                        listening[row.name] = line.laddr.ip
    # The database asks for a password; the services have no port at all.
    assert listening == {"mariadb": "127.0.0.1", "gateway": "0.0.0.0"}


def test_answers_with_a_token_are_never_remembered(
    runtime: Runtime, published: tuple[Person, str]
) -> None:
    owner, hash_path = published
    for _ in range(12):
        requests.get(f"{owner.url}/v/{hash_path}", timeout=60)
        assert owner.get(f"/v/{hash_path}").json()["response"]["state"] == "ready"
    log = runtime.data / "logs" / "gateway.log"
    eventually(lambda: '"cache":"HIT"' in log.read_text())
    shown = requests.get(f"{owner.url}/v/{hash_path}", timeout=60).json()["response"]
    assert "state" not in shown


def test_logs_are_json_without_secrets(runtime: Runtime, person: Person) -> None:
    wrong = {**person.credentials, "password": "wrong-Secret-7431"}
    asked = person.post("/sign_in", json=wrong).headers["X-Request-ID"]
    video = {"title": "an unmistakable title", "description": ""}
    announced = person.post("/upload", json=video).headers["X-Request-ID"]
    for name, request_id in (("auth", asked), ("catalog", announced), ("gateway", announced)):
        log = runtime.data / "logs" / f"{name}.log"
        eventually(lambda log=log, request_id=request_id: request_id in log.read_text())  # type: ignore[misc]
    secrets = [
        path.read_text().strip()
        for path in (runtime.data / "secrets").iterdir()
        if path.suffix != ".sql"
    ]
    hidden = [
        *secrets,
        person.password,
        person.token,
        person.name,
        "wrong-Secret-7431",
        "unmistakable",
    ]
    for log in (runtime.data / "logs").glob("*.log"):
        text = log.read_text(errors="replace")
        assert not [word for word in hidden if word in text], log.name
        if log.stem in {"auth", "catalog", "media", "media-worker"}:
            lines = text.splitlines()
            assert all(isinstance(json.loads(line), dict) for line in lines), log.name
    for process in psutil.process_iter(["cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        assert not [secret for secret in secrets if secret in line]


def test_up_again_changes_nothing(runtime: Runtime) -> None:
    before = [(row.name, row.pid) for row in runtime.status()]
    runtime.up()
    assert [(row.name, row.pid) for row in runtime.status()] == before


def test_secrets_are_their_owners_alone(runtime: Runtime) -> None:
    folder = runtime.data / "secrets"
    assert re.fullmatch(r"0o40700", oct(folder.stat().st_mode))
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0


def test_others_of_the_machine_see_nothing(runtime: Runtime) -> None:
    """Nothing of it is open to all users, and all works: the other tests use it like this."""
    layout = runtime.layout
    for folder in layout.folders():
        if folder.path != layout.database_temporary:
            assert folder.path.stat().st_mode & 0o007 == 0, folder
    assert layout.database_socket.parent.stat().st_mode & 0o077 == 0
