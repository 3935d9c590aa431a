"""Rounds of new videos: of which ones followers hear, and which rounds count for the day."""

from typing import Any

import pytest

from vireo_community.storage import fanouts
from vireo_community.storage.fanouts import RUNS_A_DAY, FanoutTable
from vireo_community.storage.notice_removals import NoticeRemovals
from vireo_community.storage.removals import Removal, What


def follow(mailing: Any, *followers: int) -> None:
    for follower in followers:
        mailing.query(
            "INSERT INTO Subscriptions (FollowerID, ChannelID, Notify, CreatedAt)"
            " VALUES (%s, %s, 'all', NOW(3))",
            (follower, mailing.ada),
        )


def announce(mailing: Any, *videos: int) -> None:
    for video in videos:
        mailing.database.transaction(
            "test", lambda cursor, video=video: fanouts.announce(cursor, mailing.ada, video)
        )


def run(mailing: Any) -> None:
    steps, table = 0, FanoutTable(mailing.database)
    while table.step():
        steps += 1
        assert steps < 1000


def heard(mailing: Any, who: int) -> list[tuple[str, str, int]]:
    found = mailing.http.get("/notifications", headers=mailing.token(who))
    assert found.status_code == 200
    return [(row["text"], row["title"], row["count"]) for row in found.json["response"]]


def hide(mailing: Any, video: int) -> None:
    mailing.query("UPDATE Videos SET HiddenBy = 1 WHERE VideoID = %s", (video,))


def delete(mailing: Any, video: int) -> None:
    mailing.query("DELETE FROM Videos WHERE VideoID = %s", (video,))


@pytest.mark.parametrize("lose", [hide, delete])
def test_the_others_are_told_where_the_latest_that_waited_is_gone(mailing: Any, lose: Any) -> None:
    follow(mailing, mailing.bob)
    dogs, birds = mailing.numbered("Dogs"), mailing.numbered("Birds")
    announce(mailing, mailing.video, dogs, birds)
    lose(mailing, birds)
    run(mailing)
    assert heard(mailing, mailing.bob) == [("Ada published 2 new videos.", "Dogs", 2)]


def test_what_is_gone_before_its_round_is_not_counted(mailing: Any) -> None:
    follow(mailing, mailing.bob)
    dogs = mailing.numbered("Dogs")
    announce(mailing, mailing.video, dogs)
    hide(mailing, mailing.video)
    run(mailing)
    assert heard(mailing, mailing.bob) == [("Ada published “Dogs”.", "Dogs", 1)]


def test_a_round_goes_on_with_what_is_left_of_it(
    mailing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanouts, "AT_ONCE", 1)
    follow(mailing, mailing.bob, mailing.cleo)
    dogs = mailing.numbered("Dogs")
    announce(mailing, mailing.video, dogs)
    assert FanoutTable(mailing.database).step()
    # What comes meanwhile is of the next round.
    announce(mailing, mailing.numbered("Birds"))
    hide(mailing, dogs)
    assert FanoutTable(mailing.database).step()
    assert heard(mailing, mailing.bob) == [("Ada published 2 new videos.", None, 2)]
    assert heard(mailing, mailing.cleo) == [("Ada published “Cats”.", "Cats", 1)]
    run(mailing)
    assert heard(mailing, mailing.cleo) == [("Ada published 2 new videos.", "Birds", 2)]
    assert mailing.query("SELECT * FROM NoticeFanoutVideos") == ()


def test_rounds_of_what_is_gone_are_none_of_the_day(mailing: Any) -> None:
    follow(mailing, mailing.bob)
    for number in range(RUNS_A_DAY):
        gone = mailing.numbered(f"Draft {number}")
        announce(mailing, gone)
        delete(mailing, gone)
        run(mailing)
    announce(mailing, mailing.video)
    run(mailing)
    assert heard(mailing, mailing.bob) == [("Ada published “Cats”.", "Cats", 1)]


def test_rounds_without_followers_are_none_of_the_day(mailing: Any) -> None:
    for number in range(RUNS_A_DAY):
        announce(mailing, mailing.numbered(f"Old {number}"))
        run(mailing)
    follow(mailing, mailing.bob)
    announce(mailing, mailing.video)
    run(mailing)
    assert heard(mailing, mailing.bob) == [("Ada published “Cats”.", "Cats", 1)]


@pytest.mark.parametrize(("waiting", "running"), [(1, 0), (0, 1)])
def test_what_the_version_before_announced_is_told(
    mailing: Any, waiting: int, running: int
) -> None:
    follow(mailing, mailing.bob)
    mailing.query(
        "INSERT INTO NoticeFanouts"
        " (ChannelID, Waiting, WaitingVideo, Running, RunningVideo, StepAt)"
        " VALUES (%s, %s, %s, %s, %s, NOW(3))",
        (mailing.ada, waiting, mailing.video, running, mailing.video),
    )
    run(mailing)
    assert heard(mailing, mailing.bob) == [("Ada published “Cats”.", "Cats", 1)]


def test_nothing_of_a_round_is_left_of_a_channel_that_is_gone(mailing: Any) -> None:
    announce(mailing, mailing.video, mailing.numbered("Dogs"))
    gone = Removal(What.CHANNEL, mailing.ada, mailing.ada)
    removals, pieces = NoticeRemovals(mailing.database), 0
    while removals.of_channel(gone, 1):
        pieces += 1
        assert pieces < 1000
    for table in ("NoticeFanouts", "NoticeFanoutVideos"):
        assert mailing.query(f"SELECT * FROM {table}") == ()
