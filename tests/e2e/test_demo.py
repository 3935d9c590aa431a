"""What people do in the demonstration is done through the API, and counted as anybody's is."""

from pathlib import Path

import pytest

from vireo_client import VireoError
from vireo_ops.demo_people import STEPS, Channel, Video, enliven
from vireo_testing.clips import Library
from vireo_testing.person import Person, eventually


@pytest.fixture
def clip(clips: Library) -> Path:
    return clips.path("plain.mp4")


def test_the_demonstration_is_lively(url: str, clip: Path) -> None:
    people = [Person(url) for _ in range(3)]
    channels = [Channel(one.name, one.password, one.client) for one in people]
    videos = [
        Video(one.publish(clip, f"Clip {number}"), f"Clip {number}", channel)
        for number, (one, channel) in enumerate(zip(people, channels, strict=True))
    ]
    steps: list[str] = []
    enliven(channels, videos, steps.append)
    assert len(steps) == STEPS
    first, second, third = (channel.client for channel in channels)
    assert first.show_channel(channels[0].name).subscribers == 2
    assert [row.channel for row in second.list_my_subscriptions()] == [channels[0].name]
    # Each was watched by the two others, and by nobody more often.
    for video in videos:
        eventually(lambda video=video: first.show_video(video.path_hash).views == 2)
    assert {row.thumbnail for row in third.list_my_history()} == {
        video.path_hash for video in videos[:2]
    }
    assert sum(first.show_video(video.path_hash).likes or 0 for video in videos) > 0
    comments = list(first.list_comments(videos[0].path_hash))
    assert comments[0].pinned
    assert next(row.channel for row in first.list_replies(comments[0].id)) == channels[0].name
    assert len(list(first.list_my_playlists())) == 2
    assert list(first.list_playlist_videos("later"))
    with pytest.raises(VireoError):
        list(second.list_reports())
    eventually(lambda: {row.kind for row in first.list_notices()} >= {"comment", "follow", "like"})
