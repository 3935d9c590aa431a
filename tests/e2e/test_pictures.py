"""The picture of a channel through the gateway: set, shown, replaced, taken away, deleted."""

import io
import socket
from collections.abc import Callable

import pytest
import requests
from PIL import Image

from vireo_testing.person import Person, eventually

Anybody = Callable[..., requests.Response]


def picture(kind: str = "PNG", colour: str = "red", size: tuple[int, int] = (1200, 700)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def shown(anybody: Anybody, name: str) -> tuple[str, tuple[int, int], int]:
    """Type, size and how red the picture is that everybody sees."""
    answer = anybody("GET", f"/channel/picture/{name}")
    assert answer.status_code == 200
    with Image.open(io.BytesIO(answer.content)) as image:
        red = image.convert("RGB").getpixel((image.width // 2, image.height // 2))
    assert isinstance(red, tuple)
    return answer.headers["Content-Type"], image.size, int(red[0])


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_shown_to_everybody_at_once(
    person: Person, anybody: Anybody, kind: str
) -> None:
    drawn = shown(anybody, person.name)
    assert drawn[0] == "image/png"
    assert person.post("/channel/picture", data=picture(kind)).status_code == 200
    mime, size, red = shown(anybody, person.name.upper())
    assert (mime, size) == ("image/webp", (512, 512))
    assert red > 230
    # Another picture is another file: what a browser has kept of the first is not taken for it.
    tag = anybody("GET", f"/channel/picture/{person.name}").headers["ETag"]
    form = {"picture": ("me.png", picture(colour="black"), "image/png")}
    assert person.post("/channel/picture", files=form).status_code == 200
    answer = anybody("GET", f"/channel/picture/{person.name}", headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert shown(anybody, person.name)[2] < 30
    assert person.delete("/channel/picture").status_code == 200
    assert shown(anybody, person.name) == drawn


def test_what_is_refused_leaves_the_picture_as_it_is(person: Person, anybody: Anybody) -> None:
    assert person.post("/channel/picture", data=picture()).status_code == 200
    before = shown(anybody, person.name)
    for body, expected in (
        (b"", (400, "no_bytes", None)),
        (b"GIF89a nothing", (415, "unsupported_media", None)),
        (picture("PNG", size=(9000, 9000)), (413, "too_large", None)),
        (bytes(11 << 20), (413, "too_large", 10 << 20)),
    ):
        answer = person.post("/channel/picture", data=body)
        problem = answer.json()["response"]
        assert (answer.status_code, problem["error"], problem.get("limit")) == expected
    assert shown(anybody, person.name) == before


def test_only_its_owner_and_no_other_address(person: Person, anybody: Anybody) -> None:
    assert anybody("POST", "/channel/picture", data=picture()).status_code == 400
    assert anybody("DELETE", "/channel/picture").status_code == 400
    assert anybody("PUT", "/channel/picture").status_code == 405
    # That is the page of a channel that is called so, if there is one.
    assert anybody("GET", "/channel/picture").headers["Content-Type"] == "application/json"
    assert anybody("GET", f"/_pictures/{'a' * 32}").status_code == 404
    assert person.post("/channel/picture", data=picture()).status_code == 200
    assert "X-Accel-Redirect" not in anybody("GET", f"/channel/picture/{person.name}").headers


def test_nobody_s_picture_is_not_read(person: Person, anybody: Anybody) -> None:
    """The refusal comes while the client has sent next to nothing of it."""
    host, _, port = person.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=60) as line:
        line.sendall(
            f"POST /channel/picture HTTP/1.1\r\nHost: {host}\r\n"
            f"Content-Length: {9 << 20}\r\n\r\n".encode()
        )
        answer = line.recv(4096)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"token_missing" in answer


def test_it_goes_with_its_channel(person: Person, anybody: Anybody) -> None:
    assert person.post("/channel/picture", data=picture()).status_code == 200
    person.client.delete_channel(person.password)
    eventually(lambda: anybody("GET", f"/channel/picture/{person.name}").status_code == 404)
