"""Pictures of videos through the gateway: sizes, what an owner chooses, storyboards, previews."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests
from PIL import Image

from vireo_client import VireoError
from vireo_testing.clips import H264, Library, ffmpeg, picture
from vireo_testing.mp4_boxes import turn
from vireo_testing.person import Person, eventually

Anybody = Callable[..., requests.Response]
WEBP = "image/avif,image/webp,image/apng,image/*,*/*;q=0.8"


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An upright film of 12 seconds, as a phone makes it: it lies on its side in the file."""
    path = tmp_path_factory.mktemp("clips") / "upright.mp4"
    ffmpeg(*picture("1280x720", seconds=12), *H264, str(path))
    turn(path, (0, -1, 1, 0), down=1280)
    return path


@pytest.fixture(scope="module")
def made(url: str, clip: Path) -> tuple[Person, str]:
    """A video with all of its pictures."""
    owner = Person(url)
    hash_path = owner.publish(clip, "Upright")
    with_pictures(owner, hash_path)
    return owner, hash_path


def with_pictures(owner: Person, hash_path: str) -> None:
    # Pictures wait for what people wait for, and for those of videos that came before.
    eventually(lambda: video_of(owner, hash_path)["storyboard"], seconds=240)


def video_of(owner: Person, hash_path: str) -> dict[str, str]:
    found: dict[str, str] = owner.get(f"/v/{hash_path}").json()["response"]
    return found


def image_of(answer: requests.Response) -> Image.Image:
    assert answer.status_code == 200, answer.text
    image = Image.open(io.BytesIO(answer.content))
    image.load()
    return image


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (WEBP, "webp"),
        ("image/webp", "webp"),
        ("IMAGE/WEBP;q=0.5", "webp"),
        ("image/webp;q=0, image/*", "jpeg"),
        ("*/*", "jpeg"),
        ("image/png", "jpeg"),
        (None, "jpeg"),
    ],
)
def test_a_thumbnail_in_a_width(
    made: tuple[Person, str], anybody: Anybody, accept: str | None, kind: str
) -> None:
    _, hash_path = made
    for width, size in ((320, (320, 569)), (640, (640, 1138)), (1280, (720, 1280))):
        answer = anybody("GET", f"/thumbnails/{hash_path}?w={width}", headers={"Accept": accept})
        image = image_of(answer)
        assert (answer.headers["Content-Type"], image.format) == (f"image/{kind}", kind.upper())
        assert image.size == size
        assert "Accept" in answer.headers["Vary"]
    whole = anybody("GET", f"/thumbnails/{hash_path}", headers={"Accept": accept})
    assert (whole.headers["Content-Type"], image_of(whole).size) == ("image/jpeg", (720, 1280))


def test_at_the_address_of_its_version_it_is_kept(
    made: tuple[Person, str], anybody: Anybody
) -> None:
    owner, hash_path = made
    version = video_of(owner, hash_path)["thumbnail_version"]
    time, size = version.split("-")
    for query, kept in (
        (f"?w=320&v={version}", True),
        (f"?v={version}&w=1280", True),
        (f"?v={version}", True),
        ("?w=320", False),
        (f"?w=320&v={int(time, 16) + 1:x}-{size}", False),
        (f"?w=320&v={time}", False),
        (f"?v={time}-1", False),
    ):
        answer = anybody("GET", f"/thumbnails/{hash_path}{query}", headers={"Accept": WEBP})
        assert ("immutable" in answer.headers["Cache-Control"]) is kept, query
        tag = answer.headers["ETag"]
        again = anybody(
            "GET", f"/thumbnails/{hash_path}{query}", headers={"Accept": WEBP, "If-None-Match": tag}
        )
        assert again.status_code == 304


def test_other_widths_and_other_videos(made: tuple[Person, str], anybody: Anybody) -> None:
    _, hash_path = made
    for query in ("w=321", "w=0", "w=-1", "w=x", "w=../320", "w=320.webp"):
        answer = anybody("GET", f"/thumbnails/{hash_path}?{query}")
        assert (answer.status_code, answer.json()["response"]["error"]) == (400, "invalid_query")
    for path in ("/thumbnails/zzzzzzz?w=320", "/storyboard/zzzzzzz.vtt", "/previews/zzzzzzz"):
        answer = anybody("GET", path, headers={"Accept": WEBP})
        assert (answer.status_code, answer.json()["response"]["error"]) == (404, "not_found")
    assert image_of(anybody("GET", f"/thumbnails/{hash_path}?w=")).size == (720, 1280)


def test_a_storyboard(made: tuple[Person, str], anybody: Anybody) -> None:
    owner, hash_path = made
    address = video_of(owner, hash_path)["storyboard"]
    answer = anybody("GET", address)
    assert answer.headers["Content-Type"].startswith("text/vtt")
    assert answer.headers["Cache-Control"] == "no-cache"
    cues = re.findall(r"(\S+) --> (\S+)\n(\S+)#xywh=(\d+),(\d+),(\d+),(\d+)\n", answer.text)
    assert len(cues) == 12
    sprites = {urljoin(address, cue[2]) for cue in cues}
    (sprite,) = sprites
    assert sprite.startswith(f"/storyboard/{hash_path}/")
    found = anybody("GET", sprite)
    assert "immutable" in found.headers["Cache-Control"]
    image = image_of(found)
    for *_, left, top, width, height in cues:
        assert (int(width), int(height)) == (90, 160)
        assert int(left) + 90 <= image.width
        assert int(top) + 160 <= image.height
    assert anybody("GET", f"{sprite}x").status_code == 404


def test_a_preview(made: tuple[Person, str], anybody: Anybody) -> None:
    answer = anybody("GET", f"/previews/{made[1]}", headers={"Range": "bytes=0-99"})
    assert (answer.status_code, answer.headers["Content-Type"]) == (206, "video/mp4")
    assert int(answer.headers["Content-Range"].rpartition("/")[2]) < 200_000


def test_an_owner_chooses(
    made: tuple[Person, str], anybody: Anybody, stranger: Person, tmp_path: Path
) -> None:
    owner, hash_path = made
    first = video_of(owner, hash_path)["thumbnail_version"]
    frames = owner.client.list_thumbnail_candidates(hash_path)
    assert len(frames) == 6
    # One of each part of the film.
    assert [int(frame.time or 0) // 2 for frame in frames] == list(range(6))
    picture_of = owner.client.download_thumbnail_candidate(hash_path, frames[0].id or 0)
    with Image.open(io.BytesIO(picture_of)) as image:
        assert image.size == (360, 640)
    for path in (f"/v/{hash_path}/thumbnails", frames[0].url):
        assert stranger.get(path).status_code == 404
        assert anybody("GET", path).json()["response"]["error"] == "token_missing"
    chosen = owner.client.choose_thumbnail(hash_path, candidate=frames[2].id)
    assert chosen.thumbnail_version == video_of(owner, hash_path)["thumbnail_version"] != first
    marked = owner.client.list_thumbnail_candidates(hash_path)
    assert [frame.chosen for frame in marked] == [False, False, True, False, False, False]
    # Of what was chosen every width is there, and kept.
    address = f"/thumbnails/{hash_path}?w=1280&v={chosen.thumbnail_version}"
    answer = anybody("GET", address, headers={"Accept": WEBP})
    assert image_of(answer).size == (720, 1280)
    assert "immutable" in answer.headers["Cache-Control"]
    at = owner.client.choose_thumbnail(hash_path, time=11.9)
    assert at.thumbnail_version != chosen.thumbnail_version
    Image.new("RGBA", (900, 500), (255, 0, 0, 255)).save(tmp_path / "red.png")
    sent = owner.client.upload_thumbnail(hash_path, tmp_path / "red.png")
    image = image_of(anybody("GET", f"/thumbnails/{hash_path}?w=320", headers={"Accept": WEBP}))
    red = image.convert("RGB").getpixel((100, 100))
    assert isinstance(red, tuple)
    assert (image.size, red[0] > 240) == ((320, 178), True)
    assert video_of(owner, hash_path)["thumbnail_version"] == sent.thumbnail_version


def test_what_is_refused(
    made: tuple[Person, str], stranger: Person, anybody: Anybody, png: bytes
) -> None:
    owner, hash_path = made
    before = video_of(owner, hash_path)["thumbnail_version"]
    path = f"/v/{hash_path}/thumbnail"
    headers = {"Authorization": owner.token}
    for body, code in (({"time": 13}, "out_of_range"), ({"candidate": 1}, "invalid")):
        answer = anybody("PUT", path, json=body, headers=headers).json()["response"]
        assert [problem["code"] for problem in answer["problems"].values()] == [code]
    for body, expected in (
        (b"", (400, "no_bytes")),
        (b"no picture", (415, "unsupported_media")),
        (bytes(11 << 20), (413, "too_large")),
    ):
        answer = owner.post(path, data=body)
        assert (answer.status_code, answer.json()["response"]["error"]) == expected
    for ask in (
        lambda: stranger.client.choose_thumbnail(hash_path, time=0),
        lambda: stranger.client.list_thumbnail_candidates(hash_path),
    ):
        with pytest.raises(VireoError) as caught:
            ask()
        assert caught.value.code == "not_found"
    assert stranger.post(path, data=png).status_code == 404
    assert anybody("POST", path, data=png).json()["response"]["error"] == "token_missing"
    for method in ("GET", "DELETE"):
        answer = anybody(method, path, headers=headers)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "PUT, POST")
    assert video_of(owner, hash_path)["thumbnail_version"] == before


def test_all_of_it_goes_with_the_video(url: str, clips: Library, anybody: Anybody) -> None:
    owner = Person(url)
    hash_path = owner.publish(clips.path("plain.mp4"), "Short-lived")
    with_pictures(owner, hash_path)
    webvtt = anybody("GET", f"/storyboard/{hash_path}.vtt").text
    sprite = re.findall(r"\S+\.jpg", webvtt)[0]
    paths = [
        *(f"/thumbnails/{hash_path}{query}" for query in ("", "?w=320", "?w=640", "?w=1280")),
        *(f"/storyboard/{hash_path}.vtt", f"/storyboard/{sprite}", f"/previews/{hash_path}"),
    ]
    assert {anybody("GET", path).status_code for path in paths} == {200}
    assert owner.delete(f"/v/{hash_path}").status_code == 200
    assert {anybody("GET", path).status_code for path in paths} == {404}
    assert owner.get(f"/v/{hash_path}/thumbnails").status_code == 404
