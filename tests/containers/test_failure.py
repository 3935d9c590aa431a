"""Scaled out, killed, restarted: what was acknowledged stays, and the answers keep the contract."""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from vireo_testing.clips import Library
from vireo_testing.compose import Project
from vireo_testing.cut_line import Line, line_to
from vireo_testing.person import Person, eventually
from vireo_testing.tus import Tus, padded
from vireo_testing.tus_clients import CLIENTS, Sent


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip that browsers play as it is."""
    return Library(tmp_path_factory.mktemp("clips")).path("plain.mp4")


@pytest.fixture(scope="module")
def scaled(project: Project) -> Iterator[Project]:
    """Two of each service and three workers."""
    counts = ("auth=2", "catalog=2", "media=2", "media-tus=2", "media-worker=3")
    options = [word for count in counts for word in ("--scale", count)]
    project.compose("up", "--detach", "--wait", "--no-recreate", *options)
    yield project
    project.compose("up", "--detach", "--wait")


@contextmanager
def load(url: str, seen: list[requests.Response | str]) -> Iterator[None]:
    """Ask for the newest videos, over and over, and keep every answer.

    Each on a connection of its own: one that is kept may be closed by a gateway that takes over
    changed addresses, in the very moment in which a request is on its way. HTTP leaves that to the
    client, who sends what changes nothing again (RFC 9112, 9.3.1).
    """
    stop = threading.Event()

    def ask() -> None:
        turn = 0
        while not stop.wait(0.02):
            turn += 1
            address = f"{url}/videos/all?limit={turn % 100 + 1}"
            try:
                seen.append(requests.get(address, timeout=30))
            except requests.ConnectionError as error:
                seen.append(repr(error))

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def keeps_the_contract(answer: requests.Response | str) -> bool:
    """An answer in the envelope: a list, or an error with a code."""
    if isinstance(answer, str):
        return False
    value = answer.json()["response"]
    return isinstance(value, list) if answer.status_code == 200 else bool(value["error"])


def breaches(seen: list[requests.Response | str]) -> list[str]:
    """What of the answers does not keep the contract."""
    wrong = [answer for answer in seen if not keeps_the_contract(answer)]
    return [one if isinstance(one, str) else f"{one.status_code} {one.text[:200]}" for one in wrong]


def test_the_gateway_uses_every_container(scaled: Project) -> None:
    def all_found() -> bool:
        text = scaled.compose(
            "exec", "-T", "gateway", "cat", "/var/lib/vireo/gateway/upstreams.conf"
        )
        # Two each of auth, catalog, media and media-tus, and community with its streams.
        return sum(line.strip().startswith("server ") for line in text.splitlines()) == 10

    eventually(all_found)
    for turn in range(40):
        answer = requests.get(f"{scaled.url}/videos/all?limit={turn + 1}", timeout=30)
        assert answer.status_code == 200
    # Lines of requests are written together, a moment later.
    for container in scaled.containers("catalog"):
        eventually(lambda c=container: '"route": "/videos/all"' in scaled.docker("logs", c))  # type: ignore[misc]


def test_killed_catalog_is_left_out(scaled: Project) -> None:
    seen: list[requests.Response | str] = []
    with load(scaled.url, seen):
        scaled.docker("kill", scaled.containers("catalog")[0])
        killed = len(seen)
        eventually(lambda: len(seen) > killed + 100)
    assert breaches(seen) == []
    statuses = [answer.status_code for answer in seen if not isinstance(answer, str)]
    # At most what was under way in the killed container is lost, and is told so.
    assert statuses.count(200) >= len(statuses) - 2
    assert statuses[-20:] == [200] * 20
    scaled.compose("up", "--detach", "--wait", "--no-recreate", "--scale", "catalog=2", "catalog")


@pytest.mark.parametrize("service", ["media", "media-worker", "auth", "gateway"])
def test_acknowledged_uploads_outlive_a_killed_container(
    scaled: Project, service: str, clip: Path
) -> None:
    people = [Person(scaled.url) for _ in range(3)]
    hashes = [person.announce() for person in people]
    acknowledged: list[str] = []

    def upload(person: Person, hash_path: str) -> None:
        try:
            if person.send(hash_path, clip).status_code == 200:
                acknowledged.append(hash_path)
        except requests.ConnectionError:
            # The gateway itself was killed; nothing was acknowledged.
            return

    threads = [
        threading.Thread(target=upload, args=pair) for pair in zip(people, hashes, strict=True)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    scaled.docker("kill", scaled.containers(service)[0])
    for thread in threads:
        thread.join()
    count = {"media": 2, "media-worker": 3, "auth": 2, "gateway": 1}[service]
    options = ("--scale", f"{service}={count}")
    scaled.compose("up", "--detach", "--wait", "--no-recreate", *options, service)
    for hash_path in acknowledged:
        eventually(lambda h=hash_path: requests.get(f"{scaled.url}/video/d/{h}", timeout=30).ok)  # type: ignore[misc]
    # Whoever was not told so can upload again, or hears that it is there.
    for person, hash_path in zip(people, hashes, strict=True):
        if hash_path not in acknowledged:
            assert person.send(hash_path, clip).status_code in {200, 409}
            eventually(lambda h=hash_path: requests.get(f"{scaled.url}/video/d/{h}", timeout=30).ok)  # type: ignore[misc]


def test_an_upload_in_pieces_goes_on_when_one_of_two_is_killed(
    scaled: Project, clip: Path, tmp_path: Path
) -> None:
    person, size = Person(scaled.url), 24 << 20
    film, token = tmp_path / "large.mp4", tmp_path / "token"
    with film.open("wb") as file:
        file.writelines(padded(clip.read_bytes(), size))
    token.write_text(person.token)
    sent: list[Sent] = []
    lines: list[Line] = []

    def upload() -> None:
        # 24 MiB in four seconds, cut ten times: each of the two gets parts of it.
        with line_to(scaled.url, every=2 << 20, cuts=10, pause=0.01) as line:
            lines.append(line)
            endpoint = f"{line.url}/upload/tus"
            sent.append(CLIENTS["tus-js-client"].upload(endpoint, token, film))

    # Tests before have brought up single services, and with them one of each that these need.
    options = ("--scale", "media-tus=2")
    scaled.compose("up", "--detach", "--wait", "--no-recreate", *options, "media-tus")
    assert len(scaled.containers("media-tus")) == 2
    uploading = threading.Thread(target=upload)
    uploading.start()
    # In the middle: both have had parts of it, and more is to come.
    eventually(lambda: lines and lines[0].cuts_left <= 7)
    scaled.docker("kill", scaled.containers("media-tus")[0])
    uploading.join()
    scaled.compose("up", "--detach", "--wait", "--no-recreate", *options, "media-tus")
    (done,) = sent
    hash_path = Tus(person).ask("HEAD", done.path).headers["Vireo-Hash"]
    person.wait_until_ready(hash_path)
    digest = hashlib.sha256(film.read_bytes()).hexdigest()
    assert person.get(f"/v/{hash_path}").json()["response"]["sha256"] == digest
    assert len(person.get("/me/videos").json()["response"]) == 1


def test_a_restarted_database_heals_under_load(scaled: Project) -> None:
    person = Person(scaled.url)
    seen: list[requests.Response | str] = []
    with load(scaled.url, seen):
        scaled.docker("restart", *scaled.containers("mariadb"))
        eventually(lambda: not isinstance(seen[-1], str) and seen[-1].status_code == 200, 20)
        healed = len(seen)
        eventually(lambda: len(seen) > healed + 30)
    assert breaches(seen) == []
    assert {answer.status_code for answer in seen if not isinstance(answer, str)} <= {200, 503, 504}
    person.announce()


def test_stopping_media_lets_an_upload_end(scaled: Project, clip: Path) -> None:
    person = Person(scaled.url)
    hash_path = person.announce()
    answers: list[requests.Response] = []
    thread = threading.Thread(target=lambda: answers.append(person.send(hash_path, clip)))
    thread.start()
    time.sleep(0.2)
    scaled.docker("stop", *scaled.containers("media"))
    thread.join()
    # Under way it ends well; not yet begun it is refused in the contract's form.
    assert answers[0].status_code in {200, 502, 503}
    assert "response" in answers[0].json()
    scaled.compose("up", "--detach", "--wait", "--no-recreate", "--scale", "media=2", "media")
    eventually(lambda: person.send(hash_path, clip).status_code in {200, 409})
    eventually(lambda: requests.get(f"{scaled.url}/video/d/{hash_path}", timeout=30).ok)


def test_what_is_acknowledged_outlives_down_and_up(project: Project, clip: Path) -> None:
    person = Person(project.url)
    hash_path = person.announce()
    assert person.send(hash_path, clip).status_code == 200
    project.compose("down", "--timeout", "20")
    project.compose("up", "--detach", "--wait")
    assert requests.get(f"{project.url}/video/d/{hash_path}", timeout=30).status_code == 200
    person.announce()


def test_another_signing_key_signs_nobody_out(project: Project) -> None:
    def key_ids() -> list[str]:
        found = requests.get(f"{project.url}/.well-known/jwks.json", timeout=30).json()["keys"]
        return [key["kid"] for key in found]

    person = Person(project.url)
    before = key_ids()
    for task in ("rotate-keys", "rotate-grant-keys"):
        project.compose("run", "--rm", "--no-deps", task)
    assert key_ids()[:-1] == before
    person.announce()
    person.sign_in()
    person.announce()
    after = key_ids()
    # The secrets are handed out anew at each start: auth's own copy of this one counts.
    project.compose("down", "--timeout", "20")
    project.compose("up", "--detach", "--wait")
    person.sign_in()
    person.announce()
    assert key_ids() == after
