"""Many small requests, as fast as they are answered: a run of ``wrk``."""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = Path(__file__).with_name("load.lua")


@dataclass(frozen=True)
class Load:
    """What a run gave; every request in it was answered with a status below 300 or 400."""

    requests: int
    seconds: float
    bytes: int
    p50_ms: float
    p95_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Answers in a second."""
        return self.requests / self.seconds


def load(
    url: str,
    paths: Sequence[str],
    *,
    seconds: int,
    connections: int,
    token: str = "",
    least_bytes: int = 1,
) -> Load:
    """Ask for ``paths`` in random order for some seconds, over connections that stay open.

    Args:
        least_bytes: the size of the smallest answer that can be right, without its headers.

    Raises:
        AssertionError: an answer had another status than 2xx or 3xx, did not come, or the answers
            were smaller than they can be.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as listed:
        listed.write("\n".join(paths) + "\n")
        listed.flush()
        argv = ["wrk", "-t", str(min(2, connections)), "-c", str(connections), "-d", f"{seconds}s"]
        argv += ["--timeout", "20s", "-s", str(_SCRIPT)]
        argv += ["-H", f"Authorization: {token}"] if token else []
        done = subprocess.run(
            [*argv, url + paths[0], "--", listed.name],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds + 60,
            check=True,
        )
    found = json.loads(done.stdout.strip().splitlines()[-1])
    failed, refused = found.pop("failed"), found.pop("refused")
    assert failed == 0, f"{failed} of {found['requests']} requests to {url} had no answer"
    assert refused == 0, f"{refused} of {found['requests']} requests to {url} were refused"
    result = Load(**found)
    assert result.requests > 0, f"nothing was answered by {url}"
    assert result.bytes >= least_bytes * result.requests, f"answers of {url} are too small"
    return result
