"""The Python client and ``vireo`` on a whole Vireo: from the sign-up to the end of the account."""

import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import threading
import uuid
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from vireo_client import Client, SignInNeeded, Tokens, VireoError
from vireo_client.tokens import InMemory
from vireo_ops.layout import CHECKOUT
from vireo_testing.clips import Library
from vireo_testing.person import Person, eventually

PIECE = 64 * 1024
README = CHECKOUT / "libs/client/README.md"


def new_account(client: Client) -> tuple[str, str]:
    """Sign up; name and password."""
    name, password = f"c{uuid.uuid4().hex[:14]}", f"rosy otter {uuid.uuid4().hex[:8]}"
    client.sign_up(
        username=name,
        password=password,
        email=f"{name}@example.com",
        fname="Ada",
        lname="Lovelace",
        day=10,
        month=12,
        year=1990,
    )
    return name, password


def test_a_whole_life(url: str, clips: Library, png: bytes, tmp_path: Path) -> None:
    with Client(url, device="Cinema/1") as client, Client(url) as anybody:
        name, password = new_account(client)
        assert client.sign_in(name, password).expires_in == 10800
        assert client.change_me(mname="King").mname == "King"

        clip, seen = clips.path("plain.mp4"), list[tuple[int, int]]()
        title = f"Zebra crossing {name}"
        hash_path = client.upload(clip, title, "By day", progress=lambda *now: seen.append(now))
        size = clip.stat().st_size
        assert (seen[0], seen[-1]) == ((0, size), (size, size))
        video = client.wait(hash_path)
        assert (video.title, video.state, video.uploaded) == (title, "ready", True)
        assert anybody.show_video(hash_path).state is None

        assert [row.thumbnail for row in anybody.search(title)] == [hash_path]
        assert [row.channel for row in anybody.search(name, "channel")] == [name]
        assert [row.thumbnail for row in anybody.list_channel_videos(name)] == [hash_path]
        target = tmp_path / "film.mp4"
        anybody.download_video(hash_path, target)
        assert anybody.read_video(hash_path, 4, 99) == target.read_bytes()[4:100]
        assert anybody.download_thumbnail(hash_path).startswith(b"\xff\xd8\xff")
        assert client.edit_video(hash_path, title="Another").title == "Another"
        assert [row.title for row in client.list_my_videos()] == ["Another"]

        (tmp_path / "me.png").write_bytes(png)
        client.set_channel_picture(tmp_path / "me.png")
        assert anybody.show_channel_picture(name)[8:12] == b"WEBP"
        client.export_me(tmp_path / "me.zip")
        with zipfile.ZipFile(tmp_path / "me.zip") as archive:
            assert json.loads(archive.read("account.json"))["mname"] == "King"

        with Client(url, device="Tablet/1") as tablet:
            tablet.sign_in(name, password)
            sessions = {row.device: row for row in client.list_sessions()}
            assert set(sessions) == {"Cinema/1", "Tablet/1"}
            assert sessions["Cinema/1"].current
            client.end_session(sessions["Tablet/1"].id)
            with pytest.raises(SignInNeeded) as ended:
                tablet.show_me()
            assert ended.value.code == "token_revoked"

        client.delete_video(hash_path)
        with pytest.raises(VireoError) as gone:
            client.show_video(hash_path)
        assert (gone.value.code, gone.value.status) == ("not_found", 404)
        assert gone.value.request_id
        client.delete_channel(password)
        with pytest.raises(VireoError) as nobody:
            client.sign_in(name, password)
        assert nobody.value.code == "bad_credentials"


def test_pages_of_a_real_list(person: Person) -> None:
    hashes = [person.announce(str(number)) for number in range(5)]
    found = [row.thumbnail for row in person.client.list_my_videos(page_size=2)]
    assert found == hashes[::-1]


def test_refusals_come_with_their_reasons(person: Person, tmp_path: Path) -> None:
    with pytest.raises(VireoError) as wrong:
        person.client.announce_video("")
    assert (wrong.value.code, set(wrong.value.fields)) == ("invalid_body", {"title"})
    hash_path = person.announce()
    (tmp_path / "text.mp4").write_text("no video " * 1000)
    with pytest.raises(VireoError) as refused:
        person.client.upload_video(hash_path, tmp_path / "text.mp4")
    assert (refused.value.code, refused.value.status) == ("unsupported_media", 415)


class Gate:
    """Hands bytes on to the gateway, and cuts the line of an upload after ``cuts`` bytes of it.

    While ``holds`` is set it takes no more bytes of it instead, until the client goes. Of the
    answers to announcements the first ``lost`` are not handed back.
    """

    def __init__(self, url: str, cuts: list[int]) -> None:
        host, _, port = url.removeprefix("http://").partition(":")
        self._target, self.cuts = (host, int(port)), cuts
        self.holds = False
        self.lost = 0
        self.reached = threading.Event()
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._server.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with line, socket.create_connection(self._target) as onward:
            first = line.recv(PIECE)
            is_lost = first.startswith(b"POST /upload ") and self.lost > 0
            is_film = first.startswith(b"POST /upload/v/")
            onward.sendall(first)
            there = (line, onward, self.cuts.pop(0) if is_film and self.cuts else None)
            ways = [threading.Thread(target=self._copy, args=there, daemon=True)]
            if is_lost:
                self.lost -= 1
                ways[0].start()
                onward.recv(PIECE)
            else:
                ways.append(threading.Thread(target=self._copy, args=(onward, line), daemon=True))
                for way in ways:
                    way.start()
                ways[0].join()
            for each in (line, onward):
                with suppress(OSError):  # It has gone.
                    each.shutdown(socket.SHUT_RDWR)
            for way in ways:
                way.join()

    def _copy(self, source: socket.socket, target: socket.socket, left: int | None = None) -> None:
        try:
            while (left is None or left > 0) and (piece := source.recv(PIECE)):
                target.sendall(piece)
                left = None if left is None else left - len(piece)
            if left is not None:
                self.reached.set()
                eventually(lambda: not self.holds)
        except OSError:
            return  # Whoever went away has had enough.

    def close(self) -> None:
        """Take no more."""
        self._server.close()


@contextmanager
def gate(url: str, cuts: list[int]) -> Iterator[Gate]:
    """The same, closed at the end."""
    found = Gate(url, cuts)
    try:
        yield found
    finally:
        found.close()


@pytest.fixture(scope="module")
def padded(clips: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip with so much behind it that it does not fit into the buffers of a line."""
    path = tmp_path_factory.mktemp("padded") / "padded.mp4"
    padding = 24 << 20
    with path.open("wb") as file:
        file.write(clips.path("plain.mp4").read_bytes())
        file.write(padding.to_bytes(4, "big") + b"free" + bytes(padding - 8))
    return path


def test_a_cut_in_the_middle_of_an_upload(url: str, person: Person, padded: Path) -> None:
    with gate(url, [8 << 20, 2 << 20]) as cutting, Client(cutting.url) as client:
        client.sign_in(person.name, person.password)
        starts: list[int] = []
        hash_path = client.upload(
            padded, "Cut twice", progress=lambda sent, total: starts.append(sent)
        )
        assert cutting.cuts == []
        assert (starts.count(0), starts[-1]) == (3, padded.stat().st_size)
        assert client.wait(hash_path).title == "Cut twice"
        assert [row.thumbnail for row in client.list_my_videos()] == [hash_path]


def test_an_announcement_whose_answer_was_lost(url: str, person: Person) -> None:
    """It is sent again, on the next line, and there is one video."""
    store = InMemory()
    store.save(Tokens(person.token, ""))
    with gate(url, []) as losing, Client(losing.url, store=store) as client:
        losing.lost = 2
        hash_path = client.announce_video("Announced once")
        assert losing.lost == 0
    assert [row.thumbnail for row in person.client.list_my_videos()] == [hash_path]


def test_a_film_that_is_refused_is_not_sent(person: Person, tmp_path: Path) -> None:
    large = tmp_path / "large.mp4"
    with large.open("wb") as file:
        file.truncate(4 << 30)
    sent: list[int] = []
    with pytest.raises(VireoError) as refused:
        person.client.upload_video("0000000", large, progress=lambda now, total: sent.append(now))
    assert refused.value.code == "not_found"
    assert sent[-1] < 64 << 20


def test_the_example_of_the_readme(url: str, clips: Library, tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    name = f"c{uuid.uuid4().hex[:14]}"
    own = example.replace("http://localhost:8080", url).replace("ada", name)
    (tmp_path / "clip.mp4").write_bytes(clips.path("plain.mp4").read_bytes())
    shown = subprocess.check_output(
        [sys.executable, "-c", own], cwd=tmp_path, text=True, timeout=120
    )
    assert f"{url}/watch/" in shown


# The command line


class Shell:
    """Runs ``vireo`` as a person does, with a home of its own."""

    def __init__(self, url: str, home: Path) -> None:
        self.session = home / "vireo" / "session.json"
        self._environment = {**os.environ, "XDG_CONFIG_HOME": str(home), "VIREO_URL": url}
        self._environment |= {"NO_COLOR": "1"}

    def start(self, *words: str, **options: object) -> "subprocess.Popen[str]":
        """Start it."""
        return subprocess.Popen(
            # A shell that runs the tests in the background has them ignore Ctrl-C.
            ["env", "--default-signal=INT", sys.executable, "-m", "vireo_client", *words],
            env=self._environment,
            text=True,
            **{"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, **options},  # type: ignore[call-overload]
        )

    def run(self, *words: str, given: str = "") -> tuple[int, str, str]:
        """Exit status, output, errors."""
        with self.start(*words, stderr=subprocess.PIPE) as process:
            out, err = process.communicate(given, timeout=120)
        assert "Traceback" not in out + err
        return process.returncode, out, err


@pytest.fixture
def shell(url: str, tmp_path: Path) -> Shell:
    """The command line."""
    return Shell(url, tmp_path / "home")


def test_the_command_line(shell: Shell, person: Person, clips: Library, tmp_path: Path) -> None:
    status, _, err = shell.run("videos")
    assert (status, "sign-in" in err) == (1, True)
    assert shell.run("sign-in", person.name, given="wrong\n")[0] == 1
    signed_in = shell.run("sign-in", person.name, given=f"{person.password}\n")
    assert signed_in == (0, "", f"Signed in at {person.url}.\n")
    assert shell.session.stat().st_mode & 0o777 == 0o600

    clip = clips.path("plain.mp4")
    title = f"Heron {person.name}"
    status, out, _ = shell.run("upload", str(clip), "--title", title, "--description", "By a river")
    hash_path = out.strip().rpartition("/")[2]
    assert (status, out) == (0, f"{person.url}/watch/{hash_path}\n")
    assert title in shell.run("videos")[1]
    assert hash_path in shell.run("search", "heron", person.name)[1]
    status, out, _ = shell.run("status", hash_path)
    assert (status, out.splitlines()[0].split()) == (0, ["state", "ready"])
    assert shell.run("status", "0000000")[0] == 1
    assert shell.run("upload", str(clip), "--to", hash_path)[0] == 1
    text = tmp_path / "text.mp4"
    text.write_text("no video " * 1000)
    status, out, err = shell.run("upload", str(text))
    assert (status, out) == (1, "")
    assert "(request " in err

    assert shell.run("sign-out")[0] == 0
    assert not shell.session.exists()
    assert shell.run("videos")[0] == 1


def test_a_terminal_shows_no_secret(shell: Shell, person: Person, padded: Path) -> None:
    """The password is typed unseen; a bar grows; nothing secret stands in the list of processes."""
    screen, terminal = pty.openpty()
    shown: list[bytes] = []

    def read() -> None:
        while True:
            try:
                piece = os.read(screen, PIECE)
            except OSError:  # Linux says so when the last one has closed the terminal.
                return
            shown.append(piece)

    reader = threading.Thread(target=read)
    reader.start()
    words: list[str] = []

    def listed() -> None:
        found = psutil.process_iter(["cmdline"])
        words.extend(" ".join(process.info["cmdline"] or []) for process in found)

    on_screen = {"stdin": terminal, "stdout": terminal, "stderr": terminal}
    with shell.start("sign-in", person.name, start_new_session=True, **on_screen) as process:
        eventually(lambda: b"Password" in b"".join(shown))
        os.write(screen, f"{person.password}\n".encode())
        listed()
        assert process.wait(60) == 0
    with shell.start("upload", str(padded), start_new_session=True, **on_screen) as process:
        while process.poll() is None:
            listed()
        assert process.returncode == 0
    os.close(terminal)
    reader.join()
    os.close(screen)
    text = b"".join(shown).decode()
    assert "[#" in text
    assert "100%" in text
    kept = json.loads(shell.session.read_text())
    for secret in (person.password, kept["token"], kept["refresh_token"]):
        assert secret not in text
        assert not any(secret in each for each in words)


def test_ctrl_c_in_the_middle(url: str, person: Person, padded: Path, tmp_path: Path) -> None:
    with gate(url, [8 << 20]) as held:
        held.holds = True
        shell = Shell(held.url, tmp_path / "home")
        shell.run("sign-in", person.name, given=f"{person.password}\n")
        with shell.start("upload", str(padded), stderr=subprocess.PIPE) as process:
            eventually(held.reached.is_set)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        held.holds = False
        assert (process.returncode, out) == (130, "")
        (hash_path,) = [row.thumbnail for row in person.client.list_my_videos()]
        assert err.splitlines() == [
            f"The video is announced. To send its bytes: vireo upload {padded} --to {hash_path}",
            "vireo: stopped",
        ]
        status, _, err = shell.run("upload", str(padded), "--to", hash_path)
        assert status == 0, err
    assert person.state(hash_path) == "ready"
