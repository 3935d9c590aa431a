"""What may stand in a comment, and whom it mentions."""

import re
from collections.abc import Sequence

from vireo_common.errors import Code, Failure, FieldCode, FieldProblem
from vireo_common.text import has_control_characters

MAX_TEXT = 10_000
MOST_MENTIONS = 20
"""Names that one comment may mention: each is somebody who is told of it."""

# Not in the middle of a word, which would be a mail address.
MENTION = re.compile(r"(?<![A-Za-z0-9_.@-])@([A-Za-z0-9_.-]+)")
LONGEST_NAME = 25


def checked(text: str) -> str:
    """The text of a comment, trimmed.

    Raises:
        Failure: ``invalid_body``.
    """
    text = text.strip()
    if problem := _problem(text):
        raise Failure(Code.INVALID_BODY, fields={"text": problem})
    return text


def mentions(text: str) -> Sequence[tuple[str, ...]]:
    """The names after an ``@``, each as the ways to read it, the likelier one first: a dot may end
    a name or a sentence."""
    found: dict[str, tuple[str, ...]] = {}
    for written in MENTION.findall(text):
        ways = dict.fromkeys((written, written.rstrip(".-_")))
        known = tuple(way for way in ways if 0 < len(way) <= LONGEST_NAME)
        if known:
            found[written.lower()] = known
    return list(found.values())


def _problem(text: str) -> FieldProblem | None:
    if not 1 <= len(text) <= MAX_TEXT:
        code = FieldCode.TOO_LONG if text else FieldCode.TOO_SHORT
        return FieldProblem(code, f"must have 1 to {MAX_TEXT:,} characters")
    if has_control_characters(text, allowed="\n\r\t"):
        message = "must not hold control characters but line breaks and tabs"
        return FieldProblem(FieldCode.FORBIDDEN_CHARACTERS, message)
    if len(mentions(text)) > MOST_MENTIONS:
        return FieldProblem(FieldCode.INVALID, f"may mention at most {MOST_MENTIONS} channels")
    return None
