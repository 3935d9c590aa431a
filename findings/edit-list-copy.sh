#!/bin/sh
# ffmpeg with "-c copy" turns pictures that an MP4's edit list hides between two parts into pictures
# that are shown. Decoding the same file leaves them out, so a test that decodes sees nothing.
# Seen with ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0) and 5.1.9: 75 pictures in 3 s become 300 in 6 s.
# Vireo: services/media tools/mp4_boxes.py does not copy such a file.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet imageio-ffmpeg==0.6.0
cat >"$work/run.py" <<'PY'
import re
import struct
import subprocess
import sys

import imageio_ffmpeg

FFMPEG, folder = imageio_ffmpeg.get_ffmpeg_exe(), sys.argv[1]


def run(*words):
    return subprocess.run([FFMPEG, "-nostdin", "-hide_banner", "-y", *words], capture_output=True, text=True)


def count(path):
    told = run("-i", path, "-map", "0:v", "-fps_mode", "passthrough", "-f", "framecrc", "-").stdout
    return sum(not line.startswith("#") for line in told.splitlines())


print(run("-version").stdout.splitlines()[0])
whole, cut, copy = (f"{folder}/{name}.mp4" for name in ("whole", "cut", "copy"))
run("-f", "lavfi", "-i", "testsrc2=s=64x36:r=25:d=6", "-c:v", "libx264", "-g", "100", "-bf", "2", whole)
data = bytearray(open(whole, "rb").read())
mvhd, edts, mdhd = (data.index(name) for name in (b"mvhd", b"edts", b"mdhd"))
scale = struct.unpack_from(">I", data, mvhd + 16)[0]
media = struct.unpack_from(">I", data, mdhd + 16)[0]
first = struct.unpack_from(">I", data, edts + 24)[0]
# Shown: 1 s from 0 on, then 2 s from 2.5 s on.
rows = b"".join(struct.pack(">IiI", s * scale, round(at * media) + first, 65536) for s, at in ((1, 0), (2, 2.5)))
body = struct.pack(">I4sII", 16 + len(rows), b"elst", 0, 2) + rows
old = struct.unpack_from(">I", data, edts - 4)[0]
data[edts + 4 : edts - 4 + old] = body
for box in (edts - 4, data.index(b"trak") - 4, data.index(b"moov") - 4):
    struct.pack_into(">I", data, box, struct.unpack_from(">I", data, box)[0] + len(body) + 8 - old)
open(cut, "wb").write(data)
run("-i", cut, "-map", "0:v", "-c", "copy", copy)
length = re.search(r"Duration: \S+:(\d+\.\d+)", run("-i", copy).stderr).group(1)
shown, copied = count(cut), count(copy)
print(f"shown by the edit list: {shown} pictures; shown by the copy: {copied} pictures, {length} s")
sys.exit(0 if shown < 80 and copied > shown + 40 else 1)
PY
"$work/venv/bin/python" "$work/run.py" "$work"
