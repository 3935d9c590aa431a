"""``/v/<hash>/thumbnails`` and ``/v/<hash>/thumbnail`` in this process, with a worker's slot."""

import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from vireo_common.errors import Code, Failure
from vireo_common.jobs import JobQueue
from vireo_common.worker import Slot
from vireo_media.core.open_uploads import OpenUploads
from vireo_media.core.thumbnails import Thumbnails
from vireo_media.storage.open_uploads import OpenUploadTable
from vireo_media.storage.video_pictures import FRAME_QUEUE, PICTURES_QUEUE
from vireo_media.tools.picture import thumbnail_sizes
from vireo_media.worker.pictures import Pictures
from vireo_testing.answers import outcome
from vireo_testing.clips import Library
from vireo_testing.sessions import open_session

HASH, OWNER, OTHER = "aB3dE6g", 7, 8
LIST, ONE = f"/v/{HASH}/thumbnails", f"/v/{HASH}/thumbnail"


@pytest.fixture
def app(stage: Any, make_app: Any) -> Any:
    return make_app("media", VIREO_MEDIA_ROOT=str(stage.root), VIREO_CATALOG_URL=stage.catalog.url)


def client_of(app: Any, stage: Any, channel_id: int) -> FlaskClient:
    client: FlaskClient = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = open_session(stage.clean, channel_id)
    return client


@pytest.fixture
def owner(app: Any, stage: Any, library: Library) -> FlaskClient:
    """Of a video that is published."""
    stage.receive(library.path("plain.mp4"))
    stage.prepare()
    return client_of(app, stage, OWNER)


@pytest.fixture
def other(app: Any, stage: Any, owner: FlaskClient) -> FlaskClient:
    stage.clean.query("INSERT INTO Channels (ChannelID, Username, Password) VALUES (8, 'o', 'x')")
    return client_of(app, stage, OTHER)


@pytest.fixture
def worker(stage: Any, media_database: Any) -> Iterator[Pictures]:
    """Takes frames as they are asked for; makes no other pictures by itself."""
    made, asked = (JobQueue(media_database, name, 12) for name in (PICTURES_QUEUE, FRAME_QUEUE))
    pictures = Pictures(made, asked, stage.uploads, stage.video_pictures, stage.files)
    stopping = threading.Event()
    slot = Slot("frame", asked, pictures.handlers, stopping, 0.02)
    slot.start()
    yield pictures
    stopping.set()
    slot.join()


def make_pictures(stage: Any, worker: Pictures, media_database: Any) -> None:
    job = JobQueue(media_database, PICTURES_QUEUE, 12).claim()
    assert job is not None
    worker.make(job, threading.Event())


def png(size: tuple[int, int] = (90, 60), colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def send(client: FlaskClient, body: bytes) -> Any:
    """What the gateway does with a picture: it asks, and hands over the grant or the refusal."""
    asked = client.get(f"/gateway/may_set_thumbnail/{HASH}")
    if asked.status_code != 200:
        status = int(asked.headers["X-Vireo-Refusal-Status"])
        given = {"X-Request-ID": asked.headers["X-Request-ID"], "Content-Type": "application/json"}
        refusal = asked.headers["X-Vireo-Refusal"]
        return client.application.response_class(refusal, status, given)
    return client.post(ONE, data=body, headers={"X-Vireo-Grant": asked.headers["X-Vireo-Grant"]})


def said(answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json["response"]


def test_candidates_are_for_the_owner_alone(
    owner: FlaskClient, other: FlaskClient, stage: Any, worker: Pictures, media_database: Any
) -> None:
    assert said(owner.get(LIST)) == []
    make_pictures(stage, worker, media_database)
    rows = said(owner.get(LIST))
    assert 1 <= len(rows) <= 6
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)
    assert {row["chosen"] for row in rows} == {False}
    picture = owner.get(rows[0]["url"])
    assert (picture.status_code, picture.mimetype) == (200, "image/jpeg")
    assert "private" in picture.headers["Cache-Control"]
    with Image.open(io.BytesIO(picture.data)) as image:
        assert image.size == (320, 180)
    again = owner.get(rows[0]["url"], headers={"If-None-Match": picture.headers["ETag"]})
    assert again.status_code == 304
    for address in (LIST, rows[0]["url"], f"{LIST}/1", "/v/zzzzzzz/thumbnails"):
        assert outcome(other.get(address)) == (404, "not_found")
    assert outcome(owner.get(f"{LIST}/1")) == (404, "not_found")
    # Also where its number is that of a file which is there.
    stage.clean.query("UPDATE VideoPictures SET Candidates = '[]'")
    assert outcome(owner.get(rows[0]["url"])) == (404, "not_found")


def test_a_candidate_a_time_and_a_picture(
    owner: FlaskClient, stage: Any, worker: Pictures, media_database: Any
) -> None:
    make_pictures(stage, worker, media_database)
    row = said(owner.get(LIST))[-1]
    chosen = said(owner.put(ONE, json={"candidate": row["id"]}))
    version = stage.files.pictures.version(HASH)
    assert chosen == {
        **{"id": row["id"], "time": row["time"], "chosen": True},
        **{"url": f"/thumbnails/{HASH}?v={version}", "thumbnail_version": version},
    }
    # Catalog knows it when it is answered.
    assert stage.catalog.calls[-1].body["thumbnail_version"] == version
    assert [each["id"] for each in said(owner.get(LIST)) if each["chosen"]] == [row["id"]]
    at = said(owner.put(ONE, json={"time": 0.25}))
    assert (at["id"], at["time"]) == (250, 0.25)
    assert at["thumbnail_version"] != version
    sent = said(send(owner, png()))
    assert (sent["id"], sent["time"], sent["chosen"]) == (None, None, True)
    assert not any(each["chosen"] for each in said(owner.get(LIST)))
    with Image.open(stage.paths.thumbnail(HASH)) as image:
        assert (image.format, image.size) == ("JPEG", (90, 60))


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"candidate": 1}, "candidate", "invalid"),
        ({"candidate": "1"}, "candidate", "wrong_type"),
        ({"candidate": -1}, "candidate", "out_of_range"),
        ({"time": -0.1}, "time", "out_of_range"),
        ({"time": 1e9}, "time", "out_of_range"),
        ({"time": 600}, "time", "out_of_range"),
        ({"time": "1"}, "time", "wrong_type"),
        ({"time": 1, "candidate": 1}, "time", "invalid"),
        ({}, "candidate", "missing"),
    ],
)
def test_bad_choices(
    owner: FlaskClient, stage: Any, worker: Pictures, body: Any, field: str, code: str
) -> None:
    before = stage.files.pictures.version(HASH)
    answer = owner.put(ONE, json=body)
    assert answer.status_code == 400
    assert answer.json["response"]["problems"][field]["code"] == code
    assert stage.files.pictures.version(HASH) == before


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", (400, "no_bytes")),
        (b"no picture", (415, "unsupported_media")),
        (png()[:80], (415, "unsupported_media")),
        (bytes((10 << 20) + 1), (413, "too_large")),
    ],
)
def test_bad_pictures(
    owner: FlaskClient, stage: Any, body: bytes, expected: tuple[int, str]
) -> None:
    before = stage.left()
    assert outcome(send(owner, body)) == expected
    assert stage.left() == before


def test_strangers_and_who_may_not(owner: FlaskClient, other: FlaskClient, stage: Any) -> None:
    before = stage.files.pictures.version(HASH)
    assert outcome(other.put(ONE, json={"time": 0})) == (404, "not_found")
    assert outcome(send(other, png())) == (404, "not_found")
    # A grant for one's own channel's picture is good for nothing else.
    grant = owner.get("/gateway/may_set_picture").headers["X-Vireo-Grant"]
    answer = owner.post(ONE, data=png(), headers={"X-Vireo-Grant": grant})
    assert outcome(answer) == (403, "forbidden")
    stage.clean.query("UPDATE Channels SET SuspendedAt = NOW() WHERE ChannelID = 7")
    assert outcome(owner.put(ONE, json={"time": 0})) == (403, "suspended")
    assert outcome(send(owner, png())) == (403, "suspended")
    assert stage.files.pictures.version(HASH) == before


def test_before_it_can_be_watched(stage: Any, app: Any, library: Library) -> None:
    stage.receive(library.path("plain.mp4"))
    client = client_of(app, stage, OWNER)
    assert outcome(client.put(ONE, json={"time": 0})) == (409, "not_playable")
    assert outcome(send(client, png())) == (409, "not_playable")
    assert said(client.get(LIST)) == []


def test_one_frame_at_a_time(owner: FlaskClient, stage: Any) -> None:
    """Another one of the account is still to be taken."""
    stage.video_pictures.ask(HASH, OWNER, "0" * 32, 100)
    answer = owner.put(ONE, json={"time": 0})
    assert outcome(answer) == (429, "rate_limited")
    assert answer.headers["Retry-After"] == "1"


def test_no_worker_takes_it(owner: FlaskClient, stage: Any, media_database: Any) -> None:
    """Then nothing is done afterwards either."""
    room = stage.files.staging.room
    rooms = OpenUploads(
        OpenUploadTable(media_database), room, reserve_bytes=0, most_open=1, least_rate=1
    )
    rules = Thumbnails(
        stage.video_pictures, stage.files.pictures, thumbnail_sizes, rooms, frame_seconds=0.2
    )
    with pytest.raises(Failure) as refused:
        rules.choose(HASH, OWNER, candidate=None, seconds=0.0)
    assert refused.value.code is Code.UNAVAILABLE
    assert stage.clean.query("SELECT 1 FROM Jobs WHERE Queue = 'frame'") == ()


def test_a_width_that_there_is_not(owner: FlaskClient) -> None:
    """The gateway finds no file, and asks."""
    answer = owner.get(f"/thumbnails/{HASH}?w=300")
    assert outcome(answer) == (400, "invalid_query")
    assert list(answer.json["response"]["fields"]) == ["w"]
    assert outcome(owner.get(f"/thumbnails/{HASH}?w=320")) == (404, "not_found")


def test_a_picture_keeps_its_shape_and_says_nothing(owner: FlaskClient, stage: Any) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera of somebody"
    out = io.BytesIO()
    Image.new("RGB", (3000, 1000), "teal").save(out, "JPEG", exif=exif)
    said(send(owner, out.getvalue()))
    whole: Path = stage.paths.thumbnail(HASH)
    folder = stage.root / "public" / "sizes" / HASH[:2]
    files = {"whole": whole, **{path.name: path for path in folder.iterdir()}}
    sizes = {}
    for name, path in files.items():
        assert b"somebody" not in path.read_bytes()
        with Image.open(path) as image:
            assert not image.getexif()
            sizes[name] = image.size
    assert sizes == {
        "whole": (426, 1280),
        **{f"{HASH}.320.{end}": (213, 640) for end in ("jpg", "webp")},
        **{f"{HASH}.640.{end}": (426, 1280) for end in ("jpg", "webp")},
        **{f"{HASH}.1280.{end}": (853, 2560) for end in ("jpg", "webp")},
    }
