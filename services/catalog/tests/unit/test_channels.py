"""Channels by name, and their pictures."""

import io

import pytest
from PIL import Image

from vireo_catalog.core.channels import PICTURE_SIZE, Channel, Channels, Picture, draw_picture
from vireo_common.errors import Code, Failure


class Directory:
    """One channel in memory; remembers what was looked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def find(self, name: str) -> Channel | None:
        self.asked.append(name)
        return Channel(7, "Ada") if name.lower() == "ada" else None

    def picture(self, name: str) -> Picture | None:
        self.asked.append(name)
        return Picture("Ada", "f" * 32) if name.lower() == "ada" else None


def test_found_in_any_case() -> None:
    assert Channels(Directory()).find("aDA") == Channel(7, "Ada")


@pytest.mark.parametrize("name", ["", "a/b", "ädä", "ada ", "ada\n", "ada\0", "a" * 26, "%", "a*"])
def test_what_can_be_no_name_is_not_looked_for(name: str) -> None:
    directory = Directory()
    for ask in (Channels(directory).find, Channels(directory).picture):
        with pytest.raises(Failure) as raised:
            ask(name)
        assert raised.value.code is Code.NOT_FOUND
    assert directory.asked == []


def test_no_such_channel() -> None:
    for ask in (Channels(Directory()).find, Channels(Directory()).picture):
        with pytest.raises(Failure) as raised:
            ask("nobody")
        assert raised.value.code is Code.NOT_FOUND


def test_picture_is_a_png_of_two_colours_and_symmetric() -> None:
    with Image.open(io.BytesIO(draw_picture("ada"))) as image:
        image.load()
        assert (image.format, image.size) == ("PNG", (PICTURE_SIZE, PICTURE_SIZE))
        colours = image.convert("RGB").getcolors()
        assert colours is not None
        assert len(colours) == 2
        assert image.transpose(Image.Transpose.FLIP_LEFT_RIGHT).tobytes() == image.tobytes()


def test_picture_is_the_same_every_time_and_in_any_case() -> None:
    assert draw_picture("ada") == draw_picture("ada") == draw_picture("ADA")


def test_the_picture_that_the_owner_has_set() -> None:
    assert Channels(Directory()).picture("aDA") == Picture("Ada", "f" * 32)


def test_pictures_differ() -> None:
    assert len({draw_picture(f"channel{number}") for number in range(50)}) == 50
