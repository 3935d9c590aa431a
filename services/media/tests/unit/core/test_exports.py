"""When there is an archive of a person's data, and what its entries are called."""

import unicodedata

import pytest

from vireo_common.errors import Code, Failure
from vireo_media.core.exports import (
    MAX_TITLE_BYTES,
    README,
    ChannelGone,
    Export,
    Exports,
    ExportState,
    archive_name,
    entry_name,
    safe_title,
)
from vireo_testing.hostile_text import STRINGS

HASH = "aB3dE6g"
MP4 = b"\x00\x00\x00\x18ftypisom"


class Shelf:
    """Exports by channel, and files by name, in memory."""

    def __init__(self) -> None:
        self.rows: dict[int, Export] = {}
        self.files: set[str] = set()
        self.began: list[tuple[int, str, str]] = []
        self.gone: set[int] = set()

    def current(self, channel_id: int) -> Export | None:
        return self.rows.get(channel_id)

    def begin(self, channel_id: int, name: str, instead_of: str) -> None:
        if channel_id in self.gone:
            raise ChannelGone
        self.began.append((channel_id, name, instead_of))
        self.rows[channel_id] = Export(name, channel_id, ExportState.WAITING, "")

    def make(self, channel_id: int) -> Export:
        """What the worker does."""
        name = self.rows[channel_id].name
        self.rows[channel_id] = Export(name, channel_id, ExportState.READY, "vireo-ada.zip")
        self.files.add(name)
        return self.rows[channel_id]

    def has_export(self, name: str) -> bool:
        return name in self.files


def test_the_first_request_begins_one_and_the_next_ones_wait_for_it() -> None:
    shelf = Shelf()
    exports = Exports(shelf, shelf)
    assert [exports.ask(7) for _ in range(3)] == [None, None, None]
    ((channel_id, name, instead_of),) = shelf.began
    assert (channel_id, instead_of) == (7, "")
    assert len(name) == 32


def test_what_is_made_is_served_to_its_person_alone() -> None:
    shelf = Shelf()
    exports = Exports(shelf, shelf)
    exports.ask(7)
    made = shelf.make(7)
    assert exports.ask(7) == made
    assert exports.ask(8) is None
    assert len({name for _, name, _ in shelf.began}) == 2


def test_one_whose_file_is_lost_is_made_anew() -> None:
    shelf = Shelf()
    exports = Exports(shelf, shelf)
    exports.ask(7)
    lost = shelf.make(7).name
    shelf.files.clear()
    assert exports.ask(7) is None
    assert shelf.began[-1][2] == lost


def test_a_channel_that_goes_meanwhile_has_no_export() -> None:
    shelf = Shelf()
    shelf.gone.add(7)
    with pytest.raises(Failure) as caught:
        Exports(shelf, shelf).ask(7)
    assert caught.value.code is Code.TOKEN_INVALID


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("My holidays, 2026", "My holidays, 2026"),
        ("Ünïcode 漢字 👩‍👩‍👧", "Ünïcode 漢字 👩👩👧"),
        ("e\u0301", "é"),
        ("../../etc/passwd", "etc passwd"),
        ("C:\\Windows\\x", "C Windows x"),
        ('a/b\\c:d*e?f"g<h>i|j', "a b c d e f g h i j"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("\u202egnp.exe", "gnp.exe"),
        ("\u2066a\u2069\u200b\ufeff", "a"),
        ("\x00\x1b[31mred\x7f", "[31mred"),
        (" . hidden. . ", "hidden"),
        ("...", ""),
        ("\ue000\udfff\U0010ffff", ""),
        ("漢" * 255, "漢" * (MAX_TITLE_BYTES // 3)),
    ],
)
def test_titles_become_names_of_files(title: str, expected: str) -> None:
    assert safe_title(title) == expected


@pytest.mark.parametrize("title", STRINGS)
def test_no_title_is_unsafe_as_the_name_of_a_file(title: str) -> None:
    folder, _, name = entry_name(1, HASH, title, MP4).partition("/")
    assert folder == "videos"
    assert name.startswith(f"00001 {HASH}")
    assert name.endswith(".mp4")
    assert not set(name) & set('/\\:*?"<>|')
    assert {unicodedata.category(c)[0] for c in name} <= set("LMNPSZ")
    assert "  " not in name
    assert len(name.encode()) <= 200


def test_names_differ_where_hash_paths_differ_by_case_alone() -> None:
    names = {entry_name(number, HASH, "t", MP4).lower() for number in (1, 2)}
    assert len(names) == 2


@pytest.mark.parametrize(
    ("head", "end"),
    [
        (MP4, "mp4"),
        (b"\x1aE\xdf\xa3", "mkv"),
        (b"RIFF\x00\x00\x00\x00AVI ", "avi"),
        (b"OggS\x00", "ogv"),
        (b"", "video"),
        (b"what is this", "video"),
    ],
)
def test_the_end_of_the_name_says_what_it_is(head: bytes, end: str) -> None:
    assert entry_name(12, HASH, "", head) == f"videos/00012 {HASH}.{end}"


def test_the_archive_bears_the_username() -> None:
    assert archive_name("Ada.L-1_") == "vireo-Ada.L-1_.zip"


def test_the_readme_is_plain_text() -> None:
    assert README.isascii()
    assert max(len(line) for line in README.splitlines()) < 100
