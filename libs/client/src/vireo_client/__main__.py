"""``vireo``: sign in, upload, look. Results go to the standard output, all else to the other one.

Exit status: 0 done, 1 refused or failed, 2 wrong arguments, 75 try again later (nothing answered,
or not now), 130 stopped.
"""

import argparse
import getpass
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from vireo_client.client import Client
from vireo_client.errors import NoAnswer, NotReady, SignInNeeded, VireoError
from vireo_client.terminal import Bar, plain, tell
from vireo_client.token_file import TokenFile, TokenFileError, default_path
from vireo_client.uploads import FileBody
from vireo_client.values import UniversalObject
from vireo_client.version import VERSION

FAILED, WRONG_USE, LATER, STOPPED = 1, 2, 75, 130
DEFAULT_URL = "http://localhost:8080"
_DEVICE = f"vireo/{VERSION}"
_LATER = frozenset({429, 502, 503, 504})
_READY_SECONDS = 24 * 3600.0


def run() -> None:
    """The command ``vireo``."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments say; the exit status."""
    options = _options(arguments)
    try:
        with _client(options) as client:
            options.run(client, options)
        sys.stdout.flush()
    except VireoError as problem:
        return _refused(problem)
    except BrokenPipeError:
        # Whoever read the results has seen enough; Python would say so once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except OSError as problem:
        tell(f"vireo: {problem.filename or ''}: {problem.strerror or problem}")
        return FAILED
    except TokenFileError as problem:
        tell(f"vireo: {problem}")
        return FAILED
    except (KeyboardInterrupt, EOFError):
        tell("vireo: stopped")
        return STOPPED
    return 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="vireo", description="Videos on a Vireo.")
    parser.add_argument(
        "--url", help=f"the address; otherwise VIREO_URL, the last sign-in's, or {DEFAULT_URL}"
    )
    parser.add_argument("--version", action="version", version=f"vireo {VERSION}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    sign_in = commands.add_parser("sign-in", help="sign in; the password is asked for, or read")
    sign_in.add_argument("name", help="the account's username")
    sign_in.set_defaults(run=_sign_in)
    commands.add_parser("sign-out", help="end the session").set_defaults(run=_sign_out)

    upload = commands.add_parser("upload", help="upload a film, and wait until it can be watched")
    upload.add_argument("file", type=Path)
    upload.add_argument("--title", help="without one the name of the file")
    upload.add_argument("--description", default="")
    upload.add_argument("--to", metavar="HASH", help="the bytes of a video that is announced")
    upload.add_argument("--no-wait", action="store_true", help="end when the bytes have arrived")
    upload.set_defaults(run=_upload)

    captions = commands.add_parser("captions", help="set captions of a video, or remove them")
    captions.add_argument("hash", help="the seven characters of its address")
    captions.add_argument("language", help="BCP 47, such as en or pt-BR")
    what = captions.add_mutually_exclusive_group(required=True)
    what.add_argument("file", type=Path, nargs="?", help="a WebVTT or SRT")
    what.add_argument("--remove", action="store_true", help="remove those in this language")
    captions.set_defaults(run=_captions)

    videos = commands.add_parser("videos", help="list your videos")
    status = commands.add_parser("status", help="how far a video is")
    status.add_argument("hash", help="the seven characters of its address")
    status.set_defaults(run=_status)
    search = commands.add_parser("search", help="find videos and channels")
    search.add_argument("words", nargs="+")
    for command, work in ((videos, _videos), (search, _search)):
        command.add_argument("--limit", type=_count, default=50, help="rows (default: 50)")
        command.set_defaults(run=work)
    options = parser.parse_args(arguments)
    options.url = options.url or os.environ.get("VIREO_URL", "")
    try:
        Client(options.url or DEFAULT_URL).close()
    except ValueError as problem:
        parser.error(str(problem))
    return options


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError("a number from 1")
    return int(text)


def _client(options: argparse.Namespace) -> Client:
    """Of the Vireo that is named, or of the last sign-in; a session is for its own Vireo alone."""
    path = default_path()
    url = options.url.rstrip("/")
    if options.run is _sign_in:
        url = url or DEFAULT_URL
        return Client(url, store=TokenFile(path, url, options.name), device=_DEVICE)
    kept = TokenFile.found(path)
    if kept and url in {"", kept.url}:
        return Client(kept.url, store=kept, device=_DEVICE)
    return Client(url or DEFAULT_URL, device=_DEVICE)


# Commands


def _sign_in(client: Client, options: argparse.Namespace) -> None:
    if sys.stdin.isatty():
        password = getpass.getpass(f"Password of {options.name}: ")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    client.sign_in(options.name, password)
    tell(f"Signed in at {client.url}.")


def _sign_out(client: Client, options: argparse.Namespace) -> None:
    client.sign_out()
    tell("Signed out.")


def _upload(client: Client, options: argparse.Namespace) -> None:
    # Nothing is announced that can't be read.
    with FileBody(options.file, None):
        title = options.file.stem if options.title is None else options.title
        hash_path = options.to or client.announce_video(title, options.description)
    try:
        with Bar() as bar:
            client.upload_video(hash_path, options.file, progress=bar)
    except (VireoError, KeyboardInterrupt):
        again = shlex.join(["vireo", "upload", str(options.file), "--to", hash_path])
        tell(f"The video is announced. To send its bytes: {again}")
        raise
    if not options.no_wait:
        tell("All bytes have arrived; it is being made ready.")
        client.wait(hash_path, seconds=_READY_SECONDS)
    print(plain(f"{client.url}/watch/{hash_path}"))


def _captions(client: Client, options: argparse.Namespace) -> None:
    if options.remove:
        client.remove_captions(options.hash, options.language)
        tell("Removed.")
        return
    found = client.set_captions(options.hash, options.language, options.file)
    print(plain(f"{client.url}{found.url}"))


def _videos(client: Client, options: argparse.Namespace) -> None:
    _list(client.list_my_videos(page_size=min(options.limit, 100)), options.limit)


def _search(client: Client, options: argparse.Namespace) -> None:
    query = " ".join(options.words)
    _list(client.search(query, page_size=min(options.limit, 100)), options.limit)


def _status(client: Client, options: argparse.Namespace) -> None:
    video = client.show_video(options.hash)
    # Where the answer has no state, it can be seen because it is ready.
    state: str = video.state or "ready"
    if state == "waiting":
        state += ", its bytes have arrived" if video.uploaded else " for its bytes"
    size = f"{video.duration:.1f} s, {video.width} x {video.height}" if video.duration else ""
    for name, text in (
        ("state", state),
        ("reason", video.reason),
        ("note", video.note),
        ("title", video.title),
        ("channel", video.channel),
        ("upload", video.upload),
        ("size", size),
        ("watch", f"{client.url}/watch/{video.thumbnail}"),
    ):
        if text:
            print(f"{name:8} {plain(text)}")


def _list(rows: Iterator[UniversalObject], limit: int) -> None:
    for row in islice(rows, limit):
        kind = row.state or row.type
        first = row.thumbnail if row.type == "video" else ""
        line = f"{first:7}  {kind:10}  {row.upload:20}  {row.title or '@' + row.channel}"
        print(plain(line))


# Failures


def _refused(problem: VireoError) -> int:
    """Say what was wrong, and what helps; the exit status."""
    tell(f"vireo: {problem.message}")
    for name, text in problem.fields.items():
        tell(f"  {name}: {text}")
    if isinstance(problem, SignInNeeded):
        tell("Sign in with: vireo sign-in NAME")
    if problem.retry_after is not None:
        tell(f"It may go in {problem.retry_after:.0f} seconds.")
    if problem.request_id:
        tell(f"(request {problem.request_id})")
    later = isinstance(problem, NoAnswer | NotReady) or problem.status in _LATER
    return LATER if later else FAILED


if __name__ == "__main__":
    run()
