#!/bin/sh
# A cue of WebVTT ends with an empty line; behind it may stand a note, or the name of the next
# cue. pysubs2 reads WebVTT as SRT with other times: notes and names become text of the cue
# before, and a cue whose last line is a number, a year as it is said, loses it, in SRT at the
# very end too, where no next cue has a number. webvtt-py reads the same file as it is meant.
# Seen with pysubs2 1.8.1 and webvtt-py 0.6.0.
# Vireo: services/media core/caption_files.py, `_payload_of_webvtt` and `_payload_of_srt`.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet pysubs2==1.8.1 webvtt-py==0.6.0
cat >"$work/run.py" <<'PY'
import importlib.metadata
import sys

import pysubs2
import webvtt

print(*(f"{name} {importlib.metadata.version(name)}" for name in ("pysubs2", "webvtt-py")))
TEXT = """WEBVTT

00:01.000 --> 00:02.000
It all began in
1999

NOTE not checked yet

the-door
00:03.000 --> 00:04.000
Who is there?

the-end
00:05.000 --> 00:06.000
Nobody.
"""
SRT = """1
00:00:01,000 --> 00:00:02,000
Who is there?

2
00:00:03,000 --> 00:00:04,000
It all began in
1999
"""
meant = ["It all began in\n1999", "Who is there?", "Nobody."]
one = [event.plaintext for event in pysubs2.SSAFile.from_string(TEXT, "vtt")]
other = [cue.text for cue in webvtt.from_string(TEXT)]
year = [event.plaintext for event in pysubs2.SSAFile.from_string("WEBVTT\n\n" + TEXT.split("\n\n")[1], "vtt")]
last = [event.plaintext for event in pysubs2.SSAFile.from_string(SRT, "srt")]
print("WebVTT, pysubs2:", one)
print("WebVTT, webvtt-py:", other)
print("its first cue alone, pysubs2:", year)
print("SRT, pysubs2:", last)
wrong = ["It all began in\n1999\n\nNOTE not checked yet\n\nthe-door", "Who is there?\n\nthe-end", "Nobody."]
told = (one, other, year, last)
sys.exit(0 if told == (wrong, meant, ["It all began in"], ["Who is there?", "It all began in"]) else 1)
PY
"$work/venv/bin/python" "$work/run.py"
