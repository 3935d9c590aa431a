"""Each service's image alone: built where no other service is, and ready beside MariaDB alone."""

import json
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from vireo_ops.layout import CHECKOUT
from vireo_testing.compose import Project
from vireo_testing.mariadb import free_port

SERVICES = ("auth", "catalog", "community", "media")
# The courier answers nobody.
IMAGES = (*SERVICES, "courier")
# A request that each answers by itself, as method and path, and the status of the answer.
QUESTIONS = {
    "auth": ("POST", "/sign_in", 402),
    "catalog": ("GET", "/videos/all", 200),
    "community": ("GET", "/me/blocks", 400),
    "media": ("GET", "/thumbnails/aaaaaaa", 404),
}
ASK = """
import json, sys, urllib.error, urllib.request
method, path = sys.argv[1:]
body = json.dumps({"username": "nobody", "password": "rosy-otter-42"}).encode()
request = urllib.request.Request(
    "http://127.0.0.1:8000" + path,
    method=method,
    data=body if method == "POST" else None,
    headers={"Content-Type": "application/json"},
)
try:
    answer = urllib.request.urlopen(request, timeout=10)
except urllib.error.HTTPError as error:
    answer = error
print(json.dumps([answer.status, json.load(answer)]))
"""


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A migrated MariaDB and no service; each image is built from its own files alone."""
    name = f"vireo-test-{uuid.uuid4().hex[:8]}"
    found = Project(name, free_port(), version=name)
    made = [f"vireo-{service}:{name}" for service in IMAGES]
    try:
        for service, tag in zip(IMAGES, made, strict=True):
            build(found, service, tag, tmp_path_factory.mktemp(service))
        found.compose("build", "migrate")
        made.append(f"vireo-ops:{name}")
        found.compose("up", "--detach", "--wait", "--no-build", "mariadb")
        for task in ("users", "migrate"):
            found.compose("run", "--rm", "--no-deps", task)
        yield found
    finally:
        found.compose("down", "--volumes", "--remove-orphans", "--timeout", "5")
        found.docker("image", "rm", "--force", *made)


def build(project: Project, service: str, tag: str, context: Path) -> None:
    """Build a service's image from a folder that holds nothing of the others."""
    for part in (f"services/{service}", "libs/common", "libs/videos"):
        shutil.copytree(CHECKOUT / part, context / part)
    shutil.copy(CHECKOUT / ".dockerignore", context)
    dockerfile = context / "services" / service / "Dockerfile"
    project.docker("build", "--quiet", "-f", str(dockerfile), "-t", tag, str(context))


@pytest.mark.parametrize("service", IMAGES)
def test_an_image_has_its_own_package_alone(lonely: Project, service: str) -> None:
    names = [f"vireo_{name}" for name in (*IMAGES, "ops", "testing")]
    main = "app" if service in SERVICES else "__main__"
    look = (
        f"import importlib.util, vireo_{service}.{main}; "
        f"print(*(name for name in {names} if importlib.util.find_spec(name)))"
    )
    image = f"vireo-{service}:{lonely.version}"
    found = lonely.docker("run", "--rm", "--network", "none", image, "python", "-c", look)
    assert found.split() == [f"vireo_{service}"]


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_works_beside_the_database_alone(lonely: Project, service: str) -> None:
    lonely.compose("up", "--detach", "--wait", "--no-build", "--no-deps", service)
    try:
        running = lonely.compose("ps", "--services", "--status", "running").split()
        assert sorted(running) == sorted(["mariadb", service])
        lonely.compose("exec", "-T", service, "python", "-m", "vireo_common.ready")
        method, path, expected = QUESTIONS[service]
        said = lonely.compose("exec", "-T", service, "python", "-c", ASK, method, path)
        status, body = json.loads(said)
        assert (status, list(body)) == (expected, ["response"])
    finally:
        lonely.compose("stop", "--timeout", "5", service)


def test_the_courier_works_beside_the_database_alone(lonely: Project) -> None:
    lonely.compose("up", "--detach", "--wait", "--no-build", "--no-deps", "courier")
    try:
        running = lonely.compose("ps", "--services", "--status", "running").split()
        assert sorted(running) == ["courier", "mariadb"]
        lonely.compose("exec", "-T", "courier", "python", "-m", "vireo_common.alive")
    finally:
        lonely.compose("stop", "--timeout", "5", "courier")
