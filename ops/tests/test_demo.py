"""The demonstration prints addresses of the page, not of the API."""

import re

from vireo_client import Client
from vireo_ops.demo import Channel, Video, places
from vireo_ops.layout import CHECKOUT

URL = "http://localhost:8080"


def is_of_the_page(address: str) -> bool:
    """Whether the gateway serves the page at this address."""
    path = address.removeprefix(URL).split("?")[0]
    gateway = (CHECKOUT / "gateway/page.conf.template").read_text()
    exact = re.findall(r"^location = (\S+) {", gateway, re.MULTILINE)
    patterns = re.findall(r'^location ~ "(.+)" {', gateway, re.MULTILINE)
    # Python has another syntax for named groups than nginx.
    python = [pattern.replace("(?<", "(?P<") for pattern in patterns]
    return path in exact or any(re.search(pattern, path) for pattern in python)


def test_the_demo_prints_addresses_of_the_page() -> None:
    channel = Channel("river_films_ab12", "x", Client(URL))
    lines = places(URL, channel, [Video("aB3dE5g", "A clip", channel)])
    addresses = {word for line in lines for word in line.split() if word.startswith(URL)}
    assert f"{URL}/watch/aB3dE5g" in addresses
    assert all(map(is_of_the_page, addresses - {f"{URL}/docs"}))


def test_the_readme_prints_addresses_of_the_page() -> None:
    (shown,) = re.findall(r'echo "Watch it: \$V(\S+)"', (CHECKOUT / "README.md").read_text())
    assert is_of_the_page(URL + shown.replace("$HASH", "aB3dE5g"))
