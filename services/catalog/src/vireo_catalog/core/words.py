"""Tokenization: how texts are cut into terms, the same way for videos and for queries.

- A word is a run of letters and digits, without regard to case and accents.
- Scripts that write no spaces, emoji and punctuation have no words: each character is a term, and
  so are each two that stand together.
- What is typed with signs, such as ``C++``, ``.NET`` or ``R&B``, is a term of titles as a whole.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

LONGEST_TERM = 40
"""Characters of a term that count; the table's column holds that many of four bytes."""
LEAST_PREFIX = 3
"""Fewest letters of a prefix search: words that begin with one or two given letters are in every
text."""
DESCRIPTION_SEARCHED = 10_000
MOST_TERMS_OF_VIDEO = 2_000
"""Characters of a description that are indexed (some 900 different words), and rows of a video."""

# Scripts that write words without spaces between them, and Korean, whose particles are glued to its
# words: who looks for a word finds it inside of a run.
UNSPACED = re.compile(
    "["
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Japanese, Chinese
    "\uac00-\ud7af"
    "]"
)
# Accents of Latin, Greek and Cyrillic; points of Hebrew; marks of Arabic. The vowel signs of other
# scripts are letters to their readers.
ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf\u05c1\u05c2\u064b-\u065f\u0670]")
# Letters that Unicode does not take apart, and keyboards elsewhere do not have.
PLAIN = str.maketrans(
    {
        **{"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ŧ": "t", "\u0131": "i"},
        **{"æ": "ae", "œ": "oe", "þ": "th", "\u2018": "'", "\u2019": "'"},
    }
)
# A letter alone beside an apostrophe, as in "l'eau", is no search term.
LONE_LETTER = re.compile(r"\b\w(?=')|(?<=')\w\b")
# What stands around words and belongs to none.
AROUND = "\"'\u201c\u201d\u00ab\u00bb()[]{}<>,;:!?\u2026"
# Signs that are part of a name where they touch it: C++20, C#, #tag, @name, $5, .NET.
WITH_SIGNS = re.compile(r"\b\w+(?:\+{1,2}|#)|(?<!\w)[#@$.]\w+")


class Kind(Enum):
    """What a run of characters is."""

    WORD = "word"
    DENSE = "dense"
    PICTURES = "pictures"
    SIGNS = "signs"


@dataclass(frozen=True)
class Term:
    """What a video must have: this term, or with ``prefix`` one that begins so."""

    text: str
    prefix: bool = False


def fold(text: str) -> str:
    """The text without case, accents and compatibility forms."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return unicodedata.normalize("NFC", ACCENTS.sub("", apart)).translate(PLAIN)


def terms_of(title: str, description: str) -> tuple[set[str], set[str]]:
    """The terms of a video: those of its title, and those of title and description together."""
    folded = fold(title)
    in_title = {*_terms(folded), *_names(folded)}
    in_all = {*_terms(folded)}
    for term in _terms(fold(description[:DESCRIPTION_SEARCHED])):
        if len(in_all) >= MOST_TERMS_OF_VIDEO:
            break
        in_all.add(term)
    return in_title, in_all


def asked_for(query: str) -> list[Term]:
    """What a video must have to be found; empty only where nothing can be seen in the query."""
    folded = LONE_LETTER.sub(" ", fold(query))
    found = list(_runs(folded))
    spoken = [run for run in found if run[0] is not Kind.SIGNS]
    terms: dict[Term, None] = {}
    # Signs mean something where there is nothing else.
    for kind, run in spoken or _runs(fold(query)):
        if kind is Kind.WORD:
            word = run[:LONGEST_TERM]
            terms[Term(word, prefix=len(word) >= LEAST_PREFIX)] = None
        elif kind is Kind.PICTURES or len(run) == 1:
            terms.update(dict.fromkeys(Term(character) for character in run))
        else:
            terms.update(dict.fromkeys(Term(pair) for pair in _pairs(run)))
    return list(terms)


def as_typed(query: str) -> list[Term]:
    """The names with signs of a query: titles that have them so come first."""
    chunks = (_stripped(chunk) for chunk in fold(query).split())
    return [Term(chunk[:LONGEST_TERM]) for chunk in dict.fromkeys(chunks) if _is_name(chunk)]


def _terms(folded: str) -> Iterator[str]:
    for kind, run in _runs(folded):
        if kind is Kind.WORD:
            yield run[:LONGEST_TERM]
        else:
            yield from run
            yield from _pairs(run)


def _names(folded: str) -> Iterator[str]:
    for chunk in folded.split():
        stripped = _stripped(chunk)
        if _is_name(stripped):
            yield stripped[:LONGEST_TERM]
        for found in WITH_SIGNS.findall(chunk):
            yield found[:LONGEST_TERM]


def _stripped(chunk: str) -> str:
    return chunk.strip(AROUND).rstrip("." + AROUND)


def _is_name(chunk: str) -> bool:
    """Whether there are both letters and signs in it."""
    kinds = {kind for kind, _ in _runs(chunk)}
    return Kind.SIGNS in kinds and bool(kinds & {Kind.WORD, Kind.DENSE})


def _pairs(run: str) -> Iterator[str]:
    return (run[at : at + 2] for at in range(len(run) - 1))


def _runs(folded: str) -> Iterator[tuple[Kind, str]]:
    """The runs of characters of one kind; what can't be seen parts them."""
    kind, run = None, ""
    for character in folded:
        found = _kind(character, kind)
        if found is not kind:
            if kind and run:
                yield kind, run
            kind, run = found, ""
        run += character if found else ""
    if kind and run:
        yield kind, run


def _kind(character: str, before: Kind | None) -> Kind | None:
    if UNSPACED.match(character):
        return Kind.DENSE
    category = unicodedata.category(character)
    match category[0]:
        case "L" | "N":
            return Kind.WORD
        case "M":
            # It belongs to the letter before it.
            return Kind.WORD if before is Kind.WORD else None
        case "S" | "P" if character == "_":
            return Kind.WORD
        case "S" | "P":
            return Kind.PICTURES if category == "So" else Kind.SIGNS
        case _:
            return None
