"""The page's addresses of videos and channels: 404, with the page, for what is not there."""

from collections.abc import Callable

import pytest
import requests

from vireo_testing.clips import Library
from vireo_testing.person import Person, eventually

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
Anybody = Callable[..., requests.Response]


def status_of_page(answer: requests.Response) -> int:
    """The status of an answer that is the page."""
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    if answer.request.method == "GET":
        assert '<div id="page">' in answer.text
    return answer.status_code


@pytest.mark.parametrize("headers", [BROWSER, {"Accept": "*/*"}, {"User-Agent": "preview/1"}])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_is_there_and_what_is_not(
    anybody: Anybody, published: tuple[Person, str], method: str, headers: dict[str, str]
) -> None:
    owner, hash_path = published
    known = (
        f"/watch/{hash_path}",
        f"/watch/{hash_path}?t=5",
        f"/@{owner.name}",
        f"/@{owner.name.upper()}",
    )
    unknown = (
        "/watch/0000000",
        f"/watch/{hash_path.swapcase()}",
        f"/watch/{hash_path}x",
        "/watch/short",
        "/watch/",
        f"/watch/{hash_path}/more",
        "/@nobody.at.all",
        "/@a",
        "/@",
        "/@%2e%2e",
    )
    found = {
        path: status_of_page(anybody(method, path, headers=headers)) for path in (*known, *unknown)
    }
    assert found == {**dict.fromkeys(known, 200), **dict.fromkeys(unknown, 404)}


def test_a_video_is_there_when_everybody_may_see_it(
    anybody: Anybody, person: Person, clips: Library
) -> None:
    hash_path = person.announce()
    # Asked for so often that the gateway remembers it.
    for _ in range(8):
        assert status_of_page(anybody("GET", f"/watch/{hash_path}")) == 404
    assert person.send(hash_path, clips.path("plain.mp4")).status_code == 200
    eventually(lambda: anybody("GET", f"/watch/{hash_path}").status_code == 200)
    assert person.delete(f"/v/{hash_path}").status_code == 200
    eventually(lambda: anybody("GET", f"/watch/{hash_path}").status_code == 404)


def test_what_asks_is_closed(anybody: Anybody, published: tuple[Person, str]) -> None:
    for path in (f"/gateway/known/v/{published[1]}", "/_known", "/_page"):
        answer = anybody("GET", path)
        assert (answer.status_code, answer.json()["response"]["error"]) == (404, "not_found")
    assert anybody("POST", f"/watch/{published[1]}").status_code == 405
