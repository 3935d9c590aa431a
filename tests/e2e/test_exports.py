"""The archive of a person's data, from the request to the last byte."""

import io
import json
import zipfile
from collections.abc import Callable

import requests

from vireo_testing.clips import Library
from vireo_testing.person import Person, eventually

Anybody = Callable[..., requests.Response]


def archive_of(person: Person) -> requests.Response:
    """Ask until it is there."""
    answers: list[requests.Response] = []

    def made() -> bool:
        answers.append(person.get("/me/export"))
        assert answers[-1].status_code in {200, 202}, answers[-1].text
        return answers[-1].status_code == 200

    eventually(made)
    assert answers[0].status_code == 202
    assert answers[0].json() == {"response": {"state": "waiting"}}
    assert int(answers[0].headers["Retry-After"]) > 0
    return answers[-1]


def test_all_that_is_known_about_a_person(
    person: Person, stranger: Person, anybody: Anybody, clips: Library, png: bytes
) -> None:
    clip = clips.path("plain.mp4")
    hash_path = person.announce("../My first / video\u202e", "a description")
    assert person.send(hash_path, clip).status_code == 200
    assert person.post("/channel/picture", data=png).status_code == 200
    # A browser has a refresh token of its own.
    assert person.post("/sign_in", json=person.credentials).status_code == 200
    answer = archive_of(person)

    assert answer.headers["Content-Type"] == "application/zip"
    assert (
        answer.headers["Content-Disposition"] == f'attachment; filename="vireo-{person.name}.zip"'
    )
    assert answer.headers["Cache-Control"] == "no-store, private"
    assert "X-Accel-Redirect" not in answer.headers
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = f"videos/00001 {hash_path} My first video.mp4"
    assert parts[name] == clip.read_bytes()
    account = json.loads(parts["account.json"])
    assert account["email"] == f"{person.name}@example.com"
    assert json.loads(parts["channel.json"])["name"] == person.name
    (video,) = json.loads(parts["videos.json"])
    assert (video["hash_path"], video["file"], video["state"]) == (hash_path, name, "ready")
    assert video["description"] == "a description"
    shown = anybody("GET", f"/channel/picture/{person.name}").content
    assert parts["picture.webp"] == shown
    assert json.loads(parts["sessions.json"])
    assert json.loads(parts["known_addresses.json"])
    for part in parts:
        assert part.encode() in parts["README.txt"] or part.startswith(("README", "videos/"))
    texts = b"".join(text for part, text in parts.items() if not part.startswith("videos/"))
    cookie = next(each for each in person.http.cookies if each.name == "vireo_refresh")
    secrets = [person.password, person.token, str(cookie.value), "$2b$", stranger.name]
    assert [secret for secret in secrets if secret.encode() in texts] == []

    # In pieces, as a download that broke off is carried on.
    first = person.get("/me/export", headers={"Range": "bytes=0-99"})
    assert (first.status_code, first.content) == (206, answer.content[:100])
    tag = {"Range": "bytes=100-", "If-Range": answer.headers["ETag"]}
    assert person.get("/me/export", headers=tag).content == answer.content[100:]
    beyond = person.get("/me/export", headers={"Range": f"bytes={len(answer.content)}-"})
    assert beyond.status_code == 416
    assert beyond.json()["response"]["error"] == "range_not_satisfiable"

    # Nobody else gets it.
    assert anybody("GET", "/me/export").status_code == 400
    other = archive_of(stranger)
    assert person.name.encode() not in other.content
    for path in ("/_exports/", "/exports/", "/media/exports/", f"/_exports/{'0' * 32}.zip"):
        assert person.get(path).status_code == 404, path
    assert anybody("GET", "/internal/exports/1").status_code == 404
    assert person.post("/me/export").status_code == 405

    assert person.delete("/channel", json={"password": person.password}).status_code == 200
    gone = person.get("/me/export")
    assert (gone.status_code, gone.json()["response"]["error"]) == (400, "token_invalid")
