"""Operations of videos and lists, and ways that take several of them."""

import time
from mimetypes import guess_type
from pathlib import Path

from vireo_client.calls import Calls, Rows, given
from vireo_client.downloads import Download
from vireo_client.errors import NoAnswer, NotReady, StrangeAnswer, VideoFailed
from vireo_client.transport import Patience, Request, segment
from vireo_client.uploads import File, FileBody, Progress, VideoUpload
from vireo_client.values import (
    CaptionsRow,
    CommentsPolicy,
    ProcessingObject,
    SearchType,
    UniversalObject,
    Visibility,
    parse,
)

# Vireo may be started anew meanwhile.
_CUTS = 6
_FIRST_LOOK_SECONDS, _SLOWEST_LOOK_SECONDS = 0.1, 2.0


class Videos(Calls):
    """A method for each operation; ``upload`` and ``wait`` are made of several."""

    def upload(
        self,
        file: File,
        title: str,
        description: str = "",
        *,
        progress: Progress | None = None,
    ) -> str:
        """Announce a video and send its bytes; its hash path. ``wait`` tells when it is ready.

        ``announce_video`` and ``upload_video`` do it apart: where the bytes were refused, or the
        line was cut for good, the second one can be called again.
        """
        with FileBody(Path(file), progress) as body:
            hash_path = self.announce_video(title, description)
            self._send(hash_path, body)
        return hash_path

    def announce_video(self, title: str, description: str = "") -> str:
        """Say what will be uploaded; the hash path of the video."""
        found = self._post("/upload", {"title": title, "description": description}, signed=True)
        if not isinstance(found, str):
            raise StrangeAnswer("The answer is no hash path.")
        return found

    def upload_video(self, hash_path: str, file: File, *, progress: Progress | None = None) -> None:
        """Send the bytes of an announced video, in pieces; after a cut again from their start.

        Raises:
            VireoError: ``unsupported_media``, ``too_large``, ``already_uploaded`` and others; the
                same hash path takes another file.
        """
        with FileBody(Path(file), progress) as body:
            self._send(hash_path, body)

    def wait(self, hash_path: str, *, seconds: float = 600.0) -> UniversalObject:
        """Wait until everybody can watch one's own video.

        Raises:
            VideoFailed: it can't be made playable.
            NotReady: it is not ready within ``seconds``.
        """
        until = time.monotonic() + seconds
        pause, patience = _FIRST_LOOK_SECONDS, Patience(self._http.patience, _CUTS)
        while True:
            try:
                video = self.show_video(hash_path)
            except NoAnswer as problem:
                if not patience.lasts(problem):
                    raise
                continue
            if video.state == "failed":
                raise VideoFailed(video.reason or "The video can't be made playable.")
            if video.state in {"ready", None}:
                return video
            if time.monotonic() + pause > until:
                raise NotReady(f"The video is not ready after {seconds:.0f} s ({video.state}).")
            time.sleep(pause)
            pause = min(pause * 1.5, _SLOWEST_LOOK_SECONDS)

    def show_video(self, hash_path: str) -> UniversalObject:
        """A video; its owner sees it in every state, and who is signed in what they think of it."""
        return parse(UniversalObject, self._value("GET", f"/v/{segment(hash_path)}"))

    def edit_video(
        self,
        hash_path: str,
        *,
        title: str | None = None,
        description: str | None = None,
        comments_policy: CommentsPolicy | None = None,
        visibility: Visibility | None = None,
        publish_at: str | None = None,
    ) -> UniversalObject:
        """Change the texts of a video, who may comment or who sees it; the video as it is then.

        Args:
            publish_at: ISO 8601 with a time zone; the video is ``scheduled`` then.
        """
        texts = {"title": title, "description": description}
        seen = {"visibility": visibility, "publish_at": publish_at}
        body = given({**texts, "comments_policy": comments_policy, **seen})
        return parse(UniversalObject, self._value("PATCH", f"/v/{segment(hash_path)}", body))

    def delete_video(self, hash_path: str) -> None:
        """Delete a video."""
        self._value("DELETE", f"/v/{segment(hash_path)}")

    def download_video(
        self, hash_path: str, target: File, *, progress: Progress | None = None
    ) -> None:
        """Fetch a video into a file, which is there when it is whole; a cut is carried on from."""

        def fetch(path: str) -> None:
            Download(self._http, path, Path(target), progress).fetch()

        self._file(hash_path, f"/video/d/{segment(hash_path)}", fetch)

    def read_video(self, hash_path: str, first: int, last: int) -> bytes:
        """The bytes ``first`` to ``last`` (both are part of it) of a video, or what is there."""
        headers = {"Range": f"bytes={first}-{last}", "Accept-Encoding": "identity"}

        def fetch(path: str) -> bytes:
            request = Request("GET", path, headers=headers, stream=True)
            with self._http.send(request) as answer:
                if answer.status_code != 206:
                    said = "The answer is no part of a file."
                    raise StrangeAnswer(said, status=answer.status_code)
                return self._http.content(answer)

        return self._file(hash_path, f"/video/d/{segment(hash_path)}", fetch)

    def download_stream_part(self, hash_path: str, part: str = "master.m3u8") -> bytes:
        """A playlist of a video's stream, or the fragments that it names."""
        path = f"/hls/{segment(hash_path)}/{segment(part)}"
        return self._file(hash_path, path, self._image)

    def show_processing(self, hash_path: str) -> ProcessingObject:
        """How far the processing of one's own video is."""
        path = f"/v/{segment(hash_path)}/processing"
        return parse(ProcessingObject, self._value("GET", path))

    def retry_processing(self, hash_path: str) -> ProcessingObject:
        """Begin anew what has failed of one's own video."""
        path = f"/v/{segment(hash_path)}/processing/retry"
        return parse(ProcessingObject, self._value("POST", path))

    # Who may see a private video

    def add_viewer(self, hash_path: str, name: str) -> None:
        """Let a channel see one's own video while it is private."""
        self._value("PUT", f"/v/{segment(hash_path)}/viewers/{segment(name)}")

    def remove_viewer(self, hash_path: str, name: str) -> None:
        """Strike a channel off; within 5 s it sees nothing of a private video."""
        self._value("DELETE", f"/v/{segment(hash_path)}/viewers/{segment(name)}")

    def list_viewers(self, hash_path: str, *, page_size: int = 50) -> Rows:
        """The channels that may see one's own private video, in the order of names."""
        return self._rows(f"/v/{segment(hash_path)}/viewers", page_size, signed=True)

    # Captions

    def set_captions(self, hash_path: str, language: str, file: File) -> CaptionsRow:
        """Set the captions of one's own video in a language (BCP 47): a WebVTT or SRT.

        Raises:
            VireoError: ``invalid_body`` says in which line what can't be read.
        """
        path = f"/v/{segment(hash_path)}/captions/{segment(language)}"
        kind = "text/vtt" if Path(file).suffix.lower() == ".vtt" else "application/x-subrip"
        with FileBody(Path(file), None) as body:
            found = self._signed(
                lambda token: self._http.send_body(path, token, body, kind, method="PUT")
            )
        return parse(CaptionsRow, found)

    def remove_captions(self, hash_path: str, language: str) -> None:
        """Remove the captions of one's own video in a language."""
        self._value("DELETE", f"/v/{segment(hash_path)}/captions/{segment(language)}")

    def download_captions(self, hash_path: str, language: str) -> str:
        """The captions of a video in a language, a WebVTT."""
        path = f"/captions/{segment(hash_path)}/{segment(language)}.vtt"
        return self._file(hash_path, path, self._image).decode()

    # Lists: rows come from the server page by page, as they are asked for.

    def list_videos(self, *, page_size: int = 50) -> Rows:
        """All videos, the newest first."""
        return self._rows("/videos/all", page_size)

    def list_my_videos(self, *, page_size: int = 50) -> Rows:
        """One's own videos in every state, what was announced last first."""
        return self._rows("/me/videos", page_size, signed=True)

    def list_channel_videos(self, name: str, *, page_size: int = 50) -> Rows:
        """The videos of a channel, the newest first."""
        return self._rows(f"/videos/channel/{segment(name)}", page_size)

    def search(self, query: str, type: SearchType = "all", *, page_size: int = 50) -> Rows:
        """Channels and videos, or channels alone, the best first."""
        return self._rows(f"/search/{segment(type)}/{segment(query)}", page_size)

    # Pictures of channels

    def show_channel_picture(self, name: str) -> bytes:
        """The picture of a channel: a WebP that was set, or a PNG."""
        return self._image(f"/channel/picture/{segment(name)}")

    def set_channel_picture(self, file: File) -> None:
        """Set one's picture: a PNG, JPEG or WebP."""
        with FileBody(Path(file), None) as body:
            # Vireo looks at the bytes; the name is what there is to say before them.
            path, kind = "/channel/picture", guess_type(file)[0] or "image/png"
            self._signed(lambda token: self._http.send_body(path, token, body, kind))

    def remove_channel_picture(self) -> None:
        """Go back to the picture that is drawn from the name."""
        self._value("DELETE", "/channel/picture")

    def _send(self, hash_path: str, body: FileBody) -> None:
        def arrived() -> bool:
            return bool(self.show_video(hash_path).uploaded)

        self._signed(VideoUpload(self._http, segment(hash_path), body, arrived).send)
