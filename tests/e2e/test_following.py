"""Watching, following and keeping, through the gateway."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from vireo_client import Client, VireoError
from vireo_testing.clips import Library
from vireo_testing.person import PATIENCE_SECONDS, Person, eventually

Anybody = Callable[..., requests.Response]
CRAWLER = "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)"


@pytest.fixture
def video(person: Person, clips: Library) -> str:
    """A video of ``person``, which lasts some seconds."""
    return person.publish(clips.path("plain.mp4"))


def watch(anybody: Anybody, video: str, **headers: str) -> requests.Response:
    body = {"position": 1.5, "watched": 15, "session": "s"}
    return anybody("PUT", f"/v/{video}/position", json=body, headers=headers)


def test_views_count_once_for_each_viewer(
    person: Person, stranger: Person, anybody: Anybody, video: str
) -> None:
    for _ in range(2):
        for headers in (
            {"User-Agent": f"Browser of {person.name}"},
            {"User-Agent": f"Another of {person.name}"},
            {"Authorization": stranger.token},
            {"Authorization": person.token},
            {"User-Agent": CRAWLER},
        ):
            answer = watch(anybody, video, **headers)
            assert (answer.status_code, answer.json()) == (200, {"response": ""})
    eventually(lambda: Client(person.url).show_channel(person.name).views == 3)
    assert stranger.client.show_channel(person.name.upper()).views == 3


def test_a_history_is_ones_own_and_ends(person: Person, stranger: Person, video: str) -> None:
    viewer = stranger.client
    assert viewer.show_me().history is True
    viewer.note_position(video, position=1.25, watched=1, session="s")
    (row,) = viewer.list_my_history()
    assert (row.thumbnail, row.channel, row.my_position) == (video, person.name, 1.25)
    assert list(person.client.list_my_history()) == []
    assert viewer.change_me(history=False).history is False
    viewer.forget_video(video)
    viewer.note_position(video, position=2, watched=1, session="s")
    assert list(viewer.list_my_history()) == []
    assert viewer.change_me(history=True).history is True
    viewer.note_position(video, position=2, watched=1, session="s")
    viewer.clear_my_history()
    assert list(viewer.list_my_history()) == []


def test_following_a_channel(person: Person, stranger: Person, video: str) -> None:
    follower = stranger.client
    before = follower.show_channel(person.name)
    assert (before.subscribers, before.subscribed, before.notify) == (0, False, "none")
    assert Client(person.url).show_channel(person.name).subscribed is None
    assert follower.follow_channel(person.name).notify == "all"
    assert follower.follow_channel(person.name, notify="none").subscribers == 1
    assert [row.channel for row in follower.list_my_subscriptions()] == [person.name]
    assert [row.thumbnail for row in follower.list_feed()] == [video]
    gone = follower.unfollow_channel(person.name)
    assert (gone.subscribers, gone.subscribed) == (0, False)
    assert list(follower.list_feed()) == []
    with pytest.raises(VireoError, match="own channel"):
        follower.follow_channel(stranger.name)


def test_what_a_channel_says_about_itself(person: Person, anybody: Anybody) -> None:
    link = {"label": "My page", "url": "https://ada.example/"}
    changed = person.client.edit_channel(about="Engines", links=[link])
    assert (changed.about, changed.links) == ("Engines", [link])
    seen = anybody("GET", f"/channel/{person.name}").json()["response"]
    assert (seen["about"], seen["links"], seen["banner"]) == ("Engines", [link], "")
    with pytest.raises(VireoError):
        person.client.edit_channel(links=[{"label": "x", "url": "javascript:alert(1)"}])
    wrong = anybody("GET", "/channel")
    assert wrong.status_code == 405
    assert wrong.headers["Allow"] == "PATCH, DELETE"
    # Still auth's.
    password = {"password": person.password}
    assert person.delete("/channel", json=password).status_code == 200
    eventually(lambda: anybody("GET", f"/channel/{person.name}").status_code == 404)


def test_a_channel_that_is_called_picture(url: str) -> None:
    """Whose address is also that of one's own picture, for other methods."""
    try:
        found = Client(url).show_channel("picture")
    except VireoError as problem:
        assert problem.code == "not_found"
        Person(url, "picture")
        found = Client(url).show_channel("picture")
    assert found.channel == "picture"


def test_playlists(person: Person, stranger: Person, anybody: Anybody, video: str) -> None:
    owner = stranger.client
    made = owner.make_playlist("Engines", visibility="unlisted")
    assert owner.put_into_playlist(made.id, video, position=0).count == 1
    owner.put_into_playlist("later", video)
    listed = anybody("GET", f"/playlists/{made.id}/videos").json()["response"]
    assert [row["thumbnail"] for row in listed] == [video]
    assert [row.id for row in owner.list_my_playlists()] == ["later", made.id]
    assert [row.thumbnail for row in owner.list_playlist_videos("later")] == [video]
    assert owner.edit_playlist(made.id, visibility="private").visibility == "private"

    def hidden() -> bool:
        return anybody("GET", f"/playlists/{made.id}").status_code == 404

    eventually(hidden)
    with pytest.raises(VireoError):
        person.client.put_into_playlist(made.id, video)
    assert owner.take_from_playlist("later", video).count == 0
    owner.delete_playlist(made.id)
    assert [row.id for row in owner.list_my_playlists()] == ["later"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/v/aaaaaaa/position", "PUT"),
        ("GET", "/v/aaaaaaa/position", "PUT"),
        ("POST", "/me/history", "DELETE, GET, HEAD"),
        ("POST", "/feed", "GET, HEAD"),
        ("PUT", "/me/playlists", "GET, HEAD, POST"),
        ("POST", "/channel/ada/subscription", "DELETE, PUT"),
    ],
)
def test_other_methods(anybody: Anybody, method: str, path: str, allowed: str) -> None:
    answer = anybody(method, path)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == allowed
    error: Any = answer.json()["response"]
    assert error["error"] == "method_not_allowed"


def test_a_client_that_lies_counts_once(person: Person, anybody: Anybody, video: str) -> None:
    """Any claim, any number of sessions: one viewer is one view."""
    with requests.Session() as session:
        for number in range(60):
            body = {"position": 1, "watched": 1e6, "session": f"session {number}"}
            answer = session.put(
                f"{person.url}/v/{video}/position",
                json=body,
                headers={"User-Agent": f"Liar of {person.name}"},
                timeout=PATIENCE_SECONDS,
            )
            assert answer.status_code == 200
    eventually(lambda: Client(person.url).show_channel(person.name).views == 1)
