"""What the gateway remembers of a page that many look at: a second, and never what is gone."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import requests

from vireo_testing.clips import Library
from vireo_testing.person import PATIENCE_SECONDS, Person, eventually

CLIENTS, LOOKS = 6, 40
# A second, and what a page takes to be fetched on a busy machine.
SETTLED_SECONDS = 10.0


@contextmanager
def looked_at(url: str) -> Iterator[Callable[[], set[tuple[int, str]]]]:
    """Many look at a page without a pause; call it for what they see from then on."""
    seen: list[list[tuple[int, str]]] = [[] for _ in range(CLIENTS)]
    stop = threading.Event()

    def look(own: list[tuple[int, str]]) -> None:
        with requests.Session() as session:
            while not stop.is_set():
                answer = session.get(url, timeout=PATIENCE_SECONDS)
                own.append((answer.status_code, answer.headers["Content-Type"]))

    def since() -> set[tuple[int, str]]:
        # Each may be in the middle of one that was asked for before.
        first = [len(own) + 1 for own in seen]
        ends = [start + LOOKS for start in first]
        eventually(lambda: all(len(own) >= end for own, end in zip(seen, ends, strict=True)))
        return {
            each
            for own, start, end in zip(seen, first, ends, strict=True)
            for each in own[start:end]
        }

    threads = [threading.Thread(target=look, args=(own,)) for own in seen]
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
        eventually(lambda: {status for status, _ in since()} == {404}, SETTLED_SECONDS)
        assert {status for status, _ in since()} == {404}


def test_no_header_of_a_client_makes_the_picture_of_everybody(person: Person, png: bytes) -> None:
    assert person.post("/channel/picture", data=png).status_code == 200
    address = f"{person.url}/channel/picture/{person.name}"
    for name in ("X-Vireo-Drawn", "x-vireo-drawn", "X_Vireo_Drawn", "X-Vireo-Grant"):
        for _ in range(8):
            answer = requests.get(address, headers={name: "1"}, timeout=PATIENCE_SECONDS)
            assert answer.headers["Content-Type"] == "image/webp", name
    assert requests.get(address, timeout=PATIENCE_SECONDS).headers["Content-Type"] == "image/webp"


def test_a_new_picture_is_shown_however_many_look(person: Person, png: bytes) -> None:
    with looked_at(f"{person.url}/channel/picture/{person.name}") as since:
        assert since() == {(200, "image/png")}
        assert person.post("/channel/picture", data=png).status_code == 200
        eventually(lambda: since() == {(200, "image/webp")}, SETTLED_SECONDS)
        assert since() == {(200, "image/webp")}
