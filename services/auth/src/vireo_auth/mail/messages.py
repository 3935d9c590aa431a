"""What a mail says: plain text and HTML from one pair of templates.

Values may come from strangers (a device's name is whatever a client says of itself): in HTML they
are escaped, and no line break of theirs begins a line of the text.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined

from vireo_auth.core.mails import Purpose, Template
from vireo_common.outgoing_mails import Content

SUBJECTS: Mapping[Template, str] = {
    Template.VERIFY: "Confirm your address",
    Template.RESET: "A new password for Vireo",
    Template.PASSWORD_CHANGED: "Your password was changed",
    Template.EMAIL_CHANGED: "Your address was changed",
    Template.EMAIL_UNDONE: "A change of your address was undone",
    Template.NEW_DEVICE: "A sign-in from a new device",
    Template.EXPORT_ASKED: "A copy of your data was asked for",
    Template.ACCOUNT_DELETED: "Your account was deleted",
}
PATHS: Mapping[Purpose, str] = {
    Purpose.VERIFY: "/email/verify",
    Purpose.RESET: "/password/reset",
    Purpose.UNDO: "/email/undo",
}
MAX_VALUE = 300
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")


@dataclass(frozen=True)
class Letter:
    """One mail, before it has its link.

    ``mail_id`` is the same whenever this mail is sent; ``to`` is the address. ``again`` has the
    values of further occasions, and ``more`` how often it happened beyond that.
    """

    mail_id: str
    template: Template
    to: str
    values: Mapping[str, str]
    again: Sequence[Mapping[str, str]] = ()
    more: int = 0


class Composer:
    """Makes what mails say.

    Args:
        public_url: where links lead to, without a slash at the end.
    """

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url
        loader = PackageLoader("vireo_auth", "mail/templates")
        self._html = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
        # Plain text knows no tags that one could escape out of; see ``_clean`` for line breaks.
        self._text = Environment(  # noqa: S701
            loader=loader, undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
        )

    def compose(self, letter: Letter, link: str = "") -> Content:
        """The content; ``link`` is what ``link`` made, for templates that have one."""
        template = letter.template.value
        values = {
            "username": "",
            **_cleaned(letter.values),
            "again": [_cleaned(values) for values in letter.again],
            "more": letter.more,
            "subject": SUBJECTS[letter.template],
            "public_url": self._public_url,
            "link": link,
        }
        return Content(
            SUBJECTS[letter.template],
            self._text.get_template(f"{template}.txt.j2").render(values),
            self._html.get_template(f"{template}.html.j2").render(values),
        )

    def link(self, purpose: Purpose, token: str) -> str:
        """The address behind a token, which stands in the fragment: no server logs it."""
        return f"{self._public_url}{PATHS[purpose]}#token={token}"


def _cleaned(values: Mapping[str, str]) -> dict[str, str]:
    return {key: _clean(text) for key, text in values.items()}


def _clean(value: str) -> str:
    return UNSEEN.sub(" ", value).strip()[:MAX_VALUE]
