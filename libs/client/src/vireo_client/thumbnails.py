"""Operations of what is seen of a video before it is played."""

from mimetypes import guess_type
from pathlib import Path
from typing import Any

from vireo_client.calls import Calls, given
from vireo_client.transport import Request, segment
from vireo_client.uploads import File, FileBody
from vireo_client.values import ThumbnailObject, ThumbnailWidth, parse, parse_all


class Thumbnails(Calls):
    """A method for each operation."""

    def download_thumbnail(
        self, hash_path: str, *, w: ThumbnailWidth | None = None, v: str | None = None
    ) -> bytes:
        """The thumbnail of a video, a JPEG, as wide as ``w`` says; ``v`` is its version."""
        query: dict[str, str | int] = {}
        if w is not None:
            query["w"] = w
        if v is not None:
            query["v"] = v
        path = f"/thumbnails/{segment(hash_path)}"
        return self._http.send(Request("GET", path, query=query)).content

    def list_thumbnail_candidates(self, hash_path: str) -> list[ThumbnailObject]:
        """Frames of one's own video that it may have as its thumbnail."""
        return parse_all(ThumbnailObject, self._value("GET", f"/v/{segment(hash_path)}/thumbnails"))

    def download_thumbnail_candidate(self, hash_path: str, number: int) -> bytes:
        """The picture of such a frame, a JPEG; ``number`` is its ``id``."""
        request = Request("GET", f"/v/{segment(hash_path)}/thumbnails/{number}")
        return self._signed(lambda token: self._http.send(request, token)).content

    def choose_thumbnail(
        self, hash_path: str, *, candidate: int | None = None, time: float | None = None
    ) -> ThumbnailObject:
        """Have a candidate, or what is shown at a time in seconds, become the thumbnail."""
        body = given({"candidate": candidate, "time": time})
        path = f"/v/{segment(hash_path)}/thumbnail"
        return parse(ThumbnailObject, self._value("PUT", path, body))

    def upload_thumbnail(self, hash_path: str, file: File) -> ThumbnailObject:
        """Have a picture become the thumbnail: a PNG, JPEG or WebP."""
        path, kind = f"/v/{segment(hash_path)}/thumbnail", guess_type(file)[0] or "image/png"

        def send(token: str) -> Any:
            with FileBody(Path(file), None) as body:
                return self._http.send_body(path, token, body, kind)

        return parse(ThumbnailObject, self._signed(send))

    def download_storyboard(self, hash_path: str) -> str:
        """The storyboard of a video, WebVTT that names sprites."""
        return self._file(hash_path, f"/storyboard/{segment(hash_path)}.vtt", self._image).decode()

    def download_storyboard_sprite(self, hash_path: str, sprite: str) -> bytes:
        """A picture with tiles of a storyboard, a JPEG."""
        path = f"/storyboard/{segment(hash_path)}/{segment(sprite)}"
        return self._file(hash_path, path, self._image)

    def download_preview(self, hash_path: str) -> bytes:
        """A few seconds of a video, a small MP4."""
        return self._file(hash_path, f"/previews/{segment(hash_path)}", self._image)
