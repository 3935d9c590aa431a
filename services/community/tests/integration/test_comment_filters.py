"""Words and links that wait for the owner's review."""

from typing import Any

import pytest


def test_words_and_links_are_held(court: Any) -> None:
    people = court.people
    body = {"words": ["  Rosy   otter ", "Stra\u00dfe", "rosy otter"], "links": True}
    assert court.ok("Ada", "PUT", "/me/comment-filter", **body) == {
        "words": ["Rosy otter", "Stra\u00dfe"],
        "links": True,
    }
    assert court.ok("Ada", "GET", "/me/comment-filter")["links"] is True
    assert court.ok("Bob", "GET", "/me/comment-filter") == {"words": [], "links": False}
    for text, state in (
        ("a ROSY OTTER!", "review"),
        ("STRASSE", "review"),
        ("r\u200bosy otter", "review"),
        ("see https://x.example", "review"),
        ("WWW.x.example", "review"),
        ("x.example/path", "review"),
        ("spam.com", "review"),
        ("rosy otters", "shown"),
        ("e.g. this", "shown"),
        ("Stra\u00dfenbahn", "shown"),
    ):
        assert people.post("Bob", text).json["response"]["state"] == state, text
    assert people.post("Ada", "https://x.example").json["response"]["state"] == "shown"
    comment = people.made("Cleo", "plain")
    edited = court.ok("Cleo", "PATCH", f"/comments/{comment}", text="a rosy otter")
    assert edited["state"] == "review"
    people.count()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"words": [""], "links": False}, "words.0"),
        ({"words": ["x" * 51], "links": False}, "words.0"),
        ({"words": ["ok", "a\u0000b"], "links": False}, "words.1"),
        ({"words": ["\u200b"], "links": False}, "words.0"),
        ({"words": [f"w{n}" for n in range(201)], "links": False}, "words"),
        ({"words": [], "links": "yes"}, "links"),
        ({"words": [7], "links": False}, "words.0"),
        ({"links": False}, "words"),
    ],
)
def test_what_is_no_filter(court: Any, body: dict[str, Any], field: str) -> None:
    response = court.send("Ada", "PUT", "/me/comment-filter", **body)
    assert response.status_code == 400
    assert set(response.json["response"]["fields"]) == {field}
