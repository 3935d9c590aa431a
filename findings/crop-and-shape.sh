#!/bin/sh
# A Matroska of 64 x 48 pixels that says "cut 16 off the right and 8 off the bottom, show the rest
# as 96 x 40" has pixels twice as wide as high (RFC 9559, 5.1.4.1.28: the crop comes before the
# scaling). ffmpeg does not crop. MediaInfo crops to 48 x 40, and says that this is 2.4 : 1, but
# both make the shape of a pixel of the size before the crop: 1.8. What MediaInfo says of the same
# track does not fit together.
# Seen with ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0) and 5.1.9, and MediaInfo of pymediainfo 7.0.1.
# Vireo: services/media tools/matroska_header.py, `_cropped`.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet imageio-ffmpeg==0.6.0 pymediainfo==7.0.1
cat >"$work/run.py" <<'PY'
import importlib.metadata
import re
import subprocess
import sys

import imageio_ffmpeg
from pymediainfo import MediaInfo

FFMPEG, film = imageio_ffmpeg.get_ffmpeg_exe(), f"{sys.argv[1]}/film.mkv"


def run(*words):
    return subprocess.run([FFMPEG, "-nostdin", "-hide_banner", "-y", *words], capture_output=True)


print(run("-version").stdout.decode().splitlines()[0])
print("pymediainfo", importlib.metadata.version("pymediainfo"))
run("-f", "lavfi", "-i", "testsrc2=s=64x48:r=25:d=1", "-c:v", "libx264", "-aspect", "2:1", film)
with open(film, "rb") as file:
    data = file.read()
# The element Video, 23 bytes, and what is behind it in its track up to an element Void of 11 bytes.
start = data.index(bytes.fromhex("e095b08140ba8130"))
void = data.index(bytes.fromhex("ec01000000000000020000"), start)
video = bytes.fromhex("b08140 ba8130 9a8102 54b08160 54ba8128 54dd8110 54aa8108")
made = bytes([0xE0, 0x80 | len(video)]) + video + data[start + 23 : void]
left = void + 11 - start - len(made)
with open(film, "wb") as file:
    file.write(data[:start] + made + bytes([0xEC, 0x80 | left - 2]) + bytes(left - 2) + data[void + 11 :])

said = run("-i", film).stderr.decode()
size = re.search(r"Video: .*?(\d+x\d+)", said).group(1)
# In front stands what the frames say, behind it what the file says.
shape = re.findall(r"SAR (\d+:\d+)", said)[-1]
pixels = len(run("-i", film, "-frames:v", "1", "-vf", "extractplanes=y", "-f", "rawvideo", "-").stdout)
print(f"ffmpeg: {size}, a pixel is {shape}; a frame has {pixels} pixels")
media = MediaInfo.parse(film).video_tracks[0]
pixel, whole = float(media.pixel_aspect_ratio), float(media.display_aspect_ratio)
print(f"MediaInfo: {media.width}x{media.height}, a pixel is {pixel}, the picture {whole};", end=" ")
print(f"{media.width} * {pixel} / {media.height} is {media.width * pixel / media.height:.2f}")
ours = (size, shape, pixels) == ("64x48", "9:5", 64 * 48)
sys.exit(0 if ours and (media.width, media.height, pixel, whole) == (48, 40, 1.8, 2.4) else 1)
PY
"$work/venv/bin/python" "$work/run.py" "$work"
