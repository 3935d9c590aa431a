"""Operations of what people do with videos and each other."""

from collections.abc import Iterator, Mapping, Sequence

from vireo_client.calls import Calls, Rows, given
from vireo_client.transport import segment
from vireo_client.values import (
    ChannelObject,
    CommentObject,
    CommentSort,
    MyReaction,
    Notify,
    PlaylistRow,
    PlaylistVideoRow,
    PlaylistVisibility,
    Reaction,
    SubscriptionRow,
    WatchedRow,
    parse,
)


class People(Calls):
    """A method for each operation."""

    # Blocks

    def block_channel(self, name: str) -> None:
        """Block a channel; it can't comment on one's videos, reply to one or mention one."""
        self._value("PUT", f"/channel/{segment(name)}/block")

    def unblock_channel(self, name: str) -> None:
        """Unblock a channel."""
        self._value("DELETE", f"/channel/{segment(name)}/block")

    def list_my_blocks(self, *, page_size: int = 50) -> Rows:
        """The channels that one blocks, the latest first."""
        return self._rows("/me/blocks", page_size, signed=True)

    # Reactions

    def react(self, hash_path: str, reaction: MyReaction) -> Reaction:
        """Like a video, dislike it, or neither."""
        path = f"/v/{segment(hash_path)}/reaction"
        return parse(Reaction, self._value("PUT", path, {"reaction": reaction}))

    # Comments: lists come from the server page by page, as they are asked for.

    def list_comments(
        self, hash_path: str, *, sort: CommentSort = "new", page_size: int = 50
    ) -> Iterator[CommentObject]:
        """The comments of a video without their replies, the pinned one first.

        Whoever is signed in also sees which ones they like, and what of theirs waits for review.
        """
        path = f"/v/{segment(hash_path)}/comments"
        return self._all(CommentObject, path, page_size, signed=bool(self.token), sort=sort)

    def list_replies(self, comment_id: int, *, page_size: int = 50) -> Iterator[CommentObject]:
        """The replies to a comment, the oldest first."""
        path = f"/comments/{comment_id}/replies"
        return self._all(CommentObject, path, page_size, signed=bool(self.token))

    def post_comment(
        self, hash_path: str, text: str, *, reply_to: int | None = None
    ) -> CommentObject:
        """Comment on a video, or reply to a comment below it."""
        body = given({"text": text, "reply_to": reply_to})
        path = f"/v/{segment(hash_path)}/comments"
        return parse(CommentObject, self._post(path, body, signed=True))

    def edit_comment(self, comment_id: int, text: str) -> CommentObject:
        """Give one's own comment another text."""
        return parse(CommentObject, self._value("PATCH", f"/comments/{comment_id}", {"text": text}))

    def delete_comment(self, comment_id: int) -> None:
        """Delete one's own comment, or any one below one's own video."""
        self._value("DELETE", f"/comments/{comment_id}")

    def like_comment(self, comment_id: int, *, like: bool = True) -> CommentObject:
        """Like a comment, or not any more."""
        return parse(
            CommentObject, self._value("PUT", f"/comments/{comment_id}/like", {"like": like})
        )

    def pin_comment(self, comment_id: int, *, pin: bool = True) -> CommentObject:
        """Pin a comment of one's own video in place of the one that was, or unpin it."""
        return parse(CommentObject, self._value("PUT", f"/comments/{comment_id}/pin", {"pin": pin}))

    def approve_comment(self, comment_id: int) -> CommentObject:
        """Show a comment of one's own video that waits for review."""
        return parse(CommentObject, self._post(f"/comments/{comment_id}/approve", signed=True))

    # Channels

    def show_channel(self, name: str) -> ChannelObject:
        """A channel, as its own page shows it."""
        return parse(ChannelObject, self._value("GET", f"/channel/{segment(name)}"))

    def edit_channel(
        self, *, about: str | None = None, links: Sequence[Mapping[str, str]] | None = None
    ) -> ChannelObject:
        """Change what one's own channel says about itself; a link has ``label`` and ``url``."""
        body = given({"about": about, "links": links})
        return parse(ChannelObject, self._value("PATCH", "/channel", body))

    def follow_channel(self, name: str, *, notify: Notify | None = None) -> ChannelObject:
        """Follow a channel, or change what one is told of it."""
        path = f"/channel/{segment(name)}/subscription"
        return parse(ChannelObject, self._value("PUT", path, given({"notify": notify})))

    def unfollow_channel(self, name: str) -> ChannelObject:
        """Follow a channel no more."""
        path = f"/channel/{segment(name)}/subscription"
        return parse(ChannelObject, self._value("DELETE", path))

    def list_my_subscriptions(self, *, page_size: int = 50) -> Iterator[SubscriptionRow]:
        """The channels that one follows, the latest first."""
        return self._all(SubscriptionRow, "/me/subscriptions", page_size, signed=True)

    def list_feed(self, *, page_size: int = 50) -> Rows:
        """The videos of the channels that one follows, the newest first."""
        return self._rows("/feed", page_size, signed=True)

    # What one watches

    def note_position(
        self, hash_path: str, *, position: float, watched: float, session: str
    ) -> None:
        """Say where a player stands, and the seconds watched since the last call of the session.

        It counts the view; of who is signed in it keeps the position.
        """
        body = {"position": position, "watched": watched, "session": session}
        self._value("PUT", f"/v/{segment(hash_path)}/position", body)

    def list_my_history(self, *, page_size: int = 50) -> Iterator[WatchedRow]:
        """What one has watched, the latest first."""
        return self._all(WatchedRow, "/me/history", page_size, signed=True)

    def clear_my_history(self) -> None:
        """Forget what one has watched."""
        self._value("DELETE", "/me/history")

    def forget_video(self, hash_path: str) -> None:
        """Forget that one has watched a video."""
        self._value("DELETE", f"/me/history/{segment(hash_path)}")

    # Playlists; the id ``later`` is one's own of what to watch later.

    def list_my_playlists(
        self, *, video: str | None = None, page_size: int = 50
    ) -> Iterator[PlaylistRow]:
        """One's own playlists, ``later`` before all others, which are the newest first.

        With the hash path of a ``video`` each says whether it is in it.
        """
        query = {} if video is None else {"video": video}
        return self._all(PlaylistRow, "/me/playlists", page_size, signed=True, **query)

    def make_playlist(
        self, title: str, description: str = "", *, visibility: PlaylistVisibility = "private"
    ) -> PlaylistRow:
        """Make a playlist."""
        body = {"title": title, "description": description, "visibility": visibility}
        return parse(PlaylistRow, self._post("/me/playlists", body, signed=True))

    def show_playlist(self, id: str) -> PlaylistRow:
        """A playlist."""
        return parse(PlaylistRow, self._value("GET", f"/playlists/{segment(id)}"))

    def edit_playlist(
        self,
        id: str,
        *,
        title: str | None = None,
        description: str | None = None,
        visibility: PlaylistVisibility | None = None,
    ) -> PlaylistRow:
        """Change one's own playlist."""
        body = given({"title": title, "description": description, "visibility": visibility})
        return parse(PlaylistRow, self._value("PATCH", f"/playlists/{segment(id)}", body))

    def delete_playlist(self, id: str) -> None:
        """Delete one's own playlist."""
        self._value("DELETE", f"/playlists/{segment(id)}")

    def list_playlist_videos(self, id: str, *, page_size: int = 50) -> Iterator[PlaylistVideoRow]:
        """The videos of a playlist, in its order."""
        path = f"/playlists/{segment(id)}/videos"
        return self._all(PlaylistVideoRow, path, page_size, signed=bool(self.token))

    def put_into_playlist(
        self, id: str, hash_path: str, *, position: int | None = None
    ) -> PlaylistRow:
        """Put a video into one's own playlist, or move it; places count from 0."""
        path = f"/playlists/{segment(id)}/videos/{segment(hash_path)}"
        return parse(PlaylistRow, self._value("PUT", path, given({"position": position})))

    def take_from_playlist(self, id: str, hash_path: str) -> PlaylistRow:
        """Take a video out of one's own playlist."""
        path = f"/playlists/{segment(id)}/videos/{segment(hash_path)}"
        return parse(PlaylistRow, self._value("DELETE", path))
