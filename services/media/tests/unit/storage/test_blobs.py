"""What every store of blobs does: that of the media folder, and one that can only put and get."""

import os
import time
from pathlib import Path
from typing import Any

import pytest

from vireo_media.storage.blobs import (
    Blobs,
    Key,
    Kind,
    export,
    original,
    picture,
    thumbnail,
    upload_of,
    video,
)
from vireo_media.storage.disk_blobs import DiskBlobs
from vireo_testing.media_folder import MediaFolder

HASH, UPLOAD, NAME = "aB3dE6g", "0123456789abcdef" * 2, "f" * 32
KEYS = [original(HASH, UPLOAD), video(HASH), thumbnail(HASH), picture(NAME), export(NAME)]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "media"


@pytest.fixture
def disk(root: Path) -> DiskBlobs:
    root.mkdir()
    found = DiskBlobs(root)
    found.make_folders()
    return found


@pytest.fixture(params=["disk", "object_store"])
def store(request: pytest.FixtureRequest) -> Blobs:
    found: Blobs = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def source(root: Path, tmp_path: Path) -> Path:
    """A local file."""
    root.mkdir(exist_ok=True)
    path = root / "source"
    path.write_bytes(b"bytes")
    return path


def content(store: Blobs, key: Key) -> bytes | None:
    try:
        with store.open(key) as found:
            return found.read(found.size)
    except FileNotFoundError:
        return None


@pytest.mark.parametrize("key", KEYS)
def test_what_is_put_is_there(store: Blobs, source: Path, key: Key) -> None:
    assert (store.size(key), store.version(key), content(store, key)) == (None, None, None)
    store.put(key, source)
    assert (store.size(key), content(store, key)) == (5, b"bytes")
    assert store.version(key)
    with store.fetch(key) as path:
        assert path.read_bytes() == b"bytes"
    assert list(store.keys(key.kind)) == [key]
    assert [found for kind in Kind for found in store.keys(kind)] == [key], "and nothing else"
    store.delete(key)
    store.delete(key)
    assert (store.size(key), content(store, key)) == (None, None)
    assert list(store.keys(key.kind)) == []


@pytest.mark.parametrize("key", KEYS)
def test_nobody_sees_it_before_it_is_committed(store: Blobs, source: Path, key: Key) -> None:
    transfer = store.transfer(key, source)
    assert (store.size(key), list(store.keys(key.kind))) == (None, [])
    version = store.commit(transfer)
    store.settle(key)
    assert store.version(key) == version
    assert content(store, key) == b"bytes"


@pytest.mark.parametrize("key", [video(HASH), thumbnail(HASH)])
def test_another_one_takes_its_place_at_once(store: Blobs, source: Path, key: Key) -> None:
    first = store.commit(store.transfer(key, source))
    with store.open(key) as reading:
        source.write_bytes(b"others, and more")
        second = store.commit(store.transfer(key, source))
        assert reading.read(reading.size) == b"bytes", "who reads, reads on"
    assert content(store, key) == b"others, and more"
    assert store.version(key) == second != first


def test_a_source_can_be_kept(store: Blobs, source: Path) -> None:
    key = original(HASH, UPLOAD)
    for _ in range(2):
        store.put(key, source, keep_source=True)
        assert source.read_bytes() == content(store, key) == b"bytes"
    source.unlink()
    assert content(store, key) == b"bytes"


def test_what_is_gone_is_said(store: Blobs) -> None:
    for key in KEYS:
        store.settle(key)
        with pytest.raises(FileNotFoundError), store.fetch(key):
            pass
        with pytest.raises(FileNotFoundError), store.open(key):
            pass


def test_a_missing_source(store: Blobs, root: Path) -> None:
    with pytest.raises(FileNotFoundError):
        store.put(original(HASH, UPLOAD), root / "gone", keep_source=True)
    assert store.size(original(HASH, UPLOAD)) is None


def test_keys_by_their_beginning(store: Blobs, source: Path) -> None:
    """`aB3dE6g` is the beginning of no other hash path, but of every upload for it."""
    wanted = [original(HASH, UPLOAD), original(HASH, "1" * 32)]
    for key in (*wanted, original("aB3dE6h", UPLOAD), original("bB3dE6g", UPLOAD)):
        store.put(key, source, keep_source=True)
    assert sorted(store.keys(Kind.ORIGINAL, prefix=f"{HASH}."), key=str) == sorted(wanted, key=str)
    assert len(list(store.keys(Kind.ORIGINAL))) == 4
    assert list(store.keys(Kind.ORIGINAL, prefix="zz")) == []
    assert upload_of(wanted[0]) == (HASH, UPLOAD)


def test_keys_by_their_age(store: Blobs, source: Path) -> None:
    # A child may have taken long.
    os.utime(source, (time.time() - 1000, time.time() - 1000))
    store.put(picture(NAME), source)
    assert list(store.keys(Kind.PICTURE)) == [picture(NAME)]
    assert list(store.keys(Kind.PICTURE, older=100)) == []


@pytest.mark.parametrize(
    "name",
    ["", ".", "..", "../x", "a/b", "/etc", "a..b", ".a", "a.", "a.b.c", "a b", "a\n", "\u00e9"],
)
def test_a_key_leads_nowhere_else(name: str) -> None:
    for make in (video, thumbnail, picture, export):
        with pytest.raises(ValueError, match="no name of a blob"):
            make(name)


# of the media folder alone


@pytest.mark.parametrize("key", KEYS)
def test_the_place_of_each_kind(disk: DiskBlobs, root: Path, source: Path, key: Key) -> None:
    """Where the gateway and operators look for it."""
    folder = MediaFolder(root)
    place = {
        Kind.ORIGINAL: folder.original(HASH, UPLOAD),
        Kind.VIDEO: folder.video(HASH),
        Kind.THUMBNAIL: folder.thumbnail(HASH),
        Kind.PICTURE: folder.picture(NAME),
        Kind.EXPORT: folder.export(NAME),
    }[key.kind]
    number = source.stat().st_ino
    disk.commit(disk.transfer(key, source))
    assert place.stat().st_ino == number, "no byte was copied"
    assert not source.exists()


def test_an_original_is_a_second_name(disk: DiskBlobs, root: Path, source: Path) -> None:
    disk.put(original(HASH, UPLOAD), source, keep_source=True)
    assert MediaFolder(root).original(HASH, UPLOAD).samefile(source)


def test_a_version_is_the_gateways_tag(disk: DiskBlobs, source: Path) -> None:
    os.utime(source, (0x60000000, 0x60000000))
    assert disk.commit(disk.transfer(thumbnail(HASH), source)) == "60000000-5"


def test_what_is_no_blob_is_left_alone(disk: DiskBlobs, root: Path) -> None:
    left = [
        root / "exports" / f"{NAME}.1.part",
        root / "exports" / "tmpabcdef",
        root / "public" / "videos" / "aB" / ".nfs0001.mp4",
        root / "public" / "videos" / "lost+found",
    ]
    for path in left:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
    (root / "originals" / "aB").mkdir()
    (root / "originals" / "aB" / f"{HASH}.{UPLOAD}").symlink_to("/etc/passwd")
    assert [found for kind in Kind for found in disk.keys(kind)] == []


def test_a_restored_file_of_the_future_is_listed(disk: DiskBlobs, source: Path) -> None:
    disk.put(video(HASH), source)
    with disk.fetch(video(HASH)) as path:
        os.utime(path, (time.time() + 10_000, time.time() + 10_000))
    assert list(disk.keys(Kind.VIDEO)) == [video(HASH)]


def test_every_name_is_synced_before_a_put_returns(
    disk: DiskBlobs, root: Path, source: Path, monkeypatch: Any
) -> None:
    """The bytes, then the name in its folder; and the folder's own where it is new."""
    synced: list[Path] = []
    real = os.fsync

    def note(descriptor: int) -> None:
        synced.append(Path(f"/proc/self/fd/{descriptor}").readlink().relative_to(root))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    folder = Path("originals/aB")
    disk.put(original(HASH, UPLOAD), source, keep_source=True)
    assert synced == [folder.parent, Path("source"), folder]
    synced.clear()
    disk.put(original(HASH, "1" * 32), source)
    assert synced == [Path("source"), folder]
    synced.clear()
    source.write_bytes(b"film")
    disk.commit(disk.transfer(video(HASH), source))
    assert synced == [], "a transaction waits for it"
    disk.settle(video(HASH))
    videos = Path("public/videos")
    assert synced == [videos / "aB" / f"{HASH}.mp4", videos / "aB", videos]
    synced.clear()
    disk.delete(video(HASH))
    disk.settle(video(HASH))
    assert synced == [videos / "aB", videos], "that it is gone has to last too"
