"""A person's archive has all that catalog knows of their videos."""

import dataclasses
import datetime as dt

from vireo_catalog.api.exports import row
from vireo_videos.video import Video
from vireo_videos.visibility import State

# Ids of rows; whose it is, the archive says once; where a picture is cached; what is made of the
# original, which is in the archive with the captions that its owner has set.
NOT_OF_A_PERSON = {
    *("video_id", "channel_id", "channel", "thumbnail_version"),
    *("stream", "storyboard", "captions", "chapters"),
}
OTHERWISE_NAMED = {
    "stored_at": "stored",
    "hidden_by": "moderation",
    "published_at": "published",
}


def test_no_field_of_a_video_is_forgotten() -> None:
    now = dt.datetime(2026, 1, 2, tzinfo=dt.UTC)
    video = Video(
        *(1, "abcdefg", 2, "ada", "Title", "Text", now, State.READY, "", now, 1.5, 320, 180, 3, 4)
    )
    fields = {field.name for field in dataclasses.fields(Video)} - NOT_OF_A_PERSON
    assert set(row(video, ["bob"])) == {OTHERWISE_NAMED.get(name, name) for name in fields}
