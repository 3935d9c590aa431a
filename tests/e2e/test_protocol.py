"""HTTP itself: envelopes on everything, methods, request ids, what the gateway answers alone."""

import re
import socket
from collections.abc import Callable, Iterator

import pytest
import requests
import urllib3

from vireo_testing.envelope import error_of, response_of
from vireo_testing.hostile_text import BODIES
from vireo_testing.person import Person

Anybody = Callable[..., requests.Response]
JSON = {"Content-Type": "application/json"}


@pytest.fixture
def raw(gateway: str) -> Iterator[Callable[[bytes], requests.Response]]:
    """Send bytes as they are; the answer to them."""
    host, _, port = gateway.removeprefix("http://").partition(":")
    lines: list[socket.socket] = []

    def send(head: bytes) -> requests.Response:
        lines.append(socket.create_connection((host, int(port or 80)), timeout=60))
        lines[-1].sendall(head)
        return parsed(lines[-1])

    yield send
    for line in lines:
        line.close()


def parsed(line: socket.socket) -> requests.Response:
    """Read one answer with a Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = line.recv(65536)
        assert piece, "the line was closed before there was an answer"
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    first, *fields = head.decode("latin-1").split("\r\n")
    answer = requests.Response()
    answer.status_code = int(first.split(" ")[1])
    pairs = [field.split(": ", 1) for field in fields]
    answer.headers = requests.structures.CaseInsensitiveDict(dict(pairs))
    while len(body) < int(answer.headers["Content-Length"]):
        body += line.recv(65536)
    answer._content = body
    return answer


@pytest.mark.parametrize("path", ["/sign_in", "/sign_up", "/upload"])
@pytest.mark.parametrize("name", sorted(set(BODIES) - {"form", "xml"}))
def test_bodies_that_are_no_json_object(person: Person, path: str, name: str) -> None:
    answer = person.post(path, data=BODIES[name], headers=JSON)
    error = error_of(answer, 400)
    assert error["error"] in {"invalid_json", "invalid_body", "missing_field"}


@pytest.mark.parametrize("path", ["/sign_in", "/sign_up", "/upload"])
def test_json_that_is_malformed_or_something_else(person: Person, path: str) -> None:
    for body in (b"{", b"", b"[" * 100_000, b'{"a": NaN}', b'{"username": "\\ud800"}', b"\xff"):
        error_of(person.post(path, data=body, headers=JSON), 400, "invalid_json")
    for body in (b"[]", b'"{}"', b"null", b"7"):
        error_of(person.post(path, data=body, headers=JSON), 400, "invalid_body")


@pytest.mark.parametrize("path", ["/sign_in", "/sign_up", "/upload"])
def test_other_content_types(person: Person, path: str) -> None:
    for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data", "x"):
        answer = person.post(path, data=b'{"a": 1}', headers={"Content-Type": kind})
        error_of(answer, 415, "unsupported_content_type")
    error_of(person.post(path, data=iter([b'{"a": 1}'])), 415, "unsupported_content_type")
    for kind in ("application/json; charset=utf-8", "APPLICATION/JSON"):
        answer = person.post(path, data=b"{}", headers={"Content-Type": kind})
        error_of(answer, 400, "missing_field")


@pytest.mark.parametrize("path", ["/sign_in", "/sign_up", "/upload"])
def test_bodies_that_are_too_large(person: Person, path: str) -> None:
    large = b"{" + b" " * (1 << 20) + b"}"
    assert error_of(person.post(path, data=large, headers=JSON), 413, "too_large")["limit"] > 0
    pieces = iter([large[:1000], large[1000:]])
    answer = person.post(path, data=pieces, headers=JSON)
    assert error_of(answer, 413, "too_large")["limit"] == 1 << 20


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/sign_in", {"POST"}),
        ("PUT", "/sign_up", {"POST"}),
        ("DELETE", "/upload", {"POST"}),
        ("POST", "/v/abcdefg", {"GET", "HEAD", "DELETE"}),
        ("PATCH", "/v/abcdefg", {"GET", "HEAD", "DELETE"}),
        ("GET", "/upload/v/abcdefg", {"POST"}),
        ("PUT", "/upload/v/abcdefg", {"POST"}),
        ("POST", "/videos/all", {"GET", "HEAD"}),
        ("DELETE", "/videos/channel/x", {"GET", "HEAD"}),
        ("DELETE", "/search/all/x", {"GET", "HEAD"}),
        ("POST", "/video/d/abcdefg", {"GET", "HEAD"}),
        ("PATCH", "/thumbnails/abcdefg", {"GET", "HEAD"}),
        ("POST", "/channel/picture/x", {"GET", "HEAD"}),
        ("OPTIONS", "/videos/all", {"GET", "HEAD"}),
        ("BREW", "/videos/all", {"GET", "HEAD"}),
    ],
)
def test_wrong_method(anybody: Anybody, method: str, path: str, allowed: set[str]) -> None:
    answer = anybody(method, path)
    error_of(answer, 405, "method_not_allowed")
    assert set(answer.headers["Allow"].split(", ")) == allowed


def test_wrong_method_for_a_file(published: tuple[Person, str], anybody: Anybody) -> None:
    _, hash_path = published
    for path in (f"/video/d/{hash_path}", f"/thumbnails/{hash_path}", "/openapi.json", "/docs"):
        answer = anybody("DELETE", path)
        error_of(answer, 405, "method_not_allowed")
        assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD"}


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nothing",
        "/sign_in/",
        "/sign_in/x",
        "/v",
        "/v/",
        "/v/a/b",
        "/videos",
        "/videos/",
        "/videos/channel/",
        "/videos/all/",
        "/search/all",
        "/internal/keys",
        "/internal/videos/abcdefg",
        "/metrics",
        "/readyz",
        "/gateway/may_upload/abcdefg",
        "/v/%2e%2e/internal/keys",
        "/videos/..%2finternal%2fkeys",
        "/videos/../internal/keys",
        "//internal/keys",
        "/_may_upload",
        "/_error/400",
        "/@media",
        "/.env",
        "/.git/config",
        "/gateway/nginx.conf",
        "/media/originals",
        "/cgi-bin/x",
    ],
)
def test_unknown_path(gateway: str, path: str) -> None:
    for method in ("GET", "POST"):
        request = requests.Request(method, gateway).prepare()
        request.url = gateway + path  # as it is, without being tidied up
        error_of(requests.Session().send(request, timeout=60), 404, "not_found")


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET /v/" + b"a" * 40_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", 414),
        (b"GET /videos/all HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 40_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: " + b"a" * 7000 + b"\r\n\r\n", 404),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
        (b"GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /v/..%2f..%2fmetrics HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /search/all/a%00b HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"garbage\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", 501),
        (b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
        (b"TRACE /videos/all HTTP/1.1\r\nHost: x\r\n\r\n", 405),
        (b"POST /sign_in HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", 400),
        (
            b"POST /sign_in HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
            400,
        ),
        (
            b"POST /sign_in HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        (b"POST /sign_in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"POST /sign_in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"POST /sign_in HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\n\r\n{", 413),
    ],
    ids=lambda value: str(value)[:50],
)
def test_what_is_hardly_http(
    raw: Callable[[bytes], requests.Response], head: bytes, status: int
) -> None:
    answer = raw(head)
    if answer.status_code == 505:
        # The code of the envelope is the same.
        answer.status_code = 501
    error_of(answer, status)


def test_a_line_goes_on_after_a_refusal(
    person: Person, published: tuple[Person, str], gateway: str
) -> None:
    """Nothing of a refused body may be taken for the next request on the same line."""
    _, hash_path = published
    host, _, port = gateway.removeprefix("http://").partition(":")
    smuggled = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
    for path in (f"/upload/v/{hash_path}", "/sign_in", "/nothing", "/videos/all"):
        pool = urllib3.HTTPConnectionPool(host, int(port or 80), maxsize=1, retries=False)
        for _ in range(3):
            refused = pool.request("POST", path, body=smuggled, timeout=60)
            assert refused.status in {400, 404, 405, 415}
            following = pool.request("GET", "/videos/all", timeout=60)
            assert following.status == 200
        pool.close()


def test_request_ids(published: tuple[Person, str], anybody: Anybody) -> None:
    _, hash_path = published
    paths = (
        "/videos/all",
        f"/video/d/{hash_path}",
        f"/thumbnails/{hash_path}",
        f"/v/{hash_path}",
        "/nothing",
        "/healthz",
        "/openapi.json",
        "/upload/v/abcdefg",
        "/video/d/0000000",
        "/sign_in",
        "/" + "a" * 9000,
    )
    for path in paths:
        for _ in range(6):  # so that the answer comes from the cache in the end
            answer = anybody("GET", path, headers={"X-Request-ID": "my-own.id_1"})
            assert answer.headers["X-Request-ID"] == "my-own.id_1" or answer.status_code == 414
        for bad in ("no good", "", "é", "x" * 65, "a;b", '"a"', "a/b"):
            answer = anybody("GET", path, headers={"X-Request-ID": bad.encode("latin-1")})
            assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["X-Request-ID"])


def test_each_request_has_its_own_id(anybody: Anybody) -> None:
    found = {anybody("GET", "/videos/all").headers["X-Request-ID"] for _ in range(12)}
    assert len(found) == 12


def test_head_is_get_without_a_body(published: tuple[Person, str], anybody: Anybody) -> None:
    owner, hash_path = published
    for path in (
        f"/v/{hash_path}",
        f"/videos/channel/{owner.name}",
        f"/channel/picture/{owner.name}",
        f"/thumbnails/{hash_path}",
        "/openapi.json",
    ):
        got, head = anybody("GET", path), anybody("HEAD", path)
        assert (head.status_code, head.content) == (200, b"")
        for name in ("Content-Type", "Content-Length"):
            assert head.headers.get(name) == got.headers.get(name), path


def test_other_origins_get_no_permission(anybody: Anybody) -> None:
    foreign = {"Origin": "https://elsewhere.example.org"}
    answer = anybody("GET", "/videos/all", headers=foreign)
    assert "Access-Control-Allow-Origin" not in answer.headers
    asked = {**foreign, "Access-Control-Request-Method": "POST"}
    answer = anybody("OPTIONS", "/upload", headers=asked)
    error_of(answer, 405)
    assert not [name for name in answer.headers if name.startswith("Access-Control")]


def test_pages_are_not_to_be_guessed_at(published: tuple[Person, str], anybody: Anybody) -> None:
    _, hash_path = published
    for path in ("/videos/all", f"/thumbnails/{hash_path}", f"/video/d/{hash_path}", "/nothing"):
        headers = anybody("GET", path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "'none'" in headers["Content-Security-Policy"]
        assert "Set-Cookie" not in headers
        assert not re.search(r"\d", headers["Server"])


def test_alive(anybody: Anybody) -> None:
    assert response_of(anybody("GET", "/healthz")) == "alive"
