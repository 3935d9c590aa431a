"""Reactions, over HTTP and below it, on a real MariaDB."""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_common.database import Database
from vireo_common.errors import Code, Failure
from vireo_community.core.reactions import Reactions, Wish
from vireo_community.storage.reactions import ReactionTable
from vireo_community.storage.videos import VideoTable
from vireo_testing.answers import outcome

PEOPLE, REQUESTS, THREADS = 100, 2_000, 24


def react(http: FlaskClient, video: str, reaction: object, headers: Any) -> Any:
    return http.put(f"/v/{video}/reaction", json={"reaction": reaction}, headers=headers)


def in_videos(stage: Any, video: str) -> tuple[int, int]:
    ((likes, dislikes),) = stage.database.query(
        "SELECT `Like`, Dislike FROM Videos WHERE PathHash = %s", (video,)
    )
    return int(likes), int(dislikes)


def test_the_latest_counts_and_twice_is_once(http: FlaskClient, stage: Any, token: Any) -> None:
    owner = stage.channel("Ada")
    video = stage.video(owner)
    ada, bob = token(owner), token(stage.channel("Bob"))
    steps = [
        (ada, "like", (1, 0)),
        (ada, "like", (1, 0)),
        (bob, "dislike", (1, 1)),
        (bob, "like", (2, 0)),
        (ada, "none", (1, 0)),
        (ada, "none", (1, 0)),
        (bob, "dislike", (0, 1)),
    ]
    for who, wanted, (likes, dislikes) in steps:
        answer = {"reaction": wanted, "likes": likes, "dislikes": dislikes}
        found = react(http, video, wanted, who)
        assert (found.status_code, found.json["response"]) == (200, answer)
        assert in_videos(stage, video) == (likes, dislikes)


def test_what_is_refused(http: FlaskClient, stage: Any, token: Any) -> None:
    owner = stage.channel("Ada")
    hidden, video = stage.video(owner, state="processing"), stage.video(owner)
    bob = token(stage.channel("Bob"))
    for path in (hidden, "aaaaaaa", "a", "aaaaaaaa"):
        assert outcome(react(http, path, "like", bob)) == (404, "not_found")
    assert outcome(react(http, hidden, "like", token(owner)))[0] == 200
    for wrong in ("Like", "", None, 1, ["like"]):
        assert outcome(react(http, video, wrong, bob)) == (400, "invalid_body")
    assert outcome(http.put(f"/v/{video}/reaction", json={}, headers=bob)) == (400, "missing_field")
    assert outcome(react(http, video, "like", {})) == (400, "token_missing")


def test_who_is_gone_fails_alone(community_database: Database, stage: Any) -> None:
    ada, gone = stage.channel("Ada"), stage.channel("Gone")
    video = VideoTable(community_database).find(stage.video(ada))
    assert video is not None
    stage.database.query("DELETE FROM Channels WHERE ChannelID = %s", (gone,))
    wishes = [Wish(gone, "like"), Wish(ada, "like"), Wish(ada, "dislike")]
    refused, *others = ReactionTable(community_database).react(video.video_id, wishes)
    assert isinstance(refused, Failure)
    assert refused.code is Code.TOKEN_INVALID
    assert others[0] == others[1]
    assert in_videos(stage, video.hash_path) == (0, 1)
    stage.database.query("DELETE FROM Videos")
    outcomes = ReactionTable(community_database).react(video.video_id, wishes)
    assert [each.code for each in outcomes if isinstance(each, Failure)] == [
        Code.TOKEN_INVALID,
        Code.NOT_FOUND,
        Code.NOT_FOUND,
    ]


@pytest.fixture
def processes(open_pool: Any) -> Iterator[list[Reactions]]:
    """Two that share nothing but the database, as two processes do."""
    made = []
    for _ in range(2):
        database = open_pool("community")
        made.append(Reactions(ReactionTable(database), VideoTable(database)))
    yield made


def differs(cursor: Any, video: str) -> tuple[Any, ...]:
    """Counters and rows of one moment, where they are not the same."""
    cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT")
    cursor.execute(
        "SELECT v.`Like`, v.Dislike,"
        " (SELECT COUNT(*) FROM Reactions r WHERE r.VideoID = v.VideoID AND Reaction = 'like'),"
        " (SELECT COUNT(*) FROM Reactions r WHERE r.VideoID = v.VideoID AND Reaction = 'dislike')"
        " FROM Videos v WHERE v.PathHash = %s",
        (video,),
    )
    row = tuple(cursor.fetchone())
    cursor.execute("COMMIT")
    return () if row[:2] == row[2:] else row


def test_counters_equal_the_rows_at_every_moment(processes: list[Reactions], stage: Any) -> None:
    """Likes, unlikes and deletions of accounts on one video, through two pools of connections."""
    video = stage.video(stage.channel("Ada"))
    people = [stage.channel(f"person{number}") for number in range(PEOPLE)]
    last: dict[int, str] = {}
    done, wrong = threading.Event(), []

    def sample() -> int:
        count = 0
        with stage.database.connect() as connection, connection.cursor() as cursor:
            while not done.is_set():
                wrong.extend(differs(cursor, video))
                count += 1
        return count

    def work(number: int) -> None:
        # Everybody's requests come one after the other; those of different people at once.
        source = random.Random(number)
        for person in people[number::THREADS]:
            for step in range(REQUESTS // PEOPLE):
                wanted = source.choice(["like", "dislike", "none"])
                processes[step % 2].react(person, video, wanted)
                last[person] = wanted
            if person % 10 == 0:
                stage.database.query("DELETE FROM Channels WHERE ChannelID = %s", (person,))
                with pytest.raises(Failure, match="token_invalid"):
                    processes[0].react(person, video, "like")

    with ThreadPoolExecutor(THREADS + 1) as pool:
        sampled = pool.submit(sample)
        try:
            for each in [pool.submit(work, number) for number in range(THREADS)]:
                each.result()
        finally:
            done.set()
        assert sampled.result() > 10
    assert wrong == []
    rows = dict(stage.database.query("SELECT ChannelID, Reaction FROM Reactions"))
    assert rows == {who: what for who, what in last.items() if what != "none"}
    kinds = list(rows.values())
    assert in_videos(stage, video) == (kinds.count("like"), kinds.count("dislike"))


def test_all_that_wait_for_a_video_that_goes_are_told(
    processes: list[Reactions], stage: Any
) -> None:
    video = stage.video(stage.channel("Ada"))
    people = [stage.channel(f"person{number}") for number in range(THREADS)]
    gone = threading.Event()

    def work(person: int) -> str:
        turn = 0
        while True:
            before = gone.is_set()
            try:
                processes[turn % 2].react(person, video, ("like", "none")[turn % 2])
            except Failure as failure:
                return failure.code.value
            assert not before, "it was gone already"
            turn += 1

    with ThreadPoolExecutor(THREADS) as pool:
        works = [pool.submit(work, person) for person in people]
        stage.database.query("DELETE FROM Videos WHERE PathHash = %s", (video,))
        gone.set()
        assert {each.result() for each in works} == {"not_found"}
