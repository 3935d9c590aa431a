"""Sizes of a thumbnail: of a picture that keeps its shape, is not enlarged, and says nothing."""

import io
from pathlib import Path

import pytest
from PIL import Image

from vireo_media.core.refused import Refused
from vireo_media.core.thumbnails import SIZED, WHOLE, Format, Size
from vireo_media.tools.picture import thumbnail_sizes

ALL = (WHOLE, *SIZED)


def packed(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def made(body: bytes, folder: Path) -> dict[Size, Image.Image]:
    source = folder / "source"
    source.write_bytes(body)
    targets = {size: folder / f"{size.width}.{size.format}" for size in ALL}
    thumbnail_sizes(source, targets)
    found = {}
    for size, path in targets.items():
        with Image.open(path) as image:
            assert image.format == size.format.upper()
            assert not image.getexif()
            assert "icc_profile" not in image.info
            found[size] = image.convert("RGB")
    return found


@pytest.mark.parametrize(
    ("given", "whole", "widths"),
    [
        ((1920, 1080), (1280, 720), {320: (320, 180), 640: (640, 360), 1280: (1280, 720)}),
        ((1080, 1920), (720, 1280), {320: (320, 569), 640: (640, 1138), 1280: (1080, 1920)}),
        ((500, 400), (500, 400), {320: (320, 256), 640: (500, 400), 1280: (500, 400)}),
        ((1, 1), (1, 1), {320: (1, 1), 640: (1, 1), 1280: (1, 1)}),
        # More than twice as high as wide.
        ((100, 6000), (21, 1280), {320: (11, 640), 640: (21, 1280), 1280: (43, 2560)}),
        ((6000, 3), (1280, 1), {320: (320, 1), 640: (640, 1), 1280: (1280, 1)}),
    ],
)
def test_widths(
    given: tuple[int, int],
    whole: tuple[int, int],
    widths: dict[int, tuple[int, int]],
    tmp_path: Path,
) -> None:
    found = made(packed(Image.new("RGB", given, "teal")), tmp_path)
    assert found[WHOLE].size == whole
    for width, size in widths.items():
        assert found[Size(Format.JPEG, width)].size == size
        assert found[Size(Format.WEBP, width)].size == size


def test_what_is_transparent_is_on_black(tmp_path: Path) -> None:
    for image in made(packed(Image.new("RGBA", (400, 300), (255, 0, 0, 0))), tmp_path).values():
        assert max(extreme[1] for extreme in image.getextrema()) < 8


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "LA"])
def test_other_kinds_of_pixels(mode: str, tmp_path: Path) -> None:
    image = Image.linear_gradient("L").resize((400, 300)).convert(mode)
    found = made(packed(image, "JPEG" if mode == "CMYK" else "PNG"), tmp_path)
    for each in found.values():
        low, high = each.convert("L").getextrema()
        assert (low < 30, high > 220) == (True, True)


def test_a_phone_held_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera of somebody"
    image = Image.new("RGB", (800, 400), "red")
    # What is on the left of the file is above.
    image.paste("blue", (400, 0, 800, 400))
    found = made(packed(image, "JPEG", exif=exif), tmp_path)
    upright = found[Size(Format.WEBP, 320)]
    assert upright.size == (320, 640)
    above, below = upright.getpixel((160, 60)), upright.getpixel((160, 580))
    assert isinstance(above, tuple)
    assert isinstance(below, tuple)
    assert (above[0] > 200, above[2] < 60) == (True, True)
    assert (below[2] > 200, below[0] < 60) == (True, True)
    assert all(b"somebody" not in path.read_bytes() for path in tmp_path.glob("*.*"))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"a picture, I swear", "unsupported_media"),
        (packed(Image.new("RGB", (400, 300)), "JPEG")[:-60], "unsupported_media"),
        (packed(Image.new("RGB", (40, 30)), "GIF"), "unsupported_media"),
        (packed(Image.new("L", (6000, 6000))), "too_large"),
    ],
)
def test_what_is_refused_leaves_nothing(body: bytes, code: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        made(body, tmp_path)
    assert caught.value.code == code
    assert [path.name for path in tmp_path.iterdir()] == ["source"]
