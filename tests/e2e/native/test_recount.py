"""``make recount``: the counters of a running Vireo are what their rows say."""

from vireo_ops.commands import recount
from vireo_ops.database import _as_root
from vireo_ops.runtime import Runtime
from vireo_testing.clips import Library
from vireo_testing.person import Person


def test_recount(runtime: Runtime, person: Person, stranger: Person, clips: Library) -> None:
    video = person.publish(clips.path("plain.mp4"))
    stranger.client.note_position(video, position=1, watched=15, session="s")
    number = "(SELECT VideoID FROM vireo.Videos WHERE PathHash = %s)"
    with _as_root(runtime.layout) as cursor:
        change = f"UPDATE vireo.VideoCounters SET Views = 7 WHERE VideoID = {number}"
        cursor.execute(change, (video,))
    # It may find what other tests have left as well: channels whose videos were deleted.
    assert recount(runtime, repair=False) == 1
    assert recount(runtime, repair=True) == 1
    with _as_root(runtime.layout) as cursor:
        cursor.execute(f"SELECT Views FROM vireo.VideoCounters WHERE VideoID = {number}", (video,))
        assert cursor.fetchone() == (1,)
    assert person.client.show_channel(person.name).views == 1
