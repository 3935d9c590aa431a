"""Which headers pass the gateway in either direction, by a rule instead of a list of names."""

import contextlib
import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from vireo_ops import gateway
from vireo_ops.layout import CHECKOUT, Layout
from vireo_ops.ports import is_free
from vireo_ops.programs import ANSWERING
from vireo_ops.run_user import current_user
from vireo_ops.settings import Settings
from vireo_testing.http_server import HttpServer, Reply, Request
from vireo_testing.mariadb import free_port
from vireo_testing.person import eventually
from vireo_testing.sources import files

PASSED = "to_services.conf"
# Headers that nginx sets itself, whatever the client sends.
NGINX = {"host", "connection", "content-length", "transfer-encoding", "expect"}
BETWEEN = re.compile(r"\b[Xx][-_](?:[A-Za-z]+[-_])*[A-Za-z]+\b")
FORGED = {
    "X-Real-IP": "192.0.2.1",
    "X-Forwarded-For": "192.0.2.1",
    "X-Forwarded-Host": "evil.example.org",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Prefix": "/evil",
    "X-Accel-Redirect": "/_exports/x",
    "X-Original-URL": "/internal/videos/aaaaaaa",
    "X-HTTP-Method-Override": "DELETE",
    "Forwarded": "for=192.0.2.1",
    "X-Vireo-Thought-Of-Later": "1",
}
PATHS = [
    "/v/aaaaaaa",
    "/videos/all",
    "/search/all/x",
    "/me/videos",
    "/me",
    "/me/export",
    "/sessions",
    "/channel/picture/somebody",
    "/video/d/aaaaaaa",
    "/thumbnails/aaaaaaa",
    "/watch/aaaaaaa",
    "/@somebody",
]
POSTED = ["/upload", "/upload/v/aaaaaaa", "/channel/picture", "/sign_in", "/sign_up"]


def sources() -> dict[str, str]:
    """The sources of the services and the gateway."""
    tops = ("gateway/", "libs/common/src/", "services/")
    found = {}
    for path in files():
        name = path.relative_to(CHECKOUT).as_posix()
        if (
            name.startswith(tops)
            and "/tests/" not in name
            and path.suffix
            in {
                ".py",
                ".template",
                ".conf",
            }
        ):
            found[name] = path.read_text(encoding="utf-8")
    return found


def internal_names() -> set[str]:
    """Every header of our own that is named anywhere, in lower case."""
    found = set()
    for text in sources().values():
        for name in BETWEEN.findall(text):
            # $upstream_http_x_vireo_grant is a header too.
            found.add(name.lower().replace("_", "-"))
    return {name for name in found if name.startswith(("x-vireo", "x-real", "x-forwarded"))}


def passed_on() -> set[str]:
    """Headers that reach services: the client's, and the gateway's own."""
    text = sources()[f"gateway/{PASSED}.template"]
    return {name.lower() for name in re.findall(r"^proxy_set_header (\S+)", text, re.MULTILINE)}


def test_services_read_only_what_is_passed_on() -> None:
    python = [text for name, text in sources().items() if name.endswith(".py")]
    constants: dict[str, str] = {}
    for text in python:
        constants |= re.findall(r'^([A-Z_]+) = "([A-Za-z-]+)"', text, re.MULTILINE)
    read = set()
    for text in python:
        words = re.findall(r'request\.headers(?:\.get\(|\[)"?([A-Za-z_-]+)', text)
        words += re.findall(r"([A-Z_]+) (?:not )?in request\.headers", text)
        read |= {constants.get(word, word).lower() for word in words}
    own = {name for name in read if name.startswith("x-vireo-")}
    assert {"authorization", "user-agent", "idempotency-key"} <= read
    assert read - own <= passed_on()
    # Headers that the gateway alone may set are in none of the files that every location includes.
    assert not {name for name in passed_on() if name.startswith("x-vireo-")}


def test_no_location_passes_on_more() -> None:
    """A location that sets a header inherits none, so it must include them all."""
    for name, text in sources().items():
        if not name.startswith("gateway/") or name.endswith((f"{PASSED}.template", ".py")):
            continue
        for block in re.split(r"\n\s*(?:location|server|http)\b", text):
            if "proxy_set_header" in block:
                assert re.search(rf"include (?:{PASSED}|without_body\.conf);", block), (name, block)
        assert "proxy_pass_request_headers on" not in text


def test_what_services_say_to_the_gateway_is_not_told() -> None:
    said = set()
    for name, text in sources().items():
        said |= {
            found.replace("_", "-")
            for found in re.findall(r"\$upstream_http_(x_vireo_\w+)", text)
            if name.startswith("gateway/")
        }
    nginx = sources()["gateway/nginx.conf"]
    hidden = {name.lower() for name in re.findall(r"proxy_hide_header (\S+);", nginx)}
    assert said
    assert said <= hidden
    # A location that hides one more would hide these no more.
    others = [
        name for name in sources() if name.startswith("gateway/") and "nginx.conf" not in name
    ]
    assert not [name for name in others if "proxy_hide_header" in sources()[name]]


class Echo(HttpServer):
    """A service that echoes the headers it gets, and sends all that clients must not get."""

    def __init__(self) -> None:
        super().__init__(self._reply)
        self.seen: dict[str, list[dict[str, str]]] = {}
        self.says: set[str] = set()

    def _reply(self, request: Request) -> Reply:
        got = {name.lower(): value for name, value in request.headers.items()}
        self.seen.setdefault(request.path, []).append(got)
        headers = {**dict.fromkeys(self.says, "secret"), "Content-Type": "application/json"}
        return Reply(json.dumps({"response": got}).encode(), headers=headers)


@pytest.fixture(scope="module")
def echo() -> Iterator[Echo]:
    """Auth, catalog and media in one."""
    with Echo() as server:
        yield server


@pytest.fixture(scope="module")
def url(echo: Echo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The real gateway in front of it."""
    folder = tmp_path_factory.mktemp("gateway")
    for parent in (folder, *folder.parents):
        # nginx's workers are another user where root starts it.
        with contextlib.suppress(PermissionError):
            parent.chmod(parent.stat().st_mode | 0o111)
    layout = Layout(folder)
    for each in layout.folders():
        each.path.mkdir(parents=True, exist_ok=True)
    (folder / "media" / "incoming").mkdir(parents=True, exist_ok=True)
    (folder / "media" / "incoming").chmod(0o777)
    port = free_port()
    settings = Settings.parse({"VIREO_PORT": str(port), "VIREO_LISTEN_ADDRESS": "127.0.0.1"})
    service = f"127.0.0.1:{echo.port}"
    servers = dict.fromkeys(ANSWERING, service)
    gateway.prepare(layout, gateway.variables(settings, servers, current_user()))
    program = gateway.gateway_program(layout, settings)
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "TERM", *program.command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        eventually(lambda: not is_free(port))
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(30)


def header(name: str) -> str:
    """As people write it."""
    return "-".join(part.capitalize() for part in name.split("-"))


@pytest.mark.parametrize("spelled", [header, str.upper, str.lower, lambda n: n.replace("-", "_")])
@pytest.mark.parametrize("path", [*PATHS, *POSTED])
def test_no_service_hears_what_only_the_gateway_may_say(
    url: str, echo: Echo, path: str, spelled: Callable[[str], str]
) -> None:
    forged = {spelled(name): "forged" for name in internal_names()}
    forged |= {spelled(name): value for name, value in FORGED.items()}
    honest = {"Authorization": "a token", "User-Agent": "me", "Idempotency-Key": "k"}
    echo.seen.clear()
    method = "POST" if path in POSTED else "GET"
    body = b"{}" if method == "POST" else None
    kind = {"Content-Type": "application/json"} if body else {}
    requests.request(
        method, url + path, data=body, headers={**forged, **honest, **kind}, timeout=30
    )
    assert echo.seen
    for asked, gots in echo.seen.items():
        for got in gots:
            assert set(got) <= passed_on() | NGINX | {
                name for name in got if name.startswith("x-vireo-body") or name == "x-vireo-grant"
            }, asked
            assert not {name for name, value in got.items() if value in forged.values()}, asked
            assert got["x-real-ip"] == "127.0.0.1"
            assert got["authorization"] == "a token"
            assert got["user-agent"] == "me"
            if method == "POST":
                assert got["content-type"] == "application/json"


def test_no_client_hears_what_services_say_to_the_gateway(url: str, echo: Echo) -> None:
    echo.says = {header(name) for name in internal_names()} - {"X-Vireo-Body-File"}
    nginx = sources()["gateway/nginx.conf"]
    hidden = {name.lower() for name in re.findall(r"proxy_hide_header (\S+);", nginx)}
    try:
        for path in PATHS:
            answer = requests.get(url + path, timeout=30)
            told = {name.lower() for name in answer.headers} & hidden
            # The gateway sets these itself.
            assert told <= {"x-request-id", "retry-after"}, path
            assert "secret" not in {answer.headers[name] for name in told}
    finally:
        echo.says = set()


def test_a_forged_header_makes_no_other_answer_for_everybody(url: str, echo: Echo) -> None:
    for path in ("/channel/picture/poisoned", "/v/bbbbbbb", "/videos/all?limit=3"):
        for _ in range(8):
            requests.get(url + path, headers={"X-Vireo-Drawn": "1", **FORGED}, timeout=30)
        told = requests.get(url + path, timeout=30).json()["response"]
        assert not {name for name in told if name.startswith("x-vireo")}
        assert not set(told.values()) & set(FORGED.values()) - {"1"}


def test_this_folder_is_where_the_sources_are() -> None:
    assert {"x-vireo-drawn", "x-vireo-grant", "x-vireo-refusal-status"} <= internal_names()
    assert Path(CHECKOUT / "gateway" / "nginx.conf").exists()
