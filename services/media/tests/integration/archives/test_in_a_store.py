"""An archive in a store that can only put, get and delete whole blobs."""

import zipfile
from typing import Any

import pytest

from vireo_media.storage.blobs import Kind, export
from vireo_media.storage.files import MediaFiles
from vireo_testing.clips import Library


@pytest.fixture
def stage(stage: Any, object_store: Any) -> Any:
    """With that store in place of the media folder's."""
    stage.files = MediaFiles(stage.files.staging, object_store)
    return stage


def test_an_archive(stage: Any, archives: Any, object_store: Any, library: Library) -> None:
    clip = library.path("plain.mp4")
    archives.add_video(clip, "aaaaaaa", "first")
    archives.ask(archives.person())
    archives.make()
    ((name, state, _, size),) = archives.rows()
    assert (state, size) == ("ready", object_store.size(export(name)))
    assert object_store.done[-2:] == ["transfer export", "commit export"]
    with object_store.fetch(export(name)) as path, zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.read("videos/00001 aaaaaaa first.mp4") == clip.read_bytes()
    assert stage.left() == set()
    assert list(object_store.keys(Kind.EXPORT)) == [export(name)]
