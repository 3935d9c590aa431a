"""Ports: MariaDB's is chosen once and persisted, the gateway's is a setting."""

import errno
import json
import secrets
import socket
from collections.abc import Collection
from pathlib import Path

from vireo_ops.errors import OperationError

# The services listen on Unix sockets.
INTERNAL = ("mariadb",)
LOOPBACK = "127.0.0.1"
_FIRST = 15000
_TRIES = 500


def is_free(port: int, address: str = LOOPBACK) -> bool:
    """Whether a server could listen on this port now.

    Raises:
        PermissionError: the port may be free, but this user may not listen on it.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As every server does: connections that linger after a stop don't hold a port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as failure:
            if failure.errno == errno.EADDRINUSE:
                return False
            raise
    return True


def internal_ports(remembered: Path, running: Collection[str]) -> dict[str, int]:
    """The port of each internal server, persisted in the JSON file `remembered`.

    A port is chosen at the first start, and again if the program is not in `running` and another
    process has taken its port.
    """
    known = _read(remembered)
    ports: dict[str, int] = {}
    for name in INTERNAL:
        port = known.get(name)
        if port is None or (name not in running and not is_free(port)):
            port = _choose({*known.values(), *ports.values()})
        ports[name] = port
    if ports != known:
        temporary = remembered.with_suffix(".new")
        temporary.write_text(json.dumps(ports, indent=2) + "\n", encoding="utf-8")
        temporary.replace(remembered)
    return ports


def require_gateway_port(port: int, address: str) -> None:
    """Check that the gateway can listen on its port.

    Raises:
        OperationError: another program has it, this user may not, or there is no such address.
    """
    try:
        free = is_free(port, address or "0.0.0.0")  # noqa: S104 - as nginx will
    except PermissionError:
        raise OperationError(
            f"Only root may listen on port {port}. Choose one above 1023: VIREO_PORT=8080 make up"
        ) from None
    except OSError as failure:
        raise OperationError(
            f"The gateway can't listen on {address} port {port}: {failure.strerror}."
        ) from None
    if not free:
        raise OperationError(
            f"Port {port} is taken by another program. "
            f"Stop that one, or choose another port: VIREO_PORT={min(port + 1, 65535)} make up"
        )


def _read(path: Path) -> dict[str, int]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        # A damaged file does no harm: new ports are chosen.
        return {}
    if not isinstance(content, dict):
        return {}
    return {name: port for name, port in content.items() if isinstance(port, int)}


def _choose(taken: Collection[int]) -> int:
    """A free port below the ephemeral range, where no outgoing connection ever takes it.

    Chosen at random, so that several Vireos starting at once don't collide.
    """
    limits = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()
    last = max(int(limits[0]), _FIRST + 1000)
    for _ in range(_TRIES):
        port = _FIRST + secrets.randbelow(last - _FIRST)
        if port not in taken and is_free(port):
            return port
    raise OperationError(f"No free port was found on {LOOPBACK} between {_FIRST} and {last}.")
