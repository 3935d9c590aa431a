"""What is left of videos and channels that are gone, deleted in pieces."""

from typing import Any

import pytest

from vireo_common.database import Database
from vireo_community.storage.comment_likes import CommentLikeTable
from vireo_community.storage.comment_removal import Removal

TABLES = ("Reactions", "Comments", "CommentLikes", "VideoCounters", "Blocks", "CommentWrites")


def rows(people: Any, *tables: str) -> dict[str, int]:
    return {
        table: people.stage.database.query(f"SELECT COUNT(*) FROM {table}")[0][0]
        for table in tables
    }


def emptied(removal: Any, subject: int, limit: int) -> int:
    """Call it until there is no more; the number of calls."""
    for calls in range(1, 200):
        if not removal(subject, limit):
            return calls
    raise AssertionError("it finds no end")


@pytest.fixture
def removal(community_database: Database) -> Removal:
    return Removal(community_database)


def test_a_video(people: Any, removal: Removal, community_database: Database) -> None:
    query = people.stage.database.query
    ((video_id,),) = query("SELECT VideoID FROM Videos")
    comments = [people.made("Bob") for _ in range(5)]
    for who in ("Ada", "Bob", "Cleo"):
        people.send(who, "PUT", f"/v/{people.video}/reaction", reaction="like")
        people.send(who, "PUT", f"/comments/{comments[0]}/like", like=True)
        people.made(who, reply_to=comments[1])
    other = people.stage.video(people.ids["Ada"])
    kept = people.made("Bob", video=other)
    query("DELETE FROM Videos WHERE PathHash = %s", (people.video,))
    assert emptied(removal.remove_of_video, video_id, 2) > 4
    assert not removal.remove_of_video(video_id, 2)
    assert query("SELECT CommentID FROM Comments") == ((kept,),)
    assert rows(people, "Reactions", "CommentLikes", "VideoCounters") == {
        "Reactions": 0,
        "CommentLikes": 3,
        # That of the video that is gone goes with its views.
        "VideoCounters": 2,
    }
    CommentLikeTable(community_database).sweep()
    assert rows(people, "CommentLikes", "GoneComments") == {"CommentLikes": 0, "GoneComments": 0}
    assert people.count() == 1


def test_a_channel(people: Any, removal: Removal) -> None:
    query = people.stage.database.query
    bob = people.ids["Bob"]
    videos = [people.video, *(people.stage.video(people.ids["Ada"]) for _ in range(4))]
    for number, video in enumerate(videos):
        kind = "like" if number % 2 else "dislike"
        people.send("Bob", "PUT", f"/v/{video}/reaction", reaction=kind)
        people.send("Cleo", "PUT", f"/v/{video}/reaction", reaction="like")
        own = people.made("Bob", "my words", video=video)
        theirs = people.made("Cleo", video=video)
        people.made("Bob", video=video, reply_to=theirs)
        people.send("Bob", "PUT", f"/comments/{theirs}/like", like=True)
        people.send("Ada", "PUT", f"/comments/{theirs}/like", like=True)
    answered = own
    reply = people.made("Cleo", video=videos[-1], reply_to=answered)
    people.block("Bob", "Cleo")
    people.block("Cleo", "Bob")
    people.block("Cleo", "Ada")
    query("DELETE FROM Channels WHERE ChannelID = %s", (bob,))
    before = people.count()
    assert emptied(removal.remove_of_channel, bob, 2) > 6
    assert not removal.remove_of_channel(bob, 2)
    assert people.count() == before - 10
    for table in ("Reactions", "Comments", "CommentLikes", "Blocks", "CommentWrites"):
        assert query(f"SELECT 1 FROM {table} WHERE ChannelID = %s", (bob,)) == (), table
    assert query("SELECT 1 FROM Blocks WHERE BlockedID = %s", (bob,)) == ()
    assert rows(people, "Blocks") == {"Blocks": 1}
    assert query("SELECT `Like`, Dislike FROM Videos") == ((1, 0),) * 5
    # The answered one stays as the place of its reply.
    path = f"/v/{videos[-1]}/comments"
    assert people.listed(path=path)[-1] == {"id": answered, "state": "deleted", "replies": 1}
    assert people.replies(answered) == [reply]
    assert query("SELECT 1 FROM Comments WHERE Text = 'my words'") == ()


def test_a_channel_with_comments_below_a_video_that_is_gone(people: Any, removal: Removal) -> None:
    comment = people.made("Bob")
    people.made("Bob", reply_to=comment)
    people.send("Cleo", "PUT", f"/comments/{comment}/like", like=True)
    people.send("Bob", "PUT", f"/v/{people.video}/reaction", reaction="like")
    for table in ("Videos", "VideoCounters"):
        people.stage.database.query(f"DELETE FROM {table}")
    people.stage.database.query("DELETE FROM Channels WHERE ChannelID = %s", (people.ids["Bob"],))
    emptied(removal.remove_of_channel, people.ids["Bob"], 1)
    assert rows(people, "Comments", "Reactions", "VideoCounters") == {
        "Comments": 0,
        "Reactions": 0,
        "VideoCounters": 0,
    }


def test_likes_of_a_deleted_comment_go_in_pieces(people: Any, community_database: Database) -> None:
    comment, other = people.made("Bob"), people.made("Bob")
    people.stage.database.query(
        "INSERT INTO CommentLikes SELECT %s, seq + 1000000, NOW() FROM seq_1_to_2500", (comment,)
    )
    people.stage.database.query("UPDATE Comments SET Likes = 2500 WHERE CommentID = %s", (comment,))
    people.send("Cleo", "PUT", f"/comments/{other}/like", like=True)
    people.send("Bob", "DELETE", f"/comments/{comment}")
    assert rows(people, "CommentLikes") == {"CommentLikes": 2501}
    CommentLikeTable(community_database).sweep()
    assert rows(people, "CommentLikes", "GoneComments") == {"CommentLikes": 1, "GoneComments": 0}
