"""What a mail of notices says: plain text and HTML from one pair of templates.

Titles and names are other people's: in HTML they are escaped, and no line break of theirs begins a
line of the text.
"""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined

from vireo_common.outgoing_mails import Content
from vireo_community.core.notice_mails import DIGEST, Draft, Subject
from vireo_community.core.notices import Kind, Notice, sentence

UNSUBSCRIBE = "/notifications/unsubscribe"
NAMES: Mapping[Subject, str] = {
    Kind.VIDEO: "mails about new videos",
    Kind.COMMENT: "mails about comments on your videos",
    Kind.REPLY: "mails about replies to your comments",
    Kind.MENTION: "mails about mentions of you",
    Kind.LIKE: "mails about likes",
    Kind.FOLLOW: "mails about new followers",
    Kind.REVIEW: "mails about comments that wait for your review",
    Kind.MILESTONE: "mails about milestones",
    Kind.READY: "mails about videos that are ready",
    Kind.FAILED: "mails about videos that could not be processed",
    Kind.MODERATION: "mails about decisions of moderators",
    DIGEST: "a digest of what is new",
}
"""What is switched off, as mails and the page name it."""
MAX_SUBJECT = 120
MAX_LINE = 300
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


class Composer:
    """Makes what mails and the page of their links say.

    Args:
        public_url: where links lead to, without a slash at the end.
    """

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url
        loader = PackageLoader("vireo_community", "mail/templates")
        self._html = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
        # Plain text knows no tags that one could escape out of; see ``_clean`` for line breaks.
        self._text = Environment(  # noqa: S701
            loader=loader, undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
        )

    def compose(self, draft: Draft, token: str) -> Content:
        """The content; ``token`` is for the address to unsubscribe at."""
        lines = [self._line(notice) for notice in draft.notices]
        address = f"{self._public_url}{UNSUBSCRIBE}?{urlencode({'token': token})}"
        subject = _subject(draft, lines[0]["text"])
        values = {
            "username": _clean(draft.username, MAX_LINE),
            "subject": subject,
            "lines": lines,
            "more": draft.more,
            "name": NAMES[draft.subject],
            "unsubscribe": address,
            "public_url": self._public_url,
        }
        return Content(
            subject,
            self._text.get_template("notices.txt.j2").render(values),
            self._html.get_template("notices.html.j2").render(values),
            address,
        )

    def page(self, subject: Subject, *, ended: bool) -> str:
        """The page of a link: it asks, or says what was switched off."""
        values = {"name": NAMES[subject], "ended": ended, "public_url": self._public_url}
        return self._html.get_template("unsubscribe.html.j2").render(values)

    def _line(self, notice: Notice) -> dict[str, str]:
        link = f"{self._public_url}/watch/{notice.video}" if notice.video else ""
        return {"text": _clean(sentence(notice), MAX_LINE), "link": link}


def _subject(draft: Draft, first: str) -> str:
    if draft.subject == DIGEST or len(draft.notices) > 1:
        count = f"More than {len(draft.notices)}" if draft.more else str(len(draft.notices))
        return f"{count} notice{'s' if len(draft.notices) > 1 else ''} on Vireo"
    return _clean(first, MAX_SUBJECT)


def _clean(value: str, most: int) -> str:
    line = UNSEEN.sub(" ", value).strip()
    return line if len(line) <= most else f"{line[: most - 1]}…"
