"""What one account may write, what waits for its bytes and for how long, and what is indexed."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_catalog.core.videos import Change, Progress
from vireo_catalog.core.words import MOST_TERMS_OF_VIDEO, terms_of
from vireo_catalog.core.writes import CHARACTERS_FOR_ONE, MOST_OPEN, ROOM
from vireo_catalog.storage.words import WordTable
from vireo_common.database import Database
from vireo_testing.answers import outcome
from vireo_videos.visibility import State

GOOD = {"title": "A title", "description": ""}
LONGEST = 50_000


def leave_room(stage: Any, channel_id: int, room: float) -> None:
    """Let the account have written so much that this is left, and no more until it has written."""
    stage.database.query(
        "REPLACE INTO ChannelWrites (ChannelID, Room, FilledAt)"
        " VALUES (%s, %s, NOW(3) + INTERVAL 1 HOUR)",
        (channel_id, room),
    )


def words(stage: Any) -> int:
    ((count,),) = stage.database.query("SELECT COUNT(*) FROM SearchWords")
    return int(count)


def require_slower(response: Any) -> None:
    assert outcome(response) == (429, "rate_limited")
    said = response.json["response"]
    assert int(response.headers["Retry-After"]) == said["retry_after"] >= 1
    assert "your account" in said["message"].lower() or "your videos" in said["message"]


def test_every_write_takes_from_what_the_account_may(
    http: FlaskClient, stage: Any, token: Any
) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    mine, theirs = stage.video(ada), stage.video(bob)
    writes = (
        lambda who, video: http.post("/upload", json=GOOD, headers=token(who)),
        lambda who, video: http.patch(f"/v/{video}", json={"title": "n"}, headers=token(who)),
        lambda who, video: http.delete(f"/v/{video}", headers=token(who)),
    )
    leave_room(stage, ada, -600.0)
    for write in writes:
        require_slower(write(ada, mine))
    # Nothing was done, reading goes on, and nobody else notices.
    assert http.get(f"/v/{mine}").json["response"]["title"] == "a title"
    assert stage.database.query("SELECT COUNT(*) FROM Videos") == ((2,),)
    for write in writes:
        assert write(bob, theirs).status_code == 200
    # It fills up with time, and no further than it was.
    stage.database.query("UPDATE ChannelWrites SET FilledAt = NOW(3) - INTERVAL 1 DAY")
    for write in writes:
        assert write(ada, mine).status_code == 200
    ((room,),) = stage.database.query("SELECT Room FROM ChannelWrites WHERE ChannelID = %s", (ada,))
    assert ROOM - 4 < room < ROOM


def test_long_texts_take_more(http: FlaskClient, stage: Any, token: Any) -> None:
    ada = stage.channel("Ada")
    video = stage.video(ada)
    long = {"description": "x" * LONGEST}
    leave_room(stage, ada, LONGEST / CHARACTERS_FOR_ONE)
    require_slower(http.patch(f"/v/{video}", json=long, headers=token(ada)))
    assert http.patch(f"/v/{video}", json={"title": "n"}, headers=token(ada)).status_code == 200
    leave_room(stage, ada, LONGEST / CHARACTERS_FOR_ONE + 1)
    assert http.patch(f"/v/{video}", json=long, headers=token(ada)).status_code == 200


def test_no_more_is_written_at_once_than_one_after_the_other(
    stage: Any, http: FlaskClient, token: Any
) -> None:
    ada = stage.channel("Ada")
    leave_room(stage, ada, 8.0)
    header = token(ada)
    app = http.application

    def announce(_: int) -> int:
        with app.test_client() as client:
            return int(client.post("/upload", json=GOOD, headers=header).status_code)

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(announce, range(40)))
    ((room,),) = stage.database.query("SELECT Room FROM ChannelWrites")
    # What came in meanwhile may have been used too; it is never less than nothing.
    assert statuses.count(200) >= 8
    assert set(statuses) == {200, 429}
    assert room >= 0


def test_so_many_announcements_may_wait_for_their_bytes(
    http: FlaskClient, stage: Any, token: Any
) -> None:
    ada, bob = stage.channel("Ada"), stage.channel("Bob")
    open_ones = [stage.video(ada, state="waiting") for _ in range(MOST_OPEN - 1)]
    header, app = token(ada), http.application

    def announce(_: int) -> int:
        with app.test_client() as client:
            return int(client.post("/upload", json=GOOD, headers=header).status_code)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(announce, range(4))) == [200, 429, 429, 429]
    refused = http.post("/upload", json=GOOD, headers=header)
    require_slower(refused)
    assert refused.json["response"]["limit"] == MOST_OPEN
    assert http.post("/upload", json=GOOD, headers=token(bob)).status_code == 200
    # One that gets its bytes, and one that is deleted, make room.
    stage.videos.record(open_ones[0], Progress(State.PROCESSING))
    assert http.delete(f"/v/{open_ones[1]}", headers=header).status_code == 200
    statuses = [http.post("/upload", json=GOOD, headers=header).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_of_what_has_no_bytes_everybody_hears_too(
    http: FlaskClient, stage: Any, token: Any
) -> None:
    ada = stage.channel("Ada")
    empty, full = stage.video(ada, state="waiting"), stage.video(ada, state="processing")
    for video in (empty, full):
        assert http.delete(f"/v/{video}", headers=token(ada)).status_code == 200
    assert stage.removed() == [empty, full]


def test_announcements_without_bytes_go_after_a_day(
    http: FlaskClient, stage: Any, service_token: dict[str, str]
) -> None:
    ada = stage.channel("Ada")
    made = {
        name: stage.video(ada, state=state)
        for name, state in (
            ("new", "waiting"),
            ("old", "waiting"),
            ("about to be sent", "waiting"),
            ("on its way", "processing"),
            ("ready", "ready"),
            ("failed", "failed"),
        )
    }
    stage.database.query(
        "UPDATE Videos SET Upload = UTC_TIMESTAMP() - INTERVAL 25 HOUR WHERE PathHash <> %s",
        (made["new"],),
    )
    for name, sender in (("about to be sent", ada), ("old", stage.channel("Stranger"))):
        path = f"/internal/videos/{made[name]}?sender={sender}"
        assert http.get(path, headers=service_token).json["response"] == {"channel_id": ada}
    stage.videos.sweep()
    left = {hash_path for (hash_path,) in stage.database.query("SELECT PathHash FROM Videos")}
    assert left == set(made.values()) - {made["old"]}
    ((_, gone, said),) = stage.published("video_removed")
    assert (gone, said["hash_path"], said["channel_id"]) == (made["old"], made["old"], ada)
    assert said["video_id"] is not None


def test_no_announcement_goes_whose_bytes_may_be_there(stage: Any) -> None:
    """A body at the least speed takes days, and catalog may not have heard of one that is there."""
    ada, bob, eve, dan = (stage.channel(name) for name in ("Ada", "Bob", "Eve", "Dan"))
    sends, had_sent, reported, stays_away = (
        stage.video(who, state="waiting") for who in (ada, bob, eve, dan)
    )
    stage.database.query("UPDATE Videos SET Upload = UTC_TIMESTAMP() - INTERVAL 3 DAY")
    for who, lease in ((ada, "+"), (bob, "-")):
        stage.database.query(
            "INSERT INTO OpenUploads VALUES"
            f" (%s, 'video', %s, '::1', 9, 0, NOW(3), NOW(3) {lease} INTERVAL 1 MINUTE)",
            (f"{who:032}", who),
        )
    stage.database.query(
        "INSERT INTO Events (Kind, Subject, Payload, CreatedAt)"
        " VALUES ('video_state_changed', %s, '{}', NOW(3))",
        (reported,),
    )
    stage.videos.sweep()
    left = {hash_path for (hash_path,) in stage.database.query("SELECT PathHash FROM Videos")}
    assert left == {sends, reported}
    assert not left & {had_sent, stays_away}


@pytest.mark.parametrize("state", ["waiting", "processing", "failed"])
def test_nothing_is_indexed_that_nobody_can_find(
    http: FlaskClient, stage: Any, token: Any, state: str
) -> None:
    ada = stage.channel("Ada")
    video = stage.video(ada, "some words", "and more of them", state=state)
    new = {"title": "other words", "description": "x y z"}
    assert http.patch(f"/v/{video}", json=new, headers=token(ada)).status_code == 200
    assert words(stage) == 0
    if state != "failed":
        stage.videos.record(video, Progress(State.READY))
        assert words(stage) == sum(map(len, terms_of("other words", "x y z")))


def test_changes_and_deletions_leave_nothing_in_the_index(
    http: FlaskClient, stage: Any, token: Any
) -> None:
    ada = stage.channel("Ada")
    video = stage.video(ada, "first", "words of a text")
    edited = {"title": "second", "description": "words of another"}
    assert http.patch(f"/v/{video}", json=edited, headers=token(ada)).status_code == 200
    assert words(stage) == sum(map(len, terms_of("second", "words of another")))
    for query, found in (("first", 0), ("text", 0), ("second", 1), ("another words", 1)):
        assert len(http.get(f"/search/all/{query}").json["response"]) == found
    assert http.delete(f"/v/{video}", headers=token(ada)).status_code == 200
    assert words(stage) == 0
    stage.video(ada, "third")
    stage.database.query("DELETE FROM Channels")
    assert words(stage) == 0


def size_of_index(stage: Any) -> int:
    name = f"{stage.database.name}/SearchWords"
    ((size,),) = stage.database.query(
        "SELECT FILE_SIZE FROM information_schema.INNODB_SYS_TABLESPACES WHERE NAME = %s", (name,)
    )
    return int(size)


def test_megabytes_of_changes_do_not_grow_the_index(stage: Any) -> None:
    ada = stage.channel("Ada")
    video = stage.video(ada)
    before = size_of_index(stage)
    for number in range(60):
        leave_room(stage, ada, ROOM)
        text = " ".join(f"{number:02d}{word:05x}" for word in range(6_000))
        assert stage.videos.change(video, ada, Change(description=text[:LONGEST]))
    # Three megabytes were written, of words that are all different.
    assert words(stage) <= MOST_TERMS_OF_VIDEO + 10
    # MariaDB purges what was replaced when it gets to it, 10 MB later on a busy machine. A FULLTEXT
    # index, which never gave anything back, grew by 59 MB.
    assert size_of_index(stage) - before < 24 << 20


def test_the_worker_indexes_what_has_no_words_yet(
    http: FlaskClient, stage: Any, catalog_database: Database
) -> None:
    ada = stage.channel("Ada")
    for number in range(60):
        stage.video(ada, f"kept{number} word")
    stage.video(ada, "word that is not ready", state="processing")
    whole = words(stage)
    # As after the migration.
    stage.database.query("DELETE FROM SearchWords WHERE Word <> 'word'")
    stage.database.query("UPDATE Videos SET Indexed = 0")
    table = WordTable(catalog_database)
    assert table.index_missing()
    assert not table.index_missing()
    assert words(stage) == whole
    assert stage.database.query("SELECT SUM(Indexed) FROM Videos") == ((60,),)
    assert len(http.get("/search/all/kept59").json["response"]) == 1
