"""What clients say in headers of tus, and what is wrong with it."""

import base64
import datetime as dt
from typing import Any

import pytest

from vireo_common.errors import Code, Failure
from vireo_media.core.tus import TusKind, TusUpload
from vireo_media.core.tus_joins import MOST_PARTS
from vireo_media.tus import headers


def metadata(**texts: str) -> str:
    return ",".join(
        f"{key} {base64.b64encode(text.encode()).decode()}" for key, text in texts.items()
    )


def refused(code: Code, call: Any, *values: Any) -> str:
    with pytest.raises(Failure) as caught:
        call(*values)
    assert caught.value.code is code
    return caught.value.message


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("", {}),
        ("  ", {}),
        ("filename YS5tcDQ=", {"filename": "a.mp4"}),
        # A name alone has an empty text.
        ("is_private,title QQ==", {"is_private": "", "title": "A"}),
        ("title w6Q=, note QQ==", {"title": "ä", "note": "A"}),
    ],
)
def test_metadata(given: str, found: dict[str, str]) -> None:
    assert headers.texts_of(given) == found


@pytest.mark.parametrize(
    "given", ["title A", "title QQ==,title QQ==", "title ????", ",", "ti tle QQ==", "title /w=="]
)
def test_metadata_that_is_none(given: str) -> None:
    refused(Code.INVALID_REQUEST, headers.texts_of, given)


@pytest.mark.parametrize(
    ("texts", "title"),
    [
        ({"title": "A", "filename": "b.mp4"}, "A"),
        ({"filename": "b.mp4"}, "b.mp4"),
        ({"title": " \x00 ", "filename": "b\n.mp4"}, "b.mp4"),
        ({"title": "x" * 300}, "x" * 255),
        ({}, ""),
    ],
)
def test_titles(texts: dict[str, str], title: str) -> None:
    given = {"upload-length": "5", "upload-metadata": metadata(**texts)}
    assert headers.creation(given).asked.title == title


def test_descriptions_keep_their_lines() -> None:
    given = {"upload-length": "5", "upload-metadata": metadata(description="a\nb\x07")}
    assert headers.creation(given).asked.description == "a\nb"


def test_parts() -> None:
    first, second = "a" * 32, "0" * 32
    given = {"upload-concat": f"final;/upload/tus/{first} https://v.example:1/upload/tus/{second}"}
    wanted = headers.creation(given)
    assert (wanted.asked.kind, wanted.parts) == (TusKind.FINAL, [first, second])
    assert headers.creation({"upload-concat": "partial", "upload-length": "1"}).asked.kind is (
        TusKind.PARTIAL
    )


@pytest.mark.parametrize(
    "concat",
    [
        "final",
        "final;",
        "partial;/upload/tus/x",
        f"final;/upload/v/{'a' * 32}",
        f"final;{'a' * 32}",
        "final;//[/upload/tus/x",
        "final;" + f"/upload/tus/{'a' * 32} " * (MOST_PARTS + 1),
    ],
)
def test_parts_that_are_none(concat: str) -> None:
    refused(Code.INVALID_REQUEST, headers.creation, {"upload-concat": concat})


def test_long_and_foreign_letters_are_refused() -> None:
    long = {"upload-length": "1", "upload-metadata": "a" * (headers.MAX_HEADER + 1)}
    refused(Code.INVALID_REQUEST, headers.creation, long)
    foreign = {"upload-concat": f"final;http://\xe4/upload/tus/{'a' * 32}"}
    refused(Code.INVALID_REQUEST, headers.creation, foreign)


def test_a_piece_that_comes_with_a_creation() -> None:
    kind = {"content-type": headers.PIECE}
    assert headers.first_piece({}) is None
    assert headers.first_piece({**kind, "content-length": "0"}) is None
    assert headers.first_piece(kind) is None
    found = headers.first_piece({**kind, "content-length": "5"})
    assert found and (found.offset, found.size) == (0, 5)
    chunked = headers.first_piece({**kind, "transfer-encoding": "chunked"})
    assert chunked and chunked.size is None
    wrong = {"content-type": "text/plain", "content-length": "5"}
    refused(Code.UNSUPPORTED_CONTENT_TYPE, headers.first_piece, wrong)


def test_what_is_told() -> None:
    expires = dt.datetime(2026, 3, 4, 5, 6, 7, 8, tzinfo=dt.UTC)
    upload = TusUpload(
        *("a" * 32, 1, "192.0.2.1", TusKind.WHOLE, "abcdefg", True),
        *(None, None, "", "title QQ==", "", expires),
        is_expired=False,
    )
    assert headers.shown(upload, 5) == {
        "Tus-Resumable": "1.0.0",
        "Cache-Control": "no-store",
        "Upload-Offset": "5",
        "Upload-Expires": "Wed, 04 Mar 2026 05:06:07 GMT",
        "Vireo-Hash": "abcdefg",
        "Upload-Defer-Length": "1",
        "Upload-Metadata": "title QQ==",
    }
