#!/bin/sh
# The transparency of a VP9 WebM is a second stream in side data of each packet. ffmpeg's own VP9 decoder,
# which it chooses, leaves it out without a word: what was hidden below comes to light. The wrapper
# "libvpx-vp9" decodes both.
# Seen with ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0) and 5.1.9.
# Vireo: services/media tools/transcode.py, _input.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet imageio-ffmpeg==0.6.0
cat >"$work/run.py" <<'PY'
import subprocess
import sys

import imageio_ffmpeg

FFMPEG, folder = imageio_ffmpeg.get_ffmpeg_exe(), sys.argv[1]


def run(*words):
    return subprocess.run([FFMPEG, "-nostdin", "-hide_banner", "-v", "error", "-y", *words], capture_output=True)


print(subprocess.run([FFMPEG, "-version"], capture_output=True, text=True).stdout.splitlines()[0])
film = f"{folder}/film.webm"
hidden = "color=red:s=64x64:r=5:d=0.4,format=yuva420p,geq=lum='p(X,Y)':cb='p(X,Y)':cr='p(X,Y)':a=0"
run("-f", "lavfi", "-i", hidden, "-c:v", "libvpx-vp9", "-pix_fmt", "yuva420p", "-auto-alt-ref", "0", film)
alpha = {}
for decoder in ("vp9", "libvpx-vp9"):
    raw = run("-c:v", decoder, "-i", film, "-frames:v", "1", "-pix_fmt", "rgba", "-f", "rawvideo", "-").stdout
    alpha[decoder] = raw[3]
    print(f"{decoder}: first pixel {tuple(raw[:3])}, opacity {raw[3]}")
sys.exit(0 if alpha["vp9"] == 255 and alpha["libvpx-vp9"] < 10 else 1)
PY
"$work/venv/bin/python" "$work/run.py" "$work"
