"""A service, the worker or the database is stopped: what is said, and what goes on without it."""

import requests

from vireo_ops.runtime import Runtime
from vireo_testing.clips import Library
from vireo_testing.envelope import error_of, response_of
from vireo_testing.gateway import own_vireo
from vireo_testing.inside import media, of_video, stopped, supervisor
from vireo_testing.person import Person

OUT = {502, 503, 504}


def out(answer: requests.Response) -> None:
    """An answer that says to come again."""
    assert answer.status_code in OUT, answer.text
    error_of(answer, answer.status_code)


def test_without_catalog(runtime: Runtime, person: Person, clips: Library) -> None:
    hash_path = person.publish(clips.path("silent.mp4"))
    waiting = person.announce()
    with stopped(runtime, "catalog"):
        for path in (
            f"/v/{hash_path}",
            "/videos/all",
            f"/videos/channel/{person.name}",
            "/search/all/x",
            f"/channel/picture/{person.name}",
        ):
            out(person.get(path))
        out(person.post("/upload", json={"title": "x", "description": ""}))
        out(person.delete(f"/v/{hash_path}"))
        out(person.send(waiting, clips.path("silent.mp4")))
        # What needs no catalog goes on.
        assert person.get(f"/video/d/{hash_path}").status_code == 200
        assert person.get(f"/thumbnails/{hash_path}").status_code == 200
        person.sign_in()
    assert response_of(person.send(waiting, clips.path("silent.mp4"))) == ""


def test_without_auth(runtime: Runtime, person: Person, clips: Library) -> None:
    hash_path = person.publish(clips.path("silent.mp4"))
    with stopped(runtime, "auth"):
        out(person.post("/sign_in", json=person.credentials))
        out(person.post("/sign_up", json=person.details()))
        # What is everybody's goes on.
        for path in (f"/v/{hash_path}", "/videos/all", "/search/all/x"):
            response_of(requests.get(person.url + path, timeout=60))
        assert person.get(f"/video/d/{hash_path}").status_code == 200
    person.sign_in()
    person.announce()


def test_without_media(runtime: Runtime, person: Person, clips: Library) -> None:
    hash_path = person.publish(clips.path("silent.mp4"))
    waiting = person.announce()
    with stopped(runtime, "media"):
        out(person.send(waiting, clips.path("silent.mp4")))
        out(person.get("/video/d/0000000"))
        assert person.get(f"/video/d/{hash_path}").status_code == 200
        # Gone for everybody at once; the files go when media is back.
        assert response_of(person.delete(f"/v/{hash_path}")) == ""
        error_of(person.get(f"/v/{hash_path}"), 404, "not_found")
    assert response_of(person.send(waiting, clips.path("silent.mp4"))) == ""
    assert person.state(waiting) == "ready"


def test_without_the_database(runtime: Runtime, person: Person, clips: Library) -> None:
    hash_path = person.publish(clips.path("silent.mp4"))
    waiting = person.announce()
    with stopped(runtime, "mariadb"):
        for path in (f"/v/{hash_path}", "/videos/all?limit=99", "/search/all/x"):
            out(person.get(path))
        out(person.post("/sign_in", json=person.credentials))
        out(person.post("/upload", json={"title": "x", "description": ""}))
        out(person.send(waiting, clips.path("silent.mp4")))
        assert person.get(f"/video/d/{hash_path}").status_code == 200
    assert of_video(runtime, waiting) == []
    person.sign_in()
    assert response_of(person.send(waiting, clips.path("silent.mp4"))) == ""


def test_up_repairs_what_was_stopped(runtime: Runtime, person: Person) -> None:
    supervisor(runtime, "stop", "catalog")
    out(person.get("/videos/all"))
    runtime.up()
    assert all(row.ready for row in runtime.status())
    response_of(person.get("/videos/all"))


def test_a_full_disk(clips: Library) -> None:
    """The room that uploads must leave free is more than any disk has."""
    with own_vireo({"VIREO_DISK_RESERVE_BYTES": str(1 << 60)}) as full:
        person = Person(f"http://127.0.0.1:{full.port}")
        hash_path = person.announce()
        clip = clips.path("silent.mp4").read_bytes()
        for body in (clip, iter([clip])):
            error_of(person.send(hash_path, body), 507, "disk_full")
        assert media(full) == []
        assert person.state(hash_path) == "waiting"
