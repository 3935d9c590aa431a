"""Gunicorn's configuration."""

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from vireo_common import gunicorn


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A module that nobody has imported."""
    name = f"service_{os.getpid()}"
    (tmp_path / f"{name}.py").write_text("def create_app(): raise AssertionError('too early')\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield name
    sys.modules.pop(name, None)
    gc.unfreeze()


def start(module: str, *, reload: bool) -> None:
    gunicorn.on_starting(
        SimpleNamespace(
            cfg=SimpleNamespace(reload=reload),
            app=SimpleNamespace(app_uri=f"{module}:create_app()"),
        )
    )


def test_the_service_is_imported_before_the_fork_and_not_made(module: str) -> None:
    start(module, reload=False)
    assert module in sys.modules
    assert gc.get_freeze_count() > 0


def test_what_is_reloaded_is_imported_by_each_worker(module: str) -> None:
    start(module, reload=True)
    assert module not in sys.modules


def test_a_worker_lets_short_requests_come_between() -> None:
    before = sys.getswitchinterval()
    try:
        gunicorn.post_fork(None, None)
        assert sys.getswitchinterval() == pytest.approx(0.0005)
    finally:
        sys.setswitchinterval(before)
