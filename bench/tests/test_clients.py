"""The clients see what is wrong with an answer: a benchmark that can't fail shows nothing."""

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from vireo_bench import clips, transfers, wrk

FILM = bytes(range(256)) * 12 * 1024
Answer = Callable[[str, bytes], tuple[int, bytes, dict[str, str]]]


@contextmanager
def server(answer: Answer) -> Iterator[int]:
    """A server that gives for a method and a body what ``answer`` says; its port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, content, headers = answer(self.headers.get("Range", ""), body)
            self.send_response(status)
            for name, text in headers.items():
                self.send_header(name, text)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            try:
                self.wfile.write(content)
            except (BrokenPipeError, ConnectionResetError):
                # The client's time was over.
                self.close_connection = True

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield made.server_port
    finally:
        made.shutdown()
        thread.join()
        made.server_close()


def whole(wanted: str, body: bytes) -> tuple[int, bytes, dict[str, str]]:
    if not wanted:
        return 200, FILM, {}
    first, last = (int(word) for word in wanted.removeprefix("bytes=").split("-"))
    headers = {"Content-Range": f"bytes {first}-{last}/{len(FILM)}"}
    return 206, FILM[first : last + 1], headers


@pytest.fixture
def source(tmp_path: Path) -> Iterator[transfers.Source]:
    path = tmp_path / "film"
    path.write_bytes(FILM)
    opened = transfers.Source(path)
    yield opened
    opened.close()


@pytest.mark.parametrize("rate", [transfers.download_rate, transfers.range_rate])
def test_right_bytes_have_a_rate(source: transfers.Source, rate: Callable[..., float]) -> None:
    with server(whole) as port:
        assert rate("127.0.0.1", port, "/film", source, 2, 0.3) > len(FILM)


@pytest.mark.parametrize("rate", [transfers.download_rate, transfers.range_rate])
def test_other_bytes_are_seen(source: transfers.Source, rate: Callable[..., float]) -> None:
    def other(wanted: str, body: bytes) -> tuple[int, bytes, dict[str, str]]:
        status, content, headers = whole(wanted, body)
        return status, content[1:] + b"x", headers

    with server(other) as port, pytest.raises(AssertionError, match="another body"):
        rate("127.0.0.1", port, "/film", source, 2, 0.3)


def test_an_answer_without_the_range_is_seen(source: transfers.Source) -> None:
    with (
        server(lambda wanted, body: (200, FILM, {})) as port,
        pytest.raises(AssertionError, match="status=200"),
    ):
        transfers.range_rate("127.0.0.1", port, "/film", source, 1, 0.3)


def test_a_file_is_sent_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "body"
    path.write_bytes(FILM)
    with server(lambda wanted, body: (200 if body == FILM else 400, b"got it", {})) as port:
        done = transfers.upload("127.0.0.1", port, "/upload", path)
    assert (done.status, done.body) == (200, b"got it")
    assert done.began <= done.sent <= done.answered


def test_many_requests_have_a_rate() -> None:
    with server(lambda wanted, body: (200, b"x" * 50, {})) as port:
        done = wrk.load(
            f"http://127.0.0.1:{port}", ["/a", "/b"], seconds=1, connections=2, least_bytes=50
        )
    assert done.rate > 1
    assert 0 < done.p50_ms <= done.p99_ms


def test_refused_requests_are_seen() -> None:
    with (
        server(lambda wanted, body: (429, b"", {})) as port,
        pytest.raises(AssertionError, match="were refused"),
    ):
        wrk.load(f"http://127.0.0.1:{port}", ["/a"], seconds=1, connections=2)


def test_small_answers_are_seen() -> None:
    with (
        server(lambda wanted, body: (200, b"x", {})) as port,
        pytest.raises(AssertionError, match="too small"),
    ):
        wrk.load(f"http://127.0.0.1:{port}", ["/a"], seconds=1, connections=2, least_bytes=5000)


def test_pictures_larger_than_what_is_to_spare_do_not_matter(tmp_path: Path) -> None:
    # Noise, and each picture by itself: a MB or more, so that the limit falls upon a large one.
    piece, path, size = tmp_path / "piece.mp4", tmp_path / "clip.mp4", 2_000_000
    noise = "testsrc2=size=1280x720:rate=24:duration=0.125,noise=alls=100:allf=t"
    encoder = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "1", "-crf", "10")
    command = ("ffmpeg", "-v", "error", "-nostdin", "-f", "lavfi", "-i", noise, *encoder)
    subprocess.run([*command, str(piece)], check=True)
    assert piece.stat().st_size / 3 > size / 100 + 65_536
    clips.repeat(piece, path, size)
    assert path.stat().st_size == size
    clips.copy_streams(path, tmp_path / "copied.mp4")


def test_clips_have_the_wanted_size_and_play(tmp_path: Path) -> None:
    path = clips.sized(tmp_path / "clip.mp4", 6 << 20)
    assert path.stat().st_size == 6 << 20
    clips.copy_streams(path, tmp_path / "copied.mp4")
    assert (tmp_path / "copied.mp4").stat().st_size > 5 << 20
