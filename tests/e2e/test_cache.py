"""What the gateway remembers of a page that many look at: a second, and never what is gone."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import requests

from vireo_testing.clips import Library
from vireo_testing.person import PATIENCE_SECONDS, Person

CLIENTS = 6
# A second, and what a page takes to be fetched on a busy machine.
SETTLED_SECONDS = 3.0


@contextmanager
def looked_at(url: str) -> Iterator[Callable[[], set[tuple[int, str]]]]:
    """Many look at a page without a pause; call it for what they have seen since the last call."""
    seen: set[tuple[int, str]] = set()
    stop, lock = threading.Event(), threading.Lock()

    def look() -> None:
        with requests.Session() as session:
            while not stop.is_set():
                answer = session.get(url, timeout=PATIENCE_SECONDS)
                with lock:
                    seen.add((answer.status_code, answer.headers["Content-Type"]))

    def since() -> set[tuple[int, str]]:
        time.sleep(1.5)
        with lock:
            found = set(seen)
            seen.clear()
        return found

    threads = [threading.Thread(target=look) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield since
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_a_deleted_video_is_gone_however_many_look(person: Person, clips: Library) -> None:
    hash_path = person.publish(clips.path("plain.mp4"))
    with looked_at(f"{person.url}/v/{hash_path}") as since:
        assert {status for status, _ in since()} == {200}
        assert person.delete(f"/v/{hash_path}").status_code == 200
        time.sleep(SETTLED_SECONDS)
        since()
        assert {status for status, _ in since()} == {404}


def test_no_header_of_a_client_makes_the_picture_of_everybody(person: Person, png: bytes) -> None:
    assert person.post("/channel/picture", data=png).status_code == 200
    address = f"{person.url}/channel/picture/{person.name}"
    for name in ("X-Vireo-Drawn", "x-vireo-drawn", "X_Vireo_Drawn", "X-Vireo-Permit"):
        for _ in range(8):
            answer = requests.get(address, headers={name: "1"}, timeout=PATIENCE_SECONDS)
            assert answer.headers["Content-Type"] == "image/webp", name
    assert requests.get(address, timeout=PATIENCE_SECONDS).headers["Content-Type"] == "image/webp"


def test_a_new_picture_is_shown_however_many_look(person: Person, png: bytes) -> None:
    with looked_at(f"{person.url}/channel/picture/{person.name}") as since:
        assert since() == {(200, "image/png")}
        assert person.post("/channel/picture", data=png).status_code == 200
        time.sleep(SETTLED_SECONDS)
        since()
        assert since() == {(200, "image/webp")}
