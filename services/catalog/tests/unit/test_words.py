"""How texts and queries are cut into terms."""

import pytest

from vireo_catalog.core.checks import MAX_TITLE
from vireo_catalog.core.words import (
    DESCRIPTION_SEARCHED,
    LONGEST_TERM,
    MOST_TERMS_OF_VIDEO,
    Term,
    as_typed,
    asked_for,
    fold,
    terms_of,
)
from vireo_testing.hostile_text import STRINGS


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("cat", ["cat*"]),
        ("  two   words ", ["two*", "words*"]),
        ("cat cat CAT", ["cat*"]),
        # What one or two letters begin is in every text: they are whole words.
        ("a to the", ["a", "to", "the*"]),
        ("don't stop", ["don*", "stop*"]),
        ("l'eau d'or", ["eau*", "or"]),
        ("rock 'n' roll", ["rock*", "roll*"]),
        ("don\u2019t", ["don*"]),
        ("e-mail", ["e", "mail*"]),
        ("snake_case", ["snake_case*"]),
        ("C++ 3.14", ["c", "3", "14"]),
        ('+a -b >c <d ~e* "f g" (h) @i', list("abcdefghi")),
        ("100%", ["100*"]),
        ("caf\u0065\u0301", ["cafe*"]),
        ("STRASSE Straße", ["strasse*"]),
        ("Ørsted", ["orsted*"]),
        ("\U0001d4b1\U0001d4be\U0001d4c7", ["vir*"]),
        ("हिन्दी गाना", ["हिन्दी*", "गाना*"]),
        ("مرحبا, שלום", ["مرحبا*", "שלום*"]),
        # Characters and pairs of them.
        ("猫", ["猫"]),
        ("東京都", ["東京", "京都"]),
        ("cats 猫", ["cats*", "猫"]),
        ("cat 😺", ["cat*", "😺"]),
        ("❤\ufe0f love", ["❤", "love*"]),
        # Signs mean something where there is nothing else.
        ("%", ["%"]),
        (":-)", [":-", "-)"]),
        ("%%%", ["%%"]),
        ("'n'", ["'", "n"]),
        ("\u200d", []),
    ],
)
def test_what_a_query_asks_for(text: str, words: list[str]) -> None:
    terms = asked_for(text)
    assert [term.text + "*" * term.prefix for term in terms] == words


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("C++ x", ["c++"]),
        ("(C#)", ["c#"]),
        ("R&B, AT&T", ["r&b", "at&t"]),
        (".NET node.js", [".net", "node.js"]),
        ("e-mail", ["e-mail"]),
        ('"hello"', []),
        ("hello, world!", []),
        ("... !!", []),
        ("C\uff0b\uff0b", ["c++"]),
    ],
)
def test_names_with_signs(query: str, names: list[str]) -> None:
    assert [term.text for term in as_typed(query)] == names
    in_title, in_all = terms_of(f"the {query} of it", "")
    assert set(names) <= in_title
    assert not set(names) & in_all


@pytest.mark.parametrize("title", ["C++20 at last", "(C++)", "C++, again", "C++/C#", "old c++."])
def test_names_are_found_in_what_stands_around_them(title: str) -> None:
    assert "c++" in terms_of(title, "")[0]


@pytest.mark.parametrize("title", ["A+B", "c + +", "+c+d"])
def test_other_signs_are_no_such_name(title: str) -> None:
    assert "c++" not in terms_of(title, "")[0]


@pytest.mark.parametrize(
    "text",
    [
        "two words",
        "C++ and C#",
        "東京タワーの夜景",
        "안녕하세요",
        "🎉🎂",
        ":-)",
        "%",
        "हिन्दी",
        "x" * 90,
    ],
)
def test_what_is_typed_as_it_stands_there_is_found(text: str) -> None:
    _, in_all = terms_of(text, "")
    for term in asked_for(text):
        assert any(
            word.startswith(term.text) if term.prefix else word == term.text for word in in_all
        )


def test_the_terms_of_a_video_are_bounded() -> None:
    description = " ".join(f"{number:x}" for number in range(50_000))
    in_title, in_all = terms_of("a title", description)
    assert (in_title, len(in_all)) == ({"a", "title"}, MOST_TERMS_OF_VIDEO)
    # The title is in however long the description is.
    assert in_title <= in_all
    late = "x " * (DESCRIPTION_SEARCHED // 2) + "late"
    assert "late" not in terms_of("a title", late)[1]
    assert all(len(term) <= LONGEST_TERM for term in terms_of("y" * 255, "z" * 50_000)[1])


@pytest.mark.parametrize("name", STRINGS)
def test_any_text_has_terms_that_fit(name: str) -> None:
    text = STRINGS[name].encode("utf-8", "replace").decode()
    for terms in terms_of(text[:MAX_TITLE], text):
        assert all(0 < len(term.encode()) <= 4 * LONGEST_TERM for term in terms)
    assert all(isinstance(term, Term) and term.text for term in asked_for(text))
    assert fold(fold(text)) == fold(text)
