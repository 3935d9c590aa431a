"""A channel's picture: square, small, upright, bare; and what is no picture is refused."""

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from vireo_media.core.refused import Refused
from vireo_media.tools.picture import square_picture

RED, BLUE = (220, 30, 30), (20, 40, 210)


def halves(size: tuple[int, int] = (800, 400), mode: str = "RGB") -> Image.Image:
    """Red above, blue below."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (0, size[1] // 2, size[0], size[1]))
    return image.convert(mode)


def packed(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def squared(body: bytes, folder: Path) -> Image.Image:
    """What becomes of a picture."""
    source, target = folder / "source", folder / "target"
    source.write_bytes(body)
    square_picture(source, target)
    with Image.open(target) as image:
        assert image.format == "WEBP"
        assert not image.getexif()
        assert "icc_profile" not in image.info
        image.load()
        return image.copy()


def near(image: Image.Image, at: tuple[float, float], colour: tuple[int, int, int]) -> bool:
    """Whether the picture has about this colour at a place, given in parts of its side."""
    found = image.convert("RGB").getpixel((int(at[0] * image.width), int(at[1] * image.height)))
    assert isinstance(found, tuple)
    return all(abs(a - b) < 25 for a, b in zip(found, colour, strict=True))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_middle_of_a_picture(kind: str, tmp_path: Path) -> None:
    image = squared(packed(halves((1600, 900)), kind), tmp_path)
    assert image.size == (512, 512)
    assert near(image, (0.5, 0.2), RED)
    assert near(image, (0.5, 0.8), BLUE)


@pytest.mark.parametrize(("size", "side"), [((40, 90), 40), ((1, 1), 1), ((2000, 3), 3)])
def test_small_ones_are_not_enlarged(size: tuple[int, int], side: int, tmp_path: Path) -> None:
    assert squared(packed(halves(size), "PNG"), tmp_path).size == (side, side)


@pytest.mark.parametrize("mode", ["1", "L", "P", "I;16", "CMYK", "LA", "RGBA"])
def test_other_kinds_of_pixels(mode: str, tmp_path: Path) -> None:
    source = halves(mode="L") if mode == "I;16" else halves()
    kind = "JPEG" if mode == "CMYK" else "PNG"
    image = squared(packed(source.convert(mode), kind), tmp_path)
    assert image.size == (400, 400)
    assert image.convert("L").getextrema()[0] < image.convert("L").getextrema()[1]


def test_what_is_transparent_stays_so(tmp_path: Path) -> None:
    image = squared(packed(Image.new("RGBA", (64, 64), (9, 99, 9, 0)), "PNG"), tmp_path)
    assert image.mode == "RGBA"
    assert image.getpixel((32, 32))[3] == 0
    assert squared(packed(halves(), "PNG"), tmp_path).mode == "RGB"


def test_a_phone_picture_stands_upright_and_tells_nothing(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: a quarter clockwise
    exif[0x010F] = "Camera of somebody"
    exif.get_ifd(0x8825)[1] = "N"
    turned = halves().transpose(Image.Transpose.ROTATE_90)
    body = packed(turned, "JPEG", exif=exif)
    assert b"Camera of somebody" in body
    image = squared(body, tmp_path)
    assert near(image, (0.5, 0.2), RED)
    assert near(image, (0.5, 0.8), BLUE)
    assert b"somebody" not in (tmp_path / "target").read_bytes()


def test_a_profile_that_is_none_is_passed_over(tmp_path: Path) -> None:
    image = squared(packed(halves(), "PNG", icc_profile=b"nonsense" * 50), tmp_path)
    assert near(image, (0.5, 0.2), RED)


def test_of_a_moving_picture_the_first(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (64, 64), BLUE)]
    body = packed(Image.new("RGB", (64, 64), RED), "WEBP", save_all=True, append_images=frames)
    assert near(squared(body, tmp_path), (0.5, 0.5), RED)


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *more: bytes, rows: bytes = b"") -> bytes:
    """A grey PNG that says it has this size."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + data + chunk(b"IEND", b"")


def test_a_large_jpeg_of_a_camera_is_taken(tmp_path: Path) -> None:
    image = squared(packed(halves((8000, 6000)), "JPEG", subsampling=2), tmp_path)
    assert image.size == (512, 512)
    assert near(image, (0.5, 0.2), RED)


BOMBS: dict[str, Callable[[], bytes]] = {
    "pixels.png": lambda: png(9_000, 9_000, rows=bytes(9_001 * 9_000)),
    "transparent.png": lambda: packed(Image.new("RGBA", (5_100, 5_000)), "PNG"),
    "lossless.webp": lambda: packed(Image.new("RGB", (5_100, 5_000)), "WEBP", lossless=True),
    "lying.png": lambda: png(2_000_000_000, 2_000_000_000),
    "pixels.jpg": lambda: packed(Image.new("L", (9_000, 9_000)), "JPEG"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs(name: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        squared(BOMBS[name](), tmp_path)
    assert caught.value.code == "too_large"
    assert not (tmp_path / "target").exists()


NOT_WHOLE: dict[str, bytes] = {
    "text": b"a picture, I swear",
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
    "cut.png": packed(halves(), "PNG")[:-900],
    "cut.jpg": packed(halves(), "JPEG")[:-900],
    "cut.webp": packed(halves(), "WEBP")[:-90],
    "gif": packed(halves(), "GIF"),
    "bmp": packed(halves(), "BMP"),
    "tiff": packed(halves(), "TIFF"),
    "no-rows.png": png(300, 300),
    "no-size.png": png(0, 0),
    "words.png": png(8, 8, chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(80_000_000)))),
    "profile.png": png(8, 8, chunk(b"iCCP", b"k\0\0" + zlib.compress(bytes(80_000_000)))),
    "signature": b"\x89PNG\r\n\x1a\n",
    "riff": b"RIFF\xff\xff\xff\xffWEBPVP8X" + bytes(40),
}


@pytest.mark.parametrize("name", NOT_WHOLE)
def test_what_is_no_whole_picture(name: str, tmp_path: Path) -> None:
    with pytest.raises(Refused) as caught:
        squared(NOT_WHOLE[name], tmp_path)
    assert caught.value.code == "unsupported_media"
    assert not (tmp_path / "target").exists()
