"""Permits: for one channel, one subject, one open upload and one secret."""

import pytest

from vireo_common.errors import Code, Failure
from vireo_media.core.permits import Permit, Permits

PERMITS = Permits("the services' secret")
HASH_PATH = "aB3dE6g"
OPEN_ID = "0123456789abcdef" * 2
GRANTED = Permit(HASH_PATH, 42, OPEN_ID)
PERMIT = PERMITS.make(GRANTED)
HEAD, _, SEAL = PERMIT.rpartition(".")


def refused(text: str, subject: str = HASH_PATH, permits: Permits = PERMITS) -> bool:
    with pytest.raises(Failure) as caught:
        permits.read_for(subject, text)
    return caught.value.code is Code.FORBIDDEN


@pytest.mark.parametrize("channel_id", [1, 42, 2**63])
def test_a_permit_says_who_may_send_what(channel_id: int) -> None:
    permit = Permit(HASH_PATH, channel_id, OPEN_ID)
    assert PERMITS.read_for(HASH_PATH, PERMITS.make(permit)) == permit


def test_another_process_with_the_secret_takes_it() -> None:
    assert Permits("the services' secret").read(PERMIT) == GRANTED


def test_another_secret() -> None:
    others = Permits("a guess")
    assert refused(PERMIT, permits=others)
    assert refused(others.make(GRANTED))


@pytest.mark.parametrize("subject", ["aB3dE6h", "AB3DE6G", "", "aB3dE6g:4", "channelpicture"])
def test_another_subject(subject: str) -> None:
    assert refused(PERMIT, subject)


@pytest.mark.parametrize(
    "head",
    [
        f"aB3dE6h.42.{OPEN_ID}",
        f"aB3dE6g.43.{OPEN_ID}",
        f"aB3dE6g.4.{OPEN_ID}",
        f"aB3dE6g.42.{OPEN_ID[::-1]}",
        f"aB3dE6.g42.{OPEN_ID}",
    ],
)
def test_the_seal_of_another(head: str) -> None:
    assert refused(f"{head}.{SEAL}", head.partition(".")[0])


@pytest.mark.parametrize(
    "seal",
    [
        "",
        SEAL[:-1],
        SEAL[1:],
        SEAL + "0",
        SEAL[:-1] + ("0" if SEAL[-1] != "0" else "1"),
        ("0" if SEAL[0] != "0" else "1") + SEAL[1:],
        SEAL.upper() + "A",
        f".{SEAL}",
        f"{SEAL}.",
        f"{SEAL}\n",
        "\ud800",
        "\u00e9" * 64,
    ],
)
def test_an_altered_seal(seal: str) -> None:
    assert refused(f"{HEAD}.{seal}")


@pytest.mark.parametrize("permit", ["", ".", "42", "None", "\0", SEAL, f".{SEAL}", "x" * 10_000])
def test_garbage(permit: str) -> None:
    assert refused(permit)


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
    assert refused(f"{HASH_PATH}.{number}.{OPEN_ID}.{SEAL}")
