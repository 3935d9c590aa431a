"""Uploads in pieces: the protocol, request by request, as the contract has it."""

import hashlib
import threading
import zlib
from collections.abc import Callable

import pytest
import requests

from vireo_testing.clips import Library
from vireo_testing.person import Person, eventually
from vireo_testing.tus import PIECE, Tus, encoded, metadata, padded

SIZE = 3 << 20
DIGESTS: dict[str, Callable[[bytes], bytes]] = {
    "sha1": lambda data: hashlib.sha1(data, usedforsecurity=False).digest(),
    "sha256": lambda data: hashlib.sha256(data).digest(),
    "md5": lambda data: hashlib.md5(data, usedforsecurity=False).digest(),
    "crc32": lambda data: zlib.crc32(data).to_bytes(4, "big"),
}


@pytest.fixture
def tus(person: Person) -> Tus:
    """Somebody who uploads."""
    return Tus(person)


@pytest.fixture(scope="session")
def film(clips: Library) -> bytes:
    """A clip of 3 MiB."""
    return b"".join(padded(clips.path("plain.mp4").read_bytes(), SIZE))


def error(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["response"]["error"]


def test_what_the_server_can(tus: Tus) -> None:
    answer = requests.options(f"{tus.url}/upload/tus", timeout=30)
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert set(answer.headers["Tus-Extension"].split(",")) == {
        *("creation", "creation-with-upload", "creation-defer-length", "expiration"),
        *("checksum", "termination", "concatenation"),
    }
    assert set(answer.headers["Tus-Checksum-Algorithm"].split(",")) == set(DIGESTS)
    assert int(answer.headers["Tus-Max-Size"]) > 0


def test_an_upload_in_two_pieces(tus: Tus, person: Person, film: bytes) -> None:
    given = metadata(title="Two pieces", filename="a.mp4")
    answer = tus.ask("POST", headers={"Upload-Length": str(SIZE), "Upload-Metadata": given})
    assert answer.status_code == 201, answer.text
    path, hash_path = answer.headers["Location"], answer.headers["Vireo-Hash"]
    assert path.startswith("/upload/tus/")
    assert (answer.headers["Upload-Offset"], "Upload-Expires" in answer.headers) == ("0", True)
    assert person.get(f"/v/{hash_path}").json()["response"]["title"] == "Two pieces"
    half = SIZE // 2
    first = tus.patch(path, 0, film[:half])
    assert (first.status_code, first.headers["Upload-Offset"]) == (204, str(half))
    head = tus.ask("HEAD", path)
    assert head.status_code == 200
    assert head.headers["Cache-Control"] == "no-store"
    assert head.headers["Upload-Metadata"] == given
    shown = (head.headers["Upload-Offset"], head.headers["Upload-Length"])
    assert shown == (str(half), str(SIZE))
    assert error(tus.patch(path, 0, film[:half])) == (409, "wrong_offset")
    assert error(tus.patch(path, half, film)) == (413, "too_large")
    last = tus.patch(path, half, film[half:])
    assert (last.status_code, last.headers["Upload-Offset"]) == (204, str(SIZE))
    assert tus.offset(path) == SIZE
    person.wait_until_ready(hash_path)
    shown = person.get(f"/v/{hash_path}").json()["response"]
    assert shown["sha256"] == hashlib.sha256(film).hexdigest()
    # The digest is its owner's.
    assert "sha256" not in requests.get(f"{tus.url}/v/{hash_path}", timeout=30).json()["response"]
    # Repeated after all was there, by a browser that never got the answer.
    assert error(tus.patch(path, half, film[half:])) == (409, "wrong_offset")
    # What was uploaded before would be taken for done, and nothing be sent.
    assert person.delete(f"/v/{hash_path}").status_code == 200
    eventually(lambda: tus.ask("HEAD", path).status_code == 404)


def test_for_an_announced_video(tus: Tus, person: Person, film: bytes, stranger: Person) -> None:
    hash_path = person.announce("Announced")
    given = {"Upload-Metadata": metadata(hash=hash_path), "Upload-Length": str(SIZE)}
    assert error(Tus(stranger).ask("POST", headers=given)) == (403, "forbidden")
    answer = tus.ask("POST", data=film, headers={**given, **PIECE})
    assert answer.status_code == 201, answer.text
    assert answer.headers["Upload-Offset"] == str(SIZE)
    assert answer.headers["Vireo-Hash"] == hash_path
    person.wait_until_ready(hash_path)
    assert error(tus.ask("POST", headers=given)) == (409, "already_uploaded")
    assert person.send(hash_path, film).status_code == 409


def test_nobody_elses(tus: Tus, stranger: Person, film: bytes) -> None:
    path, other = tus.create(SIZE), Tus(stranger)
    assert other.ask("HEAD", path).status_code == 404
    assert error(other.patch(path, 0, film)) == (404, "not_found")
    assert other.ask("DELETE", path).status_code == 204
    nobody = {"Authorization": ""}
    assert error(tus.ask("PATCH", path, film, {**PIECE, "Upload-Offset": "0", **nobody})) == (
        400,
        "token_missing",
    )
    assert tus.offset(path) == 0


@pytest.mark.parametrize("name", DIGESTS)
def test_checksums(tus: Tus, film: bytes, name: str) -> None:
    path, piece = tus.create(SIZE), film[:100_000]
    wrong = f"{name} {encoded(DIGESTS[name](b'something else'))}"
    assert error(tus.patch(path, 0, piece, Upload_Checksum=wrong)) == (460, "checksum_mismatch")
    assert tus.offset(path) == 0
    right = f"{name} {encoded(DIGESTS[name](piece))}"
    answer = tus.patch(path, 0, piece, Upload_Checksum=right)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, "100000")


@pytest.mark.parametrize("checksum", ["sha1", "sha1 AAAA", "sha512 AAAA", "sha1 ?", "none"])
def test_checksums_that_are_none(tus: Tus, checksum: str) -> None:
    path = tus.create(SIZE)
    answer = tus.patch(path, 0, b"x", Upload_Checksum=checksum)
    assert error(answer) == (400, "invalid_request")


def test_what_a_cut_left_is_kept(tus: Tus, person: Person, film: bytes) -> None:
    path = tus.create(SIZE, Upload_Metadata=metadata(title="Cut"))
    half = SIZE // 2
    line = tus.begin_patch(path, 0, SIZE, film[:half])
    eventually(lambda: tus.offset(path) == half)
    line.close()
    hash_path = tus.ask("HEAD", path).headers["Vireo-Hash"]
    # The server lets go of it as soon as it knows.
    eventually(lambda: tus.patch(path, half, film[half:]).status_code == 204)
    person.wait_until_ready(hash_path)
    shown = person.get(f"/v/{hash_path}").json()["response"]
    assert shown["sha256"] == hashlib.sha256(film).hexdigest()


def test_nothing_is_kept_of_a_cut_piece_with_a_checksum(tus: Tus, film: bytes) -> None:
    path, half = tus.create(SIZE), SIZE // 2
    assert tus.patch(path, 0, film[:1000]).status_code == 204
    sha1 = f"sha1 {encoded(DIGESTS['sha1'](film[1000:]))}"
    line = tus.begin_patch(path, 1000, SIZE - 1000, film[1000:half], Upload_Checksum=sha1)
    # Whoever comes second is refused in any case, and changes nothing.
    wrong = f"sha1 {encoded(DIGESTS['sha1'](b'another'))}"
    locked = (423, "upload_locked")
    eventually(lambda: error(tus.patch(path, 1000, b"x", Upload_Checksum=wrong)) == locked)
    assert tus.offset(path) == 1000
    line.close()
    eventually(lambda: tus.patch(path, 1000, film[1000:]).status_code == 204)
    assert tus.offset(path) == SIZE


def test_two_writers_are_kept_apart(tus: Tus, film: bytes) -> None:
    path, half = tus.create(SIZE), SIZE // 2
    line = tus.begin_patch(path, 0, SIZE, film[:half])
    eventually(lambda: tus.offset(path) == half)
    sent, enough = [half], threading.Event()

    def trickle() -> None:
        # A line that is silent gives way.
        while not enough.wait(0.2):
            line.sendall(film[sent[0] : sent[0] + 1])
            sent[0] += 1

    trickling = threading.Thread(target=trickle)
    trickling.start()
    refused = tus.patch(path, half, film[half:])
    enough.set()
    trickling.join()
    assert error(refused) == (423, "upload_locked")
    line.sendall(film[sent[0] :])
    assert line.recv(65536).startswith(b"HTTP/1.1 204")
    line.close()
    assert tus.offset(path) == SIZE


def test_a_silent_line_gives_way(tus: Tus, film: bytes) -> None:
    """As the old line of a laptop that is on another network by now."""
    path, half = tus.create(SIZE), SIZE // 2
    line = tus.begin_patch(path, 0, SIZE, film[:half])
    eventually(lambda: tus.offset(path) == half)
    eventually(lambda: tus.patch(path, half, film[half:]).status_code == 204, 20)
    line.close()


def test_a_length_that_is_said_later(tus: Tus, person: Person, film: bytes) -> None:
    answer = tus.ask("POST", headers={"Upload-Defer-Length": "1"})
    path, hash_path = answer.headers["Location"], answer.headers["Vireo-Hash"]
    assert tus.patch(path, 0, film[:1000]).status_code == 204
    head = tus.ask("HEAD", path).headers
    assert (head["Upload-Defer-Length"], "Upload-Length" in head) == ("1", False)
    length = {"Upload_Length": str(SIZE)}
    assert error(tus.patch(path, 1000, b"x", Upload_Length="10")) == (400, "invalid_request")
    assert tus.patch(path, 1000, film[1000:], **length).status_code == 204
    assert error(tus.patch(path, SIZE, b"", Upload_Length="9")) == (409, "wrong_offset")
    person.wait_until_ready(hash_path)
    assert person.get(f"/v/{hash_path}").json()["response"]["title"] == "Untitled"


def test_parts_that_are_joined(tus: Tus, person: Person, film: bytes) -> None:
    half = SIZE // 2
    paths = [tus.create(half, Upload_Concat="partial") for _ in range(2)]
    assert "Vireo-Hash" not in tus.ask("HEAD", paths[0]).headers
    joined = {
        "Upload-Concat": f"final;{paths[0]} {tus.url}{paths[1]}",
        "Upload-Metadata": metadata(title="Of two"),
    }
    assert tus.patch(paths[1], 0, film[half:]).status_code == 204
    assert error(tus.ask("POST", headers=joined)) == (400, "invalid_request")
    assert tus.patch(paths[0], 0, film[:half]).status_code == 204
    answer = tus.ask("POST", headers=joined)
    assert answer.status_code == 201, answer.text
    path, hash_path = answer.headers["Location"], answer.headers["Vireo-Hash"]
    assert tus.ask("HEAD", path).headers["Upload-Concat"] == joined["Upload-Concat"]
    assert tus.offset(path) == SIZE
    assert error(tus.patch(path, SIZE, b"")) in {(403, "forbidden"), (409, "wrong_offset")}
    person.wait_until_ready(hash_path)
    shown = person.get(f"/v/{hash_path}").json()["response"]
    assert (shown["sha256"], shown["title"]) == (hashlib.sha256(film).hexdigest(), "Of two")
    assert [tus.ask("HEAD", part).status_code for part in paths] == [404, 404]


def test_of_what_is_refused_nothing_is_kept(tus: Tus, person: Person) -> None:
    path = tus.create(8000, Upload_Metadata=metadata(filename="notes.txt"))
    hash_path = tus.ask("HEAD", path).headers["Vireo-Hash"]
    answer = tus.patch(path, 0, b"no video" * 1000)
    assert error(answer) == (415, "unsupported_media")
    assert answer.json()["response"]["message"]
    assert tus.ask("HEAD", path).status_code == 404
    # It was announced with the upload.
    assert person.get(f"/v/{hash_path}").status_code == 404
    kept = person.announce()
    given = {"Upload-Length": "8000", "Upload-Metadata": metadata(hash=kept), **PIECE}
    assert error(tus.ask("POST", data=b"no video" * 1000, headers=given))[0] == 415
    assert person.get(f"/v/{kept}").json()["response"]["uploaded"] is False
    assert person.send(kept, b"no video" * 1000).status_code == 415


def test_ended_by_its_owner(tus: Tus, person: Person, film: bytes) -> None:
    path = tus.create(SIZE)
    hash_path = tus.ask("HEAD", path).headers["Vireo-Hash"]
    assert tus.patch(path, 0, film[:1000]).status_code == 204
    assert [tus.ask("DELETE", path).status_code for _ in range(2)] == [204, 204]
    assert tus.ask("HEAD", path).status_code == 404
    assert error(tus.patch(path, 1000, film[1000:])) == (404, "not_found")
    # It was announced with the upload.
    assert person.get(f"/v/{hash_path}").status_code == 404
    kept = person.announce()
    path = tus.create(SIZE, Upload_Metadata=metadata(hash=kept))
    assert tus.ask("DELETE", path).status_code == 204
    assert person.get(f"/v/{kept}").status_code == 200


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({}, (400, "invalid_request")),
        ({"Upload-Length": "x"}, (400, "invalid_request")),
        ({"Upload-Length": "-1"}, (400, "invalid_request")),
        ({"Upload-Length": "5", "Upload-Defer-Length": "1"}, (400, "invalid_request")),
        ({"Upload-Defer-Length": "2"}, (400, "invalid_request")),
        ({"Upload-Length": "0"}, (400, "no_bytes")),
        ({"Upload-Length": str(1 << 50)}, (413, "too_large")),
        ({"Upload-Length": "5", "Upload-Metadata": "title !"}, (400, "invalid_request")),
        ({"Upload-Length": "5", "Upload-Metadata": "a YQ==,a YQ=="}, (400, "invalid_request")),
        ({"Upload-Length": "5", "Upload-Metadata": metadata(hash="x")}, (404, "not_found")),
        ({"Upload-Length": "5", "Upload-Metadata": metadata(hash="0000000")}, (404, "not_found")),
        ({"Upload-Length": "5", "Upload-Concat": "half"}, (400, "invalid_request")),
        ({"Upload-Concat": "final;/etc/passwd"}, (400, "invalid_request")),
        ({"Upload-Concat": f"final;/upload/tus/{'0' * 32}"}, (400, "invalid_request")),
        ({"Upload-Length": "5", "Tus-Resumable": "0.2.2"}, (412, "precondition_failed")),
        ({"Upload-Length": "5", "Authorization": "x"}, (400, "token_invalid")),
    ],
)
def test_creations_that_are_refused(
    tus: Tus, headers: dict[str, str], wanted: tuple[int, str]
) -> None:
    answer = tus.ask("POST", headers=headers)
    assert error(answer) == wanted
    assert answer.headers["Tus-Resumable"] == "1.0.0"


def test_pieces_that_are_refused(tus: Tus) -> None:
    path = tus.create(5)
    offset = {"Upload-Offset": "0"}
    kind = {"Content-Type": "application/octet-stream"}
    assert error(tus.ask("PATCH", path, b"x", {**kind, **offset})) == (
        415,
        "unsupported_content_type",
    )
    assert error(tus.ask("PATCH", path, b"x", PIECE)) == (400, "invalid_request")
    assert error(tus.patch(path, 1, b"x")) == (409, "wrong_offset")
    assert error(tus.ask("GET", path)) == (405, "method_not_allowed")
    assert error(tus.ask("PATCH", "/upload/tus", b"x", {**PIECE, **offset})) == (
        405,
        "method_not_allowed",
    )
    assert error(tus.patch("/upload/tus/x", 0, b"x")) == (404, "not_found")
    # For clients that can't send a PATCH.
    override = {"X-HTTP-Method-Override": "PATCH", **PIECE, **offset}
    assert tus.ask("POST", path, b"abc", override).headers["Upload-Offset"] == "3"


def test_a_large_refused_piece_is_answered_before_its_body(tus: Tus, film: bytes) -> None:
    path = tus.create(1 << 30)
    for _ in range(5):
        line = tus.begin_patch(path, 7, (1 << 30) - 7, film)
        assert line.recv(65536).startswith(b"HTTP/1.1 409")
        line.close()
    assert tus.offset(path) == 0


def test_clear_texts_of_any_name(tus: Tus, person: Person) -> None:
    for given, title in (
        ({"filename": "holiday\x07 \u202efilm.mp4"}, None),
        ({"title": "  ", "filename": "f" * 300}, "f" * 255),
        ({"title": "\x01", "filename": ""}, "Untitled"),
    ):
        path = tus.create(5, Upload_Metadata=metadata(**given))
        hash_path = tus.ask("HEAD", path).headers["Vireo-Hash"]
        shown = person.get(f"/v/{hash_path}").json()["response"]["title"]
        assert shown == title or (title is None and "\x07" not in shown and "holiday" in shown)
