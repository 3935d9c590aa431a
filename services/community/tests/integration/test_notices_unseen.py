"""Notices of what may not be seen any more: suspended channels, hidden comments and videos."""

from typing import Any

import pytest

from vireo_community.core.notices import Kind, Note
from vireo_community.storage import fanouts
from vireo_community.storage.fanouts import FanoutTable
from vireo_community.storage.notices import add


def tell(mailing: Any, *notes: Note) -> None:
    for note in notes:
        mailing.database.transaction("test", lambda cursor, note=note: add(cursor, note))


def listed(mailing: Any, who: int) -> list[dict[str, Any]]:
    found = mailing.http.get("/notifications", headers=mailing.token(who))
    assert found.status_code == 200
    rows: list[dict[str, Any]] = found.json["response"]
    return rows


def test_nothing_is_told_of_a_suspended_channel(mailing: Any) -> None:
    cats, dogs = (
        Note(mailing.ada, Kind.LIKE, f"video {video}", video, mailing.bob, once_each=True)
        for video in (mailing.video, mailing.numbered("Dogs"))
    )
    tell(mailing, cats)
    mailing.query("UPDATE Channels SET SuspendedAt = NOW(3) WHERE ChannelID = %s", (mailing.bob,))
    tell(mailing, dogs)
    (row,) = listed(mailing, mailing.ada)
    assert (row["title"], row["channel"]) == ("Cats", None)
    assert "Bob" not in row["text"]


def test_nothing_is_told_of_a_hidden_comment_but_to_its_author(mailing: Any) -> None:
    mailing.query(
        "INSERT INTO Comments (CommentID, VideoID, ChannelID, State, Listed, HiddenBy, CreatedAt,"
        " Text) VALUES (5, %s, %s, 'hidden', 0, 1, NOW(), 'a text')",
        (mailing.video, mailing.bob),
    )
    mailing.comment(mailing.bob)
    tell(mailing, Note(mailing.bob, Kind.MODERATION, "decision 1", comment_id=5, once=True))
    assert listed(mailing, mailing.ada) == []
    assert [row["comment"] for row in listed(mailing, mailing.bob)] == [5]


@pytest.mark.parametrize(
    "hide",
    [
        "UPDATE Videos SET HiddenBy = 2 WHERE ChannelID = {0}",
        "UPDATE Videos SET State = 'processing' WHERE ChannelID = {0}",
        "DELETE FROM Videos WHERE ChannelID = {0}",
    ],
)
def test_a_round_ends_with_a_video_that_nobody_may_see(
    mailing: Any, monkeypatch: pytest.MonkeyPatch, hide: str
) -> None:
    monkeypatch.setattr(fanouts, "AT_ONCE", 1)
    for follower in (mailing.bob, mailing.cleo):
        mailing.query(
            "INSERT INTO Subscriptions (FollowerID, ChannelID, Notify, CreatedAt)"
            " VALUES (%s, %s, 'all', NOW(3))",
            (follower, mailing.ada),
        )
    table = FanoutTable(mailing.database)

    def announce(video: int) -> None:
        mailing.database.transaction(
            "test", lambda cursor: fanouts.announce(cursor, mailing.ada, video)
        )

    announce(mailing.video)
    assert table.step()
    mailing.query(hide.format(mailing.ada))
    while table.step():
        pass
    assert len(listed(mailing, mailing.bob)) == 1
    assert listed(mailing, mailing.cleo) == []
    # What it publishes after that is told as ever.
    announce(mailing.numbered("Dogs"))
    while table.step():
        pass
    assert [row["title"] for row in listed(mailing, mailing.cleo)] == ["Dogs"]
