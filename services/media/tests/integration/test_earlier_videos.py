"""Videos of before there were streams, and the command that has streams made of them."""

import threading
from pathlib import Path
from typing import Any

import pytest

from vireo_media.core.uploads import Step
from vireo_media.storage.earlier_videos import add_jobs


@pytest.fixture
def published(stage: Any, tmp_path: Path, fakes: Any) -> Any:
    """A video as a version without streams has left it."""
    body = tmp_path / "body"
    body.write_bytes(b"body" * 1000)
    stage.receive(body)
    stage.prepare(tools=fakes.tools())
    stage.clean.query("DELETE FROM Jobs")
    stage.clean.query("UPDATE Uploads SET Step = 'queued'")
    stage.sweep()
    assert stage.uploads.find(stage.hash_path).step is Step.DONE
    return stage


def waiting(stage: Any) -> list[tuple[str, str]]:
    rows = stage.clean.query("SELECT Kind, Subject FROM Jobs ORDER BY Kind")
    return [row for row in rows if row[0] in ("render", "texts")]


def test_each_gets_its_stream_once(published: Any, open_pool: Any, fakes: Any) -> None:
    database = open_pool("media")
    assert add_jobs(database) == 1
    wanted = [("render", published.hash_path), ("texts", published.hash_path)]
    assert waiting(published) == wanted
    assert add_jobs(database) == 0
    assert waiting(published) == wanted
    published.render(tools=fakes.tools())
    assert published.rows() == {0: "ready", 144: "ready", 180: "ready"}
    assert add_jobs(database) == 0


def test_what_is_uploaded_now_goes_first(
    published: Any, open_pool: Any, fakes: Any, tmp_path: Path
) -> None:
    add_jobs(open_pool("media"))
    body = tmp_path / "newer"
    body.write_bytes(b"body" * 1_000_000)
    published.receive(body, "newerer")
    published.pipeline(tools=fakes.tools()).prepare(published.claim(), threading.Event())
    assert published.renders.claim().subject == "newerer"
    assert published.renders.claim().subject == published.hash_path


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE Uploads SET State = 'stored'",
        "UPDATE Uploads SET Step = 'renditions'",
        "UPDATE Uploads SET Failure = 'broken'",
        "DELETE FROM Videos",
    ],
)
def test_all_others_are_left_alone(published: Any, open_pool: Any, change: str) -> None:
    published.clean.query(change)
    assert add_jobs(open_pool("media")) == 0
    assert waiting(published) == []
