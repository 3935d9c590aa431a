#!/bin/sh
# The last picture of an MP4, shown for 5 s (a slide under the end of a talk), lasts 1 s after ffmpeg:
# the packet's length is not used for the last picture that is written. Without B pictures that is so
# where times are kept (-fps_mode vfr or passthrough), and -c copy is right; with B pictures the packet
# that is read last is not the picture that is shown last, and also -c copy and the default shorten.
# Seen with ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0) and 5.1.9: 8 s become 4 s, with exit code 0.
# Vireo: services/media tools/transcode.py holds the last picture (`_held`) and does not copy such a file.
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


def seconds(path):
    return float(re.search(r"Duration: \S+:(\d+\.\d+)", run("-i", path).stderr).group(1))


def grow(data, at, more):
    struct.pack_into(">I", data, at, struct.unpack_from(">I", data, at)[0] + more)


def held(path, b_pictures):
    """Four pictures, one a second, the last one shown for 5 s."""
    run("-f", "lavfi", "-i", "testsrc2=s=64x36:r=1:d=4", "-c:v", "libx264", "-bf", b_pictures, path)
    data = bytearray(open(path, "rb").read())
    table = data.index(b"stts")
    second = struct.unpack_from(">I", data, table + 16)[0]
    data[table + 8 : table + 20] = struct.pack(">IIIII", 2, 3, second, 1, 5 * second)
    for name in (b"stts", b"stbl", b"minf", b"mdia", b"trak", b"moov"):
        grow(data, data.index(name) - 4, 8)
    film, media = data.index(b"mvhd"), data.index(b"mdhd")
    scale = struct.unpack_from(">I", data, film + 16)[0]
    for at in (film + 20, data.index(b"tkhd") + 24, data.index(b"elst") + 12):
        grow(data, at, 4 * scale)
    grow(data, media + 20, 4 * struct.unpack_from(">I", data, media + 16)[0])
    open(path, "wb").write(data)


print(run("-version").stdout.splitlines()[0])
found = {}
for b_pictures in ("0", "2"):
    source, made = f"{folder}/source.mp4", f"{folder}/made.mp4"
    held(source, b_pictures)
    for way in (["-fps_mode", "vfr"], ["-fps_mode", "passthrough"], [], ["-c", "copy"]):
        status = run("-i", source, *way, made).returncode
        name = " ".join(way) or "default"
        found[b_pictures, name] = seconds(made)
        print(f"-bf {b_pictures}, {name}: {seconds(source)} s become {seconds(made)} s, exit code {status}")
wanted = {key: 8.0 if key[0] == "0" and key[1] in ("default", "-c copy") else 4.0 for key in found}
sys.exit(0 if found == wanted else 1)
PY
"$work/venv/bin/python" "$work/run.py" "$work"
