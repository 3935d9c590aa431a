"""The cookies of a sign-in: how they are named, and where they go."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from vireo_testing.answers import outcome

COOKIE_PATH = "/token/refresh"


def test_the_cookie_is_for_browsers_alone(http: FlaskClient, sign_up: Any, sign_in: Any) -> None:
    sign_up()
    response = sign_in()
    assert set(response.json["response"]) == {"vtoken", "expires_in"}
    cookie = http.get_cookie("vireo_refresh", path=COOKIE_PATH)
    assert cookie is not None
    assert (cookie.http_only, cookie.same_site, cookie.secure) == (True, "Strict", False)
    assert cookie.max_age == 30 * 24 * 3600

    answer = http.post("/token/refresh")
    assert answer.status_code == 200
    assert set(answer.json["response"]) == {"vtoken", "expires_in"}
    following = http.get_cookie("vireo_refresh", path=COOKIE_PATH)
    assert following is not None
    assert following.value != cookie.value

    token = answer.json["response"]["vtoken"]
    assert http.post("/sign_out", headers={"Authorization": token}).status_code == 200
    assert http.get_cookie("vireo_refresh", path=COOKIE_PATH) is None


@pytest.mark.parametrize(
    ("public", "forwarded"),
    [
        ("https://video.example.org", "http"),
        ("http://localhost:8080", "https"),
        ("https://video.example.org", "https"),
    ],
)
def test_behind_tls_the_cookies_stay_there(
    make_app: Any, body: Any, public: str, forwarded: str
) -> None:
    """Their names say so, too: what plain HTTP or a neighbouring host has set is not taken."""
    base, host = "https://video.example.org", "video.example.org"
    head = {"X-Forwarded-Proto": forwarded}
    with make_app("auth", VIREO_PUBLIC_URL=public).test_client() as http:
        http.post("/sign_up", json=body())
        given = {"username": "ada_l", "password": "correct horse battery"}
        signed_in = http.post("/sign_in", json=given, base_url=base, headers=head)
        cookies = {line.partition("=")[0]: line for line in set_cookies(signed_in)}
        assert {name[:18] for name in cookies} == {"__Secure-vireo_ref", "__Host-vireo_mark_"}
        for name, line in cookies.items():
            assert "; Secure" in line
            assert "; HttpOnly" in line
            assert "; SameSite=Strict" in line
            assert "Domain" not in line
            assert ("; Path=/;" in f"{line};") == name.startswith("__Host-")
        cookie = http.get_cookie("__Secure-vireo_refresh", host, COOKIE_PATH)
        assert cookie is not None
        # The plain name means nothing here.
        http.delete_cookie("__Secure-vireo_refresh", domain=host, path=COOKIE_PATH)
        http.set_cookie("vireo_refresh", cookie.value, domain=host, path=COOKIE_PATH)
        answer = http.post("/token/refresh", base_url=base, headers=head)
        assert outcome(answer) == (400, "token_missing")
        http.set_cookie("__Secure-vireo_refresh", cookie.value, domain=host, path=COOKIE_PATH)
        answer = http.post("/token/refresh", base_url=base, headers=head)
        assert answer.status_code == 200
        token = {"Authorization": answer.json["response"]["vtoken"], **head}
        out = http.post("/sign_out", base_url=base, headers=token)
        (line,) = set_cookies(out)
        assert line.startswith("__Secure-vireo_refresh=;")
        assert "; Secure" in line


def set_cookies(response: TestResponse) -> list[str]:
    return response.headers.getlist("Set-Cookie")
