"""What says that it is encrypted."""

from collections.abc import Callable
from pathlib import Path

import pytest

from vireo_media.core.refused import Refused
from vireo_media.tools.encryption import is_encrypted
from vireo_media.tools.head import format_of
from vireo_media.tools.probe import inspect
from vireo_testing import protected_clips
from vireo_testing.clips import Library


@pytest.mark.parametrize(
    ("name", "build"),
    [
        ("film.webm", protected_clips.webm),
        ("film.wmv", protected_clips.windows_media),
        ("film.ts", protected_clips.transport_stream),
        ("film.vob", protected_clips.dvd),
    ],
)
def test_a_film_that_says_it_is_refused_with_the_reason(
    tmp_path: Path, name: str, build: Callable[[Path], None]
) -> None:
    path = tmp_path / name
    build(path)
    with pytest.raises(Refused, match="encrypted"):
        inspect(path)


def test_zeros_before_it_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "film.ts"
    protected_clips.transport_stream(path)
    path.write_bytes(bytes(5000) + path.read_bytes())
    assert is_encrypted(path, format_of(path))


def test_a_lone_packet_with_a_mark_is_damage(tmp_path: Path, library: Library) -> None:
    data = bytearray(library.path("broadcast.ts").read_bytes())
    data[188 * 20 + 3] |= 0x80
    path = tmp_path / "film.ts"
    path.write_bytes(data)
    assert not is_encrypted(path, format_of(path))


@pytest.mark.parametrize("name", ["vp8.webm", "windows.wmv", "broadcast.ts", "program.mpg"])
def test_no_good_clip_is_taken_for_one(library: Library, name: str) -> None:
    path = library.path(name)
    assert not is_encrypted(path, format_of(path))
