"""The images and containers: what is in them, as whom they run, what they may do and reach."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from vireo_ops.layout import CHECKOUT
from vireo_testing.compose import SERVICES, Project
from vireo_testing.person import Person, eventually

OURS = tuple(service for service in SERVICES if service != "mariadb")
PYTHON = OURS[1:]


@pytest.mark.parametrize(
    "image", ["vireo-auth", "vireo-catalog", "vireo-community", "vireo-courier"]
)
def test_small_images_without_media_tools(project: Project, image: str) -> None:
    size = int(project.docker("image", "inspect", "--format", "{{.Size}}", image))
    assert size < 200_000_000
    for missing in ("cv2", "numpy"):
        done = subprocess.run(
            [
                "docker",
                "run",
                "--rm",
                "--network",
                "none",
                image,
                "python",
                "-c",
                f"import {missing}",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "ModuleNotFoundError" in done.stderr
    names = "('ffmpeg', 'ffprobe', 'gcc', 'cc', 'pip', 'apt-get')"
    programs = f"import shutil; print([p for p in {names} if shutil.which(p)])"
    assert (
        project.docker("run", "--rm", "--network", "none", image, "python", "-c", programs).strip()
        == "[]"
    )


@pytest.mark.parametrize("service", SERVICES)
def test_containers_may_do_little(project: Project, service: str) -> None:
    for container in project.inspect(service):
        host = container["HostConfig"]
        assert isinstance(host, dict)
        assert host["ReadonlyRootfs"] is True
        assert host["CapDrop"] == ["ALL"]
        assert any("no-new-privileges" in option for option in host["SecurityOpt"])
        assert host["Memory"] > 0
        assert host["PidsLimit"] > 0
        assert host["Privileged"] is False


@pytest.mark.parametrize("service", OURS)
def test_our_processes_are_not_root(project: Project, service: str) -> None:
    assert project.compose("exec", "-T", service, "id", "-u").strip() == "10001"


@pytest.mark.parametrize("service", PYTHON)
def test_no_compiler_in_the_final_image(project: Project, service: str) -> None:
    look = "import shutil; print([p for p in ('gcc','cc','g++','make') if shutil.which(p)])"
    assert project.compose("exec", "-T", service, "python", "-c", look).strip() == "[]"


def test_only_the_gateway_has_a_port_on_the_host(project: Project) -> None:
    for service in SERVICES:
        for container in project.inspect(service):
            host = container["HostConfig"]
            assert isinstance(host, dict)
            assert bool(host["PortBindings"]) == (service == "gateway")


@pytest.mark.parametrize(
    "service", [service for service in SERVICES if service not in {"gateway", "courier"}]
)
def test_inner_services_reach_no_outside(project: Project, service: str) -> None:
    for container in project.inspect(service):
        settings = container["NetworkSettings"]
        assert isinstance(settings, dict)
        networks = list(settings["Networks"])
        found = json.loads(project.docker("network", "inspect", *networks))
        assert all(network["Internal"] for network in found)


def test_worker_is_on_the_database_network_alone(project: Project) -> None:
    (worker,) = project.inspect("media-worker")
    settings = worker["NetworkSettings"]
    assert isinstance(settings, dict)
    assert [name.rpartition("_")[2] for name in settings["Networks"]] == ["database"]


def test_secrets_stand_in_no_description(project: Project, tmp_path: Path) -> None:
    show = "import glob; print(*(open(name).read() for name in glob.glob('/run/secrets/*')))"
    task = ("run", "--rm", "--no-deps", "users", "python", "-W", "ignore", "-c", show)
    everything = project.compose(*task)
    token = project.compose("exec", "-T", "auth", "cat", "/run/secrets/service_token")
    secrets = [*everything.split(), *token.split()]
    assert len(secrets) >= 7
    shown = project.compose("config")
    for service in SERVICES:
        shown += json.dumps(project.inspect(service))
    images = sorted({f"vireo-{name.partition('-')[0]}" for name in OURS})
    assert len(images) >= 6
    for image in images:
        shown += project.docker("history", "--no-trunc", image)
    shown += project.compose("logs")
    assert not [secret for secret in secrets if secret in shown]


def test_each_service_has_its_own_secrets_alone(project: Project) -> None:
    names = {
        service: sorted(project.compose("exec", "-T", service, "ls", "/run/secrets").split())
        for service in ("auth", "auth-worker", "catalog", "community", "media", "media-worker")
    }
    assert names["auth"] == ["db_auth_password", "service_token", "token_signing_key.pem"]
    assert names["auth-worker"] == ["db_auth_password", "service_token"]
    assert names["catalog"] == ["db_catalog_password", "service_token"]
    assert names["community"] == ["db_community_password", "service_token"]
    assert names["media"] == names["media-worker"] == ["db_media_password", "service_token"]


def test_what_sends_mails_reaches_no_service(project: Project) -> None:
    (courier,) = project.inspect("courier")
    settings = courier["NetworkSettings"]
    assert isinstance(settings, dict)
    found = sorted(name.rpartition("_")[2] for name in settings["Networks"])
    assert found == ["database", "mail"]
    names = project.compose("exec", "-T", "courier", "ls", "/run/secrets").split()
    assert names == ["db_courier_password"]


def test_a_mail_is_written_to_the_folder(project: Project) -> None:
    person = Person(project.url)
    look = ("exec", "-T", "courier", "grep", "-rsl", f"^To: {person.name}@", "/var/lib/vireo/mail")

    def written() -> bool:
        try:
            return bool(project.compose(*look).strip())
        except AssertionError:
            # Nothing is found yet.
            return False

    eventually(written, seconds=30)


def test_a_user_that_an_upgrade_brings_is_made(project: Project) -> None:
    """The database's folder is of before; what starts the services makes what is missing."""
    drop = "mariadb -uroot -p\"$(cat /run/secrets/db_root_password)\" -e 'DROP USER vireo_courier'"
    project.compose("exec", "-T", "mariadb", "sh", "-c", drop)
    project.compose("up", "--detach", "--wait")
    person = Person(project.url)
    project.compose("restart", "courier")
    assert person.get("/me").status_code == 200
    look = ("exec", "-T", "courier", "ls", "/var/lib/vireo/mail")
    eventually(lambda: ".eml" in project.compose(*look), seconds=60)


def test_gateway_configuration_is_the_same_file(project: Project) -> None:
    used = project.compose("exec", "-T", "gateway", "cat", "/var/lib/vireo/gateway/nginx.conf")
    assert used == (CHECKOUT / "gateway" / "nginx.conf").read_text()


# A suite of its own, which has longer than a test.
@pytest.mark.timeout(930)
def test_end_to_end_suite_against_containers(project: Project) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "tests/e2e"],
        cwd=CHECKOUT,
        env={**project.environment(), "VIREO_E2E_URL": project.url},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:]
    # A program that gets no thread may say that its file is damaged.
    events = "cat /sys/fs/cgroup/pids.events /sys/fs/cgroup/pids/pids.events 2>/dev/null; true"
    for service in ("media", "media-worker"):
        reached = project.compose("exec", "-T", service, "sh", "-c", events)
        assert reached.split() == ["max", "0"], service
