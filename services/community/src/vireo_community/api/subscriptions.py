"""``PUT`` and ``DELETE /channel/<name>/subscription``, ``GET /me/subscriptions``, ``GET /feed``."""

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_common.access import account_id, signed_in
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code
from vireo_common.pages import PageQuery
from vireo_common.web import (
    JSON_PROBLEMS,
    PAGE_PROBLEMS,
    TOKEN_PROBLEMS,
    TOKEN_REQUIRED,
    Envelope,
    answer,
    answer_page,
    problems,
)
from vireo_community.api.models import SubscriptionBody, SubscriptionRow, show_subscription
from vireo_community.core.subscriptions import Subscriptions
from vireo_videos.channel import Notify
from vireo_videos.objects import (
    ChannelObject,
    NameInPath,
    UniversalObject,
    show_channel_page,
    show_video,
)

WRITE_PROBLEMS = (*TOKEN_PROBLEMS, Code.NOT_FOUND, Code.RATE_LIMITED)


def blueprint(subscriptions: Subscriptions) -> APIBlueprint:
    """The routes, on the rules of ``subscriptions``."""
    bp = APIBlueprint("subscriptions", __name__, abp_tags=[Tag(name="people")])

    @bp.put(
        "/channel/<name>/subscription",
        operation_id="follow_channel",
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[ChannelObject],
            **problems(*WRITE_PROBLEMS, *JSON_PROBLEMS, Code.FORBIDDEN),
        },
    )
    @signed_in
    def add(path: NameInPath, body: SubscriptionBody) -> Response:
        r"""Follow a channel, or change what one is told of it.

        Example:
            curl -X PUT $VIREO/channel/bob/subscription -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' -d '{"notify": "all"}'
        """
        notify = Notify(body.notify) if body.notify else None
        page = subscriptions.add(account_id(), path.name, notify)
        return answer(show_channel_page(page, to_somebody=True))

    @bp.delete(
        "/channel/<name>/subscription",
        operation_id="unfollow_channel",
        security=TOKEN_REQUIRED,
        responses={200: Envelope[ChannelObject], **problems(*WRITE_PROBLEMS)},
    )
    @signed_in
    def remove(path: NameInPath) -> Response:
        """Follow a channel no more.

        Example:
            curl -X DELETE $VIREO/channel/bob/subscription -H "Authorization: Bearer $TOKEN"
        """
        page = subscriptions.remove(account_id(), path.name)
        return answer(show_channel_page(page, to_somebody=True))

    @bp.get(
        "/me/subscriptions",
        operation_id="list_my_subscriptions",
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[list[SubscriptionRow]],
            **problems(*PAGE_PROBLEMS, *TOKEN_PROBLEMS),
        },
    )
    @signed_in
    def mine(query: PageQuery) -> Response:
        """The channels that one follows, the latest first.

        Example:
            curl $VIREO/me/subscriptions -H "Authorization: Bearer $TOKEN"
        """
        page = subscriptions.page(account_id(), query.limit, query.cursor)
        return answer_page(page, [show_subscription(row) for row in page.rows], query.limit)

    @bp.get(
        "/feed",
        operation_id="list_feed",
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[list[UniversalObject]],
            **problems(*PAGE_PROBLEMS, *TOKEN_PROBLEMS),
        },
    )
    @signed_in
    def feed(query: PageQuery) -> Response:
        """The videos of the channels that one follows, newest first.

        Example:
            curl $VIREO/feed -H "Authorization: Bearer $TOKEN"
        """
        page = subscriptions.feed(account_id(), query.limit, query.cursor)
        shown = [show_video(video, mine=mine) for video, mine in page.rows]
        return answer_page(page, shown, query.limit)

    return bp
