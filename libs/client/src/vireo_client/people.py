"""Operations of what people do with videos and each other."""

from collections.abc import Iterator

from vireo_client.calls import Calls, Rows, given
from vireo_client.transport import segment
from vireo_client.values import CommentObject, CommentSort, MyReaction, Reaction, parse


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
