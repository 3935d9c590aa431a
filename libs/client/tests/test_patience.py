"""What is tried again, how often, and what never is."""

from typing import Any

import pytest

from vireo_client import Client, NoAnswer, VireoError

HASH = "aB3dE5g"


@pytest.mark.parametrize("status", [429, 503])
def test_vireo_says_when_to_come_back(
    server: Any, client: Client, refusal: Any, reply: Any, pauses: list[float], status: int
) -> None:
    later = refusal("rate_limited", status, 7)
    server.answers(later, later, reply(HASH))
    assert client.announce_video("x") == HASH
    assert pauses == [7.0, 7.0]
    keys = {asked.headers["idempotency-key"] for asked in server.asked}
    assert (len(server.asked), len(keys)) == (3, 1)


def test_it_takes_longer_than_there_is_patience(
    server: Any, client: Client, refusal: Any, pauses: list[float]
) -> None:
    server.answers(refusal("rate_limited", 429, 50))
    with pytest.raises(VireoError) as caught:
        client.show_me()
    assert caught.value.retry_after == 50
    # A third time would be more than 120 seconds.
    assert (pauses, len(server.asked)) == ([50.0, 50.0], 3)


def test_at_once_is_not_without_end(
    server: Any, client: Client, refusal: Any, pauses: list[float]
) -> None:
    server.answers(refusal("unavailable", 503, 0))
    with pytest.raises(VireoError):
        client.show_me()
    assert set(pauses) == {0.5}
    assert sum(pauses) == 120


def test_nobody_says_when(server: Any, client: Client, refusal: Any, pauses: list[float]) -> None:
    server.answers(refusal("unavailable", 503))
    with pytest.raises(VireoError):
        client.show_me()
    assert pauses == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]


def test_without_patience_all_is_told_at_once(
    server: Any, refusal: Any, pauses: list[float]
) -> None:
    server.answers(refusal("unavailable", 503, 1))
    with Client(server.url, patience=0) as client, pytest.raises(VireoError):
        list(client.list_videos())
    assert (pauses, len(server.asked)) == ([], 1)


def test_an_announcement_whose_answer_was_lost_is_the_same_one(
    server: Any, client: Client, reply: Any, pauses: list[float]
) -> None:
    lost = reply(HASH, cut=5)
    server.answers(lost, lost, reply(HASH))
    assert client.announce_video("x", "y") == HASH
    assert pauses == [1.0, 2.0]
    first, *others = server.asked
    assert len(others) == 2
    for asked in others:
        assert asked.body == first.body
        assert asked.headers["idempotency-key"] == first.headers["idempotency-key"]


def test_two_announcements_are_two(server: Any, client: Client, reply: Any) -> None:
    server.answers(reply(HASH))
    client.announce_video("x")
    client.announce_video("x")
    assert len({asked.headers["idempotency-key"] for asked in server.asked}) == 2


def test_a_line_that_is_always_cut(
    server: Any, client: Client, reply: Any, pauses: list[float]
) -> None:
    server.answers(reply("", cut=5))
    with pytest.raises(NoAnswer):
        client.show_me()
    assert (pauses, len(server.asked)) == ([1.0, 2.0], 3)


def test_what_could_be_done_twice_is_not_sent_again(
    server: Any, client: Client, reply: Any, refusal: Any, pauses: list[float]
) -> None:
    for broken in (reply("", cut=5), refusal("bad_gateway", 502, 1), refusal("x", 504, 1)):
        server.asked.clear()
        server.answers(broken)
        for call in (
            lambda: client.delete_video(HASH),
            lambda: client.edit_video(HASH, title="x"),
            lambda: client.sign_in("ada", "x"),
        ):
            with pytest.raises(VireoError):
                call()
        assert len(server.asked) == 3
    assert pauses == []


@pytest.mark.parametrize("status", [400, 402, 403, 404, 409, 500, 507])
def test_refusals_are_final(
    server: Any, client: Client, refusal: Any, pauses: list[float], status: int
) -> None:
    server.answers(refusal("x", status, 1))
    with pytest.raises(VireoError):
        client.announce_video("x")
    assert (pauses, len(server.asked)) == ([], 1)
