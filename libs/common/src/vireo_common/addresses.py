"""What counts as one address, wherever something is bounded by it."""

import ipaddress


def network(address: str) -> str:
    """What counts as one address: an IPv4 address, or the /64 network of an IPv6 one.

    A customer of a provider gets a whole /64, so that single IPv6 addresses cost a guesser nothing.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed), 64), strict=False).network_address)
    return str(parsed)
