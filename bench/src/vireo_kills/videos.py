"""Videos that are uploaded while programs are killed, and what there is of one in the end."""

import contextlib
import hashlib
import json
import random
import re
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

import requests

from vireo_client import Client, VireoError
from vireo_harness import clips
from vireo_testing import caption_clips
from vireo_testing.clips import Library
from vireo_testing.media_folder import MediaFolder

_PATIENCE_SECONDS = 120.0
_LOOK_SECONDS = 0.5
_CLIP_SECONDS = 6
# Of each channel, so that the queue does not grow without end.
_MOST_UNFINISHED = 3
_ENDED = frozenset({"ready", "failed"})
_URI = re.compile(r'URI="([^"]+)"')


def sources(folder: Path) -> dict[str, Path]:
    """Clips that are copied, that must be encoded, and that have captions."""
    library = Library(folder)
    captioned = folder / "captioned.mkv"
    caption_clips.with_tracks(captioned)
    return {
        "copied": clips.clip(folder / "camera.mp4", _CLIP_SECONDS),
        "encoded": clips.old_clip(folder / "old.avi", _CLIP_SECONDS),
        "recorded": library.path("recorder.webm"),
        "captioned": captioned,
    }


@dataclass
class Channel:
    """Somebody who uploads clips, one after the other, until ``ended`` is set.

    ``acknowledged`` has, by hash path, which clip was answered with success; ``refused`` are
    answers that no kill explains.
    """

    client: Client
    clips: Mapping[str, Path]
    chance: random.Random
    ended: threading.Event
    acknowledged: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    def work(self) -> None:
        """Upload until it ends."""
        while not self.ended.wait(_LOOK_SECONDS):
            with contextlib.suppress(VireoError):
                if self._unfinished() >= _MOST_UNFINISHED:
                    continue
            self._upload(self.chance.choice(sorted(self.clips)))

    def _unfinished(self) -> int:
        latest = list(self.acknowledged)[-_MOST_UNFINISHED:]
        states = [self.client.show_processing(hash_path).state for hash_path in latest]
        return sum(state not in _ENDED for state in states)

    def _upload(self, kind: str) -> None:
        try:
            hash_path = self.client.announce_video(f"A {kind} clip")
            self.client.upload_video(hash_path, self.clips[kind])
        except VireoError as problem:
            # 0: the line was cut; 5xx: the contract's "not now". All else would be wrong.
            if problem.status and problem.status < 500 and problem.status != 429:
                self.refused.append(f"{kind}: {problem.status} {problem.code}: {problem}")
            return
        self.acknowledged[hash_path] = kind


def wait_until_ended(client: Client, hash_paths: Iterator[str], seconds: float) -> list[str]:
    """Wait until each is ready or has failed; those of which something has failed.

    Raises:
        AssertionError: one of them has not ended in time.
    """
    until, failed = time.monotonic() + seconds, []
    for hash_path in hash_paths:
        while (found := client.show_processing(hash_path)).state not in _ENDED:
            assert time.monotonic() < until, f"{hash_path} is still {found}"
            time.sleep(_LOOK_SECONDS)
        assert found.reason or found.state == "ready", f"{hash_path} has failed without a reason"
        # A video whose renditions have failed is played as it is.
        if found.reason:
            failed.append(hash_path)
    return failed


def facts(client: Client, files: MediaFolder, hash_path: str) -> dict[str, object]:
    """All that there is of a video, so that two of the same clip can be compared: how many frames
    each address gives, captions, the bytes of the original, how many files of each kind."""
    video = client.show_video(hash_path)
    base = client.url
    address = f"{base}/hls/{hash_path}/master.m3u8"
    master = _text(address) if _is_there(address) else ""
    missing = [each for each in _named(address, master) if not _is_there(each)]
    lists = {line for line in master.splitlines() if line and not line.startswith("#")}
    renditions = [] if missing else sorted(_packets(urljoin(address, each)) for each in lists)
    return {
        "state": video.state,
        "size": (video.width, video.height, round(video.duration or 0, 1)),
        "frames": _packets(f"{base}/video/d/{hash_path}"),
        "renditions": renditions,
        "missing": missing,
        "captions": sorted(row["language"] for row in video.captions or []),
        "original": sorted(_digest(path) for path in files.root.glob(f"originals/*/{hash_path}.*")),
        "files": dict(sorted(_kinds(files, hash_path).items())),
    }


def _kinds(files: MediaFolder, hash_path: str) -> Counter[str]:
    """How many files a video has of which kind."""
    return Counter(
        "/".join(path.relative_to(files.root).parts[:-2])
        for path in files.root.rglob(f"{hash_path}*")
        if path.is_file() and "originals" not in path.parts
    )


def _named(address: str, playlist: str) -> Iterator[str]:
    """Every address that a playlist names, and that those name."""
    for line in playlist.splitlines():
        uris = _URI.findall(line) if line.startswith("#") else [line] if line else []
        for uri in uris:
            target = urljoin(address, uri)
            yield target
            if target.endswith(".m3u8") and _is_there(target):
                yield from _named(target, _text(target))


def _is_there(address: str) -> bool:
    return requests.head(address, timeout=_PATIENCE_SECONDS).status_code == 200


def _text(address: str) -> str:
    answer = requests.get(address, timeout=_PATIENCE_SECONDS)
    assert answer.status_code == 200, f"{answer.status_code} from {address}"
    return answer.text


def _packets(address: str) -> int:
    """How many frames of video there are."""
    command = [
        *("ffprobe", "-v", "error", "-select_streams", "v:0", "-count_packets"),
        *("-show_entries", "stream=nb_read_packets", "-of", "json", address),
    ]
    done = subprocess.run(command, capture_output=True, check=True, timeout=_PATIENCE_SECONDS)
    return int(json.loads(done.stdout)["streams"][0]["nb_read_packets"])


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
