"""What community does about the events that it consumes: who is to know, and what has to go."""

from pymysql.cursors import Cursor

from vireo_common.event_log import Handlers
from vireo_common.events import (
    ChannelRemoved,
    CommentApproved,
    CommentLiked,
    CommentPosted,
    ModerationDecided,
    Subscribed,
    VideoLiked,
    VideoPublished,
    VideoRemoved,
    VideoStateChanged,
    ViewsReached,
)
from vireo_community.core.notices import MILESTONES, Kind, Note
from vireo_community.storage.fanouts import announce
from vireo_community.storage.notices import add, followers_of, whose
from vireo_community.storage.removals import Removal, What, add_removal
from vireo_videos.visibility import State

REVIEW = "review"


def handlers() -> Handlers:
    """A function for each kind of event."""
    return {
        ChannelRemoved: _channel_removed,
        CommentApproved: _comment_approved,
        CommentLiked: _comment_liked,
        CommentPosted: _comment_posted,
        ModerationDecided: _decided,
        Subscribed: _subscribed,
        VideoLiked: _video_liked,
        VideoPublished: _published,
        VideoRemoved: _video_removed,
        VideoStateChanged: _state_changed,
        ViewsReached: _views_reached,
    }


def _published(cursor: Cursor, event: VideoPublished, event_id: int) -> None:
    if whose(cursor, event.hash_path) is None:
        return
    announce(cursor, event.channel_id, event.video_id)
    subject = f"video {event.video_id}"
    add(cursor, Note(event.channel_id, Kind.READY, subject, event.video_id, once=True))


def _state_changed(cursor: Cursor, event: VideoStateChanged, event_id: int) -> None:
    found = whose(cursor, event.hash_path)
    if event.state != State.FAILED or found is None:
        return
    video_id, owner = found
    add(cursor, Note(owner, Kind.FAILED, f"video {video_id} {event_id}", video_id, once=True))


def _channel_removed(cursor: Cursor, event: ChannelRemoved, event_id: int) -> None:
    add_removal(cursor, Removal(What.CHANNEL, event.channel_id, event.channel_id))


def _video_removed(cursor: Cursor, event: VideoRemoved, event_id: int) -> None:
    if event.video_id is not None and event.channel_id is not None:
        add_removal(cursor, Removal(What.VIDEO, event.video_id, event.channel_id))


def _subscribed(cursor: Cursor, event: Subscribed, event_id: int) -> None:
    who = event.channel_id
    add(cursor, Note(who, Kind.FOLLOW, "you", actor_id=event.follower_id, once_each=True))
    # The highest alone: who had 5,000 before there were notices is not told of 100.
    reached = [number for number in MILESTONES if number <= followers_of(cursor, who)]
    if reached:
        number = reached[-1]
        add(cursor, Note(who, Kind.MILESTONE, f"followers {number}", once=True, count=number))


def _views_reached(cursor: Cursor, event: ViewsReached, event_id: int) -> None:
    about = f"views {event.video_id} {event.views}"
    whose = event.channel_id, Kind.MILESTONE, about, event.video_id
    add(cursor, Note(*whose, once=True, count=event.views))


def _video_liked(cursor: Cursor, event: VideoLiked, event_id: int) -> None:
    subject, about = f"video {event.video_id}", (event.video_id, event.channel_id)
    add(cursor, Note(event.owner_id, Kind.LIKE, subject, *about, once_each=True))


def _comment_liked(cursor: Cursor, event: CommentLiked, event_id: int) -> None:
    about = (event.video_id, event.channel_id, event.comment_id)
    subject = f"comment {event.comment_id}"
    add(cursor, Note(event.author_id, Kind.LIKE, subject, *about, once_each=True))


def _comment_posted(cursor: Cursor, event: CommentPosted, event_id: int) -> None:
    if event.state != REVIEW:
        _tell_of_comment(cursor, event)
    elif event.owner_id != event.channel_id:
        add(cursor, _about(event, event.owner_id, Kind.REVIEW, f"video {event.video_id}"))


def _comment_approved(cursor: Cursor, event: CommentApproved, event_id: int) -> None:
    # Its owner knows: it was their decision.
    _tell_of_comment(cursor, event, but=event.owner_id)


def _decided(cursor: Cursor, event: ModerationDecided, event_id: int) -> None:
    # Without the video: of a comment below one that they may not see they are to know too.
    about = (event.video_id, None, event.comment_id)
    subject = f"decision {event.decision_id}"
    add(cursor, Note(event.channel_id, Kind.MODERATION, subject, *about, once=True))


def _tell_of_comment(
    cursor: Cursor, event: CommentPosted | CommentApproved, *, but: int | None = None
) -> None:
    """Let everybody know whom a comment concerns, each once and in the closest way."""
    told = {event.channel_id, but}
    for recipient, kind, subject in (
        (event.reply_to_author, Kind.REPLY, f"video {event.video_id}"),
        *((name, Kind.MENTION, f"video {event.video_id}") for name in event.mentions),
        (event.owner_id, Kind.COMMENT, f"video {event.video_id}"),
    ):
        if recipient is not None and recipient not in told:
            told.add(recipient)
            add(cursor, _about(event, recipient, kind, subject))


def _about(
    event: CommentPosted | CommentApproved, recipient: int, kind: Kind, subject: str
) -> Note:
    about = (event.video_id, event.channel_id, event.comment_id)
    return Note(recipient, kind, subject, *about)
