"""nginx with the repository's configuration: trusted proxies, client addresses, limits."""

import contextlib
import json
import select
import socket
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from vireo_ops import gateway
from vireo_ops.layout import Layout
from vireo_ops.programs import ANSWERING
from vireo_ops.run_user import current_user
from vireo_ops.settings import Settings
from vireo_testing.http_server import HttpServer, Reply, Request
from vireo_testing.mariadb import free_port
from vireo_testing.person import eventually

# Loopback, where a test can use any number of addresses.
PROXY, CLIENT, OTHER = "127.0.0.2", "127.0.0.3", "127.0.0.4"
PATIENCE = 60


def echo(request: Request) -> Reply:
    """What headers a service got, in lower case, in the order of their arrival."""
    return Reply(
        json.dumps([[name.lower(), text] for name, text in request.headers.items()]).encode()
    )


class Gateway:
    """A running nginx, and requests to it from any loopback address."""

    def __init__(self, port: int) -> None:
        self.port = port

    def connect(self, source: str) -> socket.socket:
        """A connection from ``source``."""
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE, (source, 0))

    def ask(
        self,
        source: str,
        *headers: str,
        path: str = "/sign_in",
        method: str = "POST",
        body: str = "",
    ) -> tuple[int, str]:
        """One request from ``source``; the answer's status and body."""
        head = "".join(f"{line}\r\n" for line in headers)
        begin = f"{method} {path} HTTP/1.1\r\nHost: vireo.test\r\nConnection: close\r\n"
        text = f"{begin}{head}\r\n{body}"
        with self.connect(source) as line:
            line.sendall(text.encode())
            status, _, told = read(line).partition(b"\r\n\r\n")
        return int(status.split()[1]), told.decode()

    def heard(self, source: str, *headers: str, path: str = "/sign_in") -> dict[str, list[str]]:
        """The headers that reach the service with such a request."""
        status, body = self.ask(source, *headers, path=path)
        assert status == 200, body
        found: dict[str, list[str]] = {}
        for name, value in json.loads(body):
            found.setdefault(name, []).append(value)
        return found


def read(line: socket.socket) -> bytes:
    """All bytes until the peer closes."""
    got = b""
    while piece := line.recv(65536):
        got += piece
    return got


@pytest.fixture(scope="module")
def service() -> Iterator[int]:
    """The port of the service."""
    with HttpServer(echo) as server:
        yield server.port


@contextlib.contextmanager
def started(place: Path, service: int, changes: Mapping[str, str]) -> Iterator[Gateway]:
    """nginx with the repository's configuration, changed so far, behind a trusted proxy."""
    layout, port = Layout(place / "data"), free_port()
    for folder in layout.folders():
        folder.path.mkdir(parents=True, exist_ok=True)
    settings = Settings.parse(
        {
            "VIREO_PORT": str(port),
            "VIREO_LISTEN_ADDRESS": "127.0.0.1",
            "VIREO_TRUSTED_PROXIES": f"{PROXY} 2001:db8:ffff::/48",
            "VIREO_RATE_SIGN_IN": "1r/m",
        }
    )
    values = gateway.variables(
        settings,
        dict.fromkeys(ANSWERING, f"127.0.0.1:{service}"),
        current_user(),
    )
    gateway.prepare(layout, values)
    configuration = layout.gateway / "nginx.conf"
    text = configuration.read_text()
    for old, new in changes.items():
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    configuration.write_text(text)
    command = (*gateway._nginx(layout),)
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        eventually(lambda: process.poll() is not None or listens(port), PATIENCE)
        assert process.poll() is None
        yield Gateway(port)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def listens(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def running(tmp_path: Path, service: int) -> Iterator[Gateway]:
    with started(tmp_path, service, {}) as found:
        yield found


@pytest.fixture
def hasty(tmp_path: Path, service: int) -> Iterator[Gateway]:
    """It closes what is half sent as the configuration says, after a second."""
    changes = {
        "client_header_timeout 10s": "client_header_timeout 1s",
        "client_body_timeout 15s": "client_body_timeout 1s",
    }
    with started(tmp_path, service, changes) as found:
        yield found


BELIEVED = (
    "Forwarded: for=192.0.2.1;proto=https",
    "X-Forwarded: for=192.0.2.1",
    "X-Forwarded-For: 192.0.2.1",
    "X-Forwarded-Host: evil.example",
    "X-Forwarded-Proto: https",
    "X-Forwarded-Protocol: ssl",
    "X-Forwarded-Ssl: on",
    "X-Forwarded-Scheme: https",
    "X-Forwarded-Port: 443",
    "X-Forwarded-Prefix: /x",
    "X-Forwarded-Server: evil.example",
    "X-Forwarded-User: ada",
    "X-Scheme: https",
    "X-Url-Scheme: https",
    "Front-End-Https: on",
    "X-Real-IP: 192.0.2.1",
    "X-Client-IP: 192.0.2.1",
    "True-Client-IP: 192.0.2.1",
    "X-Cluster-Client-IP: 192.0.2.1",
    "CF-Connecting-IP: 192.0.2.1",
    "Remote-User: ada",
    "X-Original-URL: /internal/exports/1",
    "X-Original-URI: /internal/exports/1",
    "X-Rewrite-URL: /internal/exports/1",
    "X-HTTP-Method-Override: DELETE",
    "X-Script-Name: /x",
    "Script_Name: /x",
    "Proxy: http://evil.example",
)


@pytest.mark.parametrize("path", ["/sign_in", "/v/abcdefg", "/me/export", "/thumbnails/none"])
@pytest.mark.parametrize("sent", [str, str.upper, str.lower], ids=["as is", "upper", "lower"])
def test_a_service_hears_the_gateway_alone(running: Gateway, path: str, sent: object) -> None:
    """Every other header about the origin of a request is removed, in any spelling."""
    assert callable(sent)
    lines = [f"{sent(name)}:{value}" for name, _, value in (x.partition(":") for x in BELIEVED)]
    heard = running.heard(CLIENT, *lines, path=path)
    names = {line.partition(":")[0].lower() for line in BELIEVED}
    left = {name: values for name, values in heard.items() if name in names}
    assert left == {
        "x-real-ip": [CLIENT],
        "x-forwarded-host": ["vireo.test"],
        "x-forwarded-proto": ["http"],
    }


def test_what_a_trusted_proxy_says(running: Gateway) -> None:
    heard = running.heard(PROXY, "X-Forwarded-For: 192.0.2.7", "X-Forwarded-Proto: https")
    assert heard["x-real-ip"] == ["192.0.2.7"]
    assert heard["x-forwarded-proto"] == ["https"]
    assert "x-forwarded-for" not in heard
    heard = running.heard(PROXY, "X-Forwarded-For: 2001:db8::7")
    assert heard["x-real-ip"] == ["2001:db8::7"]
    assert heard["x-forwarded-proto"] == ["http"]


@pytest.mark.parametrize(
    ("sent", "address"),
    [
        # All but the last address may be the client's own invention.
        ("127.0.0.1, 192.0.2.1, 198.51.100.9", "198.51.100.9"),
        # Trusted proxies are skipped, from the end.
        (f"192.0.2.1, 198.51.100.9, {PROXY}", "198.51.100.9"),
        ("192.0.2.1, 198.51.100.9, 2001:db8:ffff::1", "198.51.100.9"),
        ("nonsense", PROXY),
        ("", PROXY),
        ("192.0.2.1, nonsense", PROXY),
    ],
)
def test_which_of_several_addresses_is_the_client(
    running: Gateway, sent: str, address: str
) -> None:
    assert running.heard(PROXY, f"X-Forwarded-For: {sent}")["x-real-ip"] == [address]


@pytest.mark.parametrize("sent", ["https, http", "on", "HTTPS://", "ftp", "https\t,http", "1"])
def test_which_scheme_is_none(running: Gateway, sent: str) -> None:
    heard = running.heard(PROXY, "X-Forwarded-For: 192.0.2.7", f"X-Forwarded-Proto: {sent}")
    assert heard["x-forwarded-proto"] == ["http"]


def admitted(running: Gateway, addresses: list[str]) -> Counter[int]:
    """The statuses of sign-ins through the proxy, each from the next address."""
    return Counter(running.ask(PROXY, f"X-Forwarded-For: {each}")[0] for each in addresses)


def test_everybody_behind_the_proxy_counts_alone(running: Gateway) -> None:
    assert admitted(running, ["192.0.2.1"] * 60) == {200: 51, 429: 9}
    assert admitted(running, ["192.0.2.2"] * 10) == {200: 10}
    # One that is no trusted proxy counts by its own address, whatever headers it sends.
    statuses = Counter(
        running.ask(CLIENT, f"X-Forwarded-For: 192.0.2.{number}")[0] for number in range(60)
    )
    assert statuses == {200: 51, 429: 9}


def test_an_ipv6_network_counts_as_one(running: Gateway) -> None:
    assert admitted(running, [f"2001:db8:1:2:{n:x}::{n:x}" for n in range(60)]) == {
        200: 51,
        429: 9,
    }
    assert admitted(running, [f"2001:db8:1:{n:x}::1" for n in range(3, 60)]) == {200: 57}
    # Bytes that a regular expression may not match.
    assert admitted(running, [f"2001:a0a:d0a:a::{n:x}" for n in range(60)]) == {200: 51, 429: 9}
    # IPv4-mapped IPv6 addresses are clients of their own, and no common /64.
    assert admitted(running, [f"::ffff:192.0.2.{n}" for n in range(60)]) == {200: 60}
    assert admitted(running, ["::ffff:198.51.100.1"] * 60) == {200: 51, 429: 9}


def test_what_is_half_sent_is_not_waited_for(hasty: Gateway) -> None:
    """The connection is closed: with 408 once there is a head, and by force where nobody reads."""
    head = b"POST /sign_in HTTP/1.1\r\nHost: vireo.test\r\n"
    halves = [
        b"POST",
        head + b"X-Slow: ",
        head + b"Content-Length: 9\r\n\r\n{",
        head + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    ]
    with contextlib.ExitStack() as stack:
        lines = [stack.enter_context(closing(hasty.connect(CLIENT))) for _ in halves]
        for line, half in zip(lines, halves, strict=True):
            line.sendall(half)
        for line, half in zip(lines, halves, strict=True):
            got = b""
            with contextlib.suppress(ConnectionResetError):
                got = read(line)
            assert got == b"" or b" 408 " in got.split(b"\r\n")[0], half


def test_a_search_with_a_body_holds_no_place(running: Gateway) -> None:
    """Concurrent searches are few, so a search with a body is refused before that is read."""
    with running.connect(CLIENT) as line:
        line.sendall(
            b"GET /search/all/x HTTP/1.1\r\nHost: vireo.test\r\nContent-Length: 9000\r\n\r\n{"
        )
        assert b" 413 " in line.recv(4096).split(b"\r\n")[0]
    assert running.ask(CLIENT, path="/search/all/x", method="GET")[0] == 200


def test_one_client_holds_so_many_half_sent_bodies(running: Gateway) -> None:
    head = b"POST /upload HTTP/1.1\r\nHost: vireo.test\r\nContent-Length: 9\r\n\r\n{"
    with contextlib.ExitStack() as stack:
        lines = [stack.enter_context(closing(running.connect(CLIENT))) for _ in range(110)]
        for line in lines:
            line.sendall(head)
        answered: list[bytes] = []
        while len(answered) < 10:
            readable, _, _ = select.select(lines, [], [], PATIENCE)
            assert readable, "ten are refused, whichever came last"
            answered += [line.recv(4096).split(b"\r\n")[0] for line in readable]
            lines = [line for line in lines if line not in readable]
        assert Counter(answered) == {b"HTTP/1.1 429 Too Many Requests": 10}
        # Requests without a body, and from other addresses, are served meanwhile.
        assert running.ask(CLIENT, path="/videos/all", method="GET")[0] == 200
        assert running.ask(OTHER, "Content-Length: 2", path="/v/abcdefg", body="{}")[0] == 200
