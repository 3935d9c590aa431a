"""Log lines: one JSON object each, and no secret among them. Each run is a process of its own."""

import json
import os
import subprocess
import sys
from typing import Any


def lines_of(code: str) -> list[dict[str, Any]]:
    """What ``code`` logs, on both of its outputs, after ``logs.configure("test", "info")``."""
    script = f"from vireo_common import logs\nlogs.configure('test', 'info')\n{code}"
    done = subprocess.run(
        [sys.executable, "-c", script],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8"},
    )
    return [json.loads(line) for line in (done.stdout + done.stderr).splitlines()]


def test_own_lines() -> None:
    (line,) = lines_of("import structlog\nstructlog.get_logger().info('made', video='a\\nb', n=7)")
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "made", "level": "info", "service": "test", "video": "a\nb", "n": 7}


def test_lines_of_libraries() -> None:
    (line,) = lines_of("import logging\nlogging.getLogger('lib').warning('odd %s', 'thing')")
    assert (line["event"], line["level"], line["service"]) == ("odd thing", "warning", "test")


def test_less_severe_lines_are_left_out() -> None:
    assert lines_of("import structlog\nstructlog.get_logger().debug('x')") == []


def test_chatty_libraries_are_silent() -> None:
    code = """
import logging
for name in ('urllib3.connectionpool', 'werkzeug', 'flask_openapi3'):
    logging.getLogger(name).info('http://internal/?token=secret')
"""
    assert lines_of(code) == []


def test_traceback_is_one_line_without_local_variables() -> None:
    code = """
import logging, structlog
def check(password):
    pin = 'local-' + password
    raise ValueError('broken')
try:
    check('sesame')
except ValueError as error:
    structlog.get_logger().error('unexpected_error', exc_info=error)
    logging.getLogger('lib').exception('failed')
"""
    own, foreign = lines_of(code)
    for line in (own, foreign):
        assert "broken" in json.dumps(line)
        assert "check" in json.dumps(line)
        assert "sesame" not in json.dumps(line)
