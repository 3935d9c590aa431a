"""One Vireo on this machine: `Runtime(data).up()`, `.down()`, `.status()`.

Several can run side by side, each in a data folder of its own.
"""

import errno
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from vireo_ops import database, database_users, gateway
from vireo_ops.errors import OperationError
from vireo_ops.layout import CHECKOUT, Entrance, Folder, Layout, close_to_others, layout_of
from vireo_ops.ports import internal_ports, require_gateway_port
from vireo_ops.programs import (
    ANSWERING,
    Program,
    fixed_environment,
    mail_folder,
    service_address,
    service_programs,
    tree_digest,
)
from vireo_ops.readiness import is_ready, last_lines, wait_until_ready
from vireo_ops.run_user import Owner, Users, choose_users, give, is_of
from vireo_ops.secrets_store import OF_MEDIA, copy_secrets, ensure_secrets
from vireo_ops.settings import Settings, read_env_file
from vireo_ops.settings_texts import example
from vireo_ops.supervisor import RUNNING, ProgramState, Supervisor, render

# A busy machine takes more than a minute. A program that died is reported at once.
_READY_SECONDS = 180.0
_EDGE_PROGRAMS = {"mariadb", "gateway"}


def _quiet(line: str) -> None:
    """Ignore progress."""


@dataclass(frozen=True)
class Status:
    """One row of `make status`; `since` is a Unix time, 0 when the program does not run."""

    name: str
    state: str
    pid: int
    since: int
    ready: bool


@dataclass(frozen=True)
class _Plan:
    """What a start will do: everything that is read and decided before a program is started."""

    settings: Settings
    users: Users
    environment: Mapping[str, str]
    programs: Sequence[Program]
    gateway_changed: bool


@dataclass
class Runtime:
    """The Vireo of one data folder.

    `port` is the gateway's (8080 or VIREO_PORT when None), `environment` holds VIREO_* variables as
    a person would set them, `say` is called with each line of progress.
    """

    data: Path
    port: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    say: Callable[[str], None] = _quiet

    def __post_init__(self) -> None:
        self.layout: Layout = layout_of(self.data)
        self._supervisor = Supervisor(self.layout)

    def up(self) -> str:
        """Start what is not running, restart what changed, wait until all is ready; the address.

        Raises:
            OperationError: it can't be started, or is not ready in time.
        """
        users = self._prepare_own_folders()
        with self._lock():
            started_at = time.monotonic()
            # Before ports are checked, because processes of an earlier run may hold them.
            if not self._supervisor.is_running() and self._supervisor.end_leftovers():
                self.say("ended what was left running without a supervisor")
            self._prepare_folders(users)
            plan = self._plan(users)
            self._configure(plan)
            self._start(plan, started_at + _READY_SECONDS)
            if not plan.settings.mail.smtp_host:
                folder = mail_folder(self.layout, plan.settings)
                self.say(f"no VIREO_SMTP_HOST is set: mails are written to {folder}")
            return plan.settings.url

    def down(self) -> bool:
        """Stop everything and wait for it; whether anything ran."""
        if not self.layout.run.is_dir():
            return False
        with self._lock():
            return self._supervisor.stop_daemon()

    def status(self) -> list[Status]:
        """The state of every program; empty when there is no Vireo in the data folder."""
        probes = self._remembered_probes()
        if not self.layout.run.is_dir() or not self._supervisor.is_running():
            return [Status(name, "STOPPED", 0, 0, ready=False) for name in probes]
        states = self._supervisor.states()
        return [self._status(name, url, states.get(name)) for name, url in probes.items()]

    def _status(self, name: str, url: str, state: ProgramState | None) -> Status:
        if state is None or state.state not in RUNNING:
            return Status(name, state.state if state else "STOPPED", 0, 0, ready=False)
        if name == "mariadb":
            ready = database.answers(self.layout)
        else:
            ready = is_ready(url) if url else state.state == "RUNNING"
        return Status(name, state.state, state.pid, state.since, ready)

    # Preparation

    def _prepare_own_folders(self) -> Users:
        layout = self.layout
        try:
            for folder in layout.folders():
                if folder.owner is Owner.STARTER:
                    folder.path.mkdir(parents=True, exist_ok=True)
            _require_owner(layout.data)
            users = choose_users(CHECKOUT, layout.data)
        except PermissionError:
            raise self._not_ours() from None
        variables = layout.config / "vireo.env"
        if not variables.exists():
            variables.write_text(example(), encoding="utf-8")
            # Settings that the operator adds may be secret.
            variables.chmod(0o600)
        return users

    def _prepare_folders(self, users: Users) -> None:
        """Create missing folders, and change the owner of those that belong to another user.

        Running programs would lose access to their files while these change their owner, so all are
        stopped first. That happens once, after an upgrade.
        """
        layout = self.layout
        try:
            theirs: list[Folder] = []
            for folder in layout.folders():
                owner = users.of(folder.owner)
                if not folder.path.exists():
                    folder.path.mkdir()
                    give(folder.path, owner)
                elif folder.owner is Owner.STARTER:
                    # Not what is in it, parts of which belong to other users.
                    os.lchown(folder.path, owner.uid, -1)
                elif not is_of(folder.path, owner):
                    theirs.append(folder)
            if theirs and self._supervisor.is_running():
                self.say("stopping what runs: its files get another owner")
                self._supervisor.stop_daemon()
            for folder in theirs:
                shared = folder.owner is Owner.MEDIA and folder.entrance is Entrance.BOTH
                give(folder.path, users.of(folder.owner), to_group=shared)
            close_to_others(layout, users)
        except PermissionError:
            raise self._not_ours() from None

    def _not_ours(self) -> OperationError:
        return OperationError(
            f"The folder {self.layout.data} can't be used by this user. Run this as its owner, or "
            "choose another one with VIREO_DATA=/path"
        )

    def _plan(self, users: Users) -> _Plan:
        variables = {**read_env_file(self.layout.config / "vireo.env"), **self.environment}
        if self.port is not None:
            variables["VIREO_PORT"] = str(self.port)
        settings = Settings.parse(variables)
        running = self._running()
        if "gateway" not in running or self._remembered_listen() != settings.listen:
            require_gateway_port(settings.port, settings.gateway.listen_address)
        secrets = self.layout.secrets
        made = ensure_secrets(secrets, users.services)
        copy_secrets(secrets, self.layout.media_secrets, OF_MEDIA, users.media)
        if made:
            self.say(f"made passwords and keys in {secrets}")
        if users.services.note:
            self.say(f"note: {users.services.note}")
        ports = internal_ports(self.layout.config / "ports.json", running)
        fixed = fixed_environment(self.layout, settings, ports["mariadb"], users)
        servers = {name: service_address(self.layout, name) for name in ANSWERING}
        values = gateway.variables(settings, servers, users.services)
        gateway_changed = gateway.prepare(self.layout, values)
        complaint = gateway.check(self.layout)
        if complaint:
            raise OperationError(f"nginx does not accept its configuration:\n{complaint}")
        programs = [
            database.database_program(self.layout, ports["mariadb"], users.services),
            *service_programs(self.layout, settings, fixed, users),
            gateway.gateway_program(self.layout, settings),
        ]
        return _Plan(settings, users, fixed, programs, gateway_changed)

    def _configure(self, plan: _Plan) -> None:
        if not self.layout.database.exists():
            self.say("making the database folder")
        database.prepare_data_folder(self.layout, plan.users.services)
        text = render(plan.programs, self.layout, plan.users)
        changed = self._supervisor.configure(text)
        if not self._supervisor.is_running():
            self._supervisor.start_daemon()
        elif changed:
            restarted = self._supervisor.reload()
            if restarted:
                self.say(f"changed, so restarted: {', '.join(restarted)}")
        self._remember(plan)

    # Start

    def _start(self, plan: _Plan, deadline: float) -> None:
        self._start_database(plan, deadline)
        services = [program for program in plan.programs if program.name not in _EDGE_PROGRAMS]
        self._start_programs([program.name for program in services])
        self._wait(services, deadline)
        edge = [program for program in plan.programs if program.name == "gateway"]
        started = self._start_programs(["gateway"])
        if plan.gateway_changed and not started:
            self._supervisor.signal("gateway", "HUP")
            self.say("gateway: configuration reloaded")
        self._wait(edge, deadline)

    def _start_database(self, plan: _Plan, deadline: float) -> None:
        started = self._start_programs(["mariadb"])
        if not database.wait_for_database(self.layout, deadline - time.monotonic()):
            raise self._not_ready(["mariadb"])
        stamp = self.layout.run / "schema"
        makers = [Path(database.__file__), Path(database_users.__file__)]
        digest = tree_digest([CHECKOUT / "db", *makers])
        applied = stamp.read_text(encoding="utf-8") if stamp.exists() else ""
        if not started and applied == digest:
            return
        if database.set_up(self.layout):
            self.say("made the database and its tables")
        database.migrate(self.layout, plan.environment, plan.users.services)
        stamp.write_text(digest, encoding="utf-8")
        self.say("database is migrated")

    def _start_programs(self, names: Sequence[str]) -> list[str]:
        started = [name for name in names if self._supervisor.start(name)]
        if started:
            self.say(f"started {', '.join(started)}")
        return started

    def _wait(self, programs: Sequence[Program], deadline: float) -> None:
        probes = {
            program.name: partial(is_ready, program.ready)
            if program.ready
            else partial(self._runs, program.name)
            for program in programs
        }
        missing = wait_until_ready(probes, deadline, self._gave_up)
        if missing:
            raise self._not_ready(missing)

    def _not_ready(self, names: Sequence[str]) -> OperationError:
        states = self._supervisor.states()
        parts = [
            f"{name} is not ready ({states[name].state}). The end of its log:\n"
            + last_lines(self.layout.logs / f"{name}.log")
            for name in names
        ]
        return OperationError("\n".join(parts))

    def _runs(self, name: str) -> bool:
        # Not STARTING: a program in a crash loop is in that state most of the time.
        return self._supervisor.states()[name].state == "RUNNING"

    def _gave_up(self, name: str) -> bool:
        return self._supervisor.states()[name].state == "FATAL"

    # State of an earlier run

    def _running(self) -> set[str]:
        if not self._supervisor.is_running():
            return set()
        return {name for name, state in self._supervisor.states().items() if state.state in RUNNING}

    def _remember(self, plan: _Plan) -> None:
        content = {
            "listen": plan.settings.listen,
            "probes": {program.name: program.ready for program in plan.programs},
        }
        text = json.dumps(content, indent=2) + "\n"
        (self.layout.run / "state.json").write_text(text, encoding="utf-8")

    def _remembered(self) -> dict[str, object]:
        try:
            content = json.loads((self.layout.run / "state.json").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def _remembered_listen(self) -> object:
        return self._remembered().get("listen")

    def _remembered_probes(self) -> dict[str, str]:
        probes = self._remembered().get("probes", {})
        return (
            {str(name): str(url) for name, url in probes.items()}
            if isinstance(probes, dict)
            else {}
        )

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Serialize `up` and `down` on this data folder."""
        path = self.layout.run / "lock"
        if not os.access(path if path.exists() else path.parent, os.W_OK):
            raise OperationError(
                f"The Vireo in {self.layout.data} belongs to another user. "
                "Run this as the user who started it."
            )
        with path.open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self.say("waiting for another start or stop of this Vireo")
                fcntl.flock(file, fcntl.LOCK_EX)
            yield


def _require_owner(folder: Path) -> None:
    if folder.stat().st_uid != os.geteuid():
        raise PermissionError(errno.EPERM, "belongs to another user", str(folder))
