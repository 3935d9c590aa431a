"""The clients of tus that people use, unchanged, over a line that is cut all the time."""

import hashlib
import os
from pathlib import Path

import pytest

from vireo_testing.clips import Library
from vireo_testing.cut_line import line_to
from vireo_testing.person import Person
from vireo_testing.tus import Tus, padded
from vireo_testing.tus_clients import CLIENTS

# `VIREO_TUS_MIB=1024 VIREO_TUS_CUTS=50` for what people have.
SIZE = int(os.environ.get("VIREO_TUS_MIB", "32")) << 20
CUTS = int(os.environ.get("VIREO_TUS_CUTS", "8"))


@pytest.fixture(scope="module")
def film(clips: Library, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip of so many bytes."""
    path = tmp_path_factory.mktemp("large") / "large.mp4"
    with path.open("wb") as file:
        file.writelines(padded(clips.path("plain.mp4").read_bytes(), SIZE))
    return path


@pytest.mark.parametrize("client", CLIENTS)
def test_over_a_line_that_is_cut(url: str, film: Path, tmp_path: Path, client: str) -> None:
    person = Person(url)
    token = tmp_path / "token"
    token.write_text(person.token)
    with line_to(url, every=SIZE // (CUTS + 2), cuts=CUTS) as line:
        sent = CLIENTS[client].upload(f"{line.url}/upload/tus", token, film)
        assert line.cuts_left < CUTS // 2, "it was not cut"
    head = Tus(person).ask("HEAD", sent.path)
    hash_path = head.headers["Vireo-Hash"]
    person.wait_until_ready(hash_path)
    with film.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    assert person.get(f"/v/{hash_path}").json()["response"]["sha256"] == digest
    # It went on from where it was: one video, and no upload that was begun anew. Of parallel parts
    # one is now and then, where the line is cut; what the others sent stays.
    assert len(person.get("/me/videos").json()["response"]) == 1
    begun = sent.requests.count(("POST", 201))
    assert begun in ({4, 5} if "parallel" in client else {0, 1}), sorted(set(sent.requests))
