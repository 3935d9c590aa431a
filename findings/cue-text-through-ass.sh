#!/bin/sh
# ffmpeg makes ASS of every text within itself, also on the way from WebVTT to WebVTT. What is
# plain text in WebVTT means something in ASS, and the other way round: "\n" of a path becomes the
# end of a line, braces get backslashes that a viewer sees, and "&lt;T&gt;" is written as the tag
# <T>, which a browser does not show. With "-c copy" the text stays as it is. Exit code 0, no
# warning.
# Seen with ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0) and 5.1.9.
# Vireo: services/media tools/text_tracks.py copies tracks of text out (`_COPIED`) and reads them
# itself.
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
    return subprocess.run([FFMPEG, "-nostdin", "-hide_banner", "-v", "warning", "-y", *words], capture_output=True, text=True)


print(subprocess.run([FFMPEG, "-version"], capture_output=True, text=True).stdout.splitlines()[0])
texts = ["open C:\\new\\film", "the set {1, 2}", "a List&lt;T&gt; &amp; more"]
cues = [f"00:0{at}.000 --> 00:0{at + 1}.000\n{text}\n" for at, text in enumerate(texts)]
source, made = f"{folder}/source.vtt", f"{folder}/made.vtt"
with open(source, "w") as file:
    file.write("\n".join(["WEBVTT\n", *cues]))
found = {}
for way in ("webvtt", "copy"):
    done = run("-i", source, "-c:s", way, made)
    with open(made) as file:
        found[way] = [block.split("\n", 1)[1].strip("\n") for block in file.read().split("\n\n")[1:]]
    print(f"-c:s {way}: exit code {done.returncode}, warnings {done.stderr!r}")
    for before, after in zip(texts, found[way]):
        print(f"  {before!r} becomes {after!r}")
    if done.returncode or done.stderr:
        sys.exit(1)
wrong = ["open C:\new\\film", "the set \\{1, 2\\}", "a List<T> & more"]
sys.exit(0 if found == {"webvtt": wrong, "copy": texts} else 1)
PY
"$work/venv/bin/python" "$work/run.py" "$work"
