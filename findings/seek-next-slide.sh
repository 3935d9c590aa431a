#!/bin/sh
# "-ss 5 -frames:v 1", by which thumbnails are made, gives the first frame that begins at 5 s or
# later, not the one that is shown at 5 s. In a talk with slides that is the next slide; while the
# last one is shown there is no picture at all, with exit code 0, though the film goes on. With
# "-noaccurate_seek" and a filter that repeats frames ("fps") it is the one that is shown.
# Seen with ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0) and 5.1.9.
# Vireo: services/media tools/frames.py, `_SHOWN_NOW`.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet imageio-ffmpeg==0.6.0
cat >"$work/run.py" <<'PY'
import re
import subprocess
import sys

import imageio_ffmpeg

FFMPEG, folder = imageio_ffmpeg.get_ffmpeg_exe(), sys.argv[1]


def run(*words):
    return subprocess.run([FFMPEG, "-nostdin", "-hide_banner", "-y", *words], capture_output=True)


print(run("-version").stdout.decode().splitlines()[0])
film, seen = f"{folder}/film.mp4", {}
# Three slides of one grey each, 10 s long.
slides = "color=black:s=64x48:r=1/10:d=30,geq=lum='60+60*N':cb=128:cr=128"
run("-f", "lavfi", "-i", slides, "-c:v", "libx264", "-bf", "0", film)
print("the film:", re.search(r"Duration: [0-9:.]+", run("-i", film).stderr.decode()).group())
for way, filters in (("-accurate_seek", "null"), ("-noaccurate_seek", "fps=25,select='gte(t,0)'")):
    for at in (5, 15, 25):
        ends = ["-frames:v", "1", "-vf", f"{filters},extractplanes=y", "-f", "rawvideo", "-"]
        done = run(way, "-ss", str(at), "-i", film, *ends)
        slide = round((done.stdout[0] - 60) / 60) + 1 if done.stdout else None
        seen[way, at] = slide if done.returncode == 0 else "failed"
        print(f"{way} -ss {at} with {filters}: slide {slide}, exit code {done.returncode}")
wanted = {"-accurate_seek": [2, 3, None], "-noaccurate_seek": [1, 2, 3]}
sys.exit(0 if all([seen[way, at] for at in (5, 15, 25)] == slides for way, slides in wanted.items()) else 1)
PY
"$work/venv/bin/python" "$work/run.py" "$work"
