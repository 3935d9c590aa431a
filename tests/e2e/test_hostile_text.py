"""Hostile text over every route that takes text: never a fault, always the envelope."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
import requests

from vireo_testing.hostile_text import PATH_SEGMENTS, STRINGS
from vireo_testing.person import Person

ADDRESSES = (
    "/search/all/{}",
    "/search/channel/{}",
    "/search/{}/x",
    "/videos/channel/{}",
    "/videos/{}",
    "/v/{}",
    "/channel/picture/{}",
    "/video/d/{}",
    "/thumbnails/{}",
    "/videos/all?cursor={}",
    "/videos/all?limit={}",
    "/{}",
)
TEXT_ROUTES: dict[str, list[Callable[[Person, str], dict[str, Any]]]] = {
    "/sign_in": [
        lambda person, text: {"username": text, "password": text},
        lambda person, text: {"username": person.name, "password": text},
    ],
    "/sign_up": [
        lambda person, text: person.details(username=text, email=text, password=text),
        lambda person, text: person.details(fname=text, mname=text, lname=text, day=text),
        lambda person, text: {text: text},
    ],
    "/upload": [
        lambda person, text: {"title": text, "description": ""},
        lambda person, text: {"title": "x", "description": text},
    ],
}


def no_fault(answer: requests.Response) -> None:
    """An answer of the contract, whatever it says."""
    assert answer.status_code < 500, answer.text
    assert answer.headers["Content-Type"] == "application/json"
    assert set(answer.json()) == {"response"}
    assert "Set-Cookie" not in answer.headers
    assert "root:" not in answer.text


@pytest.mark.parametrize("path", sorted(TEXT_ROUTES))
@pytest.mark.parametrize("name", sorted(STRINGS))
def test_text_in_a_body(person: Person, path: str, name: str) -> None:
    for build in TEXT_ROUTES[path]:
        no_fault(person.post(path, json=build(person, STRINGS[name])))


def test_text_comes_back_as_it_was(person: Person) -> None:
    for text in STRINGS.values():
        answer = person.post("/upload", json={"title": "x", "description": text})
        if answer.status_code != 200:
            continue
        shown = person.get(f"/v/{answer.json()['response']}").json()["response"]
        assert shown["description"] == text


def ask(gateway: str, address: str) -> None:
    """Send an address as it is, without being tidied up."""
    request = requests.Request("GET", gateway).prepare()
    request.url = gateway + address
    with requests.Session() as session:
        no_fault(session.send(request, timeout=90, allow_redirects=False))


@pytest.mark.parametrize("name", sorted(STRINGS))
def test_text_in_an_address(gateway: str, name: str) -> None:
    quoted = quote(STRINGS[name].encode("utf-8", "surrogatepass")[:900], safe="")
    for address in ADDRESSES:
        ask(gateway, address.format(quoted))


@pytest.mark.parametrize("name", sorted(PATH_SEGMENTS))
def test_segments_of_an_address(gateway: str, name: str) -> None:
    for address in ADDRESSES:
        ask(gateway, address.format(PATH_SEGMENTS[name]))


@pytest.mark.parametrize("name", sorted(STRINGS))
def test_text_in_headers(gateway: str, name: str) -> None:
    text = STRINGS[name].encode("utf-8", "surrogatepass")[:2000]
    if b"\r" in text or b"\n" in text:
        # These can't be in a header; a client that sends them sends another request.
        text = text.replace(b"\r", b" ").replace(b"\n", b" ")
    text = text.strip()
    for header in ("Authorization", "X-Request-ID", "X-Forwarded-For", "Origin", "Range"):
        answer = requests.get(f"{gateway}/v/0000000", headers={header: text}, timeout=90)
        no_fault(answer)
