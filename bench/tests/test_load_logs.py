"""What Vireo's logs say was wrong, and how busy the machine was."""

import time
from pathlib import Path

import pytest

from vireo_harness import processes
from vireo_load import logs


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ('{"event": "request", "level": "info", "status": 200}', ""),
        ('{"event": "request", "level": "warning", "status": 404}', ""),
        ('{"event": "unhandled", "level": "error"}', "unhandled"),
        ('{"event": "request", "level": "info", "status": 503}', "status 503 of request"),
        ('{"event":"gateway","route":"search","status":502}', "status 502 of search"),
        ("2026/01/01 [crit] 7#7: open() failed", "2026/01/01 [crit] 7#7: open() failed"),
        ("exited: auth (terminated by SIGSEGV; not expected)", "exited: auth"),
        ("2026-01-01 0 [Note] ready for connections", ""),
        ("Traceback (most recent call last):", "Traceback"),
        ('"text"', ""),
        ("", ""),
    ],
)
def test_errors_are_told_from_all_else(line: str, text: str) -> None:
    found = logs.error(line)
    assert found.startswith(text)
    assert bool(found) == bool(text)


def test_all_logs_are_read(tmp_path: Path) -> None:
    bad = '{"event": "unhandled", "level": "error"}\n'
    (tmp_path / "media.log").write_text(bad * 2 + '{"event": "request", "level": "info"}\n')
    (tmp_path / "media.log.1").write_text(bad)
    (tmp_path / "auth.log").write_text("")
    (tmp_path / "supervisord.log").write_text("exited: auth (exit status 1; not expected)\n")
    found = [(one.kind, one.count) for one in logs.problems(tmp_path)]
    assert found == [("log of media", 3), ("log of supervisord", 1)]


def test_work_makes_the_machine_busy() -> None:
    processes.busy()
    until = time.process_time() + 0.3
    while time.process_time() < until:
        pass
    assert 0 < processes.busy() <= 1
