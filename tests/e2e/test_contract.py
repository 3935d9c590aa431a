"""The contract, row by row: accounts, videos, errors."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import requests

from vireo_testing.clips import Library
from vireo_testing.hostile_text import STRINGS
from vireo_testing.person import Person

Anybody = Callable[..., requests.Response]
SEVEN = {"type", "channel", "title", "thumbnail", "nb_count", "description", "upload"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def error_of(answer: requests.Response, status: int) -> dict[str, Any]:
    """The error in the envelope, whose status is checked."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    found: dict[str, Any] = answer.json()["response"]
    assert set(answer.json()) == {"response"}
    assert found["error"]
    assert found["message"].endswith(".")
    return found


def test_sign_in(person: Person, anybody: Anybody) -> None:
    answer = anybody("POST", "/sign_in", json=person.credentials)
    assert answer.status_code == 200
    response = answer.json()["response"]
    assert response["expires_in"] == 10800
    assert response["vtoken"].count(".") == 2
    other_case = {**person.credentials, "username": person.name.upper()}
    assert anybody("POST", "/sign_in", json=other_case).status_code == 200


def test_sign_in_without_fields(anybody: Anybody) -> None:
    error = error_of(anybody("POST", "/sign_in", json={}), 400)
    assert error["error"] == "missing_field"
    assert set(error["fields"]) == {"username", "password"}


def test_lockout(person: Person, stranger: Person, anybody: Anybody) -> None:
    wrong = {**person.credentials, "password": "not the password"}
    for left in (4, 3, 2, 1, 0):
        error = error_of(anybody("POST", "/sign_in", json=wrong), 402)
        assert error["error"] == "bad_credentials"
        assert error["attempts_left"] == left
    answer = anybody("POST", "/sign_in", json=person.credentials)
    error = error_of(answer, 403)
    assert error["error"] == "blocked"
    assert 0 < error["retry_after"] <= 900
    assert TIME.fullmatch(error["blocked_until"])
    assert answer.headers["Retry-After"] == str(error["retry_after"])
    # Others are not concerned, and the token goes on.
    stranger.sign_in()
    person.announce()


def test_unknown_name_answers_like_a_wrong_password(anybody: Anybody) -> None:
    given = {"username": f"n{uuid.uuid4().hex[:10]}", "password": "whatever it is"}
    error = error_of(anybody("POST", "/sign_in", json=given), 402)
    assert error == {
        "error": "bad_credentials",
        "message": error["message"],
        "attempts_left": 4,
    }


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"fname": ""}, "fname"),
        ({"lname": "x" * 26}, "lname"),
        ({"mname": "a/b"}, "mname"),
        ({"username": "ab"}, "username"),
        ({"username": "with space"}, "username"),
        ({"email": "nobody"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "password1"}, "password"),
        ({"password": "ä" * 37}, "password"),
        ({"day": 31, "month": 2}, "day"),
        ({"year": 2990}, "year"),
        ({"year": 1800}, "year"),
        ({"day": "1st"}, "day"),
        ({"day": ""}, "day"),
        ({"day": True}, "day"),
        ({"month": 1.5}, "month"),
        ({"fname": None}, "fname"),
        ({"year": 10**30}, "year"),
    ],
    ids=str,
)
def test_sign_up_refuses(
    person: Person, anybody: Anybody, changes: dict[str, Any], field: str
) -> None:
    fresh = {"username": f"f{uuid.uuid4().hex[:10]}", "email": f"{uuid.uuid4().hex}@example.com"}
    error = error_of(anybody("POST", "/sign_up", json=person.details(**{**fresh, **changes})), 400)
    assert error["error"] == "invalid_body"
    assert field in error["fields"] or (field == "year" and "day" in error["fields"])


def test_names_and_addresses_are_taken_whatever_their_case(
    person: Person, anybody: Anybody
) -> None:
    fresh = f"{uuid.uuid4().hex}@example.com"
    answer = anybody(
        "POST", "/sign_up", json=person.details(username=person.name.upper(), email=fresh)
    )
    assert error_of(answer, 400)["error"] == "username_taken"
    details = person.details(username=f"f{uuid.uuid4().hex[:10]}")
    answer = anybody("POST", "/sign_up", json={**details, "email": details["email"].upper()})
    assert error_of(answer, 400)["error"] == "email_taken"


def test_sign_up_without_fields(person: Person, anybody: Anybody) -> None:
    details = person.details()
    del details["email"], details["day"]
    error = error_of(anybody("POST", "/sign_up", json=details), 400)
    assert error["error"] == "missing_field"
    assert set(error["fields"]) == {"email", "day"}


@pytest.mark.parametrize("path", ["/sign_in", "/sign_up", "/upload"])
def test_bodies_that_are_no_json_object(person: Person, path: str) -> None:
    as_json = {"Content-Type": "application/json"}
    for body in (b"{", b"", b"[" * 100_000, b'{"a": NaN}', b'{"username": "\\ud800"}', b"\xff"):
        answer = person.post(path, data=body, headers=as_json)
        assert error_of(answer, 400)["error"] == "invalid_json", body[:20]
    for body in (b"[]", b'"{}"', b"null", b"7"):
        answer = person.post(path, data=body, headers=as_json)
        assert error_of(answer, 400)["error"] == "invalid_body", body
    answer = person.post(path, data={"username": "x"})
    assert error_of(answer, 415)["error"] == "unsupported_content_type"
    answer = person.post(path, data=b"{" + b" " * (1 << 20), headers=as_json)
    assert error_of(answer, 413)["limit"] == 1 << 20


def test_tokens(person: Person, anybody: Anybody) -> None:
    texts = {"title": "x", "description": ""}
    for header in (person.token, f"Bearer {person.token}", f"bearer {person.token}"):
        answer = anybody("POST", "/upload", json=texts, headers={"Authorization": header})
        assert answer.status_code == 200
    assert error_of(anybody("POST", "/upload", json=texts), 400)["error"] == "token_missing"
    head, claims, seal = person.token.split(".")
    none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0"
    for altered in (
        "x",
        "Bearer x",
        f"{head}.{claims}.{seal[:-4]}AAAA",
        f"{head}.{claims[:-2]}AA.{seal}",
        f"{none}.{claims}.",
        f"{none}.{claims}.{seal}",
    ):
        for path, method in (
            ("/upload", "POST"),
            ("/v/abcdefg", "DELETE"),
            ("/upload/v/abcdefg", "POST"),
        ):
            answer = anybody(method, path, json=texts, headers={"Authorization": altered})
            assert error_of(answer, 400)["error"] == "token_invalid"


def test_announcing(person: Person) -> None:
    assert re.fullmatch(r"[A-Za-z0-9]{7}", person.announce())
    error = error_of(person.post("/upload", json={}), 400)
    assert (error["error"], set(error["fields"])) == ("missing_field", {"title", "description"})
    for texts in (
        {"title": "   ", "description": ""},
        {"title": "x" * 256, "description": ""},
        {"title": "a\x07b", "description": ""},
        {"title": "x", "description": "x" * 50_001},
        {"title": "x", "description": "a\x00b"},
        {"title": 5, "description": ""},
    ):
        assert error_of(person.post("/upload", json=texts), 400)["error"] == "invalid_body"
    hash_path = person.announce("  " + "ü" * 255 + " ", "tabs\tand\nlines " + "x" * 49_980)
    assert person.get(f"/v/{hash_path}").json()["response"]["title"] == "ü" * 255


def test_a_video_before_its_bytes_is_its_owners_alone(
    person: Person, stranger: Person, anybody: Anybody
) -> None:
    hash_path = person.announce()
    mine = person.get(f"/v/{hash_path}").json()["response"]
    assert (mine["state"], mine["uploaded"]) == ("waiting", False)
    assert error_of(anybody("GET", f"/v/{hash_path}"), 404)["error"] == "not_found"
    assert error_of(stranger.get(f"/v/{hash_path}"), 404)["error"] == "not_found"
    assert error_of(anybody("GET", f"/video/d/{hash_path}"), 400)["error"] == "no_video_file"
    error_of(anybody("GET", f"/thumbnails/{hash_path}"), 404)
    error_of(stranger.delete(f"/v/{hash_path}"), 404)
    bad = {"Authorization": "x"}
    assert error_of(anybody("GET", f"/v/{hash_path}", headers=bad), 400)["error"] == "token_invalid"


def test_a_published_video(
    published: tuple[Person, str], anybody: Anybody, stranger: Person
) -> None:
    owner, hash_path = published
    shown = anybody("GET", f"/v/{hash_path}").json()["response"]
    assert set(shown) >= SEVEN
    assert (shown["type"], shown["channel"], shown["thumbnail"]) == ("video", owner.name, hash_path)
    assert shown["nb_count"] == ""
    assert shown["description"] == "a description\nof two lines"
    assert TIME.fullmatch(shown["upload"])
    assert "state" not in shown
    assert owner.get(f"/v/{hash_path}").json()["response"]["state"] == "ready"
    assert "state" not in stranger.get(f"/v/{hash_path}").json()["response"]
    # A token that is no longer good keeps nobody from watching.
    answer = anybody("GET", f"/v/{hash_path}", headers={"Authorization": "x"})
    assert answer.status_code == 200
    assert error_of(stranger.delete(f"/v/{hash_path}"), 403)["error"] == "forbidden"
    swapped = hash_path.swapcase()
    if swapped != hash_path:
        error_of(anybody("GET", f"/v/{swapped}"), 404)


def test_lists_and_search(published: tuple[Person, str], anybody: Anybody) -> None:
    owner, hash_path = published
    mine = anybody("GET", f"/videos/channel/{owner.name.upper()}").json()["response"]
    assert [row["thumbnail"] for row in mine] == [hash_path]
    found = anybody("GET", f"/search/all/zebra%20{owner.name}").json()["response"]
    assert [row["thumbnail"] for row in found if row["type"] == "video"] == [hash_path]
    (channel,) = anybody("GET", f"/search/channel/{owner.name[:12]}").json()["response"]
    assert channel == {
        "type": "channel",
        "channel": owner.name,
        "title": "",
        "thumbnail": hash_path,
        "nb_count": 1,
        "description": "",
        "upload": mine[0]["upload"],
    }
    assert channel in anybody("GET", f"/search/all/{owner.name}").json()["response"]
    for row in anybody("GET", "/videos/all?limit=100").json()["response"]:
        assert set(row) >= SEVEN
    error_of(anybody("GET", "/videos/channel/nobody.has.this.name"), 404)
    error_of(anybody("GET", "/search/people/x"), 400)
    assert anybody("GET", "/search/all/xyzzyxyzzy").json()["response"] == []


def test_channel_picture(person: Person, anybody: Anybody) -> None:
    answer = anybody("GET", f"/channel/picture/{person.name}")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    error_of(anybody("GET", "/channel/picture/nobody.has.this"), 404)


def test_pages(person: Person, clips: Library, anybody: Anybody) -> None:
    hashes = [person.publish(clips.path("plain.mp4"), f"page {number}") for number in range(5)]
    address = f"{person.url}/videos/channel/{person.name}?limit=2"
    seen: list[str] = []
    turn = 0
    while address:
        answer = requests.get(address, timeout=60)
        seen += [row["thumbnail"] for row in answer.json()["response"]]
        address = answer.links.get("next", {}).get("url", "")
        if turn == 0:
            # A newer video does not push the others onto a page that was read already.
            person.publish(clips.path("plain.mp4"), "newer")
        turn += 1
    assert sorted(seen) == sorted(hashes)
    assert turn == 3
    for query in ("limit=0", "limit=101", "limit=x", "cursor=x", "cursor=W10", "cursor="):
        error = error_of(anybody("GET", f"/videos/all?{query}"), 400)
        assert error["error"] in {"invalid_query", "invalid_cursor"}


def test_delete(person: Person, clips: Library, anybody: Anybody) -> None:
    hash_path = person.publish(clips.path("plain.mp4"), f"going {person.name}")
    assert anybody("GET", f"/video/d/{hash_path}").status_code == 200
    answer = person.delete(f"/v/{hash_path}")
    assert (answer.status_code, answer.json()) == (200, {"response": ""})
    error_of(anybody("GET", f"/v/{hash_path}"), 404)
    error_of(person.get(f"/v/{hash_path}"), 404)
    error_of(anybody("GET", f"/video/d/{hash_path}"), 400)
    error_of(anybody("GET", f"/thumbnails/{hash_path}"), 404)
    assert person.get(f"/videos/channel/{person.name}").json()["response"] == []
    assert person.get(f"/search/all/going%20{person.name}").json()["response"] == []
    error_of(person.delete(f"/v/{hash_path}"), 404)
    error_of(person.send(hash_path, clips.path("plain.mp4")), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/sign_in", {"POST"}),
        ("PUT", "/sign_up", {"POST"}),
        ("DELETE", "/upload", {"POST"}),
        ("POST", "/v/abcdefg", {"GET", "HEAD", "PATCH", "DELETE"}),
        ("GET", "/upload/v/abcdefg", {"POST"}),
        ("POST", "/videos/all", {"GET", "HEAD"}),
        ("DELETE", "/search/all/x", {"GET", "HEAD"}),
        ("POST", "/video/d/abcdefg", {"GET", "HEAD"}),
        ("PATCH", "/thumbnails/abcdefg", {"GET", "HEAD"}),
        ("TRACE", "/sign_in", {"POST"}),
        ("TRACE", "/v/abcdefg", {"GET", "HEAD", "PATCH", "DELETE"}),
        ("TRACE", "/me", {"GET", "HEAD", "PATCH"}),
        ("TRACE", "/channel", {"PATCH", "DELETE"}),
        ("TRACE", "/channel/picture", {"POST", "DELETE"}),
        ("TRACE", "/sessions", {"GET", "HEAD", "DELETE"}),
        ("TRACE", "/upload/v/abcdefg", {"POST"}),
        ("TRACE", "/video/d/abcdefg", {"GET", "HEAD"}),
        ("TRACE", "/healthz", {"GET", "HEAD"}),
        ("TRACE", "/", {"GET", "HEAD"}),
        ("TRACE", "/nothing", {"GET", "HEAD"}),
        ("BREW", "/healthz", {"GET", "HEAD"}),
        ("POST", "/healthz", {"GET", "HEAD"}),
        ("OPTIONS", "/healthz", {"GET", "HEAD"}),
        ("BREW", "/sign_in", {"POST"}),
        ("BREW", "/openapi.json", {"GET", "HEAD"}),
    ],
)
def test_wrong_method(anybody: Anybody, method: str, path: str, allowed: set[str]) -> None:
    answer = anybody(method, path)
    assert error_of(answer, 405)["error"] == "method_not_allowed"
    assert set(answer.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/sign_in/",
        "/v/",
        "/v/a/b",
        "/internal/keys",
        "/internal/videos/abcdefg",
        "/metrics",
        "/readyz",
        "/gateway/may_upload/abcdefg",
        "/v/%2e%2e/internal/keys",
        "/videos/..%2finternal%2fkeys",
        "/_may_upload",
        "/_error/400",
        "/.env",
        "/gateway/nginx.conf",
    ],
)
def test_unknown_path(url: str, path: str) -> None:
    request = requests.Request("GET", url).prepare()
    request.url = url + path  # as it is, without being tidied up
    assert error_of(requests.Session().send(request, timeout=60), 404)["error"] == "not_found"


def test_a_body_that_is_too_large_where_there_is_nothing(anybody: Anybody) -> None:
    for accept in ("application/json", "text/html"):
        answer = anybody("POST", "/nothing", data=bytes(2 << 20), headers={"Accept": accept})
        assert error_of(answer, 413)["error"] == "too_large"


def test_request_ids(published: tuple[Person, str], anybody: Anybody) -> None:
    _, hash_path = published
    made = []
    paths = ("/videos/all", f"/video/d/{hash_path}", f"/v/{hash_path}", "/nothing", "/healthz")
    for path in paths:
        for _ in range(6):  # so that the answer comes from the cache in the end
            answer = anybody("GET", path, headers={"X-Request-ID": "my-own.id_1"})
            assert answer.headers["X-Request-ID"] == "my-own.id_1"
        replaced = anybody(
            "GET", path, headers={"X-Request-ID": "no good: \u00e9".encode("latin-1")}
        )
        made += [replaced.headers["X-Request-ID"], anybody("GET", path).headers["X-Request-ID"]]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]{8,64}", one) for one in made)
    assert len(set(made)) == 2 * len(paths)


@pytest.mark.parametrize("name", sorted(STRINGS))
def test_hostile_text_is_never_a_fault(person: Person, name: str) -> None:
    text = STRINGS[name]
    quoted = requests.utils.quote(text.encode("utf-8", "surrogatepass")[:900], safe="")
    answers = [
        person.post("/sign_in", json={"username": text, "password": text}),
        person.post("/sign_up", json=person.details(username=text, email=text, fname=text)),
        person.post("/upload", json={"title": text, "description": text}),
        person.get(f"/search/all/{quoted}"),
        person.get(f"/search/channel/{quoted}"),
        person.get(f"/videos/channel/{quoted}"),
        person.get(f"/v/{quoted}"),
        person.get(f"/channel/picture/{quoted}"),
        person.get(f"/video/d/{quoted}"),
        person.get(f"/videos/all?cursor={quoted}&limit={quoted}"),
    ]
    for answer in answers:
        assert answer.status_code < 500
        # `/v/..` is `/` already where it is sent, and there is the page.
        assert answer.request.path_url == "/" or "response" in answer.json()


def test_other_origins(anybody: Anybody, url: str) -> None:
    foreign = {"Origin": "https://elsewhere.example.org"}
    answer = anybody("GET", "/videos/all", headers=foreign)
    assert "Access-Control-Allow-Origin" not in answer.headers
