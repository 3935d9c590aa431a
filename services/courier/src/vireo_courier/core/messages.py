"""A mail as it leaves: the words of a service, between the headers that all mails have."""

import datetime as dt
import re
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

from vireo_common.outgoing_mails import Content
from vireo_courier.core.addresses import mailbox

# What reaches a header or the name of a file, whatever another program has written.
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]+")
# RFC 2369: an address between `<` and `>`. It is in ASCII, and has no place to break a line at.
WEB_ADDRESS = re.compile(r"https?://[!-;=?-~]{1,800}")
# Lines of headers on the wire. An address of more than 78 characters, the default, would be written
# as encoded words, which nobody reads in `List-Unsubscribe`; RFC 5322 allows 998.
LINE = 900
WIRE = policy.SMTP.clone(max_line_length=LINE)
WIRE_UTF8 = policy.SMTPUTF8.clone(max_line_length=LINE)
UNNAMED = re.compile(r"[^A-Za-z0-9-]+")


def message(sender: Address, to: str, reference: str, content: Content) -> EmailMessage:
    """The whole message.

    Args:
        to: an address.
        reference: the same whenever this mail is sent.

    Raises:
        ValueError: the address to unsubscribe at is none.
    """
    made = EmailMessage()
    made["From"] = sender
    made["To"] = mailbox(to)
    made["Subject"] = UNSEEN.sub(" ", content.subject)
    made["Date"] = format_datetime(dt.datetime.now(dt.UTC))
    # A receiver that got this mail already knows it again.
    made["Message-ID"] = f"<{in_names(reference)}@{sender.domain}>"
    # RFC 3834: no holiday notes in return.
    made["Auto-Submitted"] = "auto-generated"
    if content.unsubscribe:
        if not WEB_ADDRESS.fullmatch(content.unsubscribe):
            raise ValueError("no address to unsubscribe at")
        made["List-Unsubscribe"] = f"<{content.unsubscribe}>"
        # RFC 8058: a mail program POSTs this there, when its user asks it to.
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(content.text, cte="quoted-printable")
    made.add_alternative(content.html, subtype="html", cte="quoted-printable")
    return made


def in_names(text: str) -> str:
    """A reference or a name, as headers and files may have it."""
    return UNNAMED.sub("-", text)
