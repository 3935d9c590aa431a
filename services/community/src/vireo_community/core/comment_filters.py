"""Words and links that the owner of a video has held for review."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from vireo_common.errors import Code, Failure, FieldCode, FieldProblem
from vireo_common.text import has_control_characters

MOST_WORDS = 200
MAX_WORD = 50

# With a scheme, with "www.", or a name and a path; and names alone that end as most sites do. A
# name is known by the last letter or digit before its last dot. What stands before that is not
# asked for: a long text is looked at once, and not from every letter again.
LINK = re.compile(
    r"https?://|\bwww\.\w|\w-*(?:\.-+)*\.[^\W\d_]{2,}/"
    r"|\w-*\.(?:com|net|org|info|biz|io|co|me|ru|cn|de|xyz|top|site|online|shop|tv)\b"
)


@dataclass(frozen=True)
class CommentFilter:
    """What is held below the videos of a channel."""

    words: Sequence[str] = ()
    links: bool = False


class CommentFilterStore(Protocol):
    """Where filters are kept."""

    def find(self, channel_id: int) -> CommentFilter:
        """What the channel has held; nothing where it has never said."""

    def put(self, channel_id: int, held: CommentFilter) -> None:
        """Have this held from now on.

        Raises:
            Failure: ``token_invalid``: the channel was deleted meanwhile.
        """


def folded(text: str) -> str:
    """A text as it is compared: without case, without what can't be seen, its letters plain."""
    plain = unicodedata.normalize("NFKC", text)
    seen = "".join(letter for letter in plain if unicodedata.category(letter) != "Cf")
    return unicodedata.normalize("NFKC", seen.casefold())


def holds(held: CommentFilter, text: str) -> bool:
    """Whether a comment with this text waits for review: it has one of the words, whole and in any
    case of its letters, or a link."""
    if not held.words and not held.links:
        return False
    said = folded(text)
    if held.links and LINK.search(said):
        return True
    if not held.words:
        return False
    words = "|".join(re.escape(folded(word)) for word in held.words)
    return re.search(rf"(?<!\w)(?:{words})(?!\w)", said) is not None


class CommentFilters:
    """The rules of filters."""

    def __init__(self, store: CommentFilterStore) -> None:
        self._store = store

    def show(self, channel_id: int) -> CommentFilter:
        """What one has held."""
        return self._store.find(channel_id)

    def put(self, channel_id: int, words: Sequence[str], links: bool) -> CommentFilter:
        """Have this held below one's own videos from now on.

        Raises:
            Failure: ``invalid_body`` with a reason for each word.
        """
        tidy = [" ".join(word.split()) if word.isprintable() else word for word in words]
        if problems := _problems(tidy):
            raise Failure(Code.INVALID_BODY, fields=problems)
        # One of each that compare the same, as it was typed first.
        kept: dict[str, str] = {}
        for word in tidy:
            kept.setdefault(folded(word), word)
        self._store.put(channel_id, CommentFilter(list(kept.values()), links))
        return self.show(channel_id)


def _problems(words: Sequence[str]) -> dict[str, FieldProblem]:
    if len(words) > MOST_WORDS:
        return {"words": FieldProblem(FieldCode.TOO_LONG, f"must be {MOST_WORDS} at the most")}
    found = {f"words.{number}": _problem(word) for number, word in enumerate(words)}
    return {field: problem for field, problem in found.items() if problem}


def _problem(word: str) -> FieldProblem | None:
    if not 1 <= len(word) <= MAX_WORD or not folded(word):
        code = FieldCode.TOO_LONG if len(word) > MAX_WORD else FieldCode.TOO_SHORT
        return FieldProblem(code, f"must have 1 to {MAX_WORD} characters")
    if has_control_characters(word):
        return FieldProblem(FieldCode.FORBIDDEN_CHARACTERS, "must not hold control characters")
    return None
