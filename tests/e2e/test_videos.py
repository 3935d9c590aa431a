"""Videos without their bytes: announcing, who sees one, deleting."""

import re
from collections.abc import Callable

import pytest
import requests

from vireo_testing.clips import Library
from vireo_testing.envelope import TIME, UNIVERSAL_KEYS, error_of, response_of
from vireo_testing.person import Person, eventually

Anybody = Callable[..., requests.Response]


def test_announcing(person: Person) -> None:
    hashes = {person.announce() for _ in range(5)}
    assert len(hashes) == 5
    assert all(re.fullmatch(r"[A-Za-z0-9]{7}", hash_path) for hash_path in hashes)
    hash_path = person.announce("  " + "ü" * 255 + " ", "tabs\tand\nlines\r\n" + "🎉" * 49_980)
    shown = response_of(person.get(f"/v/{hash_path}"))
    assert shown["title"] == "ü" * 255
    assert shown["description"] == "tabs\tand\nlines\r\n" + "🎉" * 49_980


@pytest.mark.parametrize(
    "absent",
    [{"title"}, {"description"}, {"title", "description"}],
    ids=lambda names: " ".join(sorted(names)),
)
def test_announcing_without_fields(person: Person, absent: set[str]) -> None:
    texts = {"title": "x", "description": ""}
    body = {name: text for name, text in texts.items() if name not in absent}
    error = error_of(person.post("/upload", json=body), 400, "missing_field")
    assert set(error["fields"]) == absent


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "   "}, "title"),
        ({"title": "x" * 256}, "title"),
        ({"title": "a\x07b"}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"title": "a\tb"}, "title"),
        ({"title": "a\x7fb"}, "title"),
        ({"title": 5}, "title"),
        ({"title": None}, "title"),
        ({"description": "x" * 50_001}, "description"),
        ({"description": "a\x00b"}, "description"),
        ({"description": ["x"]}, "description"),
        ({"description": None}, "description"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_announcing_refuses(person: Person, changes: dict[str, object], field: str) -> None:
    body = {"title": "x", "description": "", **changes}
    error = error_of(person.post("/upload", json=body), 400, "invalid_body")
    assert set(error["fields"]) == {field}


def test_a_video_before_its_bytes_is_its_owners_alone(
    person: Person, stranger: Person, anybody: Anybody
) -> None:
    hash_path = person.announce(f"hidden {person.name}")
    mine = response_of(person.get(f"/v/{hash_path}"))
    assert set(mine) >= UNIVERSAL_KEYS
    assert (mine["state"], mine["uploaded"]) == ("waiting", False)
    error_of(anybody("GET", f"/v/{hash_path}"), 404, "not_found")
    error_of(stranger.get(f"/v/{hash_path}"), 404, "not_found")
    error_of(anybody("GET", f"/video/d/{hash_path}"), 400, "no_video_file")
    error_of(anybody("GET", f"/thumbnails/{hash_path}"), 404, "not_found")
    error_of(stranger.delete(f"/v/{hash_path}"), 404, "not_found")
    bad = {"Authorization": "x"}
    error_of(anybody("GET", f"/v/{hash_path}", headers=bad), 400, "token_invalid")
    # It is in no list, not even in its owner's.
    assert response_of(person.get(f"/videos/channel/{person.name}")) == []
    found = response_of(person.get(f"/search/all/hidden%20{person.name}"))
    assert found == []
    (channel,) = response_of(anybody("GET", f"/search/channel/{person.name}"))
    assert (channel["nb_count"], channel["thumbnail"], channel["upload"]) == (0, "", "")
    assert response_of(person.delete(f"/v/{hash_path}")) == ""
    error_of(person.get(f"/v/{hash_path}"), 404, "not_found")


def test_a_published_video(
    published: tuple[Person, str], anybody: Anybody, stranger: Person
) -> None:
    owner, hash_path = published
    shown = response_of(anybody("GET", f"/v/{hash_path}"))
    assert set(shown) >= UNIVERSAL_KEYS
    assert (shown["type"], shown["channel"], shown["thumbnail"]) == ("video", owner.name, hash_path)
    assert shown["title"] == f"Zebra crossing {owner.name}"
    assert shown["nb_count"] == ""
    assert shown["description"] == "a description\nof two lines"
    assert TIME.fullmatch(shown["upload"])
    assert "state" not in shown
    assert response_of(owner.get(f"/v/{hash_path}"))["state"] == "ready"
    assert "state" not in response_of(stranger.get(f"/v/{hash_path}"))
    # A token that is no longer good keeps nobody from watching.
    response_of(anybody("GET", f"/v/{hash_path}", headers={"Authorization": "x"}))
    error_of(stranger.delete(f"/v/{hash_path}"), 403, "forbidden")
    error_of(anybody("DELETE", f"/v/{hash_path}"), 400, "token_missing")


def test_hash_paths_compare_by_case(published: tuple[Person, str], anybody: Anybody) -> None:
    _, hash_path = published
    for other in {hash_path.swapcase(), hash_path.lower(), hash_path.upper()} - {hash_path}:
        error_of(anybody("GET", f"/v/{other}"), 404, "not_found")
        error_of(anybody("GET", f"/video/d/{other}"), 400, "no_video_file")
        error_of(anybody("GET", f"/thumbnails/{other}"), 404, "not_found")


@pytest.mark.parametrize("unknown", ["0000000", "x", "with-sign", "a" * 200, "abcdef%20", "é"])
def test_unknown_hash_paths(person: Person, anybody: Anybody, unknown: str) -> None:
    error_of(anybody("GET", f"/v/{unknown}"), 404, "not_found")
    error_of(person.delete(f"/v/{unknown}"), 404, "not_found")
    error_of(anybody("GET", f"/video/d/{unknown}"), 400, "no_video_file")
    error_of(anybody("GET", f"/thumbnails/{unknown}"), 404, "not_found")


def test_delete(person: Person, clips: Library, anybody: Anybody) -> None:
    hash_path = person.publish(clips.path("plain.mp4"), f"going {person.name}")
    file = f"/video/d/{hash_path}"
    assert anybody("GET", file).status_code == 200
    assert response_of(person.delete(f"/v/{hash_path}")) == ""
    for somebody in (anybody, person.http.request):
        path = "" if somebody is anybody else person.url
        error_of(somebody("GET", f"{path}/v/{hash_path}"), 404, "not_found")
        error_of(somebody("GET", f"{path}/video/d/{hash_path}"), 400, "no_video_file")
        error_of(somebody("GET", f"{path}/thumbnails/{hash_path}"), 404, "not_found")
        assert response_of(somebody("GET", f"{path}/videos/channel/{person.name}")) == []
        assert response_of(somebody("GET", f"{path}/search/all/going%20{person.name}")) == []
        newest = response_of(somebody("GET", f"{path}/videos/all?limit=100"))
        assert hash_path not in [row["thumbnail"] for row in newest]
    error_of(person.delete(f"/v/{hash_path}"), 404, "not_found")
    # The hash path is nobody's from now on.
    error_of(person.send(hash_path, clips.path("plain.mp4")), 404, "not_found")
    (channel,) = response_of(anybody("GET", f"/search/channel/{person.name}"))
    assert (channel["nb_count"], channel["thumbnail"], channel["upload"]) == (0, "", "")


def test_what_many_look_at_is_gone_after_a_second(
    person: Person, clips: Library, anybody: Anybody
) -> None:
    hash_path = person.publish(clips.path("plain.mp4"))
    pages = (f"/v/{hash_path}", f"/videos/channel/{person.name}")
    for page in pages * 8:
        assert hash_path in anybody("GET", page).text
    person.delete(f"/v/{hash_path}")
    for page in pages:
        eventually(lambda page=page: hash_path not in anybody("GET", page).text, 10)  # type: ignore[misc]


@pytest.mark.parametrize("name", ["old-camera.avi", "plain.mp4"])
def test_deleted_while_it_is_processed(
    person: Person, clips: Library, anybody: Anybody, name: str
) -> None:
    hash_path = person.announce()
    assert response_of(person.send(hash_path, clips.path(name))) == ""
    assert response_of(person.delete(f"/v/{hash_path}")) == ""
    error_of(person.get(f"/v/{hash_path}"), 404, "not_found")
    error_of(anybody("GET", f"/video/d/{hash_path}"), 400, "no_video_file")
    error_of(anybody("GET", f"/thumbnails/{hash_path}"), 404, "not_found")
