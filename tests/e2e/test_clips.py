"""Every good clip, from its upload to a video that plays and a thumbnail that shows something."""

import json
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest
import requests

from vireo_testing.clips import CLIPS, LATITUDE, MAKER, Clip, Library
from vireo_testing.envelope import response_of
from vireo_testing.person import Person


def facts(path: Path) -> dict[str, dict[str, object]]:
    """What ffprobe says of the streams, by their kind, and of the container."""
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", path],
        capture_output=True,
        check=True,
    )
    told = json.loads(done.stdout)
    streams = {stream["codec_type"]: stream for stream in told["streams"]}
    assert len(streams) == len(told["streams"])
    return {**streams, "format": told["format"]}


def download(person: Person, path: str, target: Path) -> Path:
    """Save a file that everybody can see."""
    answer = requests.get(person.url + path, timeout=60)
    assert answer.status_code == 200
    target.write_bytes(answer.content)
    return target


@pytest.mark.parametrize("clip", CLIPS, ids=lambda clip: clip.name)
def test_every_clip_becomes_playable(
    person: Person, clip: Clip, clips: Library, tmp_path: Path
) -> None:
    hash_path = person.announce(clip.name)
    assert response_of(person.send(hash_path, clips.path(clip.name))) == ""
    if clip.playable:
        # Published before the answer is sent.
        assert person.state(hash_path) == "ready"
    person.wait_until_ready(hash_path)

    video = download(person, f"/video/d/{hash_path}", tmp_path / "video.mp4")
    check_video(clip, video)
    check_thumbnail(download(person, f"/thumbnails/{hash_path}", tmp_path / "image.jpg"))
    shown = response_of(person.get(f"/v/{hash_path}"))
    assert (shown["width"] > shown["height"]) == (clip.width > clip.height)
    assert abs(shown["duration"] - clip.duration) < 0.5


def check_video(clip: Clip, path: Path) -> None:
    """H.264 4:2:0 with AAC in a fast-start MP4 that tells nothing about its maker."""
    told = facts(path)
    assert set(told) == {"video", "format"} | ({"audio"} if clip.audio else set())
    video = told["video"]
    assert (video["codec_name"], video["profile"]) != ("h264", "High 10")
    assert video["codec_name"] == "h264"
    assert video["pix_fmt"] in {"yuv420p", "yuvj420p"}
    if clip.audio:
        assert told["audio"]["codec_name"] == "aac"
    assert "mp4" in str(told["format"]["format_name"])
    tags = {**told["format"]["tags"], **video.get("tags", {})}  # type: ignore[dict-item]
    kept = {"major_brand", "minor_version", "compatible_brands", "language", "handler_name"}
    assert set(tags) <= kept | {"vendor_id", "encoder"}
    raw = path.read_bytes()
    assert raw.index(b"moov") < raw.index(b"mdat")
    for secret in (LATITUDE, MAKER):
        assert secret.encode() not in raw
    # All of it decodes without a complaint.
    decode = ["ffmpeg", "-nostdin", "-v", "error", "-xerror", "-i", path, "-f", "null", "-"]
    done = subprocess.run(decode, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def check_thumbnail(path: Path) -> None:
    """A JPEG of at most 1280 pixels that shows something."""
    image = path.read_bytes()
    assert image.startswith(b"\xff\xd8\xff")
    picture = cv2.imdecode(np.frombuffer(image, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    assert max(picture.shape) <= 1280
    assert float(picture.mean()) > 8
