#!/bin/sh
# A fragmented MP4 with B-frames, written with "-movflags cmaf", begins at 0 by composition offsets
# below 0, as CMAF wants it (ISO/IEC 23000-19, 7.5.17). ffmpeg's own demuxer shows all of its frames
# later by the largest of these offsets, so that the sound of the same film, in a file of its own,
# comes before its frames. Chromium's Media Source Extensions show the frames where the file says.
# Seen with ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0) and 5.1.9: the first frame at 0.04 s, the file says 0.
# Vireo: services/media tools/encoder.py makes renditions without B-frames.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet imageio-ffmpeg==0.6.0
cat >"$work/run.py" <<'PY'
import struct
import subprocess
import sys

import imageio_ffmpeg

FFMPEG, folder = imageio_ffmpeg.get_ffmpeg_exe(), sys.argv[1]


def run(*words):
    return subprocess.run([FFMPEG, "-nostdin", "-hide_banner", "-y", *words], capture_output=True, text=True)


def first_frame(path):
    """When the demuxer says that the first frame is shown, in seconds."""
    told = run("-copyts", "-i", path, "-map", "0:v", "-c", "copy", "-copyts", "-f", "framecrc", "-").stdout
    (base,) = [line.split()[-1] for line in told.splitlines() if line.startswith("#tb 0")]
    over, under = map(int, base.split("/"))
    return min(int(line.split(",")[2]) for line in told.splitlines() if not line.startswith("#")) * over / under


def written(path):
    """The same as the file says it: the time of the first fragment, and the offset of its first sample."""
    data = open(path, "rb").read()
    scale = struct.unpack_from(">I", data, data.index(b"mdhd") + 16)[0]
    tfdt, trun = data.index(b"tfdt"), data.index(b"trun")
    time = struct.unpack_from(">Q" if data[tfdt + 4] else ">I", data, tfdt + 8)[0]
    flags, count = int.from_bytes(data[trun + 5 : trun + 8], "big"), struct.unpack_from(">I", data, trun + 8)[0]
    at = trun + 12 + 4 * bool(flags & 1) + 4 * bool(flags & 4)
    fields = [bit for bit in (0x100, 0x200, 0x400, 0x800) if flags & bit]
    rows = [struct.unpack_from(">" + "I" * (len(fields) - 1) + "i", data, at + n * 4 * len(fields)) for n in range(count)]
    return (time + rows[0][-1]) / scale, min(row[-1] for row in rows) / scale


print(run("-version").stdout.splitlines()[0])
found = {}
for frames in ("2", "0"):
    path = f"{folder}/b{frames}.mp4"
    run("-f", "lavfi", "-i", "testsrc2=s=64x36:r=25:d=4", "-c:v", "libx264", "-bf", frames,
        "-movflags", "cmaf+frag_keyframe", "-use_editlist", "0", path)
    found[frames] = first_frame(path)
    says, least = written(path) if frames == "2" else (0.0, 0.0)
    print(f"{frames} B-frames: the file says {says:.3f} s, least offset {least:.3f} s; ffmpeg says {found[frames]:.3f} s")
sys.exit(0 if found["0"] == 0 and found["2"] > 0.03 else 1)
PY
"$work/venv/bin/python" "$work/run.py" "$work"
