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
# The cameras of phones have up to 50 million; more than that is a bomb or a panorama.
MOST_PIXELS = 64_000_000
_FORMATS = ("PNG", "JPEG", "WEBP")
_QUALITY = 85


def main(source: str, target: str) -> int:
    # The size is looked at before a pixel is decoded. Pillow's own limit would warn only.
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(source, formats=_FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            return TOO_MANY_PIXELS
        # A JPEG is decoded at a smaller scale straight away; others take no notice.
        picture.draft("RGB", (SIDE, SIDE))
        picture.load()
        profile = picture.info.get("icc_profile")
        upright = ImageOps.exif_transpose(picture)
    if profile:
        upright = _for_screens(upright, profile)
    has_alpha = upright.has_transparency_data
    side = min(SIDE, *upright.size)
    square = ImageOps.fit(upright.convert("RGBA" if has_alpha else "RGB"), (side, side))
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
