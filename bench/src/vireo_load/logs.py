"""Errors in Vireo's own logs: some of them no client sees."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from vireo_load.records import Problem

# In lines that are no JSON: nginx's own words, MariaDB's, the supervisor's, an interpreter's.
_WORDS = ("[crit]", "[alert]", "[emerg]", "[ERROR]", "not expected", "Traceback (most recent")
_LEVELS = {"error", "critical"}
_TOLD = 160


def problems(folder: Path) -> list[Problem]:
    """Errors in all the logs of a folder, rotated ones too."""
    counts = Counter(
        (f"log of {path.name.partition('.')[0]}", text)
        for path in sorted(folder.glob("*.log*"))
        for text in _errors(path)
    )
    return [Problem(kind, text, count) for (kind, text), count in counts.most_common()]


def _errors(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            text = error(line)
            if text:
                yield text[:_TOLD]


def error(line: str) -> str:
    """The error that a line reports, or an empty text."""
    try:
        value = json.loads(line)
    except ValueError:
        return line.strip() if any(word in line for word in _WORDS) else ""
    if not isinstance(value, dict):
        return ""
    if value.get("level") in _LEVELS:
        return str(value.get("event"))
    if isinstance(value.get("status"), int) and value["status"] >= 500:
        return f"status {value['status']} of {value.get('route') or value.get('event')}"
    return ""
