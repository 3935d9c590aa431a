"""JSON answers, hot and uncached, beside a minimal Flask application behind nginx.

A request that carries a token is never answered from the gateway's cache. The hash paths that are
asked for are thousands, in random order, so that no row is the only one that anybody wants.
"""

import json
from collections.abc import Sequence

from vireo_bench import wrk
from vireo_bench.figures import Figure, Goal, Judged
from vireo_bench.setup import Setup, fetch

_HOT_CLIENTS = 32
# As many as one process of each service has threads.
_CLIENTS = 16
_LISTED = 24
_CHECKED = 20
CACHED = "nginx proxy_cache before minimal Flask"
FLASK = "minimal Flask route, one select"


def figures(setup: Setup) -> list[Figure]:
    """The rows of answers."""
    return [_hot(setup), _with_token(setup), _list(setup)]


def _hot(setup: Setup) -> Figure:
    hash_path = next(iter(setup.corpus.shown))

    def turn(url: str, path: str) -> float:
        size = _require(setup, url, path, hash_path)
        done = wrk.load(
            url, [path], seconds=setup.scale.burst, connections=_HOT_CLIENTS, least_bytes=size
        )
        _require(setup, url, path, hash_path)
        return done.rate

    return Figure(
        "v_hot",
        "GET /v, anonymous, hot",
        "/s",
        Goal(Judged.RATIO_AT_LEAST, 0.90),
        lambda: turn(setup.vireo.url, f"/v/{hash_path}"),
        CACHED,
        lambda: turn(setup.references.url, f"/cached/v/{hash_path}"),
    )


def _with_token(setup: Setup) -> Figure:
    hash_paths = list(setup.corpus.shown)

    def turn(url: str, prefix: str, token: str) -> float:
        step = max(1, len(hash_paths) // _CHECKED)
        for hash_path in hash_paths[::step]:
            _require(setup, url, f"{prefix}/{hash_path}", hash_path, token)
        return _uncached(setup, url, [f"{prefix}/{each}" for each in hash_paths], token)

    token = setup.owner.token
    return Figure(
        "v_token",
        "GET /v with a token",
        "/s",
        Goal(Judged.RATIO_AT_LEAST, 0.75),
        lambda: turn(setup.vireo.url, "/v", token),
        FLASK,
        lambda: turn(setup.references.url, "/app/v", token),
    )


def _list(setup: Setup) -> Figure:
    path = f"/videos/all?limit={_LISTED}"
    token = setup.owner.token

    def turn(url: str, path: str) -> float:
        mine = fetch(f"{setup.vireo.url}/videos/all?limit={_LISTED}", token)
        assert json.loads(fetch(url + path, token)) == json.loads(mine), "another list"
        rows = json.loads(mine)["response"]
        assert len(rows) == _LISTED, f"{len(rows)} rows of {path}"
        return _uncached(setup, url, [path], token)

    return Figure(
        "videos_all",
        f"GET {path}, uncached",
        "/s",
        Goal(Judged.RATIO_AT_LEAST, 0.75),
        lambda: turn(setup.vireo.url, path),
        FLASK,
        lambda: turn(setup.references.url, f"/app{path}"),
    )


def _uncached(setup: Setup, url: str, paths: Sequence[str], token: str) -> float:
    return wrk.load(
        url, paths, seconds=setup.scale.burst, connections=_CLIENTS, token=token, least_bytes=200
    ).rate


def _require(setup: Setup, url: str, path: str, hash_path: str, token: str = "") -> int:
    """Look whether a video's answer is what was put in; its size in bytes."""
    body = fetch(url + path, token)
    nothing = {"my_reaction": "none", "my_position": 0.0, "subscribed": False}
    wanted = {**setup.corpus.shown[hash_path], **(nothing if token else {})}
    assert json.loads(body) == {"response": wanted}, f"another {path}"
    return len(body)
