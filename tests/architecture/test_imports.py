"""Who may import whom: api -> core <- storage, no service another, and none what is above it."""

import ast
import re

import pytest

from vireo_testing.sources import Module, modules, service_names

SERVICES = service_names()
SOURCES = ("libs/*/src", "services/*/src", "ops/src", "contract/src", "bench/src")
# The courier answers nobody.
ANSWERING = [service for service in SERVICES if service != "courier"]
PACKAGES = [f"vireo_{service}" for service in SERVICES]
FLASK = (
    *("flask", "flask_openapi3", "werkzeug"),
    *("vireo_common.access", "vireo_common.blueprints", "vireo_common.web"),
)
DRIVERS = ("pymysql", "sqlalchemy", "vireo_common.database")
CLIENTS = ("requests", "urllib3", "http", "socket", "vireo_common.client")
ACCESS = {"public", "signed_in", "maybe_signed_in", "internal"}
# What HTTP calls its headers: words with hyphens between, each with a capital.
HEADER = re.compile(r"[A-Z][A-Za-z]*(-[A-Z][A-Za-z]*)+|Allow|Authorization|Location|ETag")
# What an import may lead to: the own floor or a lower one. Parts of a service that have no line
# here, such as its clients of other programs, are on the floor of storage.
FLOORS = {"core": 0, "settings": 0, "api": 2, "worker": 2, "spool": 2, "app": 3, "__main__": 3}
STORAGE_FLOOR = 1
PACKAGE_FLOORS = {
    "vireo_common": 0,
    "vireo_videos": 1,
    **dict.fromkeys(PACKAGES, 2),
    "vireo_ops": 3,
    "vireo_contract": 4,
    "vireo_testing": 5,
    "vireo_harness": 6,
    "vireo_load": 7,
    "vireo_bench": 7,
    "vireo_kills": 7,
}
STATEMENT = re.compile(
    r"\b(SELECT\s.*\sFROM|INSERT\s+(IGNORE\s+)?INTO|REPLACE\s+INTO|UPDATE\s+`?\w+`?\s+SET"
    r"|DELETE\s+FROM|(CREATE|ALTER|DROP|TRUNCATE)\s+TABLE|START\s+TRANSACTION)\b",
    re.DOTALL,
)


def layer(service: str, name: str) -> list[Module]:
    """The modules of one layer, whether it is a folder or one file."""
    source = f"services/{service}/src/vireo_{service}"
    return [
        module
        for module in modules(f"services/{service}/src")
        if module.where.startswith(f"{source}/{name}/") or module.where == f"{source}/{name}.py"
    ]


def violations(found: list[Module], *forbidden: str) -> dict[str, set[str]]:
    return {module.where: bad for module in found if (bad := module.imports_any(*forbidden))}


def test_the_rules_see_the_services() -> None:
    assert SERVICES
    for service in SERVICES:
        assert layer(service, "core"), service


@pytest.mark.parametrize("service", SERVICES)
def test_core_knows_no_flask_no_sql_no_http(service: str) -> None:
    outer = [f"vireo_{service}.{name}" for name in ("api", "storage", "app", "worker")]
    assert violations(layer(service, "core"), *FLASK, *DRIVERS, *CLIENTS, *outer) == {}


@pytest.mark.parametrize("service", SERVICES)
def test_storage_knows_no_flask_and_no_api(service: str) -> None:
    outer = [f"vireo_{service}.{name}" for name in ("api", "app", "worker")]
    assert violations(layer(service, "storage"), *FLASK, *outer) == {}


@pytest.mark.parametrize("service", SERVICES)
def test_api_reaches_storage_through_core_alone(service: str) -> None:
    outer = [f"vireo_{service}.{name}" for name in ("storage", "app", "worker")]
    assert violations(layer(service, "api"), *DRIVERS, *CLIENTS, *outer) == {}


@pytest.mark.parametrize("service", SERVICES)
def test_flask_lives_in_api_and_app(service: str) -> None:
    rooms = {module.where for name in ("api", "app") for module in layer(service, name)}
    others = [m for m in modules(f"services/{service}/src") if m.where not in rooms]
    assert violations(others, "flask", "flask_openapi3", "werkzeug") == {}


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_imports_another(service: str) -> None:
    others = [package for package in PACKAGES if package != f"vireo_{service}"]
    assert violations(modules(f"services/{service}"), *others) == {}


@pytest.mark.parametrize("service", SERVICES)
def test_parts_of_a_service_import_nothing_above_them(service: str) -> None:
    package = f"vireo_{service}"
    floors = {part: FLOORS.get(part, STORAGE_FLOOR) for part in parts(service)}
    assert {"core", "storage"} <= set(floors)
    for part, floor in floors.items():
        above = [f"{package}.{other}" for other, its in floors.items() if its > floor]
        assert violations(layer(service, part), *above) == {}


def parts(service: str) -> set[str]:
    """The folders and files of a service's package, by their names."""
    source = f"services/{service}/src/vireo_{service}/"
    found = [module.where.removeprefix(source) for module in modules(f"services/{service}/src")]
    return {where.split("/")[0].removesuffix(".py") for where in found} - {"__init__"}


@pytest.mark.parametrize("package", PACKAGE_FLOORS)
def test_packages_import_nothing_above_them(package: str) -> None:
    found = [each for below in SOURCES for each in modules(f"{below}/{package}")]
    assert found
    floor = PACKAGE_FLOORS[package]
    above = [other for other, its in PACKAGE_FLOORS.items() if its > floor]
    assert violations(found, *above, *([] if package == "vireo_testing" else ["pytest"])) == {}


def test_the_courier_alone_speaks_to_mail_servers() -> None:
    speaking = violations([*modules("services/*/src"), *modules("libs/common/src")], "smtplib")
    assert list(speaking) == ["services/courier/src/vireo_courier/transports.py"]


def test_tests_of_common_import_no_service() -> None:
    assert violations(modules("libs/common"), *PACKAGES, "vireo_ops") == {}


def test_the_client_is_a_package_by_itself() -> None:
    found = modules("libs/client/src")
    assert found
    others = ("vireo_common", "vireo_testing", "vireo_ops", "pytest")
    assert violations(found, *PACKAGES, *others) == {}


def test_tests_of_the_whole_import_no_service() -> None:
    assert (
        violations([*modules("tests"), *modules("libs/testing"), *modules("bench")], *PACKAGES)
        == {}
    )


def test_no_relative_imports() -> None:
    found = [each for below in ("services", "libs", "ops", "contract") for each in modules(below)]
    relative = {m.where for m in found if any(name.startswith(".") for name in m.imports)}
    assert relative == set()


def texts(module: Module) -> list[str]:
    """The string constants of a module, f-strings in pieces."""
    return [
        node.value
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]


def test_sql_lives_in_storage() -> None:
    found = [
        m for below in ("services/*", "libs/common", "libs/videos") for m in modules(f"{below}/src")
    ]
    rooms = {m.where for service in SERVICES for m in layer(service, "storage")}
    common = ("events", "event_log", "jobs", "sessions", "idempotent_requests", "outgoing_mails")
    common += ("token_bucket", "roles", "audit_log", "grant_key_table")
    rooms |= {f"libs/common/src/vireo_common/{name}.py" for name in common}
    rooms |= {f"libs/videos/src/vireo_videos/{name}.py" for name in ("rows", "mine", "visibility")}
    speaking = {
        module.where for module in found if any(STATEMENT.search(text) for text in texts(module))
    }
    assert "services/auth/src/vireo_auth/storage/accounts.py" in speaking
    assert speaking - rooms == set()


def header_names(module: Module) -> set[str]:
    """Headers that a module names, or gives to a call as ``headers``."""
    named = {text for text in texts(module) if HEADER.fullmatch(text)}
    given = {node.arg for node in ast.walk(module.tree) if isinstance(node, ast.keyword)}
    return named | ({"headers"} if "headers" in given else set())


def test_the_rules_see_headers() -> None:
    assert any(header_names(module) for service in SERVICES for module in layer(service, "api"))


@pytest.mark.parametrize("service", ANSWERING)
def test_core_names_no_header(service: str) -> None:
    """``core/`` gives ``retry_after``; the header is made of it where the answer is."""
    found = {m.where: names for m in layer(service, "core") if (names := header_names(m))}
    assert found == {}


@pytest.mark.parametrize("service", ANSWERING)
def test_every_route_declares_who_may_call_it(service: str) -> None:
    handlers = [(m, h) for m in modules(f"services/{service}/src") for h in m.handlers()]
    assert handlers, service
    for module, handler in handlers:
        names = [node.id for node in handler.decorator_list if isinstance(node, ast.Name)]
        rules = [name for name in names if name in ACCESS]
        assert len(rules) == 1, f"{module.where}:{handler.lineno} {handler.name}"


@pytest.mark.parametrize("service", ANSWERING)
def test_every_application_refuses_routes_without_a_rule(service: str) -> None:
    """Routes can be added in ways that no look at the source finds; the start finds them all."""
    (app,) = layer(service, "app")
    called = {
        node.func.id
        for node in ast.walk(app.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    assert "require_declarations" in called


@pytest.mark.parametrize("service", ANSWERING)
def test_handlers_parse_call_and_present(service: str) -> None:
    """Under 14 lines below the docstring, which is the operation's text in the API document."""
    handlers = [(m, h) for m in layer(service, "api") for h in m.handlers()]
    assert handlers
    for module, handler in handlers:
        documented = ast.get_docstring(handler) is not None
        first = (handler.body[0].end_lineno or 0) + 1 if documented else handler.body[0].lineno
        lines = (handler.end_lineno or 0) - first + 1
        assert lines < 14, f"{module.where}:{handler.lineno} {handler.name}"
