"""Permits: for one channel, one hash path and one secret."""

import pytest

from vireo_media.core.permits import Permits

PERMITS = Permits("the services' secret")
HASH_PATH = "aB3dE6g"
PERMIT = PERMITS.make(HASH_PATH, 42)
SEAL = PERMIT.partition(".")[2]


@pytest.mark.parametrize("channel_id", [1, 42, 2**63])
def test_a_permit_names_its_channel(channel_id: int) -> None:
    assert PERMITS.channel_id(HASH_PATH, PERMITS.make(HASH_PATH, channel_id)) == channel_id


def test_another_process_with_the_secret_takes_it() -> None:
    assert Permits("the services' secret").channel_id(HASH_PATH, PERMIT) == 42


def test_another_secret() -> None:
    others = Permits("a guess")
    assert others.channel_id(HASH_PATH, PERMIT) is None
    assert PERMITS.channel_id(HASH_PATH, others.make(HASH_PATH, 42)) is None


@pytest.mark.parametrize("hash_path", ["aB3dE6h", "AB3DE6G", "", "aB3dE6g:4"])
def test_another_hash_path(hash_path: str) -> None:
    assert PERMITS.channel_id(hash_path, PERMIT) is None


@pytest.mark.parametrize("number", ["43", "4", "420", "0"])
def test_another_channel(number: str) -> None:
    assert PERMITS.channel_id(HASH_PATH, f"{number}.{SEAL}") is None


@pytest.mark.parametrize(
    "seal",
    [
        "",
        SEAL[:-1],
        SEAL[1:],
        SEAL + "0",
        SEAL[:-1] + ("0" if SEAL[-1] != "0" else "1"),
        ("0" if SEAL[0] != "0" else "1") + SEAL[1:],
        SEAL.upper(),
        f".{SEAL}",
        f"{SEAL}.",
        f"{SEAL}\n",
        "\ud800",
        "\u00e9" * 64,
    ],
)
def test_an_altered_seal(seal: str) -> None:
    assert PERMITS.channel_id(HASH_PATH, f"42.{seal}") is None


@pytest.mark.parametrize("permit", ["", ".", "42", "None", "\0", SEAL, f".{SEAL}", "x" * 10_000])
def test_garbage(permit: str) -> None:
    assert PERMITS.channel_id(HASH_PATH, permit) is None


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
    assert PERMITS.channel_id(HASH_PATH, f"{number}.{SEAL}") is None
