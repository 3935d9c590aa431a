"""Gunicorn's configuration."""

import gc
import importlib
import os
import queue
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from gunicorn.app.wsgiapp import WSGIApplication

from vireo_common import gunicorn
from vireo_common.gunicorn_worker import Reloader


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A module that nobody has imported."""
    name = f"service_{os.getpid()}"
    (tmp_path / f"{name}.py").write_text("def create_app(): return lambda environ, start: []\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield name
    sys.modules.pop(name, None)
    gc.unfreeze()


def start(module: str, monkeypatch: pytest.MonkeyPatch, *, reload: bool) -> WSGIApplication:
    monkeypatch.setattr(sys, "argv", ["gunicorn", f"{module}:create_app()"])
    app = WSGIApplication()
    gunicorn.on_starting(SimpleNamespace(cfg=SimpleNamespace(reload=reload), app=app))
    return app


def test_the_application_is_made_before_the_fork(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = start(module, monkeypatch, reload=False)
    assert gc.get_freeze_count() > 0
    made = app.callable
    assert made is not None
    assert app.wsgi() is made, "what a worker asks for"


def test_what_is_reloaded_is_imported_by_each_worker(
    module: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    start(module, monkeypatch, reload=True)
    assert module not in sys.modules


def test_a_worker_lets_short_requests_come_between() -> None:
    before = sys.getswitchinterval()
    try:
        gunicorn.post_fork(None, None)
        assert sys.getswitchinterval() == pytest.approx(0.0005)
    finally:
        sys.setswitchinterval(before)


def test_a_file_saved_between_import_and_first_look_is_noticed(module: str) -> None:
    noticed: queue.Queue[str] = queue.Queue()
    began = time.time()
    path = importlib.import_module(module).__file__
    assert path
    os.utime(path, (began + 0.001, began + 0.001))
    Reloader(began, noticed.put).start()
    assert noticed.get(timeout=60) == path


@pytest.mark.parametrize("age", [2, -1000])
def test_what_is_older_or_of_the_future_is_no_change(module: str, age: int) -> None:
    path = importlib.import_module(module).__file__
    assert path
    now = time.time()
    os.utime(path, (now - age, now - age))
    assert Reloader(now, lambda name: None).changed() is None
    os.utime(path, (now + 0.001, now + 0.001))
    assert Reloader(now, lambda name: None).changed() == path
