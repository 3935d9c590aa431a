"""Make a channel's picture, or sizes of a thumbnail, with Pillow: the process behind `picture`.

Run as `python -I picture_child.py <source> <target>` for a channel's picture, and as
`... <source> <kind> <width> <target> <kind> <width> <target> ...` for sizes. Exit code 0: written.
4: it has too many pixels. What Pillow can't read ends it with an exception, which is all that there
is to say of it.
"""

import io
import sys
from pathlib import Path

from PIL import Image, ImageCms, ImageOps

TOO_MANY_PIXELS = 4

SIDE = 512
# Of a thumbnail without a width the longer side, and of any other one the most of a width.
WHOLE = 1280
# Of what is twice as high as wide or more.
MOST_HEIGHT = 2 * WHOLE
# Decoded in full: 4 bytes a pixel, three times (a WebP's canvas, the frame before, the picture).
MOST_PIXELS = 25_000_000
# The cameras of phones have up to 50 million, as JPEG, which is decoded at an eighth of its size.
MOST_JPEG_PIXELS = 64_000_000
_FORMATS = ("PNG", "JPEG", "WEBP")
_QUALITY = 85
ORIENTATION = 0x0112
# Of the eight orientations those from here on.
QUARTER_TURNS = 5
# Of the kinds of pixels, those that are scaled as they are; it takes the least memory.
SCALED = {"RGB", "RGBA", "L", "CMYK"}


def main(source: str, *words: str) -> int:
    # The size is looked at before a pixel is decoded. Pillow's own limit would warn only.
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(source, formats=_FORMATS) as picture:
        if picture.width * picture.height > MOST_JPEG_PIXELS:
            return TOO_MANY_PIXELS
        # A JPEG is decoded at a smaller scale straight away; others take no notice.
        picture.draft("RGB", (SIDE, SIDE) if len(words) == 1 else (WHOLE, WHOLE))
        if picture.width * picture.height > MOST_PIXELS:
            return TOO_MANY_PIXELS
        picture.load()
        if len(words) == 1:
            _save(_square(picture), "WEBP", words[0])
        else:
            thumbnails = _upright(picture)
            for kind, width, target in zip(words[::3], words[1::3], words[2::3], strict=True):
                _save(_sized(thumbnails, int(width)), kind.upper(), target)
    return 0


def _square(picture: Image.Image) -> Image.Image:
    profile = picture.info.get("icc_profile")
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    side = min(SIDE, *picture.size)
    # The middle of it stays the middle however it is turned.
    square = ImageOps.fit(_plain(picture, mode), (side, side))
    square.getexif()[ORIENTATION] = picture.getexif().get(ORIENTATION, 1)
    square = ImageOps.exif_transpose(square)
    if profile:
        square = _for_screens(square, profile)
    return square.convert(mode)


def _upright(picture: Image.Image) -> Image.Image:
    """The whole of it, in no more pixels than the largest thumbnail has."""
    profile = picture.info.get("icc_profile")
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    plain = _plain(picture, mode)
    # A quarter turn makes the height of it the width.
    turned = picture.getexif().get(ORIENTATION, 1)
    most = (MOST_HEIGHT, WHOLE) if turned >= QUARTER_TURNS else (WHOLE, MOST_HEIGHT)
    plain.thumbnail(most, Image.Resampling.LANCZOS)
    plain.getexif()[ORIENTATION] = turned
    plain = ImageOps.exif_transpose(plain)
    if profile:
        plain = _for_screens(plain, profile)
    if plain.mode == "RGBA":
        black = Image.new("RGBA", plain.size, (0, 0, 0, 255))
        plain = Image.alpha_composite(black, plain)
    return plain.convert("RGB")


def _sized(picture: Image.Image, width: int) -> Image.Image:
    most = (width, 2 * width) if width else (WHOLE, WHOLE)
    copy = picture.copy()
    copy.thumbnail(most, Image.Resampling.LANCZOS)
    return copy


def _plain(picture: Image.Image, mode: str) -> Image.Image:
    keyed = mode == "RGBA" != picture.mode
    return picture.convert(mode) if keyed or picture.mode not in SCALED else picture


def _save(picture: Image.Image, kind: str, target: str) -> None:
    out = io.BytesIO()
    more = {"optimize": True} if kind == "JPEG" else {"method": 4}
    # A new picture: nothing of what the file says about itself comes along.
    bare = Image.frombytes(picture.mode, picture.size, picture.tobytes())
    bare.save(out, kind, quality=_QUALITY, **more)
    Path(target).write_bytes(out.getvalue())


def _for_screens(picture: Image.Image, profile: bytes) -> Image.Image:
    """The picture in the colours of screens; a profile that can't be read is like none."""
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    try:
        camera = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        screen = ImageCms.createProfile("sRGB")
        found = ImageCms.profileToProfile(picture, camera, screen, outputMode=mode)
    except (ImageCms.PyCMSError, OSError):
        return picture
    return found or picture


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
