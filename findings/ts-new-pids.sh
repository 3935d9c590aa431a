#!/bin/sh
# A transport stream whose program map names other PIDs from some moment on (a cut between two encoders)
# goes on in new streams: whoever reads the streams that the file began with gets its first part, and the
# end of the file, without an error. With the demuxer's option "merge_pmt_versions", off by default, the
# old streams go on.
# Seen with libavformat 61.7 (PyAV 14.2.0) and 59.27 (ffmpeg 5.1.9): 50 of 125 pictures.
# Vireo: services/media tools/ffmpeg.py, source.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet av==14.2.0
cat >"$work/run.py" <<'PY'
import sys
from fractions import Fraction

import av

folder = sys.argv[1]
print("PyAV", av.__version__, "libavformat", av.library_versions["libavformat"])
both = f"{folder}/both.ts"
with open(both, "wb") as file:
    for seconds, pid, first in ((2, 256, 0), (3, 300, 50)):
        part = f"{folder}/{pid}.ts"
        with av.open(part, "w", format="mpegts") as target:
            stream = target.add_stream("mpeg2video", rate=25)
            stream.width, stream.height, stream.pix_fmt, stream.id = 64, 48, "yuv420p", pid
            for number in range(25 * seconds):
                frame = av.VideoFrame(64, 48, "yuv420p")
                frame.pts, frame.time_base = first + number, Fraction(1, 25)
                target.mux(stream.encode(frame))
            target.mux(stream.encode(None))
        with open(part, "rb") as made:
            file.write(made.read())


def count(options):
    with av.open(both, format="mpegts", options=options) as source:
        first = source.streams.video[0]
        packets = sum(packet.size > 0 for packet in source.demux(first))
    print(options or "by default", f"- {packets} packets of the first video stream")
    return packets


half, whole = count({}), count({"merge_pmt_versions": "1"})
sys.exit(0 if half <= 60 and whole >= 120 else 1)
PY
"$work/venv/bin/python" "$work/run.py" "$work"
