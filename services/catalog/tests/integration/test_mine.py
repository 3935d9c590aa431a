"""``GET /me/videos`` and ``PATCH /v/<hash>``: what an owner sees, and changes."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_catalog.core.videos import Change
from vireo_testing.answers import outcome


def test_one_s_own_videos_in_every_state(http: FlaskClient, stage: Any, token: Any) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    states = ["ready", "waiting", "failed", "processing", "ready"]
    for number, state in enumerate(states):
        stage.video(ada, f"number {number}", "long", state=state, upload="2026-01-02 03:04:05")
        stage.video(bob, "another's")
    rows = http.get("/me/videos", headers=token(ada)).json["response"]
    assert [row["title"] for row in rows] == [f"number {number}" for number in (4, 3, 2, 1, 0)]
    assert [row["state"] for row in rows] == states[::-1]
    assert [row["uploaded"] for row in rows] == [True, True, True, False, True]
    assert [row.get("reason") for row in rows] == [None, None, "broken", None, None]
    assert {row["description"] for row in rows} == {""}


def test_pages_of_one_s_own_videos(http: FlaskClient, stage: Any, token: Any) -> None:
    ada = stage.channel("Ada")
    for number in range(5):
        stage.video(ada, str(number), state="waiting")
    head, titles, path = token(ada), [], "/me/videos?limit=2"
    while path:
        answer = http.get(path, headers=head)
        titles.append([row["title"] for row in answer.json["response"]])
        link = answer.headers.get("Link", "")
        path = link[link.find("/me") : link.find(">")] if link else ""
    assert titles == [["4", "3"], ["2", "1"], ["0"]]
    for cursor in ("x", ""):
        answer = http.get(f"/me/videos?cursor={cursor}", headers=head)
        assert outcome(answer) == (400, "invalid_cursor"), cursor
    assert outcome(http.get("/me/videos")) == (400, "token_missing")


@pytest.mark.parametrize("state", ["ready", "waiting", "failed"])
def test_texts_are_changed(http: FlaskClient, stage: Any, token: Any, state: str) -> None:
    ada = stage.channel("Ada")
    hash_path = stage.video(ada, "before", "a text", state=state)
    path, head = f"/v/{hash_path}", token(ada)
    answer = http.patch(path, json={"title": "  after\u3000"}, headers=head)
    assert (answer.status_code, answer.json["response"]["title"]) == (200, "after")
    assert answer.json["response"]["description"] == "a text"
    assert answer.json["response"]["state"] == state
    answer = http.patch(path, json={"description": ""}, headers=head)
    assert answer.json["response"]["description"] == ""
    for nothing in ({}, {"title": "after"}):
        assert http.patch(path, json=nothing, headers=head).json == answer.json
    said = {"hash_path": hash_path, "channel_id": ada}
    assert stage.published("video_changed") == [("video_changed", hash_path, said)] * 2
    assert http.get(path, headers=head).json == answer.json


def test_a_changed_title_is_what_is_found(http: FlaskClient, stage: Any, token: Any) -> None:
    ada = stage.channel("Ada")
    hash_path = stage.video(ada, "penguins")
    assert (
        http.patch(f"/v/{hash_path}", json={"title": "albatross"}, headers=token(ada)).status_code
        == 200
    )
    assert http.get("/search/all/penguins").json["response"] == []
    assert len(http.get("/search/all/albatross").json["response"]) == 1


def test_bad_texts_change_nothing(http: FlaskClient, stage: Any, token: Any) -> None:
    ada = stage.channel("Ada")
    path, head = f"/v/{stage.video(ada, 'before', 'a text')}", token(ada)
    for body, field in (
        ({"title": " "}, "title"),
        ({"title": "x" * 256}, "title"),
        ({"title": "a\nb"}, "title"),
        ({"title": 7}, "title"),
        ({"title": "fine", "description": "\0"}, "description"),
        ({"title": "fine", "description": "x" * 50_001}, "description"),
    ):
        answer = http.patch(path, json=body, headers=head)
        assert outcome(answer) == (400, "invalid_body"), body
        assert set(answer.json["response"]["fields"]) == {field}
    shown = http.get(path).json["response"]
    assert (shown["title"], shown["description"]) == ("before", "a text")


def test_texts_of_others(http: FlaskClient, stage: Any, token: Any) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    public, private = stage.video(ada, "before"), stage.video(ada, state="waiting")
    body = {"title": "mine now"}
    assert outcome(http.patch(f"/v/{public}", json=body)) == (400, "token_missing")
    assert outcome(http.patch(f"/v/{public}", json=body, headers=token(bob))) == (403, "forbidden")
    assert outcome(http.patch(f"/v/{private}", json=body, headers=token(bob))) == (404, "not_found")
    assert outcome(http.patch("/v/zzzzzzz", json=body, headers=token(bob))) == (404, "not_found")
    assert not stage.videos.change(public, bob, Change("mine now"))
    assert http.get(f"/v/{public}").json["response"]["title"] == "before"
