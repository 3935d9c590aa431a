"""kill -9 in the middle of uploads: what was acknowledged is there, nothing is half, all heals."""

import os
import signal
import threading
import time
from pathlib import Path

import psutil
import pytest
import requests

from vireo_ops.runtime import Runtime
from vireo_testing.clips import Library
from vireo_testing.envelope import error_of
from vireo_testing.inside import (
    half_an_upload,
    media,
    of_video,
    processes,
    stopped,
    wait_until_whole,
)
from vireo_testing.person import Person, eventually

# The aim is 15 s; half of the machine belongs to somebody else.
HEALING_SECONDS = 30.0


def workers_of_nginx(runtime: Runtime) -> list[psutil.Process]:
    """The processes that serve, without the one that starts them."""
    return processes(runtime, "gateway")[1:]


def kill(found: list[psutil.Process]) -> None:
    """End processes that may have ended already."""
    for process in found:
        if process.is_running():
            process.send_signal(signal.SIGKILL)


class Uploading:
    """Three uploads at once, and one that got half of its body across."""

    def __init__(self, gateway: str, clip: Path) -> None:
        self._clip = clip
        people = [Person(gateway) for _ in range(3)]
        self.videos = [(each, each.announce()) for each in people]
        self.acknowledged: set[str] = set()
        self._half = half_an_upload(people[0], people[0].announce(), clip.read_bytes())
        self._threads = [threading.Thread(target=self._upload, args=one) for one in self.videos]
        for thread in self._threads:
            thread.start()

    def _upload(self, owner: Person, hash_path: str) -> None:
        try:
            answer = owner.send(hash_path, self._clip)
        except requests.ConnectionError:
            # The gateway itself was killed: nothing was acknowledged.
            return
        if answer.status_code == 200:
            self.acknowledged.add(hash_path)
        else:
            # The contract's words, also in an outage; never a verdict on a good video.
            error_of(answer, answer.status_code)
            assert answer.status_code in {502, 503, 504}

    def wait(self) -> None:
        """Until each has its answer."""
        for thread in self._threads:
            thread.join()
        self._half.close()


@pytest.mark.parametrize("program", ["media", "gateway", "nginx-workers", "catalog", "mariadb"])
def test_killed_in_the_middle_of_uploads(
    runtime: Runtime, gateway: str, clips: Library, program: str
) -> None:
    clip = clips.path("silent.mp4")
    nginx = program == "nginx-workers"
    victims = workers_of_nginx(runtime) if nginx else processes(runtime, program)
    uploading = Uploading(gateway, clip)
    # Not a wait for something: a moment in the middle of an upload at which the kill comes.
    time.sleep(0.25)
    kill(victims)
    wait_until_whole(runtime, HEALING_SECONDS)
    uploading.wait()
    if nginx:
        sweep_incoming(runtime)
    nothing_is_half(runtime, uploading, clip)


def sweep_incoming(runtime: Runtime) -> None:
    """Let bodies that a killed nginx left look old, and the janitor begin its round."""
    with stopped(runtime, "media-worker"):
        for path in media(runtime, "incoming"):
            os.utime(path, (0, 0))


def nothing_is_half(runtime: Runtime, uploading: Uploading, clip: Path) -> None:
    """All videos that were acknowledged are there, and the others can be sent again."""
    for owner, hash_path in uploading.videos:
        if hash_path not in uploading.acknowledged:
            # Whoever was not told can send again, or hears that the bytes are there.
            assert owner.send(hash_path, clip).status_code in {200, 409}
        owner.wait_until_ready(hash_path)
        assert owner.get(f"/video/d/{hash_path}").status_code == 200
        assert owner.get(f"/thumbnails/{hash_path}").status_code == 200
    eventually(lambda: media(runtime, "incoming") == [])
    # An original, a video and a thumbnail each; the janitor looks at what is a minute old.
    for _, hash_path in uploading.videos:
        eventually(lambda h=hash_path: len(of_video(runtime, h)) == 3, 180)  # type: ignore[misc]


def test_the_worker_killed_in_the_middle_of_an_encode(
    runtime: Runtime, gateway: str, person: Person, clips: Library
) -> None:
    hash_path = person.announce()
    assert person.send(hash_path, clips.path("old-camera.avi")).status_code == 200
    eventually(lambda: person.state(hash_path) == "processing")
    uploading = Uploading(gateway, clips.path("silent.mp4"))
    kill(processes(runtime, "media-worker"))
    wait_until_whole(runtime, HEALING_SECONDS)
    uploading.wait()
    nothing_is_half(runtime, uploading, clips.path("silent.mp4"))
    person.wait_until_ready(hash_path)
    assert person.get(f"/video/d/{hash_path}").status_code == 200


def test_lockout_outlives_a_restart(runtime: Runtime, person: Person) -> None:
    wrong = {**person.credentials, "password": "not the password"}
    for _ in range(5):
        error_of(person.post("/sign_in", json=wrong), 402, "bad_credentials")
    (before, *_) = processes(runtime, "auth")
    os.kill(before.pid, signal.SIGTERM)
    psutil.wait_procs([before], timeout=60)
    wait_until_whole(runtime)
    answer = person.post("/sign_in", json=person.credentials)
    assert error_of(answer, 403, "blocked")["retry_after"] > 600
