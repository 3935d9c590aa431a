"""The command line behind `make`: `python -m vireo_ops up`, `down`, `status` and so on."""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Sequence

from vireo_ops import caller, gateway, page, settings_texts
from vireo_ops.commands import recount, rotate_keys, run_command
from vireo_ops.develop import develop
from vireo_ops.errors import OperationError
from vireo_ops.runtime import Runtime

_LOG_LINES = 50


def main(arguments: Sequence[str]) -> int:
    """Run one command; its exit status."""
    commands: dict[str, Callable[[argparse.Namespace], int]] = {
        "up": _up,
        "down": _down,
        "restart": _restart,
        "status": _status,
        "logs": _logs,
        "rotate-keys": _rotate_keys,
        "recount": _recount,
        "streams": _streams,
        "audit-log": _audit_log,
        "grant": _grant,
        "revoke": _revoke,
        "check-gateway": _check_gateway,
        "dev": _dev,
    }
    parser = argparse.ArgumentParser(prog="vireo_ops")
    parser.add_argument("command", choices=[*sorted(commands), "page", "settings"])
    parser.add_argument("--service", default="", help="logs, dev: the program")
    parser.add_argument("--repair", action="store_true", help="recount: set what differs")
    parser.add_argument("--head", default="", help="audit-log: a head that was noted before")
    parser.add_argument("--name", default="", help="grant, revoke: the account")
    parser.add_argument("--role", default="", help="grant: moderator or admin")
    try:
        if arguments[:1] == ["settings"]:
            return _settings(check="--check" in arguments)
        if arguments[:1] == ["page"]:
            page.main(arguments[1:], print)
            return 0
        given = parser.parse_args(arguments)
        return commands[given.command](given)
    except OperationError as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _up(_: argparse.Namespace) -> int:
    began = time.monotonic()
    _build_page()
    address = _runtime().up()
    print(f"Vireo is ready after {time.monotonic() - began:.1f} s: {address}")
    return 0


def _build_page() -> None:
    try:
        page.build(print)
    except (OperationError, OSError, subprocess.SubprocessError) as failure:
        # Offline, another user's checkout, a full disk. The API works without the page.
        print(f"The page could not be built; Vireo starts without the newest one. {failure}")


def _down(_: argparse.Namespace) -> int:
    print("Vireo is stopped." if _runtime().down() else "Vireo was not running.")
    return 0


def _restart(given: argparse.Namespace) -> int:
    # Before anything stops, because it may take a while.
    _build_page()
    _down(given)
    return _up(given)


def _status(_: argparse.Namespace) -> int:
    rows = _runtime().status()
    if not rows:
        print("No Vireo has been started here yet: make up")
        return 1
    width = max(len(row.name) for row in rows) + 2
    print(f"{'program':<{width}}{'state':<10}{'pid':>8}  {'since':<22}ready")
    for row in rows:
        since = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(row.since)) if row.since else "-"
        ready = "yes" if row.ready else "no"
        print(f"{row.name:<{width}}{row.state.lower():<10}{row.pid or '-':>8}  {since:<22}{ready}")
    return 0 if all(row.ready for row in rows) else 1


def _logs(given: argparse.Namespace) -> int:
    folder = _runtime().layout.logs
    pattern = f"{given.service}*.log" if given.service else "*.log"
    files = [str(path) for path in sorted(folder.glob(pattern))]
    if not files:
        names = ", ".join(sorted(path.stem for path in folder.glob("*.log"))) or "none yet"
        raise OperationError(f"There is no log like {pattern} in {folder}; there are: {names}")
    follow = ["-F"] if sys.stdout.isatty() else []
    return subprocess.run(["tail", "-n", str(_LOG_LINES), *follow, *files], check=False).returncode


def _rotate_keys(_: argparse.Namespace) -> int:
    return rotate_keys(_runtime())


def _recount(given: argparse.Namespace) -> int:
    return recount(_runtime(), repair=given.repair)


def _streams(_: argparse.Namespace) -> int:
    return run_command(_runtime(), "media", "make-streams")


def _audit_log(given: argparse.Namespace) -> int:
    noted = ["--head", given.head] if given.head else []
    return run_command(_runtime(), "community", "audit-log", *noted)


def _grant(given: argparse.Namespace) -> int:
    _require("make grant NAME=anna ROLE=moderator", given.name, given.role)
    return run_command(_runtime(), "auth", "grant", given.name, given.role)


def _revoke(given: argparse.Namespace) -> int:
    _require("make revoke NAME=anna", given.name)
    return run_command(_runtime(), "auth", "revoke", given.name)


def _require(usage: str, *given: str) -> None:
    if not all(given):
        raise OperationError(f"Say it like this: {usage}")


def _dev(given: argparse.Namespace) -> int:
    return develop(_runtime(), given.service)


def _check_gateway(_: argparse.Namespace) -> int:
    complaint = gateway.check_source()
    if complaint:
        raise OperationError(complaint)
    print("gateway: nginx accepts the configuration")
    return 0


def _settings(*, check: bool) -> int:
    stale = settings_texts.write(check=check)
    if stale and check:
        names = " and ".join(stale)
        raise OperationError(f"{names} differ from the settings. Write them with: make settings")
    print(f"settings: {'wrote ' + ', '.join(stale) if stale else 'nothing has changed'}")
    return 0


def _runtime() -> Runtime:
    return Runtime(caller.data_folder(), environment=caller.variables(), say=print)


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    sys.exit(main(sys.argv[1:]))
