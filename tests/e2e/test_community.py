"""Reactions and comments through the gateway: routes, methods, the cache, compression, exports."""

import io
import json
import zipfile
from collections.abc import Callable

import pytest
import requests

from vireo_client import VireoError
from vireo_testing.clips import Library
from vireo_testing.person import Person, eventually

Anybody = Callable[..., requests.Response]


@pytest.fixture
def video(person: Person, clips: Library) -> str:
    """A video of the person's."""
    return person.publish(clips.path("plain.mp4"))


def test_reactions(person: Person, stranger: Person, anybody: Anybody, video: str) -> None:
    assert person.client.show_video(video).my_reaction == "none"
    first = person.client.react(video, "like")
    assert (first.reaction, first.likes, first.dislikes) == ("like", 1, 0)
    assert stranger.client.react(video, "dislike").dislikes == 1
    assert stranger.client.show_video(video).my_reaction == "dislike"
    assert person.client.react(video, "none").likes == 0
    assert "my_reaction" not in anybody("GET", f"/v/{video}").json()["response"]
    refused = anybody("GET", f"/v/{video}/reaction")
    assert (refused.status_code, refused.headers["Allow"]) == (405, "PUT")


def test_a_thread_from_its_first_word_to_its_last(
    person: Person, stranger: Person, anybody: Anybody, video: str
) -> None:
    owner, guest = person.client, stranger.client
    hostile = "<img src=x onerror=alert(1)>\n%00 \u202e {{7*7}}"
    comment = guest.post_comment(video, f" {hostile} ")
    assert (comment.text, comment.channel, comment.video) == (hostile, stranger.name, video)
    reply = owner.post_comment(video, f"Hello @{stranger.name}.", reply_to=comment.id)
    assert reply.reply_to == comment.id
    assert guest.like_comment(reply.id).my_like is True
    assert guest.like_comment(reply.id, like=False).likes == 0
    assert owner.pin_comment(comment.id).pinned is True
    assert [each.id for each in guest.list_replies(comment.id)] == [reply.id]
    assert [each.id for each in owner.list_comments(video, sort="top")] == [comment.id]
    assert guest.edit_comment(comment.id, "other words").edited
    assert owner.show_video(video).comments == 2
    owner.edit_video(video, comments_policy="review")
    waiting = guest.post_comment(video, "Is this right?")
    assert waiting.state == "review"
    shown = anybody("GET", f"/v/{video}/comments?limit=100").json()["response"]
    assert [each["id"] for each in shown] == [comment.id]
    assert owner.approve_comment(waiting.id).state == "shown"
    owner.edit_video(video, comments_policy="closed")
    with pytest.raises(VireoError, match="comment") as refused:
        guest.post_comment(video, "One more")
    assert refused.value.code == "comments_closed"
    guest.delete_comment(comment.id)
    deleted = list(guest.list_comments(video))[-1]
    assert (deleted.id, deleted.state, deleted.replies) == (comment.id, "deleted", 1)
    for each in (reply.id, waiting.id):
        owner.delete_comment(each)
    assert list(guest.list_comments(video)) == []
    assert owner.show_video(video).comments == 0


def test_methods_of_each_address(anybody: Anybody, video: str) -> None:
    for path, allowed in (
        (f"/v/{video}/comments", {"GET", "HEAD", "POST"}),
        ("/comments/1", {"DELETE", "PATCH"}),
        ("/comments/1/replies", {"GET", "HEAD"}),
        ("/comments/1/like", {"PUT"}),
        ("/comments/1/pin", {"PUT"}),
        ("/comments/1/approve", {"POST"}),
    ):
        for method in ("TRACE", "COPY"):
            refused = anybody(method, path)
            if refused.status_code == 405:
                assert set(refused.headers["Allow"].split(", ")) == allowed, (method, path)
            else:
                assert refused.status_code == 501, (method, path)
    for path in ("/comments/", "/comments/1/x", f"/v/{video}/comments/", f"/v/{video}/x"):
        assert anybody("GET", path).status_code in {404, 405}, path


def test_lists_are_cached_for_a_second_and_only_without_a_token(
    person: Person, anybody: Anybody, video: str
) -> None:
    path = f"/v/{video}/comments"
    for number in range(3):
        # As often as it takes to be cached.
        for _ in range(8):
            anybody("GET", path)
        person.client.post_comment(video, f"number {number}")
        assert len(person.get(path).json()["response"]) == number + 1
        eventually(lambda n=number: len(anybody("GET", path).json()["response"]) == n + 1)
    person.client.post_comment(video, "x" * 2000)
    packed = anybody("GET", f"{path}?limit=9", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"


def test_a_repeated_request_is_one_comment(person: Person, video: str) -> None:
    body = {"json": {"text": "once"}, "headers": {"Idempotency-Key": "a key"}}
    answers = [person.post(f"/v/{video}/comments", **body) for _ in range(3)]
    assert {answer.json()["response"]["id"] for answer in answers} == {
        answers[0].json()["response"]["id"]
    }
    assert [answer.headers.get("Idempotency-Replayed") for answer in answers] == [
        None,
        "true",
        "true",
    ]


def test_a_persons_archive_has_what_they_did(person: Person, stranger: Person, video: str) -> None:
    comment = stranger.client.post_comment(video, "words of mine")
    stranger.client.react(video, "like")
    stranger.client.like_comment(comment.id)
    stranger.client.block_channel(person.name)
    answers: list[requests.Response] = []

    def made() -> bool:
        answers.append(stranger.get("/me/export"))
        return answers[-1].status_code == 200

    eventually(made)
    with zipfile.ZipFile(io.BytesIO(answers[-1].content)) as archive:
        parts = {
            name: json.loads(archive.read(f"{name}.json"))
            for name in ("reactions", "comments", "comment_likes", "blocks")
        }
    assert [row["reaction"] for row in parts["reactions"]] == ["like"]
    assert [row["text"] for row in parts["comments"]] == ["words of mine"]
    assert [row["comment"] for row in parts["comment_likes"]] == [comment.id]
    assert [row["channel"] for row in parts["blocks"]] == [person.name]


def test_a_young_account_is_stopped(person: Person, stranger: Person, video: str) -> None:
    for number in range(10):
        stranger.client.post_comment(video, f"number {number}")
    with pytest.raises(VireoError) as refused:
        stranger.client.post_comment(video, "one more")
    assert refused.value.code == "rate_limited"
