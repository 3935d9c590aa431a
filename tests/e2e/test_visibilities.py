"""Private means private: all addresses of a video that is not open, tried by who may not see it."""

import base64
import datetime as dt
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests

from vireo_client import VireoError
from vireo_testing import caption_clips
from vireo_testing.clips import Library
from vireo_testing.person import Person, eventually

SECONDS = 5.0
"""In so long whatever ends that somebody may see a video has ended it, and a schedule is kept."""

Anybody = Callable[..., requests.Response]


@pytest.fixture(scope="module")
def owner(url: str) -> Person:
    return Person(url)


@pytest.fixture(scope="module")
def film(owner: Person, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A video of the owner, with all that is made of one."""
    clip = tmp_path_factory.mktemp("film") / "film.mkv"
    caption_clips.with_tracks(clip)
    made = owner.publish(clip, "Private otters")
    shown = owner.client.show_video

    def complete() -> bool:
        video = shown(made)
        return bool(video.stream and video.storyboard and video.captions)

    eventually(complete)
    sizes = f"{owner.url}/thumbnails/{made}?w=320"
    webp = {"Accept": "image/webp"}
    eventually(
        lambda: "webp" in requests.get(sizes, headers=webp, timeout=30).headers["Content-Type"]
    )
    eventually(lambda: requests.get(f"{owner.url}/previews/{made}", timeout=30).status_code == 200)
    return made


@pytest.fixture
def private(owner: Person, film: str) -> Iterator[str]:
    """The film, which its owner alone sees; nobody has been named."""
    owner.client.edit_video(film, visibility="private")
    eventually(
        lambda: requests.get(f"{owner.url}/video/d/{film}", timeout=30).status_code == 400, SECONDS
    )
    yield film
    for viewer in list(owner.client.list_viewers(film)):
        owner.client.remove_viewer(film, viewer.channel)
    owner.client.edit_video(film, visibility="public")
    eventually(
        lambda: requests.get(f"{owner.url}/video/d/{film}", timeout=30).status_code == 200, SECONDS
    )


def named(text: str) -> list[str]:
    """The addresses that a playlist or a storyboard names."""
    lines = [line for line in text.splitlines() if line and not line.startswith(("#", "WEBVTT"))]
    uris = re.findall(r'URI="([^"]+)"', text)
    return [
        *uris,
        *(line for line in lines if "." in line and "-->" not in line and " " not in line),
    ]


def addresses(person: Person, hash_path: str) -> list[str]:
    """Every address of a video's files that a player of theirs comes to."""
    shown = person.client.show_video(hash_path)
    assert shown.files and shown.captions
    found = [*shown.files.values(), *(each["url"] for each in shown.captions)]
    before = shown.files["video"].partition("/video/d/")[0]
    found += [
        f"{before}/previews/{hash_path}",
        f"{shown.files['thumbnail'].partition('?')[0]}?w=320",
    ]
    for path in found:
        # The list grows while it is gone through.
        if path.endswith((".m3u8", ".vtt")):
            text = requests.get(person.url + path, timeout=30).text
            for name in named(text):
                address = urljoin(path, name).partition("#")[0]
                if address not in found:
                    found.append(address)
    return found


def statuses(url: str, paths: Sequence[str], **options: object) -> set[int]:
    asked = [requests.get(url + path, timeout=30, **options) for path in paths]  # type: ignore[arg-type]
    for each in asked:
        if each.status_code == 200:
            assert each.headers["Cache-Control"] == "no-store, private"
    return {each.status_code for each in asked}


def plain(path: str) -> str:
    return re.sub(r"^/granted/[^/]+", "", path)


def refused(url: str, paths: Sequence[str], hash_path: str) -> bool:
    """Whether all answers are those about a video that never was."""
    for path in paths:
        there = requests.get(url + path, timeout=30)
        never = requests.get(url + plain(path).replace(hash_path, "zzzzzzz"), timeout=30)
        if (there.status_code, there.content) != (never.status_code, never.content):
            return False
        assert there.status_code == (400 if "/video/d/" in path else 404), path
    return True


def test_every_address_of_its_owner_works_without_a_header(owner: Person, private: str) -> None:
    paths = addresses(owner, private)
    assert all(path.startswith("/granted/1.") for path in paths)
    # Film, master, playlists of picture, sound and keys, their media, captions and theirs, ...
    assert len(paths) >= 12, paths
    assert statuses(owner.url, paths) == {200}
    part = requests.get(owner.url + paths[0], headers={"Range": "bytes=100-199"}, timeout=30)
    assert (part.status_code, len(part.content)) == (206, 100)
    assert requests.head(owner.url + paths[0], timeout=30).status_code == 200
    sent = requests.post(owner.url + paths[0], data=b"x", timeout=30)
    assert (sent.status_code, sent.headers["Allow"]) == (405, "GET, HEAD")


def test_strangers_are_told_what_they_are_of_one_that_never_was(
    owner: Person, stranger: Person, private: str, url: str
) -> None:
    paths = [plain(path) for path in addresses(owner, private)]
    assert refused(url, paths, private)
    for who in (stranger.http, requests):
        there = who.get(f"{url}/v/{private}", timeout=30)
        never = who.get(f"{url}/v/zzzzzzz", timeout=30)
        assert there.status_code == never.status_code == 404
        assert there.json() == never.json()
        assert who.get(f"{url}/watch/{private}", timeout=30).status_code == 404
    for rows in (stranger.client.list_videos(), stranger.client.list_channel_videos(owner.name),
                 stranger.client.search("otters")):  # fmt: skip
        assert private not in [row.thumbnail for row in rows]


def test_who_sends_bytes_is_told_nothing(stranger: Person, private: str) -> None:
    """Neither in one body nor in pieces."""

    def tus(hash_path: str) -> requests.Response:
        named = base64.b64encode(hash_path.encode()).decode()
        headers = {
            "Tus-Resumable": "1.0.0",
            "Upload-Length": "9",
            "Upload-Metadata": f"hash {named}",
        }
        return stranger.post("/upload/tus", headers=headers)

    for send in (lambda name: stranger.send(name, b"123456789"), tus):
        there, never = send(private), send("zzzzzzz")
        assert there.status_code == never.status_code == 404
        assert there.content == never.content


def test_grants_that_are_not_for_this(
    owner: Person, stranger: Person, private: str, url: str, clips: Library
) -> None:
    other = owner.publish(clips.path("plain.mp4"))
    owner.client.edit_video(other, visibility="private")
    files = owner.client.show_video(private).files
    others = owner.client.show_video(other).files
    assert files and others
    grant, another = (each["video"].split("/")[2] for each in (files, others))
    own = stranger.publish(clips.path("plain.mp4"))
    stranger.client.edit_video(own, visibility="private")
    theirs = stranger.client.show_video(own).files
    assert theirs
    parts = grant.split(".")
    forged = [another, theirs["video"].split("/")[2], grant[:-1], grant.upper(), f"{grant}0"]
    for number, part in ((2, "upload"), (4, "999999999"), (6, "9999999999"), (7, "0" * 64)):
        forged.append(".".join([*parts[:number], part, *parts[number + 1 :]]))
    forged += ["1", "..", "%2e%2e", "", "x" * 300]
    for each in forged:
        path = f"/granted/{each}/video/d/{private}"
        answer = requests.get(url + path, timeout=30)
        assert answer.status_code in {400, 404}, (each, answer.status_code)
        assert b"ftyp" not in answer.content
    # What is right goes on to work meanwhile.
    assert requests.get(url + files["video"], timeout=30).status_code == 200
    for below in ("/originals/", "/../hidden/", "/v/", "/hls/x/../../../video/d/"):
        answer = requests.get(f"{url}/granted/{grant}{below}{private}", timeout=30)
        assert answer.status_code in {400, 404}, below


def test_who_was_named_sees_it_and_then_no_more(
    owner: Person, stranger: Person, private: str, url: str
) -> None:
    owner.client.add_viewer(private, stranger.name)
    assert stranger.client.show_video(private).visibility == "private"
    paths = addresses(stranger, private)
    assert statuses(url, paths) == {200}
    owner.client.remove_viewer(private, stranger.name)
    with pytest.raises(VireoError, match="nothing at this address"):
        stranger.client.show_video(private)
    eventually(lambda: refused(url, paths, private), SECONDS)
    assert statuses(url, addresses(owner, private)) == {200}


def test_a_grant_ends_with_its_session(
    owner: Person, stranger: Person, private: str, url: str
) -> None:
    owner.client.add_viewer(private, stranger.name)
    files = stranger.client.show_video(private).files
    assert files
    assert requests.get(url + files["video"], timeout=30).status_code == 200
    stranger.client.sign_out()
    eventually(lambda: requests.get(url + files["video"], timeout=30).status_code == 400, SECONDS)
    stranger.sign_in()
    again = stranger.client.show_video(private).files
    assert again
    assert again["video"].split(".")[5] != files["video"].split(".")[5]
    assert requests.get(url + again["video"], timeout=30).status_code == 200


def test_a_grant_ends_with_the_owners_account(url: str, stranger: Person, clips: Library) -> None:
    leaving = Person(url)
    video = leaving.publish(clips.path("plain.mp4"))
    leaving.client.edit_video(video, visibility="private")
    leaving.client.add_viewer(video, stranger.name)
    files = stranger.client.show_video(video).files
    assert files
    assert requests.get(url + files["video"], timeout=30).status_code == 200
    leaving.client.delete_channel(leaving.password)
    eventually(lambda: requests.get(url + files["video"], timeout=30).status_code == 400, SECONDS)


def test_one_that_becomes_public_is_played_to_its_end(
    owner: Person, private: str, url: str
) -> None:
    paths = addresses(owner, private)
    owner.client.edit_video(private, visibility="public")
    eventually(
        lambda: requests.get(f"{url}/video/d/{private}", timeout=30).status_code == 200, SECONDS
    )
    assert statuses(url, paths) == {200}
    assert {requests.get(url + plain(path), timeout=30).status_code for path in paths} == {200}


def test_unlisted_is_for_who_has_the_address(
    owner: Person, stranger: Person, film: str, url: str
) -> None:
    owner.client.edit_video(film, visibility="unlisted")
    try:
        assert stranger.client.show_video(film).visibility == "unlisted"
        for path in addresses(stranger, film):
            assert not path.startswith("/granted/")
            assert requests.get(url + path, timeout=30).status_code == 200
        eventually(
            lambda: (
                film
                not in [row.thumbnail for row in stranger.client.list_channel_videos(owner.name)]
            ),
            SECONDS,
        )
        assert film not in [row.thumbnail for row in stranger.client.search("otters")]
    finally:
        owner.client.edit_video(film, visibility="public")


def test_a_schedule_is_kept(owner: Person, stranger: Person, clips: Library, url: str) -> None:
    stranger.client.follow_channel(owner.name, notify="all")
    video = owner.announce("Tomorrow's otters")
    at = dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    owner.client.edit_video(video, publish_at=at.isoformat())
    owner.client.upload_video(video, clips.path("plain.mp4"))
    owner.wait_until_ready(video)
    shown = owner.client.show_video(video)
    assert (shown.visibility, shown.published) == ("scheduled", "")
    assert shown.files
    assert requests.get(url + shown.files["video"], timeout=30).status_code == 200
    assert requests.get(f"{url}/video/d/{video}", timeout=30).status_code == 400
    assert stranger.get(f"/v/{video}").status_code == 404
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=3)
    owner.client.edit_video(video, publish_at=soon.isoformat())
    left = (soon - dt.datetime.now(dt.UTC)).total_seconds() + SECONDS
    eventually(lambda: stranger.get(f"/v/{video}").status_code == 200, left)
    assert dt.datetime.now(dt.UTC) >= soon, "it is published early"

    def public() -> bool:
        there = requests.get(f"{url}/video/d/{video}", timeout=30).status_code == 200
        listed = requests.get(f"{url}/videos/channel/{owner.name}", timeout=30).json()["response"]
        return there and video in [row["thumbnail"] for row in listed]

    eventually(public, SECONDS)
    assert stranger.client.show_video(video).published
    eventually(lambda: video in [row.video for row in stranger.client.list_notices()])


def test_players_without_headers(owner: Person, private: str, url: str, tmp_path: Path) -> None:
    """ffprobe reads the stream, with its captions, as any other."""
    files = owner.client.show_video(private).files
    assert files
    for kind in ("stream", "video"):
        asked = ["ffprobe", "-v", "error", "-show_entries", "stream=codec_type", "-of", "csv=p=0"]
        done = subprocess.run(
            [*asked, url + files[kind]], capture_output=True, text=True, timeout=60, check=True
        )
        assert "video" in done.stdout
        assert done.stderr == ""


def test_the_client_fetches_what_needs_a_grant(
    owner: Person, stranger: Person, private: str, tmp_path: Path
) -> None:
    owner.client.download_video(private, tmp_path / "film.mp4")
    assert (tmp_path / "film.mp4").stat().st_size > 1000
    assert owner.client.read_video(private, 4, 7) == b"ftyp"
    assert owner.client.download_stream_part(private).startswith(b"#EXTM3U")
    assert owner.client.download_storyboard(private).startswith("WEBVTT")
    with pytest.raises(VireoError):
        stranger.client.download_video(private, tmp_path / "none.mp4")
