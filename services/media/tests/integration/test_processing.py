"""``/v/<hash>/processing`` in this process, on a real MariaDB: what its owner is told, and another
attempt."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from vireo_media.core.uploads import UploadState
from vireo_media.storage.texts import add_job_of_ready
from vireo_media.tools.encoder import TranscodeFailed
from vireo_testing.answers import outcome
from vireo_testing.mariadb import TestDatabase
from vireo_testing.sessions import open_session

OTHER = 8
ADDRESS = "/v/aB3dE6g/processing"


@pytest.fixture
def http(make_app: Any, stage: Any, clean_tables: TestDatabase) -> Iterator[FlaskClient]:
    """Signed in as the video's owner."""
    stage.announce()
    client = make_app("media").test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = open_session(clean_tables, 7)
    with client:
        yield client


@pytest.fixture
def body(tmp_path: Path) -> Path:
    path = tmp_path / "body"
    path.write_bytes(b"body" * 1000)
    return path


def shown(http: FlaskClient) -> dict[str, Any]:
    answer = http.get(ADDRESS)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json["response"]
    return found


def of_state(http: FlaskClient, *names: str) -> tuple[Any, ...]:
    found = shown(http)
    return tuple(found[name] for name in names)


def test_from_an_announcement_to_a_whole_stream(
    http: FlaskClient, stage: Any, body: Path, fakes: Any
) -> None:
    what = ("state", "step", "place", "percent")
    assert of_state(http, *what) == ("waiting", "queued", None, 0)
    stage.receive(body)
    assert of_state(http, *what) == ("waiting", "queued", 1, 0)

    fakes.needs_encoder()
    job = stage.claim()
    assert of_state(http, *what) == ("processing", "probe", None, 0)
    stage.pipeline(tools=fakes.tools()).prepare(job, threading.Event())
    assert of_state(http, *what) == ("waiting", "queued", 1, 0)

    job = stage.claim_encode()
    stage.pipeline(tools=fakes.tools()).encode(job, threading.Event())
    found = shown(http)
    assert (found["state"], found["step"], found["place"]) == ("waiting", "renditions", 1)
    states = [(each["height"], each["state"]) for each in found["renditions"]]
    assert states == [(144, "ready"), (180, "waiting")]
    # By the pixels: the smaller one is a little more than a third of all.
    assert 30 < found["percent"] < 50
    assert found["first_play_seconds"] > 0

    stage.render(tools=fakes.tools())
    assert of_state(http, *what) == ("ready", "done", None, 100)
    assert all(each["bytes"] > 0 for each in shown(http)["renditions"])


def test_while_renditions_are_made_it_says_how_far_they_are(
    http: FlaskClient, stage: Any, body: Path, fakes: Any
) -> None:
    upload_id = stage.receive(body)
    fakes.grow(1280, 720)
    stage.prepare(tools=fakes.tools())
    seen: list[dict[str, Any]] = []

    def look() -> None:
        stage.renditions.report(stage.hash_path, upload_id, fakes.rungs[-1], 50, 60.0)
        seen.append(shown(http))
        stage.clean.query("UPDATE Uploads SET ExpectedAt = NOW(3) - INTERVAL 1 SECOND")
        seen.append(shown(http))

    fakes.before_encode = look
    stage.render(tools=fakes.tools())
    found, later = seen
    assert (found["state"], found["step"], found["place"]) == ("processing", "renditions", None)
    assert (found["percent"], found["attempts"]) == (50, 1)
    assert found["expected"].endswith("Z")
    # One that has passed, as where an encode stands aside for others, is none.
    assert later["expected"] is None
    assert shown(http)["expected"] is None


def test_places_in_the_queue(http: FlaskClient, stage: Any, body: Path, fakes: Any) -> None:
    for number in range(3):
        stage.uploads.begin(f"other0{number}", "0" * 32, OTHER + number, 1000)
    stage.receive(body)
    assert of_state(http, "place") == (4,)


def test_what_has_failed_can_be_begun_anew(
    http: FlaskClient, stage: Any, body: Path, fakes: Any
) -> None:
    stage.receive(body)
    fakes.needs_encoder()
    stage.prepare(tools=fakes.tools())
    fakes.errors["encode"] = [TranscodeFailed("no frame")] * 3
    stage.pipeline(tools=fakes.tools()).encode(stage.claim_encode(), threading.Event())
    state, reason = of_state(http, "state", "reason")
    assert state == "failed"
    assert "could not be converted" in reason

    answer = http.post(f"{ADDRESS}/retry")
    assert answer.json["response"]["state"] == "waiting"
    assert of_state(http, "reason") == ("",)
    assert stage.changes()[-1] == "waiting"
    assert outcome(http.post(f"{ADDRESS}/retry")) == (409, "nothing_failed")

    stage.pipeline(tools=fakes.tools()).encode(stage.claim_encode(), threading.Event())
    assert stage.state() is UploadState.PUBLISHED
    stage.render(tools=fakes.tools())
    assert of_state(http, "state") == ("ready",)


def test_pictures_that_failed_can_be_made_after_all(
    http: FlaskClient, stage: Any, body: Path, fakes: Any
) -> None:
    stage.receive(body)
    stage.prepare(tools=fakes.tools())
    stage.render(tools=fakes.tools())
    of_pictures = "SELECT State, Attempts FROM Jobs WHERE Kind = 'make_pictures'"
    # As a worker does that gives them up.
    stage.clean.query("UPDATE VideoPictures SET State = 'failed', Matrix = 'bt709'")
    stage.clean.query(
        "UPDATE Jobs SET State = 'quarantined', Attempts = 3 WHERE Kind = 'make_pictures'"
    )
    state, reason = of_state(http, "state", "reason")
    assert (state, reason[:15]) == ("ready", "The storyboard,")

    answer = http.post(f"{ADDRESS}/retry")
    assert (answer.json["response"]["state"], answer.json["response"]["reason"]) == ("ready", "")
    assert stage.clean.query(of_pictures) == (("queued", 0),)
    assert stage.clean.query("SELECT State, Matrix FROM VideoPictures") == (("queued", "bt709"),)
    assert outcome(http.post(f"{ADDRESS}/retry")) == (409, "nothing_failed")


@pytest.mark.parametrize(
    ("kind", "words"), [("texts", "Captions and chapters"), ("verify", "Whether the video plays")]
)
def test_what_was_given_up_beside_the_renditions_is_told_and_done_after_all(
    http: FlaskClient, stage: Any, body: Path, fakes: Any, kind: str, words: str
) -> None:
    stage.receive(body)
    stage.prepare(tools=fakes.tools())
    stage.render(tools=fakes.tools())
    assert of_state(http, "state", "reason") == ("ready", "")
    with stage.clean.connect() as connection, connection.cursor() as cursor:
        add_job_of_ready(cursor, "aB3dE6g")
    # As a worker does that finds it with all its attempts gone.
    stage.clean.query(
        "UPDATE Jobs SET State = 'quarantined', Attempts = 3 WHERE Kind = %s", (kind,)
    )
    state, reason = of_state(http, "state", "reason")
    assert (state, reason.startswith(words)) == ("ready", True)

    answer = http.post(f"{ADDRESS}/retry")
    assert (answer.json["response"]["state"], answer.json["response"]["reason"]) == ("ready", "")
    of_kind = "SELECT State, Attempts FROM Jobs WHERE Kind = %s"
    assert stage.clean.query(of_kind, (kind,)) == (("queued", 0),)
    assert outcome(http.post(f"{ADDRESS}/retry")) == (409, "nothing_failed")


def test_what_another_search_has_found_is_not_missing(
    http: FlaskClient, stage: Any, body: Path, fakes: Any
) -> None:
    upload_id = stage.receive(body)
    stage.prepare(tools=fakes.tools())
    stage.render(tools=fakes.tools())
    with stage.clean.connect() as connection, connection.cursor() as cursor:
        add_job_of_ready(cursor, "aB3dE6g")
    stage.clean.query("UPDATE Jobs SET State = 'quarantined' WHERE Kind = 'texts'")
    assert of_state(http, "reason") != ("",)
    looked = "INSERT INTO FileChapters (PathHash, UploadID, Chapters) VALUES (%s, %s, '[]')"
    stage.clean.query(looked, ("aB3dE6g", upload_id))
    assert of_state(http, "reason") == ("",)
    assert outcome(http.post(f"{ADDRESS}/retry")) == (409, "nothing_failed")


@pytest.mark.parametrize("of_film", [True, False])
def test_renditions_that_failed_can_be_made_after_all(
    http: FlaskClient, stage: Any, body: Path, fakes: Any, of_film: bool
) -> None:
    stage.receive(body)
    if not of_film:
        fakes.needs_encoder()
    stage.prepare(tools=fakes.tools())
    if not of_film:
        stage.pipeline(tools=fakes.tools()).encode(stage.claim_encode(), threading.Event())
    fakes.errors["encode_rungs"] = [TranscodeFailed("no frame")]
    stage.render(tools=fakes.tools())
    # It is played, so it is ready; what is missing is said.
    assert of_state(http, "state") == ("ready",)
    assert "failed" in stage.rows().values()
    assert of_state(http, "reason")[0] != ""

    assert http.post(f"{ADDRESS}/retry").status_code == 200
    stage.render(tools=fakes.tools())
    assert set(stage.rows().values()) == {"ready"}
    assert of_state(http, "reason") == ("",)


def test_a_job_that_was_put_aside_does_not_stay(
    http: FlaskClient, stage: Any, body: Path, fakes: Any
) -> None:
    stage.receive(body)
    fakes.needs_encoder()
    stage.prepare(tools=fakes.tools())
    stage.pipeline(tools=fakes.tools()).give_up_encode(stage.claim_encode(), "killed each time")
    assert of_state(http, "state", "attempts") == ("failed", 1)
    assert http.post(f"{ADDRESS}/retry").status_code == 200
    assert stage.jobs() == [("encode", "queued", 0)]


def test_an_upload_that_was_refused_says_why(http: FlaskClient, stage: Any, body: Path) -> None:
    stage.receive(body)
    stage.prepare()
    state, reason = of_state(http, "state", "reason")
    assert state == "waiting"
    assert reason
    assert outcome(http.post(f"{ADDRESS}/retry")) == (409, "nothing_failed")


def test_an_operator_sees_how_quick_it_is(
    http: FlaskClient, stage: Any, body: Path, fakes: Any
) -> None:
    def figure(name: str) -> float:
        lines = http.get("/metrics").text.splitlines()
        (line,) = [line for line in lines if line.startswith(f"{name} ")]
        return float(line.rpartition(" ")[2])

    assert figure("vireo_first_play_seconds_count") == 0
    stage.receive(body)
    assert figure('vireo_queue_jobs{queue="media"}') == 1
    assert figure('vireo_queue_age_seconds{queue="media"}') >= 0
    stage.prepare(tools=fakes.tools())
    assert figure('vireo_queue_jobs{queue="media"}') == 0
    assert figure('vireo_queue_jobs{queue="renditions"}') == 1
    stage.render(tools=fakes.tools())
    assert figure("vireo_first_play_seconds_count") == 1
    assert figure("vireo_first_play_seconds_sum") > 0
    assert figure('vireo_first_play_seconds_bucket{le="+Inf"}') == 1
    assert figure("vireo_encode_speed_count") == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("who", "published", "wanted"),
    [
        ("nobody", True, (400, "token_missing")),
        ("another", True, (403, "forbidden")),
        ("another", False, (404, "not_found")),
    ],
)
def test_it_is_its_owner_s_alone(
    http: FlaskClient,
    stage: Any,
    clean_tables: TestDatabase,
    method: str,
    who: str,
    published: bool,
    wanted: tuple[int, str],
) -> None:
    clean_tables.query("INSERT INTO Channels (ChannelID, Username, Password) VALUES (8, 'b', 'x')")
    if published:
        clean_tables.query("UPDATE Videos SET State = 'ready'")
    address = ADDRESS if method == "GET" else f"{ADDRESS}/retry"
    token = "" if who == "nobody" else open_session(clean_tables, OTHER)
    answer = http.open(address, method=method, headers={"Authorization": token})
    assert outcome(answer) == wanted


@pytest.mark.parametrize("name", ["aB3dE6x", "no-hash", "aB3dE6gg"])
def test_what_there_is_not(http: FlaskClient, name: str) -> None:
    assert outcome(http.get(f"/v/{name}/processing")) == (404, "not_found")
    assert outcome(http.post(f"/v/{name}/processing/retry")) == (404, "not_found")
