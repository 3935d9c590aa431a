"""``/notifications``: what one is to know, and what one wants of it."""

from contextlib import suppress

from flask import Response
from flask_openapi3.models.tag import Tag

from vireo_common.access import account_id, signed_in, while_suspended
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code, Failure
from vireo_common.idempotency import REPLAYED
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
from vireo_community.api.notice_models import (
    NoticeObject,
    NoticeQuery,
    NoticeSettings,
    ReadBody,
    SettingsBody,
)
from vireo_community.core.notices import Notices, Settings, shown

UNREAD_HEADER = "Vireo-Unread"


def blueprint(notices: Notices) -> APIBlueprint:
    """The routes, on the rules of ``notices``."""
    bp = APIBlueprint("notices", __name__, abp_tags=[Tag(name="people")])

    def with_unread(response: Response) -> Response:
        response.headers[UNREAD_HEADER] = str(notices.unread(account_id()))
        return response

    @bp.after_request
    def with_unread_again(response: Response) -> Response:
        """A stored answer has no headers, and this one is a matter of now."""
        if REPLAYED in response.headers and response.status_code == 200:
            # The answer was read from the database a moment ago; where it is gone by now, the
            # answer is better than none.
            with suppress(Failure):
                return with_unread(response)
        return response

    @bp.get(
        "/notifications",
        operation_id="list_notices",
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[list[NoticeObject]],
            **problems(*PAGE_PROBLEMS, *TOKEN_PROBLEMS),
        },
    )
    @signed_in
    def list_(query: NoticeQuery) -> Response:
        """What one is to know, the latest first.

        Unread notices about the same thing are one (`count`). How many are unread stands in the
        header `Vireo-Unread`.

        Example:
            curl -i "$VIREO/notifications?unread=true" -H "Authorization: Bearer $TOKEN"
        """
        page = notices.page(account_id(), query.limit, query.cursor, unread=query.unread)
        asked = {"unread": "true"} if query.unread else {}
        return with_unread(answer_page(page, list(map(shown, page.rows)), query.limit, **asked))

    @bp.post(
        "/notifications/read",
        operation_id="read_notices",
        security=TOKEN_REQUIRED,
        responses={200: Empty, **problems(*TOKEN_PROBLEMS, *JSON_PROBLEMS)},
    )
    @signed_in
    @while_suspended
    def read(body: ReadBody) -> Response:
        r"""Mark notices as read: some, or one and all that are older.

        Ids that are none of one's own are passed over.

        Example:
            curl $VIREO/notifications/read -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' -d '{"ids": [17, 18]}'
        """
        notices.read(account_id(), body.up_to, body.ids)
        return with_unread(answer())

    _add_settings(bp, notices)
    return bp


def _add_settings(bp: APIBlueprint, notices: Notices) -> None:
    @bp.get(
        "/notifications/settings",
        operation_id="show_notice_settings",
        security=TOKEN_REQUIRED,
        responses={200: Envelope[NoticeSettings], **problems(*TOKEN_PROBLEMS)},
    )
    @signed_in
    def settings() -> Response:
        """Which kinds of notices one gets, and which by mail.

        Example:
            curl $VIREO/notifications/settings -H "Authorization: Bearer $TOKEN"
        """
        return answer(_shown(notices.settings(account_id())))

    @bp.put(
        "/notifications/settings",
        operation_id="change_notice_settings",
        security=TOKEN_REQUIRED,
        responses={
            200: Envelope[NoticeSettings],
            **problems(*TOKEN_PROBLEMS, *JSON_PROBLEMS, Code.RATE_LIMITED),
        },
    )
    @signed_in
    @while_suspended
    def change(body: SettingsBody) -> Response:
        r"""Change which kinds of notices one gets; what is left out stays.

        Example:
            curl -X PUT $VIREO/notifications/settings -H "Authorization: Bearer $TOKEN" \
              -H 'Content-Type: application/json' -d '{"kinds": {"like": {"app": false}}}'
        """
        kinds = {kind: one.model_dump(exclude_none=True) for kind, one in body.kinds.items()}
        return answer(_shown(notices.change_settings(account_id(), kinds, body.digest)))


def _shown(settings: Settings) -> dict[str, object]:
    kinds = {kind.value: {"app": one.app, "mail": one.mail} for kind, one in settings.kinds.items()}
    return {"kinds": kinds, "digest": settings.digest}
