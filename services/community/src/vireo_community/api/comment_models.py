"""Bodies, parameters and answers of comments."""

import re
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from vireo_common.errors import Code, Failure
from vireo_common.pages import PageQuery
from vireo_common.schema import Omitted
from vireo_common.text import iso_time
from vireo_community.core.comment_texts import MAX_TEXT
from vireo_community.core.comments import Comment, CommentSort, CommentState

NUMBER = re.compile(r"[1-9][0-9]{0,18}")
MOST_ID = (1 << 63) - 1
# As it is sent; the rule's own bound counts after trimming.
MAX_TEXT_SENT = 20_000


class CommentPath(BaseModel):
    """The id of a comment in an address."""

    # A text here: what is no id is not there, rather than a parameter that is wrong.
    comment_id: str = Field(
        description="The comment's id.",
        json_schema_extra={"type": "integer", "minimum": 1, "maximum": MOST_ID, "example": 7},
    )

    def number(self) -> int:
        """The id.

        Raises:
            Failure: ``not_found`` where no comment can have it.
        """
        if not NUMBER.fullmatch(self.comment_id) or int(self.comment_id) > MOST_ID:
            raise Failure(Code.NOT_FOUND)
        return int(self.comment_id)


class CommentsQuery(PageQuery):
    """The order of comments, and the two parameters that every list takes."""

    sort: CommentSort = Field(
        CommentSort.NEW, description="`new`: the newest first; `top`: those with the most likes."
    )


class CommentBody(BaseModel):
    """A new comment."""

    model_config = ConfigDict(strict=True)

    text: str = Field(
        max_length=MAX_TEXT_SENT,
        description="1 to 10,000 characters after trimming.",
        json_schema_extra={"minLength": 1, "maxLength": MAX_TEXT},
    )
    reply_to: int | None = Field(
        None, ge=1, le=MOST_ID, description="The comment that it replies to, below the same video."
    )


class EditCommentBody(BaseModel):
    """The new text of a comment."""

    model_config = ConfigDict(strict=True)

    text: str = Field(
        max_length=MAX_TEXT_SENT,
        description="1 to 10,000 characters after trimming.",
        json_schema_extra={"minLength": 1, "maxLength": MAX_TEXT},
    )


class LikeBody(BaseModel):
    """Whether one likes a comment."""

    model_config = ConfigDict(strict=True)

    like: bool


class PinBody(BaseModel):
    """Whether a comment stands above the others."""

    model_config = ConfigDict(strict=True)

    pin: bool


class CommentObject(BaseModel):
    """A comment; one that was deleted and has replies is ``id``, ``state`` and ``replies``."""

    id: int
    state: CommentState = Field(
        description="`review` is seen by its author and the owner of the video alone, `hidden` "
        "(by a moderator) by its author and moderators."
    )
    replies: int = Field(description="How many of its replies are shown.")
    video: str | Omitted = Field(None, description="The video's hash path.")
    channel: str | Omitted = Field(None, description="Who wrote it.")
    text: str | Omitted = Field(None, description="As it was typed: plain text.")
    created: str | Omitted = Field(None, description="When, ISO 8601 in UTC with `Z`.")
    edited: str | None = Field(None, description="When its text was changed last, or `null`.")
    likes: int | Omitted = Field(None, description="How many like it.")
    my_like: bool | Omitted = Field(
        None, description="Whether one likes it; `false` without a token."
    )
    reply_to: int | None = Field(
        None, description="The comment of the video below which it stands, or `null`."
    )
    pinned: bool | Omitted = Field(None, description="Whether it stands above the others.")


def show_comment(comment: Comment) -> dict[str, Any]:
    """A comment as the contract has it."""
    shown: dict[str, Any] = {
        "id": comment.comment_id,
        "state": comment.state.value,
        "replies": comment.replies,
    }
    if comment.state is CommentState.DELETED:
        return shown
    return shown | {
        "video": comment.hash_path,
        "channel": comment.channel,
        "text": comment.text,
        "created": iso_time(comment.created),
        "edited": iso_time(comment.edited) if comment.edited else None,
        "likes": comment.likes,
        "my_like": comment.my_like,
        "reply_to": comment.parent_id or None,
        "pinned": comment.pinned,
    }
