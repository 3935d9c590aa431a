"""Uploads in pieces while programs are killed and tokens expire, and what is left on the disk."""

import contextlib
import hashlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import jwt
import psutil
import pytest

from vireo_ops.database import _as_root
from vireo_ops.runtime import Runtime
from vireo_testing.clips import Library
from vireo_testing.cut_line import line_to
from vireo_testing.person import Person, eventually
from vireo_testing.tus import Tus, metadata, padded
from vireo_testing.tus_clients import CLIENTS, Sent

SIZE = 24 << 20
# 64 KiB in so many seconds: the upload takes four.
PAUSE_SECONDS = 0.01


@pytest.fixture(scope="module")
def film(clips: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip of 24 MiB."""
    path = tmp_path_factory.mktemp("large") / "large.mp4"
    with path.open("wb") as file:
        file.writelines(padded(clips.path("plain.mp4").read_bytes(), SIZE))
    return path


def files(runtime: Runtime) -> list[Path]:
    """What uploads in pieces have on the disk."""
    return list((runtime.data / "media/tus").iterdir())


def largest(runtime: Runtime) -> int:
    """Bytes of the largest of them; of one that goes away meanwhile none."""
    sizes = [0]
    for path in files(runtime):
        with contextlib.suppress(FileNotFoundError):
            sizes.append(path.stat().st_size)
    return max(sizes)


def refusals(runtime: Runtime) -> int:
    """How many expired tokens the program has refused; its log is written a moment later."""
    return (runtime.data / "logs/media-tus.log").read_text().count('"error": "token_expired"')


def kill(runtime: Runtime, program: str) -> None:
    """Kill a program with its children."""
    (row,) = [row for row in runtime.status() if row.name == program]
    parent = psutil.Process(row.pid)
    for process in [parent, *parent.children(recursive=True)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGKILL)


def require_kept(person: Person, path: str, film: Path) -> None:
    """Whether the upload became a video of these very bytes."""
    hash_path = Tus(person).ask("HEAD", path).headers["Vireo-Hash"]
    person.wait_until_ready(hash_path)
    digest = hashlib.sha256(film.read_bytes()).hexdigest()
    assert person.get(f"/v/{hash_path}").json()["response"]["sha256"] == digest
    assert len(person.get("/me/videos").json()["response"]) == 1


@contextlib.contextmanager
def uploading(
    runtime: Runtime, person: Person, film: Path, token: Path, client: str
) -> Iterator[Callable[[], Sent]]:
    """An upload on its way over a slow line; what is given waits for its end."""
    ended: list[Sent] = []

    def run() -> None:
        with line_to(person.url, pause=PAUSE_SECONDS) as line:
            ended.append(CLIENTS[client].upload(f"{line.url}/upload/tus", token, film))

    assert files(runtime) == [], "another test left an upload behind"
    thread = threading.Thread(target=run)
    thread.start()

    def end() -> Sent:
        thread.join()
        assert ended, "the client gave up"
        return ended[0]

    try:
        yield end
    finally:
        thread.join()


@pytest.mark.parametrize("program", ["media-tus", "gateway", "media-worker", "catalog"])
def test_a_client_goes_on_when_a_program_is_killed(
    runtime: Runtime, person: Person, film: Path, tmp_path: Path, program: str
) -> None:
    token = tmp_path / "token"
    token.write_text(person.token)
    with uploading(runtime, person, film, token, "tus-js-client") as end:
        eventually(lambda: largest(runtime) > SIZE // 4)
        kill(runtime, program)
        assert largest(runtime) < SIZE, "it had ended before"
        sent = end()
    if program in {"media-tus", "gateway"}:
        # It was in the middle of the one piece: who goes on asks where it stands.
        assert "HEAD" in [method for method, _ in sent.requests]
    eventually(lambda: all(row.ready for row in runtime.status()))
    require_kept(person, sent.path, film)
    eventually(lambda: files(runtime) == [])


def test_what_was_acknowledged_outlives_a_kill(
    runtime: Runtime, person: Person, film: Path
) -> None:
    tus, data = Tus(person), film.read_bytes()
    path = tus.create(SIZE, Upload_Metadata=metadata(title="Killed"))
    assert tus.patch(path, 0, data[: 1 << 20]).status_code == 204
    line = tus.begin_patch(path, 1 << 20, SIZE - (1 << 20), data[1 << 20 : 5 << 20])
    eventually(lambda: tus.offset(path) == 5 << 20)
    kill(runtime, "media-tus")
    line.close()
    eventually(lambda: tus.ask("HEAD", path).status_code == 200)
    assert tus.offset(path) == 5 << 20
    assert tus.patch(path, 5 << 20, data[5 << 20 :]).status_code == 204
    require_kept(person, path, film)


def test_a_piece_with_a_checksum_does_not_count_before_it_was_compared(
    runtime: Runtime, person: Person, film: Path
) -> None:
    tus, data = Tus(person), film.read_bytes()
    path = tus.create(SIZE)
    tus_id = path.rpartition("/")[2]
    line = tus.begin_patch(path, 0, SIZE, data[: 5 << 20], Upload_Checksum="crc32 AAAAAA==")
    held = runtime.data / "media/tus" / tus_id
    eventually(lambda: held.stat().st_size >= 4 << 20)
    kill(runtime, "media-tus")
    line.close()
    eventually(lambda: tus.ask("HEAD", path).status_code == 200)
    assert tus.offset(path) == 0
    assert tus.patch(path, 0, data).status_code == 204
    require_kept(person, path, film)


def test_all_there_and_nobody_left_to_say_so(runtime: Runtime, person: Person, film: Path) -> None:
    """Who wrote the last byte died before the video had it: whoever asks has it done."""
    tus, data = Tus(person), film.read_bytes()
    path = tus.create(SIZE)
    assert tus.patch(path, 0, data[:1000]).status_code == 204
    with (runtime.data / "media/tus" / path.rpartition("/")[2]).open("ab") as file:
        file.write(data[1000:])
    assert tus.offset(path) == SIZE
    require_kept(person, path, film)


def test_a_token_that_expires_in_the_middle(
    runtime: Runtime, person: Person, film: Path, tmp_path: Path
) -> None:
    key = (runtime.data / "secrets" / "token_signing_key.pem").read_text()
    head = jwt.get_unverified_header(person.token)
    claims = jwt.decode(person.token, options={"verify_signature": False})
    token, fresh = tmp_path / "token", tmp_path / "fresh"

    def use(given: str) -> None:
        fresh.write_text(given)
        fresh.rename(token)

    use(person.token)
    before = refusals(runtime)
    with uploading(runtime, person, film, token, "tus-js-client-in-small-chunks") as end:
        eventually(lambda: largest(runtime) > SIZE // 8)
        expired = {**claims, "exp": int(time.time()) - 1}
        use(jwt.encode(expired, key, algorithm="EdDSA", headers={"kid": head["kid"]}))
        # The client goes on asking for nine seconds.
        eventually(lambda: refusals(runtime) > before)
        use(person.token)
        sent = end()
    assert ("PATCH", 401) in sent.requests
    assert [method for method, _ in sent.requests].count("POST") == 1
    require_kept(person, sent.path, film)


def test_nothing_is_left_of_who_is_gone(runtime: Runtime, person: Person, film: Path) -> None:
    tus, data = Tus(person), film.read_bytes()
    kept, expired, gone = (tus.create(SIZE) for _ in range(3))
    for path in (kept, expired, gone):
        assert tus.patch(path, 0, data[:1000]).status_code == 204
    with _as_root(runtime.layout) as cursor:
        cursor.execute(
            "UPDATE vireo.TusUploads SET ExpiresAt = NOW(3) - INTERVAL 1 MINUTE WHERE TusID = %s",
            (expired.rpartition("/")[2],),
        )
    assert tus.ask("HEAD", expired).status_code == 410
    answer = tus.patch(expired, 1000, data[1000:])
    assert (answer.status_code, answer.json()["response"]["error"]) == (410, "upload_expired")
    assert person.delete(f"/v/{tus.ask('HEAD', gone).headers['Vireo-Hash']}").status_code == 200
    eventually(lambda: tus.ask("HEAD", gone).status_code == 404)
    for path in files(runtime):
        # The janitor lets be what may just be written.
        old = time.time() - 120
        os.utime(path, (old, old))
    names = {kept.rpartition("/")[2]}
    eventually(lambda: {path.name for path in files(runtime)} == names, 120)
    assert tus.offset(kept) == 1000
    assert tus.ask("DELETE", kept).status_code == 204
    eventually(lambda: files(runtime) == [])
