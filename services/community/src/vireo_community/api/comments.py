"""``/v/<hash>/comments`` and ``/comments/<id>``."""

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_common.access import account_id, maybe_signed_in, signed_in, viewer_id
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code
from vireo_common.idempotency import request_key
from vireo_common.pages import Page, PageQuery
from vireo_common.web import (
    JSON_PROBLEMS,
    PAGE_PROBLEMS,
    TOKEN_PROBLEMS,
    TOKEN_REQUIRED,
    Empty,
    Envelope,
    answer,
    answer_page,
    problems,
)
from vireo_community.api.comment_models import (
    CommentBody,
    CommentObject,
    CommentPath,
    CommentsQuery,
    EditCommentBody,
    LikeBody,
    PinBody,
    show_comment,
)
from vireo_community.core.comments import Comment, Comments
from vireo_videos.objects import HashPathInPath

READ_PROBLEMS = (*PAGE_PROBLEMS, *TOKEN_PROBLEMS, Code.NOT_FOUND)
ACT_PROBLEMS = (*TOKEN_PROBLEMS, Code.NOT_FOUND, Code.FORBIDDEN, Code.RATE_LIMITED)
CHANGE_PROBLEMS = (*ACT_PROBLEMS, *JSON_PROBLEMS)
WRITE_PROBLEMS = (*CHANGE_PROBLEMS, Code.COMMENTS_CLOSED)
LISTED = Envelope[list[CommentObject]]
ONE = Envelope[CommentObject]


def blueprint(comments: Comments) -> APIBlueprint:
    """The routes, on the rules of ``comments``."""
    bp = APIBlueprint("comments", __name__, abp_tags=[Tag(name="people")])
    _add_lists(bp, comments)
    _add_writing(bp, comments)
    _add_acts(bp, comments)
    return bp


def _shown(page: Page[Comment], query: PageQuery, **parameters: str) -> Response:
    rows = [show_comment(row) for row in page.rows]
    return answer_page(page, rows, query.limit, **parameters)


def _add_lists(bp: APIBlueprint, comments: Comments) -> None:
    @bp.get(
        "/v/<hash_path>/comments",
        operation_id="list_comments",
        security=[{}, *TOKEN_REQUIRED],
        responses={200: LISTED, **problems(*READ_PROBLEMS)},
    )
    @maybe_signed_in
    def of_video(path: HashPathInPath, query: CommentsQuery) -> Response:
        """The comments of a video, without their replies, the pinned one first.

        With a token ``my_like`` is said, and what waits for review is there for its author and for
        the owner of the video. A page may have fewer comments than its ``limit`` and a next one all
        the same, where many are hidden from who asks.

        Example:
            curl "$VIREO/v/$HASH/comments?sort=top&limit=10"
        """
        sort, limit = query.sort, query.limit
        page = comments.page(path.hash_path, viewer_id(), sort, limit, query.cursor)
        return _shown(page, query, sort=sort.value)

    @bp.get(
        "/comments/<comment_id>/replies",
        operation_id="list_replies",
        security=[{}, *TOKEN_REQUIRED],
        responses={200: LISTED, **problems(*READ_PROBLEMS)},
    )
    @maybe_signed_in
    def replies(path: CommentPath, query: PageQuery) -> Response:
        """The replies to a comment, the oldest first.

        Example:
            curl $VIREO/comments/$COMMENT/replies
        """
        page = comments.replies(path.number(), viewer_id(), query.limit, query.cursor)
        return _shown(page, query)


def _add_writing(bp: APIBlueprint, comments: Comments) -> None:
    @bp.post(
        "/v/<hash_path>/comments",
        operation_id="post_comment",
        security=TOKEN_REQUIRED,
        responses={200: ONE, **problems(*WRITE_PROBLEMS)},
    )
    @signed_in
    def post(path: HashPathInPath, body: CommentBody) -> Response:
        r"""Comment on a video, or reply to a comment.

        A reply to a reply stands below the same comment of the video. ``@name`` mentions a channel,
        at most 20 of them. Where the owner reviews comments, ``state`` is ``review`` until then.

        Example:
            curl $VIREO/v/$HASH/comments -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' -d '{"text": "Well said, @ada"}'
        """
        made = comments.post(account_id(), path.hash_path, body.text, body.reply_to, request_key())
        return answer(show_comment(made))

    @bp.patch(
        "/comments/<comment_id>",
        operation_id="edit_comment",
        security=TOKEN_REQUIRED,
        responses={200: ONE, **problems(*WRITE_PROBLEMS)},
    )
    @signed_in
    def edit(path: CommentPath, body: EditCommentBody) -> Response:
        r"""Give one's own comment another text.

        Where the owner of the video reviews comments, it waits for that again.

        Example:
            curl -X PATCH $VIREO/comments/$COMMENT -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' -d '{"text": "Better said"}'
        """
        return answer(show_comment(comments.edit(path.number(), account_id(), body.text)))

    @bp.delete(
        "/comments/<comment_id>",
        operation_id="delete_comment",
        security=TOKEN_REQUIRED,
        responses={200: Empty, **problems(*ACT_PROBLEMS)},
    )
    @signed_in
    def delete(path: CommentPath) -> Response:
        """Delete one's own comment, or any one below one's own video.

        One with replies stays as their place, without its words. One's own can be deleted also
        where one may not see the video any more.

        Example:
            curl -X DELETE $VIREO/comments/$COMMENT -H "Authorization: Bearer $TOKEN"
        """
        comments.delete(path.number(), account_id())
        return answer()


def _add_acts(bp: APIBlueprint, comments: Comments) -> None:
    @bp.put(
        "/comments/<comment_id>/like",
        operation_id="like_comment",
        security=TOKEN_REQUIRED,
        responses={200: ONE, **problems(*CHANGE_PROBLEMS)},
    )
    @signed_in
    def like(path: CommentPath, body: LikeBody) -> Response:
        r"""Like a comment, or not any more.

        Example:
            curl -X PUT $VIREO/comments/$COMMENT/like -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' -d '{"like": true}'
        """
        return answer(show_comment(comments.like(path.number(), account_id(), body.like)))

    @bp.put(
        "/comments/<comment_id>/pin",
        operation_id="pin_comment",
        security=TOKEN_REQUIRED,
        responses={200: ONE, **problems(*CHANGE_PROBLEMS)},
    )
    @signed_in
    def pin(path: CommentPath, body: PinBody) -> Response:
        r"""Pin a comment below one's own video, or unpin it.

        One at a time: it takes the place of the one that was pinned.

        Example:
            curl -X PUT $VIREO/comments/$COMMENT/pin -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' -d '{"pin": true}'
        """
        return answer(show_comment(comments.pin(path.number(), account_id(), body.pin)))

    @bp.post(
        "/comments/<comment_id>/approve",
        operation_id="approve_comment",
        security=TOKEN_REQUIRED,
        responses={200: ONE, **problems(*ACT_PROBLEMS)},
    )
    @signed_in
    def approve(path: CommentPath) -> Response:
        """Show a comment below one's own video that waits for review.

        Example:
            curl -X POST $VIREO/comments/$COMMENT/approve -H "Authorization: Bearer $TOKEN"
        """
        return answer(show_comment(comments.approve(path.number(), account_id())))
