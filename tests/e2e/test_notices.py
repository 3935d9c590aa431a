"""Notices through the gateway: what people do is known to others, live and in their lists."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from vireo_testing.clips import Library
from vireo_testing.person import PATIENCE_SECONDS, Person, eventually


class Stream:
    """What somebody hears, in a thread."""

    def __init__(self, person: Person, last: int | None = None) -> None:
        headers = {"Last-Event-ID": str(last)} if last is not None else {}
        self.answer = person.get("/notifications/stream", headers=headers, stream=True)
        assert self.answer.status_code == 200
        self.heard: list[tuple[str, Any]] = []
        self.last = 0
        self.ended = False
        self._thread = threading.Thread(target=self._hear, daemon=True)
        self._thread.start()

    def _hear(self) -> None:
        fields: dict[str, str] = {}
        try:
            for line in self.answer.iter_lines(chunk_size=1):
                name, colon, text = line.decode().partition(": ")
                if colon:
                    fields[name] = text
                elif "data" in fields:
                    self.last = int(fields.get("id", self.last))
                    self.heard.append((fields["event"], json.loads(fields["data"])))
                    fields = {}
        except (requests.RequestException, AttributeError):
            # What is closed while it is read fails in several ways.
            pass
        self.ended = True

    def has(self, event: str, **wanted: Any) -> bool:
        """Whether such an event was heard."""
        return any(
            name == event and wanted.items() <= data.items() for name, data in self.heard.copy()
        )

    def close(self) -> None:
        # Closing waits for who reads, and that is until the next heartbeat. What has ended, or was
        # closed before, can't be shut down.
        with suppress(RuntimeError, ValueError):
            self.answer.raw.shutdown()
        self.answer.close()


@pytest.fixture
def stream() -> Iterator[Callable[..., Stream]]:
    opened: list[Stream] = []

    def make(person: Person, last: int | None = None) -> Stream:
        opened.append(Stream(person, last))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture
def people(url: str) -> tuple[Person, Person]:
    return Person(url), Person(url)


@pytest.fixture
def clip(clips: Library) -> Path:
    return clips.path("plain.mp4")


def notices(person: Person) -> list[str]:
    return [notice.text for notice in person.client.list_notices()]


def test_an_upload_is_heard_by_its_owner(people: Any, stream: Any, clip: Path) -> None:
    ada, _ = people
    hers = stream(ada)
    eventually(lambda: hers.has("unread", unread=0))
    video = ada.publish(clip, "Cats")
    eventually(lambda: hers.has("video", video=video, state="ready"))
    eventually(lambda: hers.has("notification", kind="ready", video=video))
    eventually(lambda: hers.has("unread", unread=1))
    assert notices(ada) == ["“Cats” is ready."]


def test_what_followers_and_commenters_do_is_heard(people: Any, stream: Any, clip: Path) -> None:
    ada, bob = people
    hers, his = stream(ada), stream(bob)
    # From here on it hears all; what was before is in the list.
    eventually(lambda: hers.has("unread") and his.has("unread"))
    bob.client.follow_channel(ada.name)
    eventually(lambda: hers.has("notification", kind="follow", channel=bob.name))
    video = ada.publish(clip, "Cats")
    eventually(lambda: his.has("notification", kind="video", video=video, channel=ada.name))
    comment = bob.client.post_comment(video, "What a cat!")
    eventually(lambda: hers.has("notification", kind="comment", comment=comment.id))
    ada.client.post_comment(video, "She is.", reply_to=comment.id)
    eventually(lambda: his.has("notification", kind="reply"))
    bob.client.react(video, "like")
    eventually(lambda: hers.has("notification", kind="like", count=1))
    # Of what one does oneself one is not told.
    assert not his.has("notification", kind="comment")
    assert not hers.has("notification", kind="reply")


def test_whoever_was_away_hears_it_when_they_come_back(
    people: Any, stream: Any, clip: Path
) -> None:
    ada, _ = people
    hers = stream(ada)
    eventually(lambda: hers.has("unread", unread=0))
    hers.close()
    video = ada.publish(clip)
    eventually(lambda: notices(ada))
    again = stream(ada, hers.last)
    eventually(lambda: again.has("notification", kind="ready", video=video))


def test_a_stream_ends_when_its_session_does(people: Any, stream: Any) -> None:
    ada, _ = people
    hers = stream(ada)
    eventually(lambda: hers.has("unread"))
    ada.client.sign_out()
    eventually(lambda: hers.ended)


def test_nobody_in_particular_hears_nothing(url: str) -> None:
    answer = requests.get(f"{url}/notifications/stream", timeout=PATIENCE_SECONDS)
    with closing(answer):
        assert (answer.status_code, answer.json()["response"]["error"]) == (400, "token_missing")


def test_counters_are_right_when_somebody_is_gone(
    people: tuple[Person, Person], clip: Path
) -> None:
    ada, bob = people
    video = ada.publish(clip, "Cats")
    bob.client.follow_channel(ada.name)
    bob.client.react(video, "like")
    bob.client.post_comment(video, "What a cat!")
    shown = ada.client.show_video(video)
    assert (shown.likes, shown.comments) == (1, 1)
    assert ada.client.show_channel(ada.name).subscribers == 1
    bob.client.delete_channel(bob.password)
    # At once nobody is shown what they said, and soon it is not counted either.
    assert list(ada.client.list_comments(video)) == []

    def counted() -> tuple[object, ...]:
        now = ada.client.show_video(video)
        return now.likes, now.comments, ada.client.show_channel(ada.name).subscribers

    eventually(lambda: counted() == (0, 0, 0))
    eventually(lambda: not any(bob.name in text for text in notices(ada)))
