"""``POST`` and ``DELETE /channel/picture`` in this process, on a real MariaDB."""

import io
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from vireo_media.core.pictures import MAX_BYTES
from vireo_testing.answers import outcome
from vireo_testing.mariadb import TestDatabase
from vireo_testing.sessions import open_session

ADA = 7


def png(colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (90, 60), colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def http(make_app: Any, clean_tables: TestDatabase) -> Iterator[FlaskClient]:
    """Signed in as a channel."""
    clean_tables.query("INSERT INTO Channels (ChannelID, Username, Password) VALUES (7, 'a', 'x')")
    client = make_app("media").test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = open_session(clean_tables, ADA)
    with client:
        yield client


def send(client: FlaskClient, **options: Any) -> Any:
    """What the gateway does with a picture: it asks, and hands over the grant or the refusal."""
    asked = client.get("/gateway/may_set_picture", headers=options.get("headers"))
    if asked.status_code != 200:
        status = int(asked.headers["X-Vireo-Refusal-Status"])
        given = {"X-Request-ID": asked.headers["X-Request-ID"], "Content-Type": "application/json"}
        refusal = asked.headers["X-Vireo-Refusal"]
        return client.application.response_class(refusal, status, given)
    headers = {**options.pop("headers", {}), "X-Vireo-Grant": asked.headers["X-Vireo-Grant"]}
    return client.post("/channel/picture", headers=headers, **options)


@pytest.fixture
def public(service_environment: dict[str, str]) -> Path:
    """Where the gateway finds pictures."""
    return Path(service_environment["VIREO_MEDIA_ROOT"]) / "public" / "pictures"


def served(clean_tables: TestDatabase, public: Path) -> Path:
    """The file of the channel's picture."""
    ((name,),) = clean_tables.query("SELECT Name FROM ChannelPictures WHERE ChannelID = 7")
    return public / name[:2] / f"{name}.webp"


def former(clean_tables: TestDatabase) -> list[str]:
    """The pictures whose files will be removed."""
    rows = clean_tables.query(
        "SELECT Subject FROM Events WHERE Kind = 'channel_picture_removed' ORDER BY EventID"
    )
    return [str(name) for (name,) in rows]


def test_as_a_body_and_as_a_form(
    http: FlaskClient, clean_tables: TestDatabase, public: Path
) -> None:
    assert outcome(send(http, data=png())) == (200, "")
    first = served(clean_tables, public)
    with Image.open(first) as image:
        assert (image.format, image.size) == ("WEBP", (60, 60))
    form = {"picture": (io.BytesIO(png("blue")), "../../me.png")}
    assert outcome(send(http, data=form)) == (200, "")
    second = served(clean_tables, public)
    assert second != first
    assert former(clean_tables) == [first.stem]
    assert outcome(http.delete("/channel/picture")) == (200, "")
    assert clean_tables.query("SELECT 1 FROM ChannelPictures") == ()
    assert former(clean_tables) == [first.stem, second.stem]
    assert outcome(http.delete("/channel/picture")) == (200, "")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"data": b""}, (400, "no_bytes")),
        ({"data": {"picture": "words"}, "content_type": "multipart/form-data"}, (400, "no_bytes")),
        ({"data": {name: (io.BytesIO(png()), name) for name in "ab"}}, (400, "no_bytes")),
        ({"data": b"no picture"}, (415, "unsupported_media")),
        ({"json": {"picture": "x"}}, (415, "unsupported_media")),
        ({"data": bytes(MAX_BYTES + 1)}, (413, "too_large")),
        ({"data": png(), "headers": {"Authorization": ""}}, (400, "token_missing")),
    ],
)
def test_refusals(
    http: FlaskClient,
    clean_tables: TestDatabase,
    public: Path,
    options: dict[str, Any],
    expected: tuple[int, str],
) -> None:
    assert outcome(send(http, **options)) == expected
    assert clean_tables.query("SELECT 1 FROM ChannelPictures") == ()
    assert [path for path in public.parent.parent.rglob("*") if path.is_file()] == []


def test_the_largest(http: FlaskClient) -> None:
    answer = send(http, data=png() + bytes(MAX_BYTES - len(png())))
    assert answer.status_code == 200
    too_large = send(http, data=bytes(MAX_BYTES + 1))
    assert too_large.json["response"]["limit"] == MAX_BYTES


def test_two_at_once_one_is_told_to_wait(
    http: FlaskClient, clean_tables: TestDatabase, public: Path
) -> None:
    token = http.environ_base["HTTP_AUTHORIZATION"]
    answers: list[Any] = []
    start = threading.Barrier(4)

    def one() -> None:
        client = http.application.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = token
        start.wait(30)
        answers.append(send(client, data=png()))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    told = [outcome(answer) for answer in answers]
    assert set(told) <= {(200, ""), (429, "rate_limited")}
    assert (200, "") in told
    kept = {path.stem for path in public.rglob("*.webp")}
    assert kept - set(former(clean_tables)) == {served(clean_tables, public).stem}
    assert len(kept) == told.count((200, ""))
    # All of them have ended by now.
    assert outcome(send(http, data=png())) == (200, "")
