"""Texts as people write them: a few words everywhere, most words hardly anywhere.

The words are made of syllables. Each ends in a letter that none has inside, so that no word begins
another one: a search for a word finds the word, though search finds beginnings too.
"""

import itertools
import random
from collections import Counter
from dataclasses import dataclass, field

_ONSETS = "bcdfghjklmprtvwz"
_VOWELS = "aeiou"
_ENDS = "ns"
_VOCABULARY = 30_000
# Words of a natural language follow Zipf's law with an exponent near one.
_EXPONENT = 1.0


@dataclass
class Writer:
    """Writes the same texts again for the same ``seed``, and counts in how many a word stands."""

    seed: int
    written: int = 0
    texts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._words = _vocabulary(self._random)
        weights = (1 / rank**_EXPONENT for rank in range(1, len(self._words) + 1))
        self._cumulative = list(itertools.accumulate(weights))

    def video(self) -> tuple[str, str]:
        """A title of 3 to 9 words, and a description of 5 to 60."""
        title = self._some(self._random.randint(3, 9))
        description = self._some(int(self._random.triangular(5, 60, 15)))
        self.texts.update({*title, *description})
        self.written += 1
        return " ".join(title).capitalize(), ". ".join(_sentences(description))

    def word_in(self, share: float) -> str:
        """The word that stands in about this share of all videos that were written."""
        wanted = share * self.written
        return min(self.texts, key=lambda word: (abs(self.texts[word] - wanted), word))

    def _some(self, count: int) -> list[str]:
        return self._random.choices(self._words, cum_weights=self._cumulative, k=count)


def _vocabulary(source: random.Random) -> list[str]:
    """All words, the commonest first; common words are short."""
    found: dict[str, None] = {}
    while len(found) < _VOCABULARY:
        longest = 1 if len(found) < 60 else 2 if len(found) < 3000 else 4
        syllables = source.randint(min(longest, 2), longest)
        word = "".join(source.choice(_ONSETS) + source.choice(_VOWELS) for _ in range(syllables))
        found[word + source.choice(_ENDS)] = None
    return list(found)


def _sentences(words: list[str]) -> list[str]:
    return [" ".join(words[start : start + 12]).capitalize() for start in range(0, len(words), 12)]
