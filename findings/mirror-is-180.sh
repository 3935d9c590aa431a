#!/bin/sh
# A film whose matrix mirrors it left to right (a selfie) has the rotation "180" for MediaInfo and
# for libavutil, which PyAV shows: both ask for an angle, and a mirror has none. Turned by this
# number it stands on its head. One mirrored top to bottom has the rotation 0, and would be shown
# so. ffmpeg's own program looks at the signs of the matrix, and is right.
# Seen with MediaInfo of pymediainfo 7.0.1 and libavutil 59.39 of PyAV 14.2.0.
# Vireo: services/media tools/display_matrix.py takes no angle, but the matrix.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet av==14.2.0 pymediainfo==7.0.1
cat >"$work/run.py" <<'PY'
import importlib.metadata
import struct
import sys

import av
from pymediainfo import MediaInfo

film = f"{sys.argv[1]}/film.mp4"
print("PyAV", av.__version__, "libavutil", av.library_versions["libavutil"])
print("pymediainfo", importlib.metadata.version("pymediainfo"))
with av.open(film, "w") as target:
    stream = target.add_stream("mpeg4", rate=25)
    stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
    for _ in range(5):
        target.mux(stream.encode(av.VideoFrame(64, 48, "yuv420p")))
    target.mux(stream.encode(None))
with open(film, "rb") as file:
    plain = file.read()
# ISO/IEC 14496-12, 8.3.2: the matrix of the track, 40 bytes into its header, in 16.16 and 2.30.
place = plain.index(b"tkhd") + 4 + 40
found = {}
for name, (a, b, c, d) in {
    "as it is": (1, 0, 0, 1),
    "turned by half": (-1, 0, 0, -1),
    "mirrored left to right": (-1, 0, 0, 1),
    "mirrored top to bottom": (1, 0, 0, -1),
}.items():
    matrix = struct.pack(">9i", a << 16, b << 16, 0, c << 16, d << 16, 0, 0, 0, 1 << 30)
    with open(film, "wb") as file:
        file.write(plain[:place] + matrix + plain[place + 36 :])
    media = MediaInfo.parse(film).video_tracks[0]
    with av.open(film) as source:
        frame = next(source.decode(video=0))
    found[name] = float(media.rotation), abs(frame.rotation)
    print(f"{name}: MediaInfo {media.rotation}, PyAV {frame.rotation}")
wanted = {"as it is": 0, "turned by half": 180, "mirrored left to right": 180, "mirrored top to bottom": 0}
sys.exit(0 if found == {name: (angle, angle) for name, angle in wanted.items()} else 1)
PY
"$work/venv/bin/python" "$work/run.py" "$work"
