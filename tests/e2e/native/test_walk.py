"""The walk of CONTRIBUTING.md, from a wrong answer to the line: it is taken as it stands there."""

import re
import subprocess
from functools import partial
from pathlib import Path

from vireo_ops.layout import CHECKOUT
from vireo_ops.runtime import Runtime
from vireo_testing.person import eventually

HEADING = "## From a wrong answer to the line"


def steps() -> list[tuple[str, list[str]]]:
    """The commands, and what must be in the output of each."""
    section = (CHECKOUT / "CONTRIBUTING.md").read_text().split(HEADING, 1)[1].split("\n## ", 1)[0]
    found: list[tuple[str, list[str]]] = []
    for line in re.findall(r"^ {7}(.+)$", section, re.MULTILINE):
        if line.startswith("$ "):
            found.append((line.removeprefix("$ "), []))
        else:
            found[-1][1].append(line)
    return found


def test_each_command_shows_what_stands_below_it(
    runtime: Runtime, url: str, tmp_path: Path
) -> None:
    commands = steps()
    assert len(commands) == 5
    logs = str(runtime.layout.logs)
    for command, wanted in commands:
        assert wanted, command
        here = command.replace("localhost:8080", url).replace("data/logs", logs)
        here = here.replace("/tmp/answer", str(tmp_path / "answer"))

        # Lines of a log are written together.
        eventually(partial(shows, here, wanted))


def shows(command: str, wanted: list[str]) -> bool:
    """Whether all of ``wanted`` is in the output."""
    run = subprocess.run(
        ["sh", "-c", command], check=False, cwd=CHECKOUT, capture_output=True, text=True, timeout=60
    )
    return all(text in run.stdout for text in wanted)
