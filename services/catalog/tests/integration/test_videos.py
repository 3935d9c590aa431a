"""``POST /upload``, ``GET`` and ``DELETE /v/<hash>``, and the picture of a channel."""

import re
import time
from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_catalog.core.videos import ChannelGone, HashPathTaken, Progress
from vireo_common.tokens import ACCESS_SECONDS
from vireo_testing.answers import outcome
from vireo_testing.hostile_text import BODIES, PATH_SEGMENTS, STRINGS
from vireo_testing.mariadb import TestDatabase
from vireo_testing.neighbours import Neighbour
from vireo_videos.visibility import State

GOOD = {"title": "A title", "description": "Some words."}
SEVEN = {"type", "channel", "title", "thumbnail", "nb_count", "description", "upload"}
UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def error(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status
    assert set(response.json) == {"response"}
    found: dict[str, Any] = response.json["response"]
    assert found["error"] == code
    assert found["message"]
    return found


def test_upload_gives_a_hash_path(http: FlaskClient, stage: Any, token: Any) -> None:
    ada = stage.channel("Ada")
    response = http.post("/upload", json=GOOD, headers=token(ada))
    assert response.status_code == 200
    hash_path = response.json["response"]
    assert re.fullmatch(r"[A-Za-z0-9]{7}", hash_path)
    rows = stage.database.query("SELECT PathHash, ChannelID, Title, Description, State FROM Videos")
    assert rows == ((hash_path, ada, "A title", "Some words.", "waiting"),)
    assert stage.database.query("SELECT PathHash FROM HashPaths") == ((hash_path,),)


def test_upload_takes_a_bare_token(http: FlaskClient, stage: Any, token: Any) -> None:
    bare = token(stage.channel("Ada"))["Authorization"].removeprefix("Bearer ")
    response = http.post("/upload", json=GOOD, headers={"Authorization": bare})
    assert response.status_code == 200


def test_upload_wants_a_token(http: FlaskClient, stage: Any, token: Any) -> None:
    ada = stage.channel("Ada")
    good = token(ada)["Authorization"]
    altered = good[:-6] + ("A" if good[-6] != "A" else "B") + good[-5:]
    assert outcome(http.post("/upload", json=GOOD)) == (400, "token_missing")
    bad = {"Authorization": altered}
    assert outcome(http.post("/upload", json=GOOD, headers=bad)) == (400, "token_invalid")
    assert outcome(http.post("/upload", json=GOOD, headers=token(ada + 1))) == (
        400,
        "token_invalid",
    )
    old = http.post("/upload", json=GOOD, headers=token(ada, time.time() - ACCESS_SECONDS - 5))
    assert outcome(old) == (401, "token_expired")
    assert old.headers["WWW-Authenticate"] == "Bearer"
    assert stage.database.query("SELECT * FROM Videos") == ()


@pytest.mark.parametrize("field", GOOD)
def test_upload_names_the_missing_field(
    http: FlaskClient, stage: Any, token: Any, field: str
) -> None:
    body = {name: value for name, value in GOOD.items() if name != field}
    response = http.post("/upload", json=body, headers=token(stage.channel("Ada")))
    assert set(error(response, 400, "missing_field")["fields"]) == {field}


@pytest.mark.parametrize("value", [None, 1, True, [], {}], ids=repr)
@pytest.mark.parametrize("field", GOOD)
def test_upload_refuses_wrong_types(
    http: FlaskClient, stage: Any, token: Any, field: str, value: object
) -> None:
    body = {**GOOD, field: value}
    response = http.post("/upload", json=body, headers=token(stage.channel("Ada")))
    assert set(error(response, 400, "invalid_body")["fields"]) == {field}


def test_upload_of_longest_texts(http: FlaskClient, stage: Any, token: Any) -> None:
    headers = token(stage.channel("Ada"))
    body = {"title": "😀" * 255, "description": "\n" + "漢" * 49_999}
    hash_path = http.post("/upload", json=body, headers=headers).json["response"]
    shown = http.get(f"/v/{hash_path}", headers=headers).json["response"]
    assert (shown["title"], shown["description"]) == (body["title"], body["description"])
    long = {"title": "a" * 256, "description": "b" * 50_001}
    response = http.post("/upload", json=long, headers=headers)
    assert set(error(response, 400, "invalid_body")["fields"]) == {"title", "description"}


@pytest.mark.parametrize("field", GOOD)
def test_upload_of_hostile_text(http: FlaskClient, stage: Any, token: Any, field: str) -> None:
    headers = token(stage.channel("Ada"))
    for name, text in STRINGS.items():
        response = http.post("/upload", json={**GOOD, field: text}, headers=headers)
        if response.status_code == 200:
            shown = http.get(f"/v/{response.json['response']}", headers=headers).json["response"]
            assert shown[field] == (text.strip() if field == "title" else text), name
        elif any("\ud800" <= character <= "\udfff" for character in text):
            # Half of a character is no JSON at all.
            assert outcome(response) == (400, "invalid_json")
        else:
            assert field in error(response, 400, "invalid_body")["fields"], name


@pytest.mark.parametrize("name", BODIES)
def test_upload_of_hostile_bodies(http: FlaskClient, stage: Any, token: Any, name: str) -> None:
    headers = token(stage.channel("Ada"))
    response = http.post(
        "/upload", data=BODIES[name], content_type="application/json", headers=headers
    )
    assert response.status_code == 400
    assert response.json["response"]["error"] in {"invalid_json", "invalid_body", "missing_field"}


def test_upload_wants_json(http: FlaskClient, stage: Any, token: Any) -> None:
    response = http.post("/upload", data=GOOD, headers=token(stage.channel("Ada")))
    assert outcome(response) == (415, "unsupported_content_type")


def test_a_public_video(http: FlaskClient, stage: Any, token: Any) -> None:
    ada = stage.channel("Ada")
    hash_path = stage.video(ada, "Tïtle", "text\nmore")
    response = http.get(f"/v/{hash_path}")
    assert response.status_code == 200
    shown = response.json["response"]
    assert set(shown) >= SEVEN
    assert "state" not in shown
    assert {key: shown[key] for key in SEVEN - {"upload"}} == {
        "type": "video",
        "channel": "Ada",
        "title": "Tïtle",
        "thumbnail": hash_path,
        "nb_count": "",
        "description": "text\nmore",
    }
    assert UTC.fullmatch(shown["upload"])
    owned = http.get(f"/v/{hash_path}", headers=token(ada)).json["response"]
    mine = {"my_reaction": "none", "my_position": 0.0, "subscribed": False}
    assert owned == {**shown, **mine, "state": "ready", "uploaded": True, "sha256": ""}
    # A token that has expired keeps nobody from watching.
    expired = http.get(f"/v/{hash_path}", headers=token(ada, 1_000_000))
    assert expired.json["response"] == shown


@pytest.mark.parametrize("state", ["waiting", "processing", "failed"])
def test_a_private_video(http: FlaskClient, stage: Any, token: Any, state: str) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    hash_path = stage.video(ada, state=state)
    shown = http.get(f"/v/{hash_path}", headers=token(ada)).json["response"]
    assert shown["state"] == state
    assert shown["uploaded"] is (state != "waiting")
    assert shown.get("reason") == ("broken" if state == "failed" else None)
    assert outcome(http.get(f"/v/{hash_path}")) == (404, "not_found")
    assert outcome(http.get(f"/v/{hash_path}", headers=token(bob))) == (404, "not_found")
    assert outcome(http.get(f"/v/{hash_path}", headers=token(ada, 1_000_000))) == (
        401,
        "token_expired",
    )
    assert outcome(http.get(f"/v/{hash_path}", headers={"Authorization": "x"})) == (
        400,
        "token_invalid",
    )


def test_what_is_missing_from_a_published_video_is_told_to_its_owner(
    http: FlaskClient, stage: Any, token: Any
) -> None:
    ada = stage.channel("Ada")
    hash_path = stage.video(ada)
    stage.videos.record(hash_path, Progress(State.READY, "The sound is missing.", 3.5))
    shown = http.get(f"/v/{hash_path}", headers=token(ada)).json["response"]
    assert (shown["note"], shown["duration"], "reason" in shown) == (
        "The sound is missing.",
        3.5,
        False,
    )
    assert "note" not in http.get(f"/v/{hash_path}").json["response"]


def test_a_copy_that_is_encoded_after_all_counts_once(http: FlaskClient, stage: Any) -> None:
    hash_path = stage.video(stage.channel("Bob"))
    before = http.get("/search/channel/Bob").json["response"][0]["nb_count"]
    stage.videos.record(hash_path, Progress(State.READY, "", 4.5))
    stage.videos.record(hash_path, Progress(State.FAILED, "broken"))
    assert http.get("/search/channel/Bob").json["response"][0]["nb_count"] == before == 1
    assert http.get(f"/v/{hash_path}").json["response"]["duration"] == 4.5


def test_hash_paths_compare_by_case(http: FlaskClient, stage: Any) -> None:
    ada = stage.channel("Ada")
    stage.video(ada, "small", hash_path="abcdefg")
    assert outcome(http.get("/v/ABCDEFG")) == (404, "not_found")
    stage.video(ada, "large", hash_path="ABCDEFG")
    titles = [http.get(f"/v/{name}").json["response"]["title"] for name in ("abcdefg", "ABCDEFG")]
    assert titles == ["small", "large"]


def test_delete_by_its_owner(
    http: FlaskClient, stage: Any, token: Any, media: Neighbour, secrets_dir: Any
) -> None:
    ada = stage.channel("Ada")
    kept, gone = stage.video(ada), stage.video(ada)
    response = http.delete(f"/v/{gone}", headers=token(ada))
    assert (response.status_code, response.json) == (200, {"response": ""})
    assert outcome(http.get(f"/v/{gone}", headers=token(ada))) == (404, "not_found")
    assert outcome(http.delete(f"/v/{gone}", headers=token(ada))) == (404, "not_found")
    assert http.get(f"/v/{kept}").status_code == 200
    assert stage.count_of(ada) == 1
    service_token = (secrets_dir / "service_token").read_text()
    calls = [(call.method, call.path, call.token) for call in media.calls]
    assert calls == [("DELETE", f"/internal/files/{gone}", service_token)]
    ((_, hash_path, said),) = stage.published("video_removed")
    assert (hash_path, said["channel_id"]) == (gone, ada)


def test_delete_while_media_is_down(
    http: FlaskClient, stage: Any, token: Any, media: Neighbour
) -> None:
    ada = stage.channel("Ada")
    gone = stage.video(ada)
    media.status = 503
    assert http.delete(f"/v/{gone}", headers=token(ada)).status_code == 200
    assert stage.removed() == [gone]


def test_delete_by_others(http: FlaskClient, stage: Any, token: Any, media: Neighbour) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    public, private = stage.video(ada), stage.video(ada, state="processing")
    assert outcome(http.delete(f"/v/{public}")) == (400, "token_missing")
    assert outcome(http.delete(f"/v/{public}", headers=token(bob))) == (403, "forbidden")
    assert outcome(http.delete(f"/v/{private}", headers=token(bob))) == (404, "not_found")
    assert outcome(http.delete(f"/v/{public}", headers=token(ada, 1_000_000))) == (
        401,
        "token_expired",
    )
    assert not stage.videos.remove(public, bob)
    assert stage.database.query("SELECT COUNT(*) FROM Videos") == ((2,),)
    assert stage.removed() == []
    assert media.calls == []


def test_a_hash_path_is_never_given_out_again(stage: Any) -> None:
    ada = stage.channel("Ada")
    stage.video(ada, hash_path="abcdefg")
    assert stage.videos.remove("abcdefg", ada)
    with pytest.raises(HashPathTaken):
        stage.videos.add("abcdefg", ada, "again", "")
    assert stage.database.query("SELECT * FROM Videos") == ()


def test_nothing_stays_of_a_video_whose_channel_is_gone(stage: Any) -> None:
    with pytest.raises(ChannelGone):
        stage.videos.add("abcdefg", 4711, "a title", "")
    assert stage.database.query("SELECT * FROM HashPaths") == ()


def test_a_channel_s_end_is_its_videos_end(http: FlaskClient, stage: Any) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    gone, kept = stage.video(ada, "cats"), stage.video(bob, "cats")
    stage.database.query("DELETE FROM Channels WHERE ChannelID = %s", (ada,))
    assert outcome(http.get(f"/v/{gone}")) == (404, "not_found")
    assert outcome(http.get("/videos/channel/Ada")) == (404, "not_found")
    for path in ("/videos/all", "/search/all/cats"):
        assert [row["thumbnail"] for row in http.get(path).json["response"]] == [kept]
    assert stage.database.query("SELECT ChannelID FROM ChannelStats") == ((bob,),)
    assert stage.database.query("SELECT COUNT(*) FROM HashPaths") == ((2,),)


def test_picture(http: FlaskClient, stage: Any) -> None:
    stage.channel("Ada")
    response = http.get("/channel/picture/aDA")
    assert (response.status_code, response.mimetype) == (200, "image/png")
    assert response.data.startswith(b"\x89PNG\r\n\x1a\n")
    assert outcome(http.get("/channel/picture/nobody")) == (404, "not_found")


def test_the_gateway_sends_the_picture_that_was_set(http: FlaskClient, stage: Any) -> None:
    stage.database.query(
        "INSERT INTO ChannelPictures (ChannelID, Name, SetAt) VALUES (%s, %s, NOW())",
        (stage.channel("Ada"), "f" * 32),
    )
    response = http.get("/channel/picture/aDA")
    assert (response.status_code, response.mimetype) == (200, "image/webp")
    assert response.headers["X-Accel-Redirect"] == f"/_pictures/{'f' * 32}"
    assert response.data == b""


@pytest.mark.parametrize(
    "path",
    ["/v/{}", "/videos/channel/{}", "/channel/picture/{}", "/search/{}/x", "/internal/videos/{}"],
)
def test_hostile_addresses(
    http: FlaskClient, stage: Any, path: str, service_token: dict[str, str]
) -> None:
    stage.video(stage.channel("Ada"))
    for name, segment in PATH_SEGMENTS.items():
        response = http.get(path.format(segment), headers=service_token)
        assert response.status_code in {400, 404}, name
        assert response.json["response"]["error"], name


def test_wrong_methods_and_unknown_addresses(http: FlaskClient, clean_tables: TestDatabase) -> None:
    for method, path in (
        ("GET", "/upload"),
        ("POST", "/v/abcdefg"),
        ("PUT", "/videos/all"),
        ("DELETE", "/search/all/x"),
        ("POST", "/channel/picture/x"),
    ):
        assert outcome(http.open(path, method=method)) == (405, "method_not_allowed")
    for path in ("/", "/v", "/v/", "/videos", "/search/all", "/search/all/", "/v//abcdefg"):
        assert outcome(http.get(path)) == (404, "not_found")


def test_an_announcement_sent_again_after_a_crash_is_the_same_video(
    http: FlaskClient, stage: Any, token: Any, clean_tables: TestDatabase
) -> None:
    """The process died after the commit: there is a video, and nobody was answered."""
    ada = stage.channel("Ada")
    headers = {**token(ada), "Idempotency-Key": "one"}
    body = {"title": "a title", "description": ""}
    first = http.post("/upload", json=body, headers=headers)
    clean_tables.query(
        "UPDATE IdempotentRequests SET Status = NULL, LeaseUntil = NOW(3) - INTERVAL 1 SECOND"
    )
    again = http.post("/upload", json=body, headers=headers)
    assert again.status_code == 200
    assert again.json == first.json
    assert "Idempotency-Replayed" not in again.headers
    assert clean_tables.query("SELECT COUNT(*) FROM Videos") == ((1,),)

    other = http.post("/upload", json={**body, "title": "b"}, headers={**headers, **token(ada)})
    assert other.status_code == 409
    new = http.post("/upload", json=body, headers={**headers, "Idempotency-Key": "two"})
    assert new.json != first.json


def test_a_key_whose_video_is_gone_announces_another(
    http: FlaskClient, stage: Any, token: Any, clean_tables: TestDatabase
) -> None:
    ada = stage.channel("Ada")
    headers = {**token(ada), "Idempotency-Key": "one"}
    body = {"title": "a title", "description": ""}
    first = http.post("/upload", json=body, headers=headers).json["response"]
    # After a day it got no bytes, and the stored answer has expired.
    clean_tables.query("DELETE FROM Videos")
    made = []
    for _ in range(2):
        clean_tables.query("DELETE FROM IdempotentRequests")
        made.append(http.post("/upload", json=body, headers=headers).json["response"])
    assert made[0] == made[1] != first
    assert clean_tables.query("SELECT COUNT(*) FROM Videos") == ((1,),)
