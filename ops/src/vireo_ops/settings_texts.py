"""Texts that are generated from the declarations of settings (`make settings`).

The table of docs/operations.md, the variables that docker-compose.yml hands to each program, their
defaults in gateway/start.sh, and the first config/vireo.env. The first three are blocks between two
marker lines, in files that are otherwise written by hand.
"""

import re
import textwrap
from collections.abc import Callable, Iterator
from enum import Enum

from pydantic.fields import FieldInfo

from vireo_common.settings import PREFIX, ServiceSettings
from vireo_ops.errors import OperationError
from vireo_ops.layout import CHECKOUT
from vireo_ops.settings import READERS

# Read by make and docker compose alone.
_OF_TOOLS = {
    "VIREO_DATA": ("data", "make", "folder of all state"),
    "VIREO_VERSION": ("latest", "docker compose", "tag of the images"),
    "VIREO_IMAGE_PREFIX": (
        "vireo-",
        "docker compose",
        "what stands in front of their names, such as a registry",
    ),
}
# In containers the gateway's port is fixed, and published by compose.
_NOT_IN_CONTAINERS = {"port", "listen_address"}
_PLACES = ("docs/operations.md", "docker-compose.yml", "gateway/start.sh")
# Marker lines are comments of YAML, the shell or Markdown.
_BLOCK = re.compile(
    r"(?P<first>^(?P<indent> *)(?:#|<!--) settings of (?P<name>[a-z-]+)\b.*\n)"
    r"(?P<lines>(?:.*\n)*?)"
    r"(?P<last> *(?:#|<!--) end of settings\b.*\n)",
    re.MULTILINE,
)


def write(*, check: bool) -> list[str]:
    """Update the files, or with `check` only compare; the names of those that differ.

    Raises:
        OperationError: a block names an unknown program.
    """
    stale = []
    for name in _PLACES:
        path = CHECKOUT / name
        text = path.read_text(encoding="utf-8")
        wanted = filled(text, name)
        if wanted != text:
            stale.append(name)
            if not check:
                path.write_text(wanted, encoding="utf-8")
    return stale


def filled(text: str, place: str) -> str:
    """The text of a file with its blocks generated.

    Raises:
        OperationError: a block names an unknown program.
    """
    return _BLOCK.sub(lambda found: _filled(found, place), text)


def example() -> str:
    """The first config/vireo.env: every setting with its default, as a comment."""
    lines = [
        "# Settings of this Vireo, one NAME=value a line; `make up` applies them.",
        "# A variable in the environment of `make` wins over a line here.",
    ]
    for name, field in _all().items():
        if not _is_fixed(field):
            value = field.examples[0] if field.examples else _default(field)
            description = textwrap.wrap(f"{field.description}:", 96)
            lines += ["#", *(f"# {line}" for line in description), f"#{_variable(name)}={value}"]
    return "\n".join(lines) + "\n"


def _filled(found: re.Match[str], place: str) -> str:
    name = found["name"]
    makers: dict[str, Callable[[str], Iterator[str]]] = {
        "docs/operations.md": _table,
        "docker-compose.yml": _compose,
        "gateway/start.sh": _shell,
    }
    lines = "".join(f"{found['indent']}{line}\n" for line in makers[place](name))
    return found["first"] + lines + found["last"]


def _table(_: str) -> Iterator[str]:
    yield "| variable | default | read by | meaning |"
    yield "| --- | --- | --- | --- |"
    for variable, (default, reader, meaning) in _OF_TOOLS.items():
        yield f"| `{variable}` | `{default}` | {reader} | {meaning} |"
    # Those that an operator can set come first.
    for name, field in sorted(_all().items(), key=lambda item: _is_fixed(item[1])):
        value = _default(field)
        default = "set by Vireo" if _is_fixed(field) else f"`{value}`" if value else ""
        yield f"| `{_variable(name)}` | {default} | {_readers(name)} | {field.description} |"


def _compose(program: str) -> Iterator[str]:
    for name, field in _of(program):
        yield f"{_variable(name)}: ${{{_variable(name)}:-{_default(field)}}}"


def _shell(program: str) -> Iterator[str]:
    for name, field in _of(program):
        yield f'export {_variable(name)}="${{{_variable(name)}:-{_default(field)}}}"'


def _of(program: str) -> Iterator[tuple[str, FieldInfo]]:
    """What an operator can set of a program in containers, or of all services."""
    if program != "services" and program not in READERS:
        raise OperationError(f"settings of {program}: there is no such program")
    common = ServiceSettings.model_fields
    fields = common if program == "services" else READERS[program].model_fields
    for name, field in fields.items():
        if _is_fixed(field) or name in _NOT_IN_CONTAINERS:
            continue
        if program == "services" or name not in common:
            yield name, field


def _all() -> dict[str, FieldInfo]:
    found: dict[str, FieldInfo] = {}
    for settings in READERS.values():
        for name, field in settings.model_fields.items():
            found.setdefault(name, field)
    return found


def _readers(name: str) -> str:
    if name in ServiceSettings.model_fields:
        return "services, workers"
    found = [program for program, kind in READERS.items() if name in kind.model_fields]
    return ", ".join("make, docker compose" if program == "make" else program for program in found)


def _variable(name: str) -> str:
    return f"{PREFIX}{name.upper()}"


def _is_fixed(field: FieldInfo) -> bool:
    return bool(field.json_schema_extra)


def _default(field: FieldInfo) -> str:
    value = field.default
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple):
        return " ".join(value)
    return "" if value is None else str(value)
