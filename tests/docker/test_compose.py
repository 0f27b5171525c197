"""What can be known of the server installation without a Docker engine."""

import json
import os
import re
import shlex
import stat
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from cypher import prefix
from flows.cli import app
from flows.runtime.prefect_server import LEASE_STORAGE
from flows.runtime.settings import Settings

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "docker"
FILES = {name: yaml.safe_load((DOCKER / name).read_text("utf-8")) for name in ("compose.yaml", "compose.gpu.yaml")}
SERVICES: dict[str, dict[str, Any]] = FILES["compose.yaml"]["services"]
TOP_LEVEL = {"name", "services", "volumes", "secrets"}
KEYS = {
    "build", "cap_drop", "command", "depends_on", "deploy", "environment", "healthcheck", "image", "logging", "ports",
    "pull_policy", "restart", "secrets", "security_opt", "stop_grace_period", "user", "volumes",
}  # fmt: skip
LOCK = ROOT / "requirements.lock"
INDEX = "https://torch.example/cpu"
# What the documentation tells its reader to type.
TYPED = [
    line.strip() for line in (ROOT / "docs" / "server.md").read_text("utf-8").splitlines() if line.startswith("    ")
]


@pytest.mark.parametrize("name", FILES)
def test_only_known_keys_are_used(name: str) -> None:
    assert {key for key in FILES[name] if not key.startswith("x-")} <= TOP_LEVEL
    for service in FILES[name]["services"].values():
        assert set(service) <= KEYS


def test_all_parts_are_there() -> None:
    assert set(SERVICES) == {"neo4j", "postgres", "prefect", "worker", "review"}
    assert set(FILES["compose.gpu.yaml"]["services"]) <= set(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_images_are_pinned_nobody_is_root_and_health_is_asked(service: str) -> None:
    told = SERVICES[service]
    image = re.sub(r"\$\{\w+:-([^}]+)\}", r"\1", told["image"])
    assert re.fullmatch(r"[a-z0-9]+:\d+\.\d+(\.\d+)?(-[a-z]+)?", image)
    user, group = told["user"].split(":")
    assert 0 not in (int(user), int(group))
    assert "no-new-privileges:true" in told["security_opt"]
    assert not told.get("privileged")
    assert told["healthcheck"]["test"][0] == "CMD"
    assert {"interval", "timeout", "retries"} <= set(told["healthcheck"])


def test_the_bases_of_our_image_are_pinned_and_it_does_not_run_as_root() -> None:
    lines = (DOCKER / "Dockerfile").read_text("utf-8").splitlines()
    assert all(re.match(r"FROM python:3\.\d+\.\d+-slim-\w+( AS \w+)?$", line) for line in lines if line[:4] == "FROM")
    (user,) = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert user == SERVICES["worker"]["user"]
    assert "--require-hashes" in (DOCKER / "install-packages.sh").read_text("utf-8")


def test_the_image_of_three_services_is_built_once() -> None:
    ours = {name: service for name, service in SERVICES.items() if service["image"].startswith("vlkge:")}
    assert {service["pull_policy"] for service in ours.values()} == {"never"}
    assert [name for name, service in ours.items() if "build" in service] == ["worker"]


def pinned(lock: Path) -> set[str]:
    """Names of the packages in a lock file."""
    return {line.partition("==")[0] for line in lock.read_text("utf-8").splitlines() if line[:1] not in (" ", "")}


def test_the_image_has_what_runs_and_no_tool_of_development() -> None:
    runs, develops = pinned(LOCK), pinned(ROOT / "requirements-dev.lock")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

    def names(requirements: list[str]) -> set[str]:
        return {re.split(r"[\[<>=; ]", each)[0] for each in requirements}

    extras = project["optional-dependencies"]
    assert names(project["dependencies"]) | names(extras["build"]) <= runs
    assert names(extras["dev"]) <= develops
    assert runs & develops == set()


@dataclass
class Pip:
    """A pip that installs nothing: what it is asked for, and the lock that it gets, are noted in `folder`."""

    folder: Path

    def install(self, index: str, check: str = "true") -> subprocess.CompletedProcess[str]:
        """docker/install-packages.sh by it; `check` is what its `check` does."""
        noted = (
            f'echo "$*" >> {self.folder}/asked\nfor last; do :; done\n[ ! -f "$last" ] || cp "$last" {self.folder}/lock'
        )
        (self.folder / "pip").write_text(f"#!/bin/sh\n{noted}\n[ $1 != check ] || {check}\n")
        (self.folder / "pip").chmod(0o755)
        script = ["sh", DOCKER / "install-packages.sh", LOCK, index]
        environment = {**os.environ, "PIP": str(self.folder / "pip"), "TMPDIR": str(self.folder / "temporary")}
        (self.folder / "temporary").mkdir()
        return subprocess.run(script, env=environment, capture_output=True, text=True)

    def asked(self) -> list[str]:
        return (self.folder / "asked").read_text().splitlines()


def test_with_an_nvidia_gpu_the_whole_lock_is_installed(tmp_path: Path) -> None:
    pip = Pip(tmp_path)
    assert pip.install("").returncode == 0
    assert len(pip.asked()) == 1
    assert (tmp_path / "lock").read_text() == LOCK.read_text()


def test_without_an_nvidia_gpu_torch_comes_from_another_index(tmp_path: Path) -> None:
    pip = Pip(tmp_path)
    assert pip.install(INDEX).returncode == 0
    versions = re.findall(r"^(torch|torchvision)==([^ ;]+)", LOCK.read_text("utf-8"), re.MULTILINE)
    asked = pip.asked()
    assert asked[0].split()[-4:] == ["--index-url", INDEX, *(f"{name}=={version}" for name, version in versions)]
    assert asked[-1] == "check"
    absent = pinned(LOCK) - pinned(tmp_path / "lock")
    assert {"torch", "torchvision", "triton", "nvidia-cublas"} <= absent
    assert {name for name in absent if not name.startswith(("nvidia-", "cuda-", "torch", "triton"))} == set()
    assert "torch-geometric" not in absent
    whole = LOCK.read_text("utf-8").splitlines()
    kept = (tmp_path / "lock").read_text().splitlines()
    assert set(kept) < set(whole)
    assert sum(line.startswith("    --hash") for line in kept) < sum(line.startswith("    --hash") for line in whole)
    assert list((tmp_path / "temporary").iterdir()) == []


def test_an_index_whose_torch_needs_nvidias_libraries_ends_the_build(tmp_path: Path) -> None:
    done = Pip(tmp_path).install(INDEX, check="exit 1")
    assert (done.returncode, done.stderr.startswith(f"{INDEX} does not have torch for processors alone")) == (1, True)


def test_every_file_that_goes_into_the_image_exists() -> None:
    kept = [
        line[1:] for line in (DOCKER / "Dockerfile.dockerignore").read_text("utf-8").splitlines() if line[:1] == "!"
    ]
    assert all((ROOT / name).exists() for name in kept)
    packages = re.findall(
        r'"([\w/]+)"', re.search(r"only-include = \[(.*?)\]", (ROOT / "pyproject.toml").read_text())[1]
    )  # type: ignore[index]
    assert set(packages) <= set(kept)


def test_every_variable_has_a_value() -> None:
    used = re.findall(r"(?<!\$)\$\{?(\w+)(:-[^}]*)?", (DOCKER / "compose.yaml").read_text("utf-8"))
    assert [name for name, default in used if not default] == []


def test_what_a_service_names_is_declared() -> None:
    compose = FILES["compose.yaml"]
    for service in SERVICES.values():
        assert set(service.get("secrets", [])) <= set(compose["secrets"])
        assert set(service.get("depends_on", {})) <= set(SERVICES)
        named = {volume.partition(":")[0] for volume in service["volumes"]} if "volumes" in service else set()
        assert {name for name in named if re.fullmatch(r"\w+", name)} <= set(compose["volumes"])
        read = [value for name, value in service.get("environment", {}).items() if name.endswith("_FILE")]
        assert {value.removeprefix("/run/secrets/") for value in read} <= set(service["secrets"])


def test_no_secret_stands_in_the_file() -> None:
    for service in SERVICES.values():
        secret = {
            n for n in service.get("environment", {}) if re.search("PASSWORD|AUTH", n) and not n.endswith("_FILE")
        }
        assert secret == set()


def test_only_the_page_is_reached_from_elsewhere() -> None:
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert {name for name, given in ports.items() if not all(port.startswith("127.0.0.1:") for port in given)} == {
        "review"
    }


def test_secrets_are_made_once_and_reach_the_command_as_variables(tmp_path: Path) -> None:
    script = tmp_path / "make-secrets.sh"
    script.write_text((DOCKER / "make-secrets.sh").read_text())
    for _ in range(2):
        subprocess.run(["sh", str(script)], check=True)
    secrets = tmp_path / "secrets"
    assert {f"./secrets/{p.name}" for p in secrets.iterdir()} == {
        s["file"] for s in FILES["compose.yaml"]["secrets"].values()
    }
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    entrypoint = [str(DOCKER / "entrypoint.sh"), "sh", "-c", 'echo "$NEO4J_USERNAME $NEO4J_PASSWORD"']
    environment = {"PATH": "/usr/bin:/bin", "NEO4J_AUTH_FILE": str(secrets / "neo4j_auth")}
    done = subprocess.run(entrypoint, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == (secrets / "neo4j_auth").read_text().split("/")


def test_the_command_of_the_image_finds_the_secrets(tmp_path: Path) -> None:
    (tmp_path / "auth").write_text("neo4j/secret")
    environment = {
        "PATH": "/usr/bin:/bin",
        "ENTRYPOINT": str(DOCKER / "entrypoint.sh"),
        "VLKGE": "/usr/bin/env",
        "NEO4J_AUTH_FILE": str(tmp_path / "auth"),
    }
    done = subprocess.run([DOCKER / "vlkge"], env=environment, capture_output=True, text=True, check=True)
    assert "NEO4J_PASSWORD=secret" in done.stdout.splitlines()


def test_the_example_of_settings_names_every_variable_with_its_default() -> None:
    text = (DOCKER / "compose.yaml").read_text("utf-8")
    defaults = dict(re.findall(r"\$\{(\w+):-([^}]*)\}", text))
    lines = (DOCKER / "env.example").read_text("utf-8").splitlines()
    assert dict(line.split("=") for line in lines if line[:1] != "#") == defaults


# Where they are is settled by the compose file and the image; a name that no setting has would be lost in silence.
SETTLED = {
    "NEO4J_URI",
    "NEO4J_USERNAME",
    "NEO4J_PASSWORD",
    "NEO4J_DATABASE",
    "PREFECT_API_URL",
    "VLKGE_HOME",
    "VLKGE_LOG",
}


@pytest.mark.parametrize("service", ["worker", "review"])
def test_every_setting_reaches_the_containers(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given = SERVICES[service]["environment"]
    wanted = {name.upper() for name in Settings.model_fields} - SETTLED | {prefix.VARIABLE}
    assert wanted <= given.keys()
    for name in wanted:
        monkeypatch.setenv(name, re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", given[name]))
    defaults = {name: field.get_default() for name, field in Settings.model_fields.items() if name.upper() in wanted}
    assert Settings().model_dump(include=set(defaults)) == defaults, "an empty variable is as one that is unset"


def test_what_prefect_must_not_forget_is_in_a_volume() -> None:
    prefect = SERVICES["prefect"]
    home = prefect["environment"]["PREFECT_HOME"]
    assert f"prefect:{home}" in prefect["volumes"]
    assert prefect["environment"]["PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE"] == LEASE_STORAGE
    assert prefect["environment"]["PREFECT_UI_STATIC_DIRECTORY"].startswith(home)
    (made,) = [line for line in (DOCKER / "Dockerfile").read_text().splitlines() if "install --directory" in line]
    assert home in made.split()


@pytest.mark.parametrize("service", SERVICES)
def test_logs_do_not_grow_for_ever(service: str) -> None:
    assert set(SERVICES[service]["logging"]["options"]) == {"max-size", "max-file"}


def commands() -> list[list[str]]:
    """Every call of our command line in the compose file and in docs/server.md."""
    in_file = [s["command"][1:] for s in SERVICES.values() if s.get("command", [])[:2] == ["json-lines", "vlkge"]]
    words = [shlex.split(line, comments=True) for line in TYPED if "vlkge " in line]
    return in_file + [line[line.index("vlkge") :] for line in words if "vlkge" in line]


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_and_option_exists(command: list[str]) -> None:
    found: Any = typer.main.get_command(app)
    words = command[1:]
    while hasattr(found, "commands") and words and not words[0].startswith("-"):
        assert words[0] in found.commands, f"there is no {words[0]} among {sorted(found.commands)}"
        found = found.commands[words.pop(0)]
    known = {name for parameter in found.params for name in parameter.opts}
    assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known | {"--help"}


@pytest.mark.parametrize(
    ("engine", "compose", "said"),
    [
        ("28.2.2", "v2.26.1", ""),
        ("20.10.24", "2.3.3", ""),
        ("19.03.15", "2.26.1", "Docker Engine is version 19.03.15, 20.10 or later is needed"),
        ("28.2.2", "1.29.2", "compose is version 1.29.2, 2.3.3 or later is needed"),
        ("", "2.26.1", "Docker Engine is missing or does not answer; 20.10 or later is needed"),
    ],
)
def test_an_engine_or_a_compose_that_is_too_old_is_named(tmp_path: Path, engine: str, compose: str, said: str) -> None:
    fake = tmp_path / "docker"
    answers = {"version": engine, "compose": compose, "buildx": "github.com/docker/buildx v0.13.1 788433953a"}
    cases = "".join(f"{name}) echo '{answer}';;\n" for name, answer in answers.items())
    fake.write_text(f"#!/bin/sh\ncase $1 in\n{cases}esac\n")
    fake.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    done = subprocess.run([DOCKER / "check-versions.sh"], env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr.strip()) == (int(bool(said)), said)


def test_what_our_image_runs_logs_json_lines() -> None:
    ours = [service["command"] for service in SERVICES.values() if service["image"].startswith("vlkge:")]
    assert {command[0] for command in ours} == {"json-lines"}
    script = [DOCKER / "json-lines", "sh", "-c", "echo started; exit 4"]
    done = subprocess.run(script, env={**os.environ, "PYTHON": sys.executable}, capture_output=True, text=True)
    assert (done.returncode, json.loads(done.stdout)["message"]) == (4, "started")


@pytest.mark.processes
def test_the_worker_is_a_command_of_prefect() -> None:
    command = SERVICES["worker"]["command"][1:]
    prefect = [sys.executable, "-m", "prefect"]
    help_ = subprocess.run([*prefect, *command[1:3], "--help"], capture_output=True, text=True, check=True).stdout
    assert all(word in help_ for word in command if word.startswith("--"))
