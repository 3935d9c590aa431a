"""When a device counts as the one that was there before."""

import pytest

from vireo_auth.core.devices import device_key
from vireo_auth.core.sessions import Client

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"
KNOWN = Client(FIREFOX, "198.51.100.7")


@pytest.mark.parametrize(
    "client",
    [
        Client(FIREFOX.replace("131", "132"), "198.51.100.7"),
        Client(FIREFOX, "198.51.7.200"),
        Client(FIREFOX, "::ffff:198.51.100.7"),
    ],
)
def test_the_same(client: Client) -> None:
    assert device_key(client) == device_key(KNOWN)


@pytest.mark.parametrize(
    "client",
    [
        Client(FIREFOX.replace("Linux", "Windows"), "198.51.100.7"),
        Client(FIREFOX, "203.0.113.7"),
        Client(FIREFOX, "2001:db8::1"),
        Client(FIREFOX, ""),
        Client("", "198.51.100.7"),
        Client("\ud800", "not an address"),
    ],
)
def test_another(client: Client) -> None:
    assert device_key(client) != device_key(KNOWN)


def test_addresses_of_one_network_beyond_ipv4() -> None:
    keys = {device_key(Client(FIREFOX, f"2001:db8:{n}::1")) for n in range(3)}
    assert len(keys) == 1
    assert device_key(Client(FIREFOX, "2001:db9::1")) not in keys
