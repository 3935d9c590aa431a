"""Tags of languages, and what languages call themselves."""

import pytest

from vireo_media.core.languages import canonical, label_of


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("en", "en"),
        ("EN-us", "en-US"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("de-1996", "de-1996"),
        ("ca-VALENCIA", "ca-valencia"),
        ("eng", "en"),
        ("ger", "de"),
        ("deu", "de"),
        ("chi", "zh"),
        ("iw", "he"),
        ("fil", "fil"),
        ("und", "und"),
    ],
)
def test_tags_have_one_spelling(tag: str, expected: str) -> None:
    assert canonical(tag) == expected
    assert canonical(expected) == expected


@pytest.mark.parametrize(
    "tag",
    ["", "e", "english", "xx", "en_US", "en-", "-en", "en-u-ca-x", "../en", "en.vtt", "en\n", "éń"]
    + ["en-" + "-".join(["abcdefgh"] * 4)],
)
def test_what_is_no_tag(tag: str) -> None:
    assert canonical(tag) is None


def test_labels() -> None:
    assert label_of("de") == "Deutsch"
    assert label_of("pt-BR") == "Português (BR)"
    assert label_of("zh-Hant-TW") == "中文 (Hant, TW)"
    assert label_of("tlh") == "tlh"
