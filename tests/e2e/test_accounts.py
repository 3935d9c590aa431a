"""Accounts through the gateway: sessions in every service, the account itself, and its end."""

from collections.abc import Callable

import requests

from vireo_testing.clips import Library
from vireo_testing.person import PATIENCE_SECONDS, Person, eventually

Anybody = Callable[..., requests.Response]
EVERYWHERE = (
    ("auth", "GET", "/me"),
    ("catalog", "POST", "/upload"),
    ("media", "POST", "/upload/v/none"),
)


def error_with(token: str, url: str, method: str, path: str) -> tuple[int, str]:
    """How a request with that token fails."""
    answer = requests.request(
        method,
        url + path,
        json={"title": "x", "description": ""},
        headers={"Authorization": token},
        timeout=PATIENCE_SECONDS,
    )
    value = answer.json()["response"]
    return answer.status_code, value["error"] if isinstance(value, dict) else ""


def test_signing_out_counts_in_every_service_at_once(person: Person) -> None:
    token = person.token
    assert person.post("/sign_out").status_code == 200
    for service, method, path in EVERYWHERE:
        assert error_with(token, person.url, method, path) == (401, "token_revoked"), service
    person.sign_in()
    assert person.get("/me").status_code == 200


def test_the_cookie_of_a_browser_renews_the_token(person: Person) -> None:
    before = person.token
    assert person.post("/sign_in", json=person.credentials).status_code == 200
    cookie = next(cookie for cookie in person.http.cookies if cookie.name == "vireo_refresh")
    assert cookie.path == "/token/refresh"
    assert "HttpOnly" in cookie._rest
    answer = person.post("/token/refresh")
    assert answer.status_code == 200
    renewed = answer.json()["response"]["vtoken"]
    assert renewed != before
    me = person.get("/me", headers={"Authorization": renewed})
    assert me.json()["response"]["username"] == person.name


def test_a_client_without_cookies_asks_for_the_refresh_token(
    person: Person, anybody: Anybody
) -> None:
    given = {**person.credentials, "refresh_token": True}
    signed = anybody("POST", "/sign_in", json=given)
    assert "Set-Cookie" not in signed.headers
    refresh = signed.json()["response"]["refresh_token"]
    renewed = anybody("POST", "/token/refresh", json={"refresh_token": refresh})
    assert renewed.status_code == 200
    assert renewed.json()["response"]["refresh_token"] != refresh


def test_another_device_is_signed_out(person: Person, anybody: Anybody) -> None:
    elsewhere = anybody(
        "POST", "/sign_in", json=person.credentials, headers={"User-Agent": "Tablet/1"}
    ).json()["response"]["vtoken"]
    rows = person.get("/sessions").json()["response"]
    (tablet,) = [row for row in rows if row["device"] == "Tablet/1"]
    assert [row["current"] for row in rows if row is not tablet] == [True]
    assert person.delete(f"/sessions/{tablet['id']}").status_code == 200
    for service, method, path in EVERYWHERE:
        assert error_with(elsewhere, person.url, method, path) == (401, "token_revoked"), service


def test_the_keys_are_published(anybody: Anybody) -> None:
    answer = anybody("GET", "/.well-known/jwks.json")
    assert answer.status_code == 200
    keys = answer.json()["keys"]
    assert keys
    assert all(key["kty"] == "OKP" and "d" not in key for key in keys)


def test_names_and_password_are_changed(person: Person, anybody: Anybody) -> None:
    assert person.client.change_me(fname="Augusta").fname == "Augusta"
    person.client.change_password(person.password, person.password[::-1])
    assert anybody("POST", "/sign_in", json=person.credentials).status_code == 402
    person.password = person.password[::-1]
    person.sign_in()


def test_a_deleted_channel_is_gone_with_its_videos(
    person: Person, anybody: Anybody, clips: Library
) -> None:
    watched = person.publish(clips.path("plain.mp4"), "Ready")
    encoding = person.announce("Encoding")
    assert person.send(encoding, clips.path("vp8.webm")).status_code == 200
    token = person.token

    assert person.delete("/channel", json={"password": "x"}).status_code == 402
    person.client.delete_channel(person.password)

    for service, method, path in EVERYWHERE:
        assert error_with(token, person.url, method, path) == (400, "token_invalid"), service
    assert anybody("POST", "/sign_in", json=person.credentials).status_code == 402
    gone = [
        (f"/videos/channel/{person.name}", 404),
        (f"/channel/picture/{person.name}", 404),
        *((f"/{kind}/{path}", 404) for kind in ("v", "thumbnails") for path in (watched, encoding)),
        *((f"/video/d/{path}", 400) for path in (watched, encoding)),
    ]
    for path, status in gone:
        eventually(lambda path=path, status=status: anybody("GET", path).status_code == status)
    assert anybody("GET", f"/search/channel/{person.name}").json()["response"] == []
    # The address is free again; the name stays taken for a while.
    taken = anybody("POST", "/sign_up", json=person.details())
    assert (taken.status_code, taken.json()["response"]["error"]) == (400, "username_taken")
    another = person.details(username=f"{person.name}.2")
    assert anybody("POST", "/sign_up", json=another).status_code == 200
