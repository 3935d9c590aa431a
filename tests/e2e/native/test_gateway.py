"""The gateway from inside: its memory of answers, its limits, its permissions for other origins."""

import json
import time

import requests

from vireo_ops.runtime import Runtime
from vireo_testing.envelope import error_of, response_of
from vireo_testing.inside import another_address
from vireo_testing.person import Person, eventually


def lines(runtime: Runtime, request_id: str) -> list[dict[str, object]]:
    """The log lines of a request."""
    log = (runtime.data / "logs" / "gateway.log").read_text()
    found = [json.loads(line) for line in log.splitlines() if request_id in line]
    return [line for line in found if line["request_id"] == request_id]


def test_answers_with_a_token_are_never_remembered(
    runtime: Runtime, published: tuple[Person, str]
) -> None:
    owner, hash_path = published
    anonymous, own = f"a-{owner.name}", f"o-{owner.name}"
    for _ in range(12):
        for name, headers in (
            (anonymous, {}),
            (own, {"Authorization": owner.token}),
            (own, {"Authorization": "x"}),
        ):
            shown = response_of(
                requests.get(
                    f"{owner.url}/v/{hash_path}",
                    headers={**headers, "X-Request-ID": name},
                    timeout=60,
                )
            )
            assert ("state" in shown) == (headers.get("Authorization") == owner.token)
    eventually(lambda: len(lines(runtime, own)) == 24)
    eventually(lambda: len(lines(runtime, anonymous)) == 12)
    assert "HIT" in {line["cache"] for line in lines(runtime, anonymous)}
    assert {line["cache"] for line in lines(runtime, own)} == {"BYPASS"}


def test_refusals_are_not_remembered(runtime: Runtime, person: Person) -> None:
    name = f"n-{person.name}"
    for _ in range(8):
        path = f"{person.url}/videos/channel/{person.name}.none"
        error_of(requests.get(path, headers={"X-Request-ID": name}, timeout=60), 404)
    eventually(lambda: len(lines(runtime, name)) == 8)
    assert "HIT" not in {line["cache"] for line in lines(runtime, name)}


def test_a_flood_of_sign_ins_is_stopped(gateway: str) -> None:
    flood = another_address()
    answers = []
    deadline = time.monotonic() + 60
    # 50 at once and 5 a second are let in.
    while not answers or answers[-1].status_code != 429:
        answers.append(flood.post(f"{gateway}/sign_in", json={}, timeout=60))
        assert time.monotonic() < deadline
    assert len(answers) > 50
    assert {answer.status_code for answer in answers[:50]} == {400}
    error = error_of(answers[-1], 429, "rate_limited")
    assert error["retry_after"] == int(answers[-1].headers["Retry-After"])
    # Another address is not concerned, nor is another route.
    error_of(another_address().post(f"{gateway}/sign_in", json={}, timeout=60), 400)
    response_of(flood.get(f"{gateway}/videos/all", timeout=60))


def test_a_flood_of_sign_ups_is_stopped(gateway: str) -> None:
    flood = another_address()
    statuses = [
        flood.post(f"{gateway}/sign_up", json={}, timeout=60).status_code for _ in range(100)
    ]
    assert set(statuses) == {400}
    deadline = time.monotonic() + 60
    while flood.post(f"{gateway}/sign_up", json={}, timeout=60).status_code != 429:
        assert time.monotonic() < deadline


def test_an_exempt_address_has_no_limit(gateway: str) -> None:
    with requests.Session() as household:
        answers = [household.post(f"{gateway}/sign_in", json={}, timeout=60) for _ in range(120)]
    assert {answer.status_code for answer in answers} == {400}


def test_a_stranger_locks_nobody_out(person: Person, gateway: str) -> None:
    """The person has signed in from 127.0.0.1; whoever guesses comes from elsewhere."""
    wrong = {**person.credentials, "password": "not the password"}
    guesser = another_address()
    for left in (4, 3, 2, 1, 0):
        answer = guesser.post(f"{gateway}/sign_in", json=wrong, timeout=60)
        assert error_of(answer, 402)["attempts_left"] == left
    error_of(guesser.post(f"{gateway}/sign_in", json=wrong, timeout=60), 403, "blocked")
    # Neither a header nor another spelling of the name makes another address of it.
    for name in ("X-Forwarded-For", "X-Real-IP", "Forwarded"):
        answer = guesser.post(
            f"{gateway}/sign_in", json=wrong, headers={name: "192.0.2.7"}, timeout=60
        )
        error_of(answer, 403, "blocked")
    person.sign_in()


def test_a_name_under_attack_is_slowed_down_for_strangers_alone(
    person: Person, gateway: str
) -> None:
    wrong = {**person.credentials, "password": "not the password"}
    for _ in range(200):
        answer = another_address().post(f"{gateway}/sign_in", json=wrong, timeout=60)
        if answer.status_code == 429:
            break
    error = error_of(answer, 429, "rate_limited")
    assert error["retry_after"] == int(answer.headers["Retry-After"])
    person.sign_in()


def test_the_origins_of_the_setting(gateway: str) -> None:
    front = {"Origin": "https://front.example.org"}
    answer = requests.get(f"{gateway}/videos/all", headers=front, timeout=60)
    assert answer.headers["Access-Control-Allow-Origin"] == front["Origin"]
    assert answer.headers["Vary"] == "Origin"
    assert "X-Request-ID" in answer.headers["Access-Control-Expose-Headers"]
    refused = requests.post(f"{gateway}/upload", json={}, headers=front, timeout=60)
    error_of(refused, 400, "token_missing")
    assert refused.headers["Access-Control-Allow-Origin"] == front["Origin"]
    asked = {
        **front,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    for path in ("/upload", "/upload/v/abcdefg", "/v/abcdefg"):
        answer = requests.options(gateway + path, headers=asked, timeout=60)
        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["Access-Control-Allow-Origin"] == front["Origin"]
        assert "POST" in answer.headers["Access-Control-Allow-Methods"]
        assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
        assert "Access-Control-Allow-Credentials" not in answer.headers
    for other in ("https://front.example.org.evil.example", "http://front.example.org", "null"):
        answer = requests.get(f"{gateway}/videos/all", headers={"Origin": other}, timeout=60)
        assert "Access-Control-Allow-Origin" not in answer.headers
