"""``make rotate-keys``: tokens and grants are signed with other keys, and nobody notices; and
``make streams``."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from vireo_ops.commands import rotate_keys, run_command
from vireo_ops.database import _as_root
from vireo_ops.runtime import Runtime
from vireo_testing.clips import Library
from vireo_testing.person import PATIENCE_SECONDS, Person, eventually


def key_ids(url: str) -> list[str]:
    """The ids of the keys that tokens are verified with, the newest last."""
    keys = requests.get(f"{url}/.well-known/jwks.json", timeout=30).json()["keys"]
    return [key["kid"] for key in keys]


def grant_keys(runtime: Runtime) -> list[tuple[str, bool]]:
    """The keys of grants, the newest last, and whether each is to end."""
    with _as_root(runtime.layout) as cursor:
        cursor.execute(
            "SELECT KeyID, ValidUntil IS NOT NULL FROM vireo.GrantKeys ORDER BY CreatedAt, KeyID"
        )
        return [(str(row[0]), bool(row[1])) for row in cursor.fetchall()]


def test_rotate_keys(runtime: Runtime, person: Person, clips: Library) -> None:
    before = key_ids(person.url)
    clip = clips.path("plain.mp4").read_bytes()
    half, rotated = len(clip) // 2, threading.Event()

    def body() -> Iterator[bytes]:
        yield clip[:half]
        assert rotated.wait(PATIENCE_SECONDS)
        yield clip[half:]

    with ThreadPoolExecutor(1) as pool:
        # Its grant has the key of before, and is shown after the rotation.
        sent = pool.submit(person.send, person.announce(), body())
        eventually(lambda: list((runtime.data / "media" / "incoming").iterdir()) != [])
        old_grants = grant_keys(runtime)
        try:
            assert rotate_keys(runtime) == 0
        finally:
            rotated.set()
        assert sent.result().status_code == 200
    *retired, (_, ends) = grant_keys(runtime)
    assert [key for key, _ in retired] == [key for key, _ in old_grants]
    assert all(each for _, each in retired)
    assert not ends
    assert person.send(person.announce(), clip).status_code == 200

    after = key_ids(person.url)
    assert after[:-1] == before
    assert person.get("/me").status_code == 200
    old = person.token
    person.sign_in()
    for token in (old, person.token):
        announced = requests.post(
            f"{person.url}/upload",
            json={"title": "x", "description": ""},
            headers={"Authorization": token},
            timeout=30,
        )
        assert announced.status_code == 200
    # The key of a rotation outlives a start, and belongs to the user who runs the services.
    runtime.up()
    person.sign_in()
    assert key_ids(person.url) == after


def test_videos_of_before_get_a_stream(
    runtime: Runtime, person: Person, clips: Library, capfd: pytest.CaptureFixture[str]
) -> None:
    """``make streams``, as media's user."""
    hash_path = person.publish(clips.path("plain.mp4"))
    eventually(lambda: person.client.show_processing(hash_path).state == "ready")
    with _as_root(runtime.layout) as cursor:
        cursor.execute("DELETE FROM vireo.Renditions WHERE PathHash = %s", (hash_path,))
    assert run_command(runtime, "media", "make-streams") == 0
    assert "earlier videos get a stream" in capfd.readouterr().out
    eventually(lambda: person.client.show_processing(hash_path).state == "ready")
    assert len(person.client.show_processing(hash_path).renditions) == 2
