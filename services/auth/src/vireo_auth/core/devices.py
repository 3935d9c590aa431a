"""Devices: by what one is recognized, so that the owner is notified of a new one.

A client can claim to be any device. Its ``User-Agent`` and its network are a heuristic: a stranger
with a stolen password rarely has both alike.
"""

import hashlib
import ipaddress
import re

from vireo_auth.core.sessions import Client

# A program that was updated is the same program.
VERSIONS = re.compile(r"\d[\d._]*")
# A telephone has another address every hour, as a rule in the same part of its network.
IPV4_PREFIX, IPV6_PREFIX = 16, 32


def device_key(client: Client) -> bytes:
    """32 bytes that stand for a device in a part of the network."""
    family = VERSIONS.sub("", client.device)
    return hashlib.sha256(f"{family}\n{_part(client.address)}".encode("utf-8", "replace")).digest()


def _part(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    prefix = IPV4_PREFIX if parsed.version == 4 else IPV6_PREFIX
    return str(ipaddress.ip_network(f"{parsed}/{prefix}", strict=False))
