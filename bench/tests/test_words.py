"""Texts for a hundred thousand videos."""

import itertools

from vireo_harness.words import Writer


def written(count: int) -> tuple[Writer, list[tuple[str, str]]]:
    writer = Writer(7)
    return writer, [writer.video() for _ in range(count)]


def test_they_are_the_same_every_time() -> None:
    assert written(20)[1] == written(20)[1]


def test_words_are_as_common_as_is_asked_for() -> None:
    writer, texts = written(2000)
    for share, least, most in ((0.001, 1, 4), (0.02, 30, 50), (0.6, 1000, 1400)):
        word = writer.word_in(share)
        found = sum(
            word in f"{title} {text}".lower().replace(".", "").split() for title, text in texts
        )
        assert found == writer.texts[word]
        assert least <= found <= most


def test_no_word_begins_another() -> None:
    writer, _ = written(3000)
    words = sorted(writer.texts)
    assert len(words) > 10_000
    pairs = itertools.pairwise(words)
    assert not [pair for pair in pairs if pair[1].startswith(pair[0])]


def test_titles_fit() -> None:
    _, texts = written(3000)
    assert all(1 <= len(title) <= 255 for title, _ in texts)
