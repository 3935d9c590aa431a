"""Grants: for one purpose, one subject, one holder, until a time, signed with a known key."""

import dataclasses

import pytest

from vireo_common.errors import Code, Failure
from vireo_common.grants import (
    MOST_SECONDS,
    Grant,
    GrantExpired,
    GrantKey,
    Grants,
    Purpose,
)

KEY = GrantKey("0123456789abcdef", b"k" * 32)
NEXT = GrantKey("fedcba9876543210", b"n" * 32)
NOW = 1_800_000_000
HASH_PATH, REFERENCE = "aB3dE6g", "0123456789abcdef" * 2
GRANTED = Grant(Purpose.UPLOAD, HASH_PATH, 42, NOW + 60, REFERENCE)


class Keys:
    """Keys that are known; the last one signs."""

    def __init__(self, *keys: GrantKey) -> None:
        self.keys = list(keys)

    def current(self) -> GrantKey:
        return self.keys[-1]

    def find(self, key_id: str) -> GrantKey | None:
        return next((key for key in self.keys if key.key_id == key_id), None)


class Clock:
    """Stands still."""

    now: float = NOW

    def __call__(self) -> float:
        return self.now


def grants(*keys: GrantKey, clock: Clock | None = None) -> Grants:
    return Grants(Keys(*keys or (KEY,)), clock or Clock())


def made(grant: Grant = GRANTED, key: GrantKey = KEY) -> str:
    seconds = grant.expires - NOW
    return grants(key).make(grant.purpose, grant.subject, grant.holder, seconds, grant.reference)


TEXT = made()
HEAD, _, SIGNATURE = TEXT.rpartition(".")


def refused(text: str, purpose: Purpose = Purpose.UPLOAD, subject: str = HASH_PATH) -> bool:
    with pytest.raises(Failure) as caught:
        grants().read_for(text, purpose, subject)
    return caught.value.code is Code.FORBIDDEN


def changed(number: int, part: str) -> str:
    parts = TEXT.split(".")
    parts[number] = part
    return ".".join(parts)


@pytest.mark.parametrize(
    "grant",
    [
        GRANTED,
        Grant(Purpose.PICTURE, "", 1, NOW + 1, REFERENCE),
        Grant(Purpose.EXPORT, "e" * 32, 2**63, NOW + 3600),
    ],
)
def test_a_grant_says_who_may_do_what(grant: Grant) -> None:
    assert grants().read_for(made(grant), grant.purpose, grant.subject) == grant


def test_it_is_good_for_each_of_several_purposes() -> None:
    assert grants().read(TEXT, Purpose.PICTURE, Purpose.UPLOAD) == GRANTED
    with pytest.raises(Failure, match="forbidden"):
        grants().read(TEXT, Purpose.PICTURE, Purpose.EXPORT)


@pytest.mark.parametrize("purpose", [Purpose.PICTURE, Purpose.EXPORT])
def test_another_purpose(purpose: Purpose) -> None:
    assert refused(TEXT, purpose)
    other = dataclasses.replace(GRANTED, purpose=purpose)
    assert refused(made(other))


@pytest.mark.parametrize("subject", ["aB3dE6h", "AB3DE6G", "", "aB3dE6", "aB3dE6g.42"])
def test_another_subject(subject: str) -> None:
    assert refused(TEXT, subject=subject)


def test_its_time_ends_to_the_second() -> None:
    clock = Clock()
    reader = grants(clock=clock)
    clock.now = NOW + 59.9
    assert reader.read(TEXT, Purpose.UPLOAD) == GRANTED
    for clock.now in (NOW + 60, NOW + 61, NOW + 10**9):
        with pytest.raises(GrantExpired):
            reader.read(TEXT, Purpose.UPLOAD)


def test_one_that_is_not_genuine_is_not_called_expired() -> None:
    clock = Clock()
    clock.now = NOW + 61
    with pytest.raises(Failure, match="forbidden"):
        grants(clock=clock).read(f"{HEAD}.{'0' * 64}", Purpose.UPLOAD)
    with pytest.raises(Failure, match="forbidden"):
        grants(clock=clock).read(TEXT, Purpose.EXPORT)


def test_none_is_valid_for_ever() -> None:
    text = grants().make(Purpose.UPLOAD, HASH_PATH, 42, 1e12, REFERENCE)
    assert grants().read(text, Purpose.UPLOAD).expires == NOW + MOST_SECONDS


def test_after_a_rotation_both_keys_are_good() -> None:
    rotated = grants(KEY, NEXT)
    text = rotated.make(Purpose.UPLOAD, HASH_PATH, 42, 60, REFERENCE)
    assert text.split(".")[1] == NEXT.key_id
    assert rotated.read(text, Purpose.UPLOAD) == rotated.read(TEXT, Purpose.UPLOAD) == GRANTED


def test_a_key_that_is_gone_or_another() -> None:
    assert refused(made(key=NEXT))
    assert refused(made(key=dataclasses.replace(NEXT, key_id=KEY.key_id)))
    with pytest.raises(Failure, match="forbidden"):
        grants(NEXT).read(TEXT, Purpose.UPLOAD)


@pytest.mark.parametrize(
    ("number", "part"),
    [
        (0, "2"),
        (1, NEXT.key_id),
        (2, "picture"),
        (2, "view"),
        (3, "aB3dE6h"),
        (4, "43"),
        (4, "4"),
        (4, "042"),
        (5, REFERENCE[::-1]),
        (5, ""),
        (6, str(NOW + 61)),
        (6, "9" * 12),
    ],
)
def test_an_altered_part(number: int, part: str) -> None:
    text = changed(number, part)
    with pytest.raises(Failure, match="forbidden"):
        grants(KEY, NEXT).read(text, *Purpose)


def test_parts_that_are_cut_elsewhere() -> None:
    """What is signed is one text: nothing of a part may pass for the next one's."""
    for moved in (
        "upload.aB3dE6.g42",
        "uploada.B3dE6g.42",
        "upload.aB3dE6g4.2",
        "upload.aB3dE6g42.",
    ):
        assert refused(TEXT.replace("upload.aB3dE6g.42", moved), subject=moved.split(".")[1])


@pytest.mark.parametrize(
    "signature",
    [
        "",
        SIGNATURE[:-1],
        SIGNATURE[1:],
        SIGNATURE + "0",
        SIGNATURE[:-1] + ("0" if SIGNATURE[-1] != "0" else "1"),
        ("0" if SIGNATURE[0] != "0" else "1") + SIGNATURE[1:],
        SIGNATURE.upper() + "A",
        f".{SIGNATURE}",
        f"{SIGNATURE}.",
        f"{SIGNATURE}\n",
        "\ud800",
        "\u00e9" * 64,
    ],
)
def test_an_altered_signature(signature: str) -> None:
    assert refused(f"{HEAD}.{signature}")


@pytest.mark.parametrize("text", ["", ".", "42", "None", "\0", SIGNATURE, "." * 7, "x" * 10_000])
def test_garbage(text: str) -> None:
    assert refused(text)


# int() takes nearly all of them; some are even digits to str.isdigit().
@pytest.mark.parametrize(
    "number",
    [
        "\u0664\u0662",
        "\uff14\uff12",
        " 42",
        "+42",
        "4\u00b2",
        "-42",
        "4_2",
        "42 ",
        "0x2a",
        "42\n",
        "4" * 5000,
    ],
)
def test_what_is_no_plain_number(number: str) -> None:
    assert refused(changed(4, number))
    assert refused(changed(6, number))


@pytest.mark.parametrize("subject", ["a.b", "a/b", "../x", "a b", "\u00e9", "x" * 65])
def test_no_grant_is_made_for_what_could_be_read_otherwise(subject: str) -> None:
    with pytest.raises(ValueError, match="not of its form"):
        grants().make(Purpose.UPLOAD, subject, 42, 60)


def test_the_secret_is_not_in_it() -> None:
    assert KEY.secret.hex() not in TEXT
    assert KEY.secret.decode() not in TEXT
