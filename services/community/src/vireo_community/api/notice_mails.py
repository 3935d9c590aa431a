"""``/notifications/unsubscribe``, and ``/internal/notice_mails`` for who sends mails."""

from flask import Response, request
from flask_openapi3.models.tag import Tag
from pydantic import BaseModel, Field

from vireo_common.access import internal, public
from vireo_common.blueprints import APIBlueprint
from vireo_common.errors import Code
from vireo_common.idempotency import never_replayed
from vireo_common.web import Envelope, answer, problems
from vireo_community.core.notice_mails import NoticeMails, Subject

PROBLEMS = problems(Code.INVALID_QUERY, Code.LINK_INVALID)


class TokenQuery(BaseModel):
    """The token of a link in a mail."""

    token: str = Field(max_length=200, description="From the address in the mail.")


class MailObject(BaseModel):
    """Mails of one kind of notices, or digests."""

    mail: Subject = Field(description="A kind of notices, or `digest`.")


class ReferencePath(BaseModel):
    """A mail that is on its way."""

    reference: str = Field(pattern="^[0-9a-f]{32}$")


class OutcomeBody(BaseModel):
    """What became of a mail."""

    sent: bool


def blueprint(mails: NoticeMails) -> APIBlueprint:
    """The routes, on the rules of ``mails``."""
    bp = APIBlueprint("notice_mails", __name__, abp_tags=[Tag(name="people")])

    @bp.get(
        "/notifications/unsubscribe",
        operation_id="show_unsubscribe",
        responses={200: Envelope[MailObject], **PROBLEMS},
    )
    @public
    def show(query: TokenQuery) -> Response:
        """Which mails a link switches off; it changes nothing.

        Browsers (`Accept: text/html`) get a page with a button.

        Example:
            curl "$VIREO/notifications/unsubscribe?token=$LINK_TOKEN"
        """
        subject = mails.about(query.token)
        return _page_or_answer(mails, subject, ended=False)

    @bp.post(
        "/notifications/unsubscribe",
        operation_id="unsubscribe",
        responses={200: Envelope[MailObject], **PROBLEMS, **problems(Code.RATE_LIMITED)},
    )
    @public
    @never_replayed
    def unsubscribe(query: TokenQuery) -> Response:
        """Switch off the mails that a link is for, without signing in (RFC 8058).

        What is waiting to be sent is not sent. Programs that read mails POST here by themselves,
        when their users ask for it; whatever the body is. The token switches off mails of one kind,
        or the digest, and is good for 400 days.

        Example:
            curl "$VIREO/notifications/unsubscribe?token=$LINK_TOKEN" -d List-Unsubscribe=One-Click
        """
        subject = mails.unsubscribe(query.token)
        return _page_or_answer(mails, subject, ended=True)

    return bp


def internal_blueprint(mails: NoticeMails) -> APIBlueprint:
    """What auth, which knows addresses, asks when a mail leaves."""
    bp = APIBlueprint("notice_mails_on_their_way", __name__, doc_ui=False)

    @bp.get("/internal/notice_mails/<reference>", doc_ui=False)
    @internal
    def content(path: ReferencePath) -> Response:
        said = mails.compose(path.reference)
        return answer(
            {
                "subject": said.subject,
                "text": said.text,
                "html": said.html,
                "unsubscribe": said.unsubscribe,
            }
        )

    @bp.post("/internal/notice_mails/<reference>", doc_ui=False)
    @internal
    def ended(path: ReferencePath, body: OutcomeBody) -> Response:
        mails.ended(path.reference, sent=body.sent)
        return answer()

    return bp


def _page_or_answer(mails: NoticeMails, subject: Subject, *, ended: bool) -> Response:
    if "text/html" in request.headers.get("Accept", ""):
        return Response(mails.page(subject, ended=ended), content_type="text/html; charset=utf-8")
    return answer({"mail": subject})
