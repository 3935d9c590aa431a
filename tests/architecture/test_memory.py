"""What programs take of memory before they do anything: what they import, and what workers share.

Each program is loaded in a process of its own, because this one has imported everything.
"""

import json
import os
import subprocess
import sys

import pytest

# For consoles; for the migrations alone; for command lines.
NOWHERE = ["rich", "pygments", "sqlalchemy", "alembic", "pydantic_settings", "argparse", "zxcvbn"]
ANSWERS = ["flask", "werkzeug", "flask_openapi3", "prometheus_client", "gunicorn"]
CALLS = ["requests", "urllib3"]
TOOLS = ["PIL", "cv2", "numpy"]
LOADED = {
    "vireo_auth.app": [*NOWHERE, *CALLS, *TOOLS],
    "vireo_catalog.app": [*NOWHERE, "cv2", "numpy"],
    "vireo_community.app": [*NOWHERE, *CALLS, *TOOLS],
    "vireo_media.app": [*NOWHERE, *TOOLS],
    "vireo_auth.worker.__main__": [*NOWHERE, *ANSWERS, *TOOLS],
    "vireo_catalog.worker.__main__": [*NOWHERE, *ANSWERS, *CALLS, *TOOLS, "jinja2", "jwt"],
    "vireo_community.worker.__main__": [*NOWHERE, *ANSWERS, *CALLS, *TOOLS, "jinja2", "jwt"],
    "vireo_community.stream.__main__": [*NOWHERE, *ANSWERS, *CALLS, *TOOLS, "jinja2"],
    "vireo_media.tus.__main__": [*NOWHERE, *ANSWERS, *TOOLS, "jinja2"],
    "vireo_media.worker.__main__": [*NOWHERE, *ANSWERS, *TOOLS, "jinja2", "jwt"],
    "vireo_media.spool.__main__": [*NOWHERE, *ANSWERS, *CALLS, *TOOLS, "jinja2", "jwt", "pymysql"],
    "vireo_courier.__main__": [*NOWHERE, *ANSWERS, *CALLS, *TOOLS, "jinja2", "jwt"],
}
"""The programs, and what none of what they do needs."""


def answer_of(code: str, *arguments: str) -> object:
    """What a fresh interpreter prints, as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=True,
        capture_output=True,
        timeout=60,
        # As it is for the tests: not all packages of this repository are installed.
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize(("program", "unneeded"), LOADED.items(), ids=LOADED)
def test_no_program_imports_what_it_does_not_need(program: str, unneeded: list[str]) -> None:
    code = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""
    found = answer_of(code, program)
    assert isinstance(found, list)
    assert "vireo_common" in found
    assert set(found) & set(unneeded) == set()


def test_what_is_made_before_the_fork_has_no_thread_and_no_connection() -> None:
    """Gunicorn's master makes each application, and its workers go on with it."""
    code = """
import json, os, threading
from vireo_contract.document import service_applications
with service_applications() as made:
    sockets = [
        where
        for name in os.listdir("/proc/self/fd")
        if os.path.islink(f"/proc/self/fd/{name}")
        and (where := os.readlink(f"/proc/self/fd/{name}")).startswith("socket:")
    ]
    print(json.dumps([sorted(made), threading.active_count(), sockets]))
"""
    assert answer_of(code) == [["auth", "catalog", "community", "media"], 1, []]
