"""Make a channel's picture with Pillow: the process behind `picture`.

Run as `python -I picture_child.py <source> <target>`. Exit code 0: written. 4: it has too many
pixels. What Pillow can't read ends it with an exception, which is all that there is to say of it.
"""

import io
import sys
from pathlib import Path

from PIL import Image, ImageCms, ImageOps

TOO_MANY_PIXELS = 4

SIDE = 512
# Decoded in full: 4 bytes a pixel, three times (a WebP's canvas, the frame before, the picture).
MOST_PIXELS = 25_000_000
# The cameras of phones have up to 50 million, as JPEG, which is decoded at an eighth of its size.
MOST_JPEG_PIXELS = 64_000_000
_FORMATS = ("PNG", "JPEG", "WEBP")
_QUALITY = 85
ORIENTATION = 0x0112
# Of the kinds of pixels, those that are scaled as they are; it takes the least memory.
SCALED = {"RGB", "RGBA", "L", "CMYK"}


def main(source: str, target: str) -> int:
    # The size is looked at before a pixel is decoded. Pillow's own limit would warn only.
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(source, formats=_FORMATS) as picture:
        if picture.width * picture.height > MOST_JPEG_PIXELS:
            return TOO_MANY_PIXELS
        # A JPEG is decoded at a smaller scale straight away; others take no notice.
        picture.draft("RGB", (SIDE, SIDE))
        if picture.width * picture.height > MOST_PIXELS:
            return TOO_MANY_PIXELS
        picture.load()
        profile = picture.info.get("icc_profile")
        mode = "RGBA" if picture.has_transparency_data else "RGB"
        side = min(SIDE, *picture.size)
        keyed = mode == "RGBA" != picture.mode
        plain = picture.convert(mode) if keyed or picture.mode not in SCALED else picture
        # The middle of it stays the middle however it is turned.
        square = ImageOps.fit(plain, (side, side))
        square.getexif()[ORIENTATION] = picture.getexif().get(ORIENTATION, 1)
    square = ImageOps.exif_transpose(square)
    if profile:
        square = _for_screens(square, profile)
    square = square.convert(mode)
    out = io.BytesIO()
    # A new picture: nothing of what the file says about itself comes along.
    Image.frombytes(square.mode, square.size, square.tobytes()).save(
        out, "WEBP", quality=_QUALITY, method=4
    )
    Path(target).write_bytes(out.getvalue())
    return 0


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
    sys.exit(main(sys.argv[1], sys.argv[2]))
