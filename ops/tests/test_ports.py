"""Ports: persisted, free, and replaced only when another process has them."""

import json
import socket
from pathlib import Path

import pytest

from vireo_ops.errors import OperationError
from vireo_ops.ports import INTERNAL, internal_ports, is_free, require_gateway_port


def _listener(port: int = 0) -> socket.socket:
    server = socket.socket()
    server.bind(("127.0.0.1", port))
    server.listen()
    return server


def test_ports_differ_are_free_and_lie_below_the_ephemeral_range(tmp_path: Path) -> None:
    ports = internal_ports(tmp_path / "ports.json", running=())
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert set(ports) == set(INTERNAL)
    assert len(set(ports.values())) == len(INTERNAL)
    assert all(is_free(port) and port < max(first, 16001) for port in ports.values())


def test_ports_are_remembered(tmp_path: Path) -> None:
    path = tmp_path / "ports.json"
    assert internal_ports(path, running=()) == internal_ports(path, running=())


def test_a_port_that_a_stranger_took_is_chosen_anew(tmp_path: Path) -> None:
    path = tmp_path / "ports.json"
    before = internal_ports(path, running=())
    with _listener(before["mariadb"]):
        after = internal_ports(path, running=())
    assert after["mariadb"] != before["mariadb"]
    assert json.loads(path.read_text()) == after


def test_a_running_program_keeps_the_port_that_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "ports.json"
    before = internal_ports(path, running=())
    with _listener(before["mariadb"]):
        assert internal_ports(path, running={"mariadb"}) == before


def test_ports_of_services_are_forgotten(tmp_path: Path) -> None:
    """An earlier version had some."""
    path = tmp_path / "ports.json"
    (port,) = internal_ports(path, running=()).values()
    path.write_text(json.dumps({"mariadb": port, "auth": 15001, "catalog": 15002}))
    assert internal_ports(path, running=()) == {"mariadb": port}
    assert json.loads(path.read_text()) == {"mariadb": port}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"mariadb": "x"}'])
def test_a_damaged_file_is_replaced(tmp_path: Path, content: str) -> None:
    path = tmp_path / "ports.json"
    path.write_text(content)
    ports = internal_ports(path, running=())
    assert set(ports) == set(INTERNAL)
    assert json.loads(path.read_text()) == ports


def test_a_taken_gateway_port_is_told_with_a_way_out() -> None:
    with _listener() as server, pytest.raises(OperationError, match="VIREO_PORT="):
        require_gateway_port(server.getsockname()[1], "")


def test_an_address_that_is_not_ours_is_told() -> None:
    with pytest.raises(OperationError, match=r"can't listen on 192\.0\.2\.1"):
        require_gateway_port(8080, "192.0.2.1")
