"""Where files are in the media folder, as an operator knows it."""

import os
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class MediaFolder:
    """The folder ``root``; media's own code is asked for none of these paths."""

    root: Path

    def original(self, hash_path: str, upload_id: str) -> Path:
        """What was uploaded."""
        return self.root / "originals" / hash_path[:2] / f"{hash_path}.{upload_id}"

    def video(self, hash_path: str) -> Path:
        """What is played."""
        return self.root / "public" / "videos" / hash_path[:2] / f"{hash_path}.mp4"

    def hidden_video(self, hash_path: str) -> Path:
        """What is played by who has a grant alone."""
        return self.root / "hidden" / "videos" / hash_path[:2] / f"{hash_path}.mp4"

    def thumbnail(self, hash_path: str) -> Path:
        """What is seen before it is played."""
        return self.root / "public" / "thumbnails" / hash_path[:2] / f"{hash_path}.jpg"

    def stream(self, hash_path: str, name: str) -> Path:
        """A part of a stream, by its name in its address."""
        return self.root / "public" / "hls" / hash_path[:2] / f"{hash_path}.{name}"

    def picture(self, name: str) -> Path:
        """A channel's picture."""
        return self.root / "public" / "pictures" / name[:2] / f"{name}.webp"

    @property
    def exports(self) -> Path:
        """Archives of data exports, complete and growing."""
        return self.root / "exports"

    def export(self, name: str) -> Path:
        """A complete one."""
        return self.exports / f"{name}.zip"


def left_behind(path: Path, seconds: float) -> Path:
    """A file that nobody has touched for so long."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"left")
    at = time.time() - seconds
    os.utime(path, (at, at))
    return path
