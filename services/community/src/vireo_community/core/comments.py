"""Comments: who may write, see and change them."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from vireo_common.errors import Code, Failure
from vireo_common.pages import Page
from vireo_common.rates import TooFast, slow_down
from vireo_common.roles import Role
from vireo_community.core.batches import Batches
from vireo_community.core.comment_filters import CommentFilter, holds
from vireo_community.core.comment_likes import LikeStore, LikeWish
from vireo_community.core.comment_texts import checked
from vireo_community.core.videos import Subject, VideoStore, find_video
from vireo_videos.video import CommentsPolicy
from vireo_videos.visibility import HiddenBy, may_view

ROOM = 100
ROOM_A_SECOND = 0.5
"""Size and refill of an account's bucket: a lively evening fits; it stops a program that never
pauses."""
CHARACTERS_FOR_ONE = 2_000
YOUNG_COMMENTS = 10
YOUNG_SECONDS = 3600
"""An account younger than a day writes so many comments in so long."""


class CommentSort(StrEnum):
    """The orders of the comments below a video."""

    NEW = "new"
    TOP = "top"


class CommentState(StrEnum):
    """What is with a comment; ``review`` is seen by its author and the video's owner, ``hidden`` by
    its author and moderators."""

    SHOWN = "shown"
    REVIEW = "review"
    DELETED = "deleted"
    HIDDEN = "hidden"


@dataclass(frozen=True)
class Comment:
    """A comment as somebody sees it; ``parent_id`` is 0 for one of the video itself."""

    comment_id: int
    hash_path: str
    channel_id: int
    channel: str
    parent_id: int
    state: CommentState
    text: str
    created: dt.datetime
    edited: dt.datetime | None
    likes: int
    replies: int
    my_like: bool
    pinned: bool
    hidden_by: HiddenBy = HiddenBy.NOTHING


@dataclass(frozen=True)
class Found:
    """A comment, and what decides who may see it.

    ``blocked`` is whether one of viewer and author blocks the other; ``parent_state`` is that of
    the comment to which it is a reply.
    """

    comment: Comment
    video: Subject
    author_gone: bool
    blocked: bool
    parent_state: CommentState | None


@dataclass(frozen=True)
class Draft:
    """A comment that somebody writes.

    ``reply_to`` is the comment that it answers; ``request_key`` is the same for repetitions of one
    request, which write one comment.
    """

    channel_id: int
    video_id: int
    text: str
    reply_to: int | None = None
    request_key: bytes | None = None


class CommentStore(Protocol):
    """Where comments are kept. Everything here raises ``not_found`` for what was deleted meanwhile,
    ``token_invalid`` for an account that was, and ``TooFast``."""

    def find(self, comment_id: int, viewer: int | None) -> Found | None:
        """A comment, as a viewer sees it, whether or not they may."""

    def add(self, draft: Draft) -> int:
        """Write a comment; its id. See ``Comments.post`` for what it refuses."""

    def edit(self, comment_id: int, channel_id: int, text: str) -> None:
        """Give a comment of the channel another text."""

    def delete(self, comment_id: int, actor: int) -> None:
        """Delete a comment; one with replies stays as their place."""

    def approve(self, comment_id: int, owner: int) -> None:
        """Show a comment that waits for it; idempotent."""

    def pin(self, comment_id: int, owner: int, pinned: bool) -> None:
        """Have this comment of the video stand above the others, or not any more."""


class RoleReader(Protocol):
    """Where roles are looked up."""

    def of(self, channel_id: int) -> Role | None:
        """The role of an account."""


class CommentLists(Protocol):
    """Lists of comments."""

    def page(
        self,
        video: Subject,
        viewer: int | None,
        sort: CommentSort,
        limit: int,
        cursor: str | None,
        *,
        moderator: bool = False,
    ) -> Page[Comment]:
        """The comments of a video that the viewer sees, the pinned one first."""

    def replies(
        self,
        parent: Found,
        viewer: int | None,
        limit: int,
        cursor: str | None,
        *,
        moderator: bool = False,
    ) -> Page[Comment]:
        """The replies to a comment that the viewer sees, the oldest first."""


def may_see(viewer: int | None, found: Found, *, moderator: bool = False) -> bool:
    """Whether the viewer may see the comment."""
    comment, owner = found.comment, found.video.channel_id
    if not may_view(viewer, found.video, moderator=moderator):
        return False
    if comment.state is CommentState.DELETED:
        # It is the place of its replies; the owner may have some to approve.
        return comment.replies > 0 or viewer == owner
    if found.author_gone or found.blocked:
        return False
    return is_shown(viewer, owner, comment, found.parent_state, moderator=moderator)


def is_shown(
    viewer: int | None,
    owner: int,
    comment: Comment,
    parent_state: CommentState | None = None,
    *,
    moderator: bool = False,
) -> bool:
    """Whether the state of a comment shows it to the viewer, below a video of this owner."""
    if comment.hidden_by or parent_state is CommentState.HIDDEN:
        return moderator or viewer == comment.channel_id
    waits = CommentState.REVIEW in {comment.state, parent_state}
    return not waits or viewer in {comment.channel_id, owner}


def require_open(policy: CommentsPolicy) -> None:
    """Raise ``comments_closed`` where nobody can comment."""
    if policy is CommentsPolicy.CLOSED:
        raise Failure(Code.COMMENTS_CLOSED)


def state_of(author: int, video: Subject, text: str, held: CommentFilter) -> CommentState:
    """The state in which somebody's comment begins.

    Args:
        held: what the owner of the video has held for review.
    """
    if author == video.channel_id:
        return CommentState.SHOWN
    reviewed = video.comments_policy is CommentsPolicy.REVIEW or holds(held, text)
    return CommentState.REVIEW if reviewed else CommentState.SHOWN


def cost_of(text: str) -> int:
    """What writing it takes from the author's bucket."""
    return 1 + len(text) // CHARACTERS_FOR_ONE


class Comments:
    """The rules of comments."""

    def __init__(
        self,
        store: CommentStore,
        lists: CommentLists,
        likes: LikeStore,
        videos: VideoStore,
        roles: RoleReader,
    ) -> None:
        self._store = store
        self._roles = roles
        self._lists = lists
        self._videos = videos
        self._likes = Batches(likes.like)

    def page(
        self, hash_path: str, viewer: int | None, sort: CommentSort, limit: int, cursor: str | None
    ) -> Page[Comment]:
        """The comments of a video.

        Raises:
            Failure: ``not_found``, ``invalid_cursor``.
        """
        video = find_video(self._videos, hash_path, viewer)
        moderator = self._sees_hidden(viewer, video)
        return self._lists.page(video, viewer, sort, limit, cursor, moderator=moderator)

    def replies(
        self, comment_id: int, viewer: int | None, limit: int, cursor: str | None
    ) -> Page[Comment]:
        """The replies to a comment, the oldest first.

        Raises:
            Failure: ``not_found``, ``invalid_cursor``.
        """
        found = self._store.find(comment_id, viewer)
        moderator = found is not None and self._sees_hidden(viewer, found.video)
        if found is None or not may_see(viewer, found, moderator=moderator):
            raise Failure(Code.NOT_FOUND)
        return self._lists.replies(found, viewer, limit, cursor, moderator=moderator)

    def _sees_hidden(self, viewer: int | None, video: Subject) -> bool:
        """Whether the viewer decides about comments, where any may be hidden."""
        return viewer is not None and video.in_review > 0 and self._roles.of(viewer) is not None

    def post(
        self,
        channel_id: int,
        hash_path: str,
        text: str,
        reply_to: int | None,
        request_key: bytes | None = None,
    ) -> Comment:
        """Write a comment.

        A reply to a reply stands below the same comment of the video: threads have one level.

        Raises:
            Failure: ``invalid_body``; ``not_found`` where one may not see the video, or there is
                no such comment below it; ``comments_closed``; ``forbidden`` where somebody whom
                it is for blocks the author, or the comment to reply to waits for review;
                ``rate_limited``.
        """
        text = checked(text)
        video = find_video(self._videos, hash_path, channel_id)
        require_open(video.comments_policy)
        if reply_to is not None:
            self._require_repliable(reply_to, video, channel_id)
        try:
            made = self._store.add(Draft(channel_id, video.video_id, text, reply_to, request_key))
        except TooFast as refused:
            raise slow_down(refused) from None
        return self._find(made, channel_id).comment

    def _require_repliable(self, reply_to: int, video: Subject, channel_id: int) -> None:
        found = self._store.find(reply_to, channel_id)
        if found is None or found.video.video_id != video.video_id or found.author_gone:
            raise _no_such_comment()
        if found.blocked and found.comment.state is CommentState.SHOWN:
            raise blocked()
        if not may_see(channel_id, found) or found.comment.state is CommentState.DELETED:
            raise _no_such_comment()
        require_shown(found.comment.state)

    def edit(self, comment_id: int, channel_id: int, text: str) -> Comment:
        """Give one's own comment another text; where comments are reviewed, it is reviewed anew.

        Raises:
            Failure: as ``post``; ``forbidden`` where it is somebody else's.
        """
        text = checked(text)
        found = self._find(comment_id, channel_id)
        if found.comment.channel_id != channel_id:
            raise Failure(Code.FORBIDDEN)
        if found.comment.hidden_by:
            require_shown(CommentState.HIDDEN)
        if found.comment.text != text:
            try:
                self._store.edit(comment_id, channel_id, text)
            except TooFast as refused:
                raise slow_down(refused) from None
        return self._find(comment_id, channel_id).comment

    def delete(self, comment_id: int, actor: int) -> None:
        """Delete one's own comment, or any one below one's own video.

        One's own also where one may not see the video any more: it is one's own words. The owner of
        the video also those of somebody whom a block hides.

        Raises:
            Failure: ``not_found``; ``forbidden`` where it is neither.
        """
        found = self._store.find(comment_id, actor)
        if found is None or found.comment.state is CommentState.DELETED:
            raise Failure(Code.NOT_FOUND)
        if actor not in {found.comment.channel_id, found.video.channel_id}:
            raise Failure(Code.FORBIDDEN if may_see(actor, found) else Code.NOT_FOUND)
        self._store.delete(comment_id, actor)

    def like(self, comment_id: int, channel_id: int, like: bool) -> Comment:
        """Like a comment, or not any more; idempotent.

        Raises:
            Failure: ``not_found``; ``forbidden`` where it waits for review.
        """
        found = self._find(comment_id, channel_id)
        require_shown(found.comment.state)
        self._likes.do(comment_id, LikeWish(channel_id, like))
        return self._find(comment_id, channel_id).comment

    def pin(self, comment_id: int, owner: int, pinned: bool) -> Comment:
        """Pin a comment of one's own video in place of the one that was, or unpin it.

        Raises:
            Failure: ``not_found``; ``forbidden`` where it is below somebody else's video, or a
                reply, or waits for review.
        """
        found = self._of_owner(comment_id, owner)
        require_shown(found.comment.state)
        if found.comment.parent_id:
            raise Failure(Code.FORBIDDEN, "A reply can't be pinned.")
        self._store.pin(comment_id, owner, pinned)
        return self._find(comment_id, owner).comment

    def approve(self, comment_id: int, owner: int) -> Comment:
        """Show a comment that waits for it; idempotent.

        Raises:
            Failure: ``not_found``; ``forbidden`` where it is below somebody else's video.
        """
        found = self._of_owner(comment_id, owner)
        if found.comment.state is CommentState.DELETED:
            raise Failure(Code.NOT_FOUND)
        self._store.approve(comment_id, owner)
        return self._find(comment_id, owner).comment

    def _of_owner(self, comment_id: int, owner: int) -> Found:
        found = self._find(comment_id, owner)
        if found.video.channel_id != owner:
            raise Failure(Code.FORBIDDEN)
        return found

    def _find(self, comment_id: int, viewer: int | None) -> Found:
        found = self._store.find(comment_id, viewer)
        if found is None or not may_see(viewer, found):
            raise Failure(Code.NOT_FOUND)
        return found


def require_shown(state: CommentState) -> None:
    """Raise what says that nothing can be done with a comment that is not shown."""
    if state is CommentState.DELETED:
        raise Failure(Code.NOT_FOUND)
    if state is CommentState.HIDDEN:
        raise Failure(Code.FORBIDDEN, "A moderator has hidden this comment.")
    if state is CommentState.REVIEW:
        raise Failure(Code.FORBIDDEN, "This comment waits for the owner of the video.")


def blocked() -> Failure:
    """The answer to who writes to somebody with whom a block stands between."""
    return Failure(Code.FORBIDDEN, "You can't write to somebody who blocks you or whom you block.")


def too_young(seconds: int) -> Failure:
    """The answer to one comment too many of a young account."""
    said = f"A new account writes at most {YOUNG_COMMENTS} comments an hour."
    return Failure(Code.RATE_LIMITED, said, retry_after=max(1, seconds))


def _no_such_comment() -> Failure:
    return Failure(Code.NOT_FOUND, "There is no such comment below this video.")
