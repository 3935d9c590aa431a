"""A channel's own page: what it says about itself, beside what is counted of it."""

from collections.abc import Sequence
from typing import Protocol
from urllib.parse import urlsplit

from vireo_common.errors import Code, Failure, FieldCode, FieldProblem
from vireo_common.rates import TooFast, slow_down
from vireo_common.text import has_control_characters
from vireo_videos.channel import NAME, ChannelPage, Link

MAX_ABOUT = 2_000
MOST_LINKS = 10
MAX_LABEL = 100
MAX_URL = 2_000
SCHEMES = {"http", "https"}


class ChannelPageStore(Protocol):
    """Where pages of channels are kept."""

    def find(self, name: str, viewer: int | None) -> ChannelPage | None:
        """The page of the channel with this name, as the viewer sees it."""

    def name_of(self, channel_id: int) -> str | None:
        """The name of a channel."""

    def set_texts(self, channel_id: int, about: str | None, links: Sequence[Link] | None) -> None:
        """Set what is given.

        Raises:
            Failure: ``token_invalid``: the channel was deleted meanwhile.
            TooFast: the account has to wait.
        """


class ChannelPages:
    """The rules."""

    def __init__(self, store: ChannelPageStore) -> None:
        self._store = store

    def show(self, name: str, viewer: int | None) -> ChannelPage:
        """The page of the channel with this name.

        Raises:
            Failure: ``not_found``.
        """
        page = self._store.find(name, viewer) if NAME.fullmatch(name) else None
        if page is None:
            raise Failure(Code.NOT_FOUND)
        return page

    def edit(self, channel_id: int, about: str | None, links: Sequence[Link] | None) -> ChannelPage:
        """Set what one's own channel says about itself; what is ``None`` stays.

        Raises:
            Failure: ``invalid_body`` with a reason for each field; ``rate_limited``;
                ``token_invalid``: the channel was deleted meanwhile.
        """
        tidy = None if links is None else [Link(each.label.strip(), each.url) for each in links]
        if problems := check(about, tidy):
            raise Failure(Code.INVALID_BODY, fields=problems)
        try:
            self._store.set_texts(channel_id, about, tidy)
        except TooFast as refused:
            raise slow_down(refused) from None
        name = self._store.name_of(channel_id)
        if name is None:
            raise Failure(Code.TOKEN_INVALID)
        return self.show(name, channel_id)


def check(about: str | None, links: Sequence[Link] | None) -> dict[str, FieldProblem]:
    """What is wrong with the texts of a channel; labels are trimmed already."""
    found = {"about": _about_problem(about or "")}
    if links and len(links) > MOST_LINKS:
        found["links"] = FieldProblem(FieldCode.TOO_LONG, f"must be {MOST_LINKS} at the most")
    for number, link in enumerate((links or [])[:MOST_LINKS]):
        found[f"links.{number}.label"] = _label_problem(link.label)
        found[f"links.{number}.url"] = _url_problem(link.url)
    return {field: problem for field, problem in found.items() if problem}


def _about_problem(about: str) -> FieldProblem | None:
    if len(about) > MAX_ABOUT:
        return FieldProblem(FieldCode.TOO_LONG, f"must have at most {MAX_ABOUT} characters")
    if has_control_characters(about, allowed="\n\r\t"):
        message = "must not hold control characters but line breaks and tabs"
        return FieldProblem(FieldCode.FORBIDDEN_CHARACTERS, message)
    return None


def _label_problem(label: str) -> FieldProblem | None:
    if not 1 <= len(label) <= MAX_LABEL:
        code = FieldCode.TOO_LONG if label else FieldCode.TOO_SHORT
        return FieldProblem(code, f"must have 1 to {MAX_LABEL} characters")
    if has_control_characters(label):
        return FieldProblem(FieldCode.FORBIDDEN_CHARACTERS, "must not hold control characters")
    return None


def _url_problem(url: str) -> FieldProblem | None:
    if len(url) > MAX_URL:
        return FieldProblem(FieldCode.TOO_LONG, f"must have at most {MAX_URL} characters")
    if has_control_characters(url) or any(letter.isspace() for letter in url):
        message = "must not hold spaces or control characters"
        return FieldProblem(FieldCode.FORBIDDEN_CHARACTERS, message)
    try:
        parts = urlsplit(url)
        # Whoever reads "https://known.example@other.example" takes the first for the host.
        good = parts.scheme in SCHEMES and bool(parts.hostname) and "@" not in parts.netloc
        _ = parts.port
    except ValueError:
        good = False
    return None if good else FieldProblem(FieldCode.INVALID, "must be a http or https address")
