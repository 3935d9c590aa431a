"""How the gateway serves the page: its addresses, headers, sizes, and what is not its own."""

import gzip
import re
from collections.abc import Callable

import pytest
import requests

from vireo_ops.layout import CHECKOUT
from vireo_ops.page import BUILT

PAGES = [
    "/",
    "/find?q=x",
    "/enter",
    "/join",
    "/forgot",
    "/send",
    "/studio",
    "/account",
    "/desk",
    "/notifications",
    "/feed",
    "/feed/channels",
    "/library",
    "/library/history",
    "/library/playlists",
]
MAIL_LINKS = ["/email/verify", "/email/undo", "/password/reset"]
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="session")
def get(url: str) -> Callable[..., requests.Response]:
    """GET an address."""
    return lambda path, **headers: requests.get(url + path, headers=headers, timeout=30)


@pytest.mark.parametrize("path", [*PAGES, *MAIL_LINKS])
def test_every_address_can_be_opened(get: Callable[..., requests.Response], path: str) -> None:
    answer = get(path, **BROWSER)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert '<div id="page">' in answer.text


def test_the_policy_is_strict(get: Callable[..., requests.Response]) -> None:
    headers = get("/").headers
    policy = dict(
        part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";")
    )
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    # Streams are played through the page's own MediaSource; nothing else has such an address.
    assert policy["media-src"] == "'self' blob:"
    assert "worker-src" not in policy
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_the_api_keeps_its_own_policy(get: Callable[..., requests.Response]) -> None:
    for path in ("/videos/all", "/nothing"):
        headers = get(path).headers
        assert "script-src" not in headers["Content-Security-Policy"]
        assert "Permissions-Policy" not in headers


def test_files_are_kept_for_ever_and_come_compressed(get: Callable[..., requests.Response]) -> None:
    names = re.findall(r"/assets/[\w.-]+", get("/").text)
    assert len(names) >= 3
    for name in names:
        answer = get(name, **{"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Security-Policy"]
    script = get(next(name for name in names if name.endswith(".js")))
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert script.headers["Content-Encoding"] == "gzip"
    assert script.headers["Vary"] == "Accept-Encoding"


def test_compressed_files_are_the_files() -> None:
    compressed = list(BUILT.rglob("*.gz"))
    assert compressed
    for path in compressed:
        assert gzip.decompress(path.read_bytes()) == path.with_suffix("").read_bytes()


def test_the_script_before_the_player_is_small() -> None:
    first = re.findall(r"/(assets/[\w.-]+\.js)", (BUILT / "index.html").read_text())
    # What is smaller than a packet is not compressed, and is sent as it is.
    packed = [BUILT / f"{name}.gz" for name in first]
    sent = [path if path.exists() else path.with_suffix("") for path in packed]
    assert sum(path.stat().st_size for path in sent) < 60_000


def test_the_player_comes_in_pieces() -> None:
    """A script is run in one go: a large one holds a phone up for longer than a touch may wait."""
    first = re.findall(r"/assets/([\w.-]+\.js)", (BUILT / "index.html").read_text())
    others = re.findall(r"/assets/([\w.-]+\.js)", (BUILT / "docs.html").read_text())
    pieces = [path for path in (BUILT / "assets").glob("*.js") if path.name not in first + others]
    # hls.js can't be divided: it comes for streams alone, and before there is something to press.
    (stream,) = [path for path in pieces if path.name.startswith("stream-")]
    assert len(gzip.compress(stream.read_bytes())) < 145_000
    # Nor is what sends files, which comes with the first of them.
    (tus,) = [path for path in pieces if path.name.startswith("tus-")]
    assert len(gzip.compress(tus.read_bytes())) < 12_000
    pieces = [path for path in pieces if path not in (stream, tus)]
    assert len(pieces) > 10
    assert max(path.stat().st_size for path in pieces) < 30_000
    assert sum(len(gzip.compress(path.read_bytes())) for path in pieces) < 110_000
    assert "customElements.define" not in (BUILT / "assets" / first[0]).read_text()


def test_what_is_not_the_pages_stays_the_apis(get: Callable[..., requests.Response]) -> None:
    for path in (
        "/nothing",
        "/assets/none.js",
        "/assets/",
        "/_page",
    ):
        answer = get(path)
        assert answer.status_code == 404, path
        assert answer.json()["response"]["error"] == "not_found"
    for path in MAIL_LINKS:
        assert get(path).json()["response"]["error"] == "method_not_allowed"


def test_a_browser_at_a_wrong_address_gets_the_page_and_404(
    get: Callable[..., requests.Response],
) -> None:
    answer = get("/nothing/at/all", **BROWSER)
    assert answer.status_code == 404
    assert '<div id="page">' in answer.text


@pytest.mark.parametrize("path", ["/feed", "/notifications"])
def test_an_address_that_a_screen_shares_stays_the_apis_for_programs(
    get: Callable[..., requests.Response], path: str
) -> None:
    for accepted in ("*/*", "application/json"):
        answer = get(path, Accept=accepted)
        assert answer.status_code == 400
        assert answer.json()["response"]["error"] == "token_missing"
    # What lies below it is the API's, whoever asks.
    assert get("/notifications/settings", **BROWSER).json()["response"]["error"] == "token_missing"


def test_playlists_have_an_address(get: Callable[..., requests.Response]) -> None:
    assert '<div id="page">' in get("/playlist/later", **BROWSER).text
    assert get("/playlist/a%20b").status_code == 404


def test_other_methods_are_refused(url: str) -> None:
    answer = requests.post(f"{url}/studio", timeout=30)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "GET, HEAD"
    assert answer.json()["response"]["error"] == "method_not_allowed"


def test_the_gateway_lists_the_routes_of_the_page() -> None:
    routes = (CHECKOUT / "web/src/routes.ts").read_text()
    fixed = set(re.findall(r'^  "(/[a-z/]*)": "', routes, re.MULTILINE))
    assert {path.split("?")[0] for path in [*PAGES, *MAIL_LINKS]} == fixed
